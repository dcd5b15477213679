"""How far a record is brought along at a start: lines for an operator, whatever reads them."""

from time import monotonic

import click

#: Seconds between two lines of what takes long.
_BETWEEN_LINES = 10


class Renewal:
    """What is told of it, said now and then."""

    def __init__(self) -> None:
        self._step, self._done = "", 0
        self._began = self._said = monotonic()

    def told(self, step: str, many: int, total: int) -> None:
        """So many more records of all are done; it is said now and then."""
        now = monotonic()
        if step != self._step:
            self._step, self._done, self._began = step, 0, self._said
        self._done += many
        if now - self._said < _BETWEEN_LINES:
            return
        self._said = now
        rate = self._done / (now - self._began)
        left = (total - self._done) / rate / 60
        click.echo(
            f"facts: {self._done:,} of {total:,} records are {step}, "
            f"{rate:,.0f} a second: {left:,.0f} minutes left",
            err=True,
        )
