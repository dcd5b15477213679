"""A file's list of records, cut at the records: parts that can be read one by one, in any process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from .yaml_lists import line_at

#: Enough for a process to be worth asking, few enough to be in memory several times.
RECORDS_A_PART: Final = 100
#: Comments and empty lines before the list, and the mark of a document that begins.
_HEAD: Final = re.compile(
    r"(?:[ ]*(?:#[^\n]*)?\r?\n)*+(?:---[ ]*\r?\n)?(?:[ ]*(?:#[^\n]*)?\r?\n)*+(?=-[ \r\n])"
)
#: A further document, a directive, or a line that ends as none should.
_OTHER: Final = re.compile(r"^(?:---|\.\.\.|%)|\r(?!\n)", re.MULTILINE)
# A text in quotation marks may hold such a line as well; its part is then no YAML, and read otherwise.
_RECORD: Final = re.compile(r"^-(?=[ \r\n])", re.MULTILINE)


class Span(NamedTuple):
    """Where a record is found again: in which characters of its file, which begin on a line, as which item
    of their list."""

    start: int
    end: int
    line: int
    item: int = 0


@dataclass(frozen=True)
class Part:
    """Some records of a file: their text, the index and the line of the first, and where each stands in the
    file, in characters (`starts`, and the end of the last). The whole of a file may be a part that was not
    cut: how many records it holds is not known."""

    text: str
    index: int
    line: int
    starts: tuple[int, ...]
    whole: bool = False

    def has(self, count: int) -> bool:
        """Whether so many records were read as were cut."""
        return self.whole or count == len(self.starts) - 1

    def spans(self, count: int) -> Iterator[Span]:
        """Where each of its records stands."""
        if self.whole:
            yield from (Span(0, len(self.text), 1, item) for item in range(count))
            return
        line, first = self.line, self.starts[0]
        for start, end in pairwise(self.starts):
            yield Span(start, end, line)
            line += self.text.count("\n", start - first, end - first)


def parts_of(text: str) -> Iterator[Part]:
    """The parts of a file; one, where its text is no list whose records begin at the left edge."""
    head = _HEAD.match(text)
    if head is None or _OTHER.search(text, head.end()):
        return iter([Part(text, 0, 1, (0, len(text)), whole=True)])
    cuts = [cut.start() for cut in _RECORD.finditer(text, head.end())]
    return _parts(text, [*cuts, len(text)])


def _parts(text: str, cuts: list[int]) -> Iterator[Part]:
    line = line_at(text, cuts[0])
    for first in range(0, len(cuts) - 1, RECORDS_A_PART):
        starts = tuple(cuts[first : first + RECORDS_A_PART + 1])
        part = text[starts[0] : starts[-1]]
        yield Part(part, first, line, starts)
        line += part.count("\n")
