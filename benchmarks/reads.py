"""`make bench-reads`: what a read costs, beside constant answers by the server below and beside others.

Each server is one worker pinned to the first core; the load comes from the last, over kept connections. Time
is that of the worker on a processor, from /proc, divided by its requests: other processes on the machine
disturb it far less than they disturb a rate. Rounds alternate between the targets. Each figure is a median of
rounds, with its spread (highest minus lowest, over the median).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from . import peers
from .measure import ROOT, Connection, Server, Target, run, served

HERE = Path(__file__).parent
DOSSIER = str(ROOT / "fixtures" / "japan-russia-peace-treaty")
ONE, FIFTY = "/v1/claims/abe-seeks-treaty-progress-in-term", "/v1/claims?limit=50"
FILTERED, SEARCH = "/v1/claims?about=four-islands&limit=50", "/v1/search?q=islands"
GZIP = {"Accept-Encoding": "gzip"}


@dataclass
class Servers:
    """All that are asked: `kept` has its cache, `made` has none; `two` are two workers with their caches."""

    raw: Server
    flask: Server
    plain: Server
    fastapi: Server
    datasette: Server
    json_server: Server
    kept: Server
    made: Server
    two: Server
    #: What asks Datasette for nested members.
    columns: str


def _started(stack: ExitStack, folder: Path) -> Servers:
    database, plain_db = f"sqlite:///{folder}/facts.db", str(folder / "plain.db")
    load = [sys.executable, "-m", "api.cli", "load", DOSSIER, "--db", database]
    subprocess.run(load, stdout=subprocess.DEVNULL, cwd=ROOT, check=True)
    naive = {"BENCH_PLAIN_DB": plain_db}
    fill = [sys.executable, str(HERE / "plain_app.py"), DOSSIER]
    subprocess.run(fill, env=os.environ | naive | {"PYTHONPATH": str(ROOT)}, check=True)
    made = _facts(stack, 8495, database, FACTS_CACHE_BYTES="0")
    claims = json.loads(Connection(made, "/v1/claims?limit=200", {}).text())["data"]
    return Servers(
        raw=peers.gunicorn(stack, "constant_app:raw", 8491),
        flask=peers.gunicorn(stack, "constant_app:app", 8492),
        plain=peers.gunicorn(stack, "plain_app:app", 8493, **naive),
        fastapi=peers.fastapi(stack, folder, claims, 8496),
        datasette=peers.datasette(stack, folder, claims, 8497),
        json_server=peers.json_server(stack, folder, claims, 8498),
        kept=_facts(stack, 8494, database),
        made=made,
        two=_facts(stack, 8499, database, workers=2),
        columns=peers.json_columns(claims),
    )


def _facts(stack: ExitStack, port: int, database: str, workers: int = 1, **environment: str) -> Server:
    options = ("--workers", str(workers), "--threads", "4", "--port", str(port), "--db", database)
    command = [sys.executable, "-m", "api.cli", "serve", *options]
    return stack.enter_context(served(command, port, workers, PYTHONPATH=str(ROOT), **environment))


def _targets(s: Servers) -> Iterator[Target]:
    """Every request to be measured; what another stands beside comes before it."""
    head, one = Connection(s.made, ONE, {}).ask()
    tag = {"If-None-Match": head.partition(b"ETag: ")[2].partition(b"\r\n")[0].decode()}
    fifty, coded = Connection(s.made, FIFTY, {}).ask()[1], Connection(s.made, FIFTY, GZIP).ask()[1]
    yield from _kept(s, tag, one, coded)
    yield from _made(s, tag, one)
    yield from _pages(s, fifty)


def _kept(s: Servers, tag: dict[str, str], one: int, coded: int) -> Iterator[Target]:
    yield (raw := Target("bare WSGI: bytes of one record", s.raw, f"/{one}"))
    yield Target("kept: one record", s.kept, ONE, {}, raw, 1.8)
    yield Target("kept: 304", s.kept, ONE, tag, raw, 1.8)
    yield (raw := Target("bare WSGI: bytes of fifty in gzip", s.raw, f"/{coded}"))
    yield Target("kept: fifty in gzip", s.kept, FIFTY, GZIP, raw, 1.5)
    yield (eight := Target("kept: one record, eight connections", s.kept, ONE, connections=8))
    yield Target("kept: the same, two workers", s.two, ONE, {}, eight, 0.91, connections=8)


def _made(s: Servers, tag: dict[str, str], one: int) -> Iterator[Target]:
    path = ONE.removeprefix("/v1")
    yield (flask := Target("Flask: constant bytes of one record", s.flask, f"/{one}"))
    yield Target("made: one record", s.made, ONE, {}, flask, 0.8)
    yield Target("made: 304", s.made, ONE, tag, flask)
    yield Target("made: a filtered page", s.made, FILTERED, {}, flask)
    yield Target("made: a search", s.made, SEARCH, {}, flask)
    yield Target("peewee and marshmallow: one record", s.plain, path)
    yield Target("FastAPI and SQLModel: one record", s.fastapi, path)
    record = path.removeprefix("/claims/")
    yield Target("Datasette: one record", s.datasette, f"/claims/claims/{record}.json?{s.columns}")
    yield Target("json-server: one record", s.json_server, path)
    head, _ = Connection(s.json_server, path, {}).ask()
    tag = {"If-None-Match": head.partition(b"ETag: ")[2].partition(b"\r\n")[0].decode()}
    yield Target("json-server: 304", s.json_server, path, tag)


def _pages(s: Servers, fifty: int) -> Iterator[Target]:
    """Fifty records by others, each followed by ours."""
    lean = "_size=50&_nocount=1&_nofacet=1&_nosuggest=1"
    many = "/claims?limit=50"
    beside = [
        (Target("Flask: constant bytes of fifty", s.flask, f"/{fifty}"), None),
        (Target("peewee and marshmallow: fifty", s.plain, many), None),
        (Target("FastAPI and SQLModel: fifty", s.fastapi, many), None),
        (Target("Datasette: fifty", s.datasette, f"/claims/claims.json?{s.columns}&{lean}"), 4.5),
        (Target("json-server: fifty", s.json_server, "/claims?_limit=50"), 6),
    ]
    for other, bound in beside:
        yield other
        yield Target("made: fifty", s.made, FIFTY, {}, other, bound)


if __name__ == "__main__":
    run("reads", __doc__, lambda stack, folder: _targets(_started(stack, folder)))
