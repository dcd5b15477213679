"""How far a command is: a bar with rate and time left on a terminal, nothing elsewhere."""

from collections.abc import Iterator
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


class Step:
    """One step with its bar."""

    def __init__(self, progress: Progress, words: str, total: int | None) -> None:
        self._progress, self._total = progress, total
        self._task = progress.add_task(words, total=total)

    def show(self, done: int) -> None:
        """So many are done."""
        if done % _SEEN_EVERY == 0 or done == self._total:
            self._progress.update(self._task, completed=done)

    def end(self, done: int) -> None:
        """These were all."""
        self._progress.update(self._task, completed=done, total=done)


class Steps:
    """The steps of a command."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def step(self, words: str, total: int | None = None) -> Step:
        """A step that begins, with what there is to do where that is known."""
        return Step(self._progress, words, total)


@contextmanager
def steps() -> Iterator[Steps]:
    """The steps of a command; their bars go when it ends."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Steps(progress)
