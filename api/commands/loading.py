"""Loading a harvest: batch after batch, each all or nothing, with what is said of it."""

import gc
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import click
from peewee import Database

from api.formats.checking import Finding, finding
from api.formats.harvest import Harvest
from api.formats.ordering import TooLongCircleError, in_batches
from api.records.core.errors import Refused
from api.records.core.registry import BY_PLURAL
from api.records.store.api_keys import Actor
from api.records.write.operations import Withdraw
from api.records.write.perform import perform
from api.records.write.step import Correction
from api.records.write.transaction import Outcome
from schemas.base import counted

from .common import give_up
from .progress import Steps

RESULTS = ("created", "updated", "unchanged", "skipped")
#: What becomes of records that are withdrawn.
WITHDRAWN = ("retracted", "merged")
Batch = Sequence[int]


class BatchRefused(Exception):
    """What a batch has against it."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(len(findings))
        self.findings = findings


def batches_of(harvest: Harvest, most: int | None) -> list[Batch]:
    """The numbers of the records as they are to be loaded: in the order of the files and together, or at most
    so many at once, after what they need."""
    if most is None:
        return [range(len(harvest))]
    try:
        return [*in_batches(len(harvest), harvest.needs, most)]
    except TooLongCircleError as error:
        named = ", ".join(harvest.id_of(number) for number in error.circle[:5])
        number = len(error.circle)
        more = ", …" if number > 5 else ""
        give_up(
            f"{counted(number, 'record')} name one another ({named}{more}) and can only be loaded together: "
            f"give --batch {number} or more, or leave it out"
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """A while in which Python looks for no circles: a batch makes hardly any, its objects go by themselves,
    and the collector would look through them again and again while they become more."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Loading:
    """The batches of a harvest on their way into a database, and what became of their records."""

    def __init__(
        self, database: Database, harvest: Harvest, correction: Correction | None, shown: Steps
    ) -> None:
        self._database, self._harvest, self._correction = database, harvest, correction
        self._step = shown.step("Loading records", len(harvest))
        self._done = self._batches = 0
        self._tally: Counter[tuple[str, str]] = Counter()
        self._skipped: list[str] = []

    def load(self, batches: Sequence[Batch]) -> None:
        """Load batch after batch. Raises BatchRefused at the first that has faults; those before it stand."""
        withdrawals = self._harvest.withdrawals()
        for number, batch in enumerate(batches, 1):
            # What is withdrawn may be named by any other record.
            afterwards = withdrawals if number == len(batches) else {}
            with _uncollected():
                outcomes = self._perform(batch, afterwards)
            self._count(batch, outcomes[: len(batch)])
            self._tally.update((o.type.plural, o.result) for o in outcomes[len(batch) :] if o.changed)
            self._done += len(batch)
            self._step.show(self._done)
            self._batches += 1

    def _perform(self, batch: Batch, afterwards: Mapping[int, Withdraw]) -> list[Outcome]:
        numbers = array("I", batch)
        operations = [replace(self._harvest.operation(n), correction=self._correction) for n in numbers]
        numbers.extend(afterwards)
        try:
            return perform(
                self._database,
                operations,
                Actor("facts load", "publisher"),
                progress=lambda done: self._step.show(self._done + done),
                afterwards=[*afterwards.values()],
            )
        except Refused as refused:
            entry = self._harvest.entry
            raise BatchRefused(
                [finding(entry(numbers[index]), fault) for index, fault in refused.indexed]
            ) from None

    def _count(self, batch: Batch, outcomes: list[Outcome]) -> None:
        for number, outcome in zip(batch, outcomes, strict=True):
            self._tally[outcome.type.plural, outcome.result] += 1
            if outcome.warnings:
                entry = self._harvest.entry(number)
                for warning in outcome.warnings:
                    click.echo(str(finding(entry, warning, True)))
            if outcome.result == "skipped":
                status = outcome.entry.status
                self._skipped.append(f"{outcome.type.name} {outcome.id} is {status} in the database")

    @property
    def stands(self) -> str:
        """What was loaded before a batch was refused."""
        if not self._done:
            return "nothing was loaded"
        return f"nothing of their batch was loaded; {counted(self._done, 'record')} of earlier batches are in"

    def summarise(self) -> None:
        """Print a table by type, then the number of changes."""
        click.echo(f"{'':10}" + "".join(f"{result:>11}" for result in RESULTS))
        for plural in BY_PLURAL:
            numbers = [self._tally[plural, result] for result in RESULTS]
            if any(numbers):
                click.echo(f"{plural:10}" + "".join(f"{number:>11}" for number in numbers))
        by_result: Counter[str] = Counter()
        for (_, result), number in self._tally.items():
            by_result[result] += number
        if withdrawn := [f"{by_result[result]} {result}" for result in WITHDRAWN if by_result[result]]:
            click.echo(", ".join(withdrawn))
        click.echo(f"{sum(by_result[result] for result in ('created', 'updated', *WITHDRAWN))} changed")
        for skipped in self._skipped:
            click.echo(f"skipped: {skipped}")
