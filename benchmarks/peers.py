"""Others that serve records, each as its own documentation has it for many readers, with the same claims.

They are installed into `.venv-peers` and `benchmarks/node_modules` by `make bench`.
"""

import json
import os
import sqlite3
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .measure import Server, served

HERE = Path(__file__).parent
ROOT = HERE.parent
PYTHON = str(ROOT / ".venv-peers" / "bin" / "python")
#: Where npm puts what package.json names.
JSON_SERVER = str(HERE / "node_modules" / "json-server" / "lib" / "cli" / "bin.js")
#: What of gunicorn's own is fastest: its threaded worker with the parser in C.
GUNICORN = (
    *(PYTHON, "-m", "gunicorn", "--workers=1", "--threads=4", "--worker-class=gthread"),
    *("--http-parser=fast", "--log-level=error", "--no-control-socket", "--chdir", str(HERE)),
)


def gunicorn(stack: ExitStack, application: str, port: int, **environment: str) -> Server:
    """An application on gunicorn's threaded worker."""
    return stack.enter_context(
        served([*GUNICORN, "--bind", f"127.0.0.1:{port}", application], port, 1, **environment)
    )


def fastapi(stack: ExitStack, folder: Path, claims: list[dict[str, Any]], port: int) -> Server:
    """FastAPI and SQLModel on uvicorn, with uvloop and httptools, without a log of requests."""
    records = folder / "claims.json"
    records.write_text(json.dumps(claims), "utf-8")
    more = {"BENCH_FASTAPI_DB": str(folder / "fastapi.db")}
    fill = [PYTHON, str(HERE / "fastapi_app.py"), str(records)]
    subprocess.run(fill, env=os.environ | more, check=True)
    options = ("--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=error", f"--port={port}")
    command = [PYTHON, "-m", "uvicorn", "--app-dir", str(HERE), *options, "fastapi_app:app"]
    return stack.enter_context(served(command, port, **more))


def datasette(stack: ExitStack, folder: Path, claims: list[dict[str, Any]], port: int) -> Server:
    """Datasette with an immutable file, which is its fast way; no facets are suggested."""
    path = folder / "claims.db"
    with sqlite3.connect(path) as connection:
        names = list(claims[0])
        connection.execute(f"CREATE TABLE claims ({', '.join(names)}, PRIMARY KEY (id))")
        connection.executemany(
            f"INSERT INTO claims VALUES ({', '.join('?' * len(names))})",
            ([_cell(claim[name]) for name in names] for claim in claims),
        )
    connection.close()
    settings = ("--setting", "suggest_facets", "off", "--setting", "max_returned_rows", "200")
    command = [PYTHON, "-m", "datasette", "serve", "--immutable", str(path), "--port", str(port), *settings]
    return stack.enter_context(served(command, port))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def json_columns(claims: list[dict[str, Any]]) -> str:
    """What asks Datasette for nested members as JSON, and for no counts and facets."""
    nested = [name for name in claims[0] if any(isinstance(claim[name], dict | list) for claim in claims)]
    return "&".join(["_shape=objects", *(f"_json={name}" for name in nested)])


def json_server(stack: ExitStack, folder: Path, claims: list[dict[str, Any]], port: int) -> Server:
    """json-server with the claims in its file, without a log of requests."""
    path = folder / "db.json"
    path.write_text(json.dumps({"claims": claims}), "utf-8")
    command = ["node", JSON_SERVER, "--quiet", "--host", "127.0.0.1", "--port", str(port), str(path)]
    return stack.enter_context(served(command, port, NODE_ENV="production"))
