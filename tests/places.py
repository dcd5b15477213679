"""Where tests keep records: in the files that they name, or in databases of a server that stand for these.

With `pytest --database postgresql` a file is only a sign: it names the database that stands for it. A copy of
such a file stands for a copy of that database, which is made when somebody opens it. So one test serves both
engines.
"""

import json
import os
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from .cluster import new_database, program

#: Names the server, for the processes in which tests run.
SERVER = "FACTS_TESTS_KEEP_RECORDS_AT"
#: Copies of what is settled that were opened under its own name, by its file.
_opened: dict[Path, str] = {}


def on_server() -> bool:
    """Whether databases stand for files."""
    return SERVER in os.environ


def url_of(path: Path) -> str:
    """The URL of the record that a file is, or stands for."""
    if not on_server():
        return f"sqlite:///{path}"
    if not path.exists():
        return _stands_for(path, _new())
    sign = json.loads(path.read_text())
    if sign["file"] != path.stat().st_ino:
        # A copied file is another one, and still says of which it was one.
        return _stands_for(path, _new(sign["name"]))
    if not sign["settled"]:
        return str(sign["url"])
    # Nobody opens what others copy.
    return _opened.get(path) or _opened.setdefault(path, _new(sign["name"]))


def settle(path: Path) -> None:
    """Let a record be copied from now on, and no longer written to."""
    if not on_server():
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    sign = json.loads(path.read_text())
    path.write_text(json.dumps({**sign, "settled": True}))
    with _maintained() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (sign["name"],)
        )


def contents(path: Path) -> bytes:
    """All that the files of a record hold, or all rows of its database."""
    if not on_server():
        # In another process: closing the files here would drop this process's locks on them.
        files = sorted(path.parent.glob(f"{path.name}*"))
        return subprocess.run(["cat", *files], check=True, capture_output=True).stdout
    dump = [program("pg_dump"), "--data-only", f"--dbname={url_of(path)}"]
    rows = subprocess.run(dump, check=True, capture_output=True).stdout
    return _BYTES.sub(lambda found: bytes.fromhex(found[1].decode()), rows)


#: How a dump shows bytes.
_BYTES = re.compile(rb"\\\\x((?:[0-9a-f]{2})*)")


def clear(folder: Path) -> None:
    """Take away the databases of the files in a folder."""
    if not on_server():
        return
    for path in folder.rglob("*"):
        sign = _sign(path)
        if sign and not sign["settled"] and sign["file"] == path.stat().st_ino:
            with _maintained() as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{sign["name"]}" WITH (FORCE)'.encode())


def _sign(path: Path) -> dict[str, Any] | None:
    """What a file stands for, if it does."""
    if not path.is_file() or path.stat().st_size > _MOST_OF_A_SIGN:
        return None
    text = path.read_bytes()
    sign: dict[str, Any] | None = json.loads(text) if text.startswith(b'{"sign"') else None
    return sign


#: Bytes.
_MOST_OF_A_SIGN = 1_000


def _maintained() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(f"{os.environ[SERVER]}/postgres", autocommit=True)


def _new(template: str | None = None) -> str:
    if template is None:
        return new_database(os.environ[SERVER])
    return new_database(
        os.environ[SERVER], f"facts_{uuid4().hex[:12]}", f'TEMPLATE "{template}" STRATEGY FILE_COPY'
    )


def _stands_for(path: Path, url: str) -> str:
    path.touch()
    sign = {
        "sign": 1,
        "name": url.rpartition("/")[2],
        "url": url,
        "file": path.stat().st_ino,
        "settled": False,
    }
    path.write_text(json.dumps(sign))
    return url
