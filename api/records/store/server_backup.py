"""Backups of a record on a server, by PostgreSQL's own programs: pg_dump writes them, pg_restore reads them,
and psql executes what it reads.

They get address and password in their environment, which only processes of the same user can read.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg.pq import Conninfo

from .engine import HISTORY, DatabaseUnusable, OutcomeUnknown

#: Who else is connected. What the server does by itself is nobody's.
OTHERS = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL "
    "AND pid <> pg_backend_pid()"
)
#: The statements that drop all tables and functions but those of extensions.
DROPS = (
    "SELECT 'DROP TABLE ' || oid::regclass || ' CASCADE' FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') "
    "UNION ALL SELECT 'DROP ROUTINE IF EXISTS ' || oid::regprocedure || ' CASCADE' FROM pg_proc p "
    "WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS "
    "(SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"
)
#: How an archive of pg_dump begins.
_BEGINS = b"PGDMP"
#: How psql is to execute: the first line that it prints is the number of the transaction.
_PSQL = ("--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", "--file=-")
_BEGIN = ("SET client_min_messages = warning", "BEGIN", "SELECT pg_current_xact_id()")
#: Seconds in which a server that was lost may come back and tell what became of a transaction.
_PATIENCE = 10
#: Who puts it back owns it, and says who else may see it.
_ANYBODYS = ("--no-owner", "--no-privileges", "--no-comments")


def copy(url: str, snapshot: str, version: int, patience_ms: int, file: Path) -> None:
    """Write what the transaction shows that exported a snapshot, and read it again to its end.

    Raises ValueError where one of both fails, DatabaseUnusable where pg_dump is not there, or is older than
    the server's version.
    """
    known = re.search(r"\(PostgreSQL\) (\d+)", _run("pg_dump", "--version"))
    if known and int(known[1]) < version:
        raise DatabaseUnusable(
            f"the server is PostgreSQL {version}, and pg_dump is of {known[1]}: install that of {version}"
        )
    options = (f"--snapshot={snapshot}", f"--lock-wait-timeout={patience_ms}", f"--file={file}")
    _run("pg_dump", "--format=custom", *_ANYBODYS, *options, url=url)
    file.chmod(0o600)
    _run("pg_restore", f"--file={os.devnull}", str(file))


def migrations_in(backup: Path) -> tuple[str, ...]:
    """The names of the migrations of the record in a backup; none where no record is in it.

    Raises DatabaseUnusable where it is no backup of a server's database, ValueError where it is damaged.
    """
    with backup.open("rb") as opened:
        if opened.read(len(_BEGINS)) != _BEGINS:
            raise DatabaseUnusable("it is no backup from a server; facts copy takes a record in a file there")
    lines = _run("pg_restore", "--data-only", f"--table={HISTORY}", "--file=-", str(backup)).splitlines()
    heads = (at for at, line in enumerate(lines) if line.startswith("COPY "))
    if (head := next(heads, None)) is None:
        return ()
    at = re.findall(r"\w+", lines[head].partition("(")[2]).index("name")
    return tuple(line.split("\t")[at] for line in lines[head + 1 : lines.index("\\.")])


def put_back(url: str, backup: Path, before: Iterable[str]) -> None:
    """Execute some statements and then a backup, in one transaction.

    Raises ValueError where it fails: nothing was done then; OutcomeUnknown where nobody can say.
    """
    reading = [_program("pg_restore"), *_ANYBODYS, "--file=-", str(backup)]
    executing = [_program("psql"), *_PSQL]
    with TemporaryFile("w+b") as said, TemporaryFile("w+b") as told:
        with (
            _running(reading, stdout=subprocess.PIPE, stderr=said) as archive,
            _running(
                executing, stdin=subprocess.PIPE, stdout=told, stderr=said, env=_environment(url)
            ) as psql,
        ):
            _pass_on(archive, psql, before)
        if archive.returncode or psql.returncode:
            said.seek(0)
            told.seek(0)
            _require_done(url, told.readline().decode().strip(), _cause(said.read()))


@contextmanager
def _running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with this block, at once where that is left by an exception."""
    with subprocess.Popen(command, **options) as program:
        try:
            yield program
        except BaseException:
            program.kill()
            raise


def _pass_on(archive: subprocess.Popen[bytes], psql: subprocess.Popen[bytes], before: Iterable[str]) -> None:
    """A transaction that is not told to commit, because one of both ended early, is undone."""
    assert archive.stdout
    assert psql.stdin
    with suppress(BrokenPipeError):
        psql.stdin.write("".join(f"{statement};\n" for statement in (*_BEGIN, *before)).encode())
        shutil.copyfileobj(archive.stdout, psql.stdin)
        if archive.wait() == 0:
            # A backup has no statistics, and without them plans are poor.
            psql.stdin.write(b"ANALYZE;\nCOMMIT;\n")
        psql.stdin.close()


def _require_done(url: str, transaction: str, cause: str) -> None:
    """Whether a transaction that failed, or whose commit was not answered, was done after all.

    Raises ValueError where it was not, OutcomeUnknown where the server does not come back to say so.
    """
    until = monotonic() + _PATIENCE
    while transaction:
        with suppress(psycopg.Error), psycopg.connect(url, connect_timeout=_PATIENCE) as connection:
            found = connection.execute("SELECT pg_xact_status(%s::text::xid8)", (transaction,)).fetchone()
            if found == ("committed",):
                return
            if found == ("aborted",):
                break
        if monotonic() > until:
            raise OutcomeUnknown(cause)
        sleep(0.2)
    raise ValueError(cause)


def _program(name: str) -> str:
    if (found := shutil.which(name)) is None:
        raise DatabaseUnusable(f"{name} is not there: install PostgreSQL's client programs")
    return found


def _run(name: str, *arguments: str, url: str | None = None) -> str:
    """What a program prints. Raises ValueError where it fails."""
    command, environment = [_program(name), *arguments], _environment(url) if url else None
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode:
        raise ValueError(_cause(done.stderr))
    return done.stdout.decode(errors="replace")


def _environment(url: str) -> dict[str, str]:
    """This process's own, with a server's address in the variables that its programs read.

    Raises DatabaseUnusable where something secret in the address has no variable: others see command lines.
    """
    environment = dict(os.environ)
    for option in Conninfo.parse(url.encode()):
        if option.val is not None and option.envvar:
            environment[option.envvar.decode()] = option.val.decode()
        elif option.val is not None and option.dispchar == b"*":
            raise DatabaseUnusable(f"{option.keyword.decode()} cannot be given to PostgreSQL's programs")
    return environment


def _cause(said: bytes) -> str:
    """The first line of what programs said, which tells the cause."""
    return next(iter(said.decode(errors="replace").splitlines()), "a program was stopped")
