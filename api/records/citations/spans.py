"""Spans of a source's text: how it is read, folded and digested, and where cited words stand in it.

Pure functions over text. A position counts code points from 0 in the text that `read_text` makes of
the saved file; its end is exclusive.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from schemas.text import folds_apart

# White space allowed between a prefix and its start, or an end and its suffix: a paragraph break
# with its indentation. Unbounded, a text of blanks would take quadratic time.
GAP: Final = 100

# Characters of a run without white space that are folded together, where it can be cut there.
PART: Final = 64

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u0060", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)


class Span(NamedTuple):
    """A stretch of text, in code points: `start` from 0, `end` exclusive."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words that stand there."""
        return text[self.start : self.end]

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


def read_text(raw: bytes) -> str:
    """The text of a source, from the bytes that the curator saved.

    UTF-8, undecodable bytes become U+FFFD (as in the WHATWG Encoding Standard: one for each maximal
    subpart), a leading byte-order mark is dropped, CRLF and CR become LF. Nothing else changes.
    """
    return raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def digest(text: str) -> str:
    """`sha-256:` and the hexadecimal SHA-256 of `text` in UTF-8.

    `read_text` leaves no lone surrogate; one that comes from elsewhere is encoded as if it were a
    character, so that every text has a digest and different texts have different ones.
    """
    return "sha-256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def fold(text: str) -> str:
    """`text` without the differences that copying, typesetting and rewrapping make.

    In this order: NFKC, case folding, single quotes to `'`, double quotes to `"`, dashes to `-`,
    every run of white space to one space, none at the ends. White space is what `str.isspace` says:
    Unicode's White_Space and U+001C to U+001F.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN).split())


def folded_digest(text: str) -> str:
    """The digest of the folded `text`; equal for spans that differ only in what `fold` removes."""
    return digest(fold(text))


# One text is asked for many positions; splitting 1 MB takes 40 ms.
@lru_cache(maxsize=4)
def paragraph_starts(text: str) -> list[int]:
    """Where each paragraph begins: a block of lines between lines that hold only white space."""
    starts = []
    position = 0
    after_blank = True
    for line in text.split("\n"):
        blank = not line or line.isspace()
        if after_blank and not blank:
            starts.append(position)
        after_blank = blank
        position += len(line) + 1
    return starts


def paragraph_of(text: str, position: int) -> int:
    """The number, from 1, of the paragraph at `position`.

    Blank lines count with the paragraph before them, those at the head of the text with the first.
    """
    return max(1, bisect_right(paragraph_starts(text), position))


def place_of(text: str, span: Span) -> dict[str, Any]:
    """What a locator says of a span: {`position`, `paragraph`, `digest`, `folded_digest`}."""
    words = span.of(text)
    return {
        "position": {"start": span.start, "end": span.end},
        "paragraph": paragraph_of(text, span.start),
        "digest": digest(words),
        "folded_digest": folded_digest(words),
    }


def find_spans(
    text: str,
    start: str,
    end: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> list[Span]:
    """Every occurrence of the edge words, by position: `start` with the nearest `end` after it.

    `end` begins where `start` ends or later; without an `end` the span is `start` alone. `prefix`
    and `suffix` stand directly before and after the span, with nothing but up to 100 characters of
    white space between; an `end` without the `suffix` behind it is passed over. Words are compared
    as they are written, not folded, and may be part of longer words (many scripts do not divide
    them). Occurrences may overlap: two `start`s before one `end` are two, since nothing says
    which one the curator meant. No `start` (empty) has no occurrence.

    Linear in the text for words of bounded length.
    """
    if not start:
        return []
    starts = (at for at in occurrences(text, start) if _preceded(text, at, prefix))
    if not end:
        alone = (Span(at, at + len(start)) for at in starts)
        return [span for span in alone if _followed(text, span.end, suffix)]
    ends = (at for at in occurrences(text, end) if _followed(text, at + len(end), suffix))
    spans = []
    nearest = next(ends, None)
    for at in starts:
        # Both run forwards through the text once; this is what keeps the search linear.
        while nearest is not None and nearest < at + len(start):
            nearest = next(ends, None)
        if nearest is None:
            break
        spans.append(Span(at, nearest + len(end)))
    return spans


def occurrences(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at != -1:
        yield at
        at = text.find(words, at + 1)


def _preceded(text: str, at: int, prefix: str | None) -> bool:
    before = (prefix or "").rstrip()
    return not before or text[max(0, at - len(before) - GAP) : at].rstrip().endswith(before)


def _followed(text: str, at: int, suffix: str | None) -> bool:
    after = (suffix or "").lstrip()
    return not after or text[at : at + GAP + len(after)].lstrip().startswith(after)


# A command judges many citations against few texts; folding 5 MB takes half a second.
@lru_cache(maxsize=4)
def folded_text(text: str) -> str:
    return fold(text)


@lru_cache(maxsize=4)
def _word_starts(text: str) -> tuple[list[int], list[int]]:
    """Where each part of a run of non-white space begins, in the folded text and in the text itself.

    Folding never reaches across white space: the folded text is its folded runs, joined by spaces.
    """
    in_folded, in_text = [], []
    position = 0
    for run in re.finditer(r"\S+", text):
        for start, part in _parts(run[0]):
            in_folded.append(position)
            in_text.append(run.start() + start)
            position += len(fold(part))
        position += 1
    return in_folded, in_text


def _parts(run: str) -> Iterator[tuple[int, str]]:
    """A run in parts that fold alone as they fold together, and where each begins: Chinese and Japanese have
    no white space, and finding a place in a part costs as much as the part is long."""
    start = 0
    while start < len(run):
        end = start + PART
        while end < len(run) and not folds_apart(run[end]):
            end += 1
        yield start, run[start:end]
        start = end


def unfolded(text: str, span: Span) -> Span:
    """The span of `text` that folds to `span` of the folded text.

    Where that cuts a character which folds to several (`ß`, `…`), the whole character is in.
    """
    start, offset, run = _run_at(text, span.start)
    first = start + _cut(run, offset)
    start, offset, run = _run_at(text, span.end - 1)
    last = _cut(run, offset + 1)
    if len(fold(run[:last])) < offset + 1:
        last += 1
    return Span(first, start + last)


def _run_at(text: str, position: int) -> tuple[int, int, str]:
    """The run of non-white space behind `position` of the folded text: where it begins in the
    text, how far into the folded run the position is, and the run itself."""
    in_folded, in_text = _word_starts(text)
    number = bisect_right(in_folded, position) - 1
    start = in_text[number]
    following = in_text[number + 1] if number + 1 < len(in_text) else len(text)
    return start, position - in_folded[number], text[start:following].rstrip()


def _cut(run: str, offset: int) -> int:
    """How many characters of `run` fold to `offset` or fewer, combining marks included."""
    return bisect_right(range(len(run) + 1), offset, key=lambda count: len(fold(run[:count]))) - 1
