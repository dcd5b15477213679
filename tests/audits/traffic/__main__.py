"""`python -m audits.traffic lead|follow ANSWERS FIXTURES [EDITS [EVERY]]`: loads, asks, keeps the answers.

The leader edits for a day, then reads everything; of the records of a type, and of values in company, one in
EVERY. It writes every request to standard output; the follower reads them from standard input.
FACTS_DATABASE_URL names an empty database.
"""

import gzip
import json
import sys
from importlib import import_module
from random import Random

from click.testing import CliRunner

from .edits import Day
from .frozen import freeze, set_clock
from .leader import Leader
from .reads import Survey
from .wire import FACTS, Request, Wire

#: 1 January 2026.
START = 1_767_225_600
EDITS = 150


def main(part: str, answers: str, fixtures: str, edits: int = EDITS, every: int = 1) -> None:
    """Lead or follow."""
    freeze()
    set_clock(START)
    _ready("load", fixtures)
    keys = {role: _ready("key", "create", role.title(), "--role", role) for role in ("editor", "publisher")}
    client = import_module("api").create_app().test_client(use_cookies=False)
    with gzip.open(answers, "wt", compresslevel=1, encoding="utf-8") as file:
        wire = Wire(client, _facts, keys, file)
        if part == "lead":
            lead(Leader(wire, sys.stdout, START + 600), edits, every)
        else:
            follow(wire)


def _ready(*arguments: str) -> str:
    """What a command printed that had to succeed."""
    status, printed = _facts(*arguments)
    return printed.strip() if status == 0 else sys.exit(f"facts {arguments[0]}: {printed}")


def _facts(*arguments: str) -> tuple[int, str]:
    """Run the `facts` command; in this process, because its clock must stand still too."""
    result = CliRunner().invoke(import_module("api.cli").main, arguments, catch_exceptions=False)
    return result.exit_code, result.stdout


def follow(wire: Wire) -> None:
    """Send what the leader sent."""
    for line in sys.stdin:
        request = Request(**json.loads(line))
        if request.method == FACTS:
            wire.run(request)
        else:
            wire.send(request)


def lead(leader: Leader, edits: int, every: int) -> None:
    """A day of edits with the moments that are looked back at, then every read."""
    chance = Random(1)
    day = Day(leader, chance)
    moments, times = [f"seq:{_last(leader)}"], [_time(leader)]
    for part in range(3):
        day.work(edits // 3)
        moments.append(_time(leader) if part % 2 == 0 else f"seq:{_last(leader)}")
        times.append(_time(leader))
        day.redact()
    moments.append(f"seq:{_last(leader)}")
    leader.later(3600)
    _follow_feed(leader)
    Survey(leader, chance, moments, times, day.everything, every).read()
    leader.facts("doctor")
    leader.facts("forget", "100")
    for since in (0, 99, 100, 101):
        leader.get("/v1/changes", {"since": since, "limit": 5})


def _follow_feed(leader: Leader) -> None:
    """Read every change."""
    since, last = 0, 1
    while since < last:
        page = leader.get("/v1/changes", {"since": since, "limit": 100}).get_json()
        since, last = page["next"], page["last"]


def _last(leader: Leader) -> int:
    """The number of the last change."""
    return int(leader.get("/v1/changes", {"limit": 1}).get_json()["last"])


def _time(leader: Leader) -> str:
    """When the last change was made."""
    last = _last(leader)
    time: str = leader.get("/v1/changes", {"since": last - 1}).get_json()["data"][-1]["time"]
    return time


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], *map(int, sys.argv[4:]))
