"""How far a command is: a bar with rate and time left on a terminal, nothing elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

#: So many are done between two looks: each takes longer than reading a record.
_SEEN_EVERY = 20


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """So many a second."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


class Steps:
    """The steps of a command, each with its bar."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def step(self, words: str, total: int | None = None) -> Callable[[int], None]:
        """A step that begins: what is to be told how many are done, of a `total` where it is known."""
        task = self._progress.add_task(words, total=total)

        def done(number: int) -> None:
            if number % _SEEN_EVERY == 0 or number == total:
                self._progress.update(task, completed=number)

        return done


@contextmanager
def steps() -> Iterator[Steps]:
    """The steps of a command; their bars go when it ends."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Steps(progress)
