"""Whether this tree answers every request with the bytes of another revision, or of another database engine.

`python -m tests.audits.compare --rev 1a2b3c4` loads that revision's dossier with both, under the same clock
and secrets; makes the same day of random edits; reads every address of the contract in every way; and
compares status, headers and body of every answer. Exit code 1 where one differs. With `--with-database URL`
both are this tree, one with a file and one with that empty database.
"""

import argparse
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from itertools import zip_longest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = 3
EXAMPLE_LINES = 24
#: What the service says about itself changes with every new parameter; its status is compared.
_ABOUT_ITSELF = ("/openapi.json", "/openapi.yaml", "/docs/")
#: A write that is no longer refused changes all that is read later: it is never just newly served.
_READS = ("GET", "HEAD")

Answer = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One request that the two revisions answer otherwise."""

    old: Answer
    new: Answer
    #: Such as `status 200 → 404` or `body, ETag`.
    what: str

    @property
    def group(self) -> tuple[str, str]:
        """What it has in common with others."""
        return f"{self.old['method']} {self.old['template']}", self.what

    @property
    def request(self) -> str:
        """Method and address, which `--allow` looks at."""
        return f"{self.old['method']} {self.old['address']}"

    @property
    def newly_served(self) -> bool:
        """Whether it is a read that was refused and is no longer."""
        refused, served = 400 <= self.old["status"] < 500, self.new["status"] < 400
        return self.old["method"] in _READS and refused and served

    def __str__(self) -> str:
        sent = "".join(f"\n      {name}: {value}" for name, value in self.old["sent"].items())
        lines = list(unified_diff(_lines(self.old), _lines(self.new), "old", "new", n=1, lineterm=""))
        more = [f"… {len(lines) - EXAMPLE_LINES} lines more"] if len(lines) > EXAMPLE_LINES else []
        shown = "".join(f"\n      {line}" for line in lines[:EXAMPLE_LINES] + more)
        return f"    {self.request} (request {self.old['number']}){sent}{shown}"


@dataclass
class Findings:
    """What comparing came to."""

    answers: int = 0
    differences: list[Difference] = field(default_factory=list)
    newly_served: list[Difference] = field(default_factory=list)
    allowed: list[Difference] = field(default_factory=list)
    #: Answers that only one of the two has.
    unpaired: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing differs that may not."""
        return not self.differences and not self.unpaired

    def __str__(self) -> str:
        parts = [
            *_shown("newly served", self.newly_served),
            *_shown("allowed", self.allowed),
            *_shown("different", self.differences),
        ]
        counted = (
            f"{self.answers} answers compared: {len(self.differences)} different, "
            f"{len(self.newly_served)} newly served, {len(self.allowed)} allowed to differ, "
            f"{self.unpaired} without a counterpart"
        )
        return "\n".join([*parts, counted])


def _shown(title: str, differences: list[Difference]) -> Iterator[str]:
    groups = defaultdict(list)
    for difference in differences:
        groups[difference.group].append(difference)
    for (where, what), members in groups.items():
        yield f"{title}: {where}: {what}: {len(members)} ×"
        yield from map(str, members[:EXAMPLES])


def _lines(answer: Answer) -> list[str]:
    """An answer in lines that can be compared by eye."""
    headers = [f"{name}: {value}" for name, value in answer["headers"].items()]
    return [str(answer["status"]), *headers, *_pretty(answer.get("text") or answer.get("base64", ""))]


def _pretty(text: str) -> list[str]:
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except ValueError:
        # Elements are the lines of a page or a feed.
        text = text.replace("><", ">\n<")
    return text.splitlines()


def compare(old: Path, new: Path, allow: str | None = None, strict: bool = False) -> Findings:
    """The answers of two files of the same requests, as `traffic` writes them."""
    findings = Findings()
    with gzip.open(old) as before, gzip.open(new) as after:
        for one, other in zip_longest(before, after):
            findings.answers += 1
            if one is None or other is None:
                findings.unpaired += 1
            elif one != other:
                _judge(findings, json.loads(one), json.loads(other), allow, strict)
    return findings


def _judge(findings: Findings, old: Answer, new: Answer, allow: str | None, strict: bool) -> None:
    what = _difference(old, new, strict)
    if what is None:
        return
    difference = Difference(old, new, what)
    if allow is not None and re.search(allow, difference.request):
        findings.allowed.append(difference)
    elif difference.newly_served and not strict:
        findings.newly_served.append(difference)
    else:
        findings.differences.append(difference)


def _difference(old: Answer, new: Answer, strict: bool) -> str | None:
    """What differs; None where nothing does that counts."""
    if old["status"] != new["status"]:
        return f"status {old['status']} → {new['status']}"
    if old["address"] in _ABOUT_ITSELF and not strict:
        return None
    body = ["body"] if any(old.get(form) != new.get(form) for form in ("text", "base64")) else []
    names = sorted({*old["headers"], *new["headers"]} - ({"Content-Length"} if body else set()))
    headers = [name for name in names if old["headers"].get(name) != new["headers"].get(name)]
    return ", ".join([*body, *headers]) or None


def check_out(revision: str, folder: Path) -> None:
    """Write a revision's files into a folder."""
    archive = subprocess.run(
        ["git", "archive", "--format=tar", revision], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        sys.exit(f"compare: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")


def ask_both(
    old: Path, folder: Path, edits: int, every: int = 1, database: str | None = None
) -> tuple[Path, Path]:
    """Ask the tree in `old` and this one the same; the files of their answers.

    The old one leads: it alone says what there is to ask, and its dossier is the one that is loaded.
    `edits`: how many the day has; `every`: of so many records one is read, and of so many values of a
    parameter beside another one is tried. `database`: the URL of an empty one for this tree; a new file
    otherwise.
    """
    answers = folder / "old.gz", folder / "new.gz"
    fixtures = str(old / "fixtures")
    leader = subprocess.Popen(
        command("lead", answers[0], fixtures, str(edits), str(every)),
        env=environment(old, f"sqlite:///{folder}/old.db"),
        cwd=folder,
        stdout=subprocess.PIPE,
    )
    follower = subprocess.Popen(
        command("follow", answers[1], fixtures),
        env=environment(ROOT, database or f"sqlite:///{folder}/new.db"),
        cwd=folder,
        stdin=leader.stdout,
    )
    assert leader.stdout is not None
    # Only the follower holds the pipe now, so that the leader ends where the follower breaks off.
    leader.stdout.close()
    if follower.wait() or leader.wait():
        leader.wait()
        sys.exit("compare: the requests were not all answered; the reason stands above")
    return answers


def command(part: str, answers: Path, *more: str) -> list[str]:
    """What asks one side; `part`: lead or follow."""
    # -P: neither tree's files but those on the path may be imported.
    return [sys.executable, "-P", "-m", "audits.traffic", part, str(answers), *more]


def environment(tree: Path, database: str) -> dict[str, str]:
    """The settings of one side; nothing that this machine sets for the service."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FACTS_")}
    return inherited | {
        "PYTHONPATH": os.pathsep.join((str(tree), str(Path(__file__).parent.parent))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "FACTS_DATABASE_URL": database,
        # A busy machine is not a difference.
        "FACTS_QUERY_TIMEOUT_MS": "600000",
    }


def main() -> None:
    """Run from the command line."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    compared = arguments.add_mutually_exclusive_group(required=True)
    compared.add_argument("--rev", help="the git revision to compare this tree with")
    compared.add_argument(
        "--with-database", metavar="URL", help="an empty database to compare a file with, under this tree"
    )
    arguments.add_argument(
        "--allow", metavar="REGEX", help='requests that may differ, such as "GET /v1/search\\?"'
    )
    arguments.add_argument(
        "--strict", action="store_true", help="no new answers to refused reads, no other OpenAPI document"
    )
    arguments.add_argument("--edits", type=int, default=150, help="length of the day of edits")
    arguments.add_argument("--every", type=int, default=1, help="of so many records one is read")
    arguments.add_argument("--keep", type=Path, metavar="FOLDER", help="keep both files of answers there")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, tree = Path(name), ROOT
        if given.rev:
            check_out(given.rev, tree := folder / "tree")
        answers = ask_both(tree, folder, given.edits, given.every, given.with_database)
        findings = compare(*answers, given.allow, given.strict)
        for file in answers if given.keep else ():
            given.keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, given.keep)
    print(findings)
    if not findings.same:
        sys.exit(1)


if __name__ == "__main__":
    main()
