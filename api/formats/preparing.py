"""Records in bulk: parts of files read and validated by several processes, given back in their order."""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Final, NamedTuple

import orjson

from api.records.core.mentions import mentions
from api.records.core.registry import TYPES
from api.records.write.operations import Put, Withdrawal
from schemas.base import Json

from .checking import operation_of
from .dossier_files import parts_in, read_part
from .file_records import FileFault
from .parts import Part

#: Parts that are read before others are asked to help: they need half a second to begin.
_ALONE: Final = 10
#: Parts that wait for each process, or were read by it and wait to be taken: what bounds the memory.
_WAITING: Final = 4


class Located(NamedTuple):
    """A part with the file that it is of."""

    file: Path
    type: str
    part: Part


class Prepared(NamedTuple):
    """A record that can be put: its document as JSON, the ids that it needs to be there (of records, and of
    questions that it answers), those of the questions that it asks, and why it is withdrawn."""

    id: str
    publish: bool
    document: bytes
    needs: tuple[str, ...]
    asks: tuple[str, ...]
    withdrawal: Withdrawal | None


def located(paths: Iterable[Path], faults: list[FileFault]) -> Iterator[Located]:
    """The parts of all files in `paths`; what cannot be read is added to the faults."""
    yield from (Located(*part) for part in parts_in(paths, faults))


def prepared(parts: Iterable[Located], jobs: int) -> Iterator[tuple[Located, list[Prepared] | None]]:
    """Each part with its records; with None where it has faults. `jobs`: how many processes work on them."""
    rest = iter(parts)
    few = list(islice(rest, _ALONE))
    more = next(rest, None)
    if jobs < 2 or more is None:
        yield from ((part, prepare(part)) for part in chain(few, [more] if more else [], rest))
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin) as pool:
        try:
            yield from _in_order(chain(few, [more], rest), lambda part: pool.submit(prepare, part), jobs)
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(
    parts: Iterable[Located], submit: Callable[[Located], Future[list[Prepared] | None]], jobs: int
) -> Iterator[tuple[Located, list[Prepared] | None]]:
    waiting: deque[tuple[Located, Future[list[Prepared] | None]]] = deque()
    for part in parts:
        waiting.append((part, submit(part)))
        if len(waiting) > jobs * _WAITING:
            done, future = waiting.popleft()
            yield done, future.result()
    while waiting:
        done, future = waiting.popleft()
        yield done, future.result()


def _begin() -> None:
    """Let this process end with the one that began it, also when that is killed; it would wait for ever."""
    # A terminal sends it to both, and the other one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        if (parent := parent_process()) is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()
    gc.freeze()


def prepare(located: Located) -> list[Prepared] | None:
    """The records of a part, or None where one has a fault."""
    read = read_part(located.file, located.part, located.type)
    if read is None or read[1]:
        return None
    operations = [operation_of(entry) for entry in read[0]]
    puts = [operation for operation in operations if isinstance(operation, Put)]
    return [prepared_put(put) for put in puts] if len(puts) == len(operations) else None


def prepared_put(put: Put) -> Prepared:
    """A record as it can be given from one process to another."""
    document = put.document
    needs = (mention.target for mention in mentions(put.type.schema, document))
    answers = (answer["question"] for answer in document.get("answers", ()))
    asks = tuple(question["id"] for question in document.get("questions", ()))
    named = tuple(dict.fromkeys([*needs, *answers]))
    return Prepared(put.id, put.publish, orjson.dumps(document), named, asks, put.withdrawal)


def put_of(
    type_: str, record_id: str, document: bytes, publish: bool, withdrawal: Withdrawal | None = None
) -> Put:
    """The operation that a prepared record stands for."""
    read: Json = orjson.loads(document)
    return Put(TYPES[type_], record_id, read, publish=publish, withdrawal=withdrawal)
