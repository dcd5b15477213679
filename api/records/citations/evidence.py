"""What a locator states that a text can bear out, and where in a text it holds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from .spans import Span, digest, find_spans, fold, folded_digest, folded_text, occurrences, unfolded

# Characters hashed in search of one digest, at most: about half a second. Every citation of a long
# article stays far below; a text made of nothing but edge words cannot hold the command up.
DIGEST_WORK: Final = 100_000_000

# What hashing one short span costs, counted in characters (measured: 1.2 µs against 2.5 ns each).
HASH_COST: Final = 500

# Places of one folded digest that are looked up in the text itself: two make it ambiguous.
MOST_HELD: Final = 100

# A digest decides which `end` closes its span, so that more than the nearest may be tried: folding
# can make a nearer one (`Abe` and `abe`). Few are enough, as an `end` is rarely repeated in a span.
ENDS_TRIED: Final = 16


@dataclass(frozen=True)
class EdgeWords:
    """Words with which a span begins and ends, and words around it."""

    start: str
    end: str | None = None
    prefix: str | None = None
    suffix: str | None = None

    def folded(self) -> EdgeWords:
        """The same without case, quotes, dashes and white space."""
        return EdgeWords(
            fold(self.start),
            fold(self.end or "") or None,
            fold(self.prefix or "") or None,
            fold(self.suffix or "") or None,
        )


@dataclass(frozen=True)
class Evidence:
    """The members of a locator that a text can bear out."""

    position: Span | None
    digest: str | None
    folded_digest: str | None
    words: EdgeWords | None
    paragraph: int | None

    @property
    def digests(self) -> bool:
        """Whether it gives a digest of either kind."""
        return self.digest is not None or self.folded_digest is not None

    @property
    def checkable(self) -> bool:
        """Whether a text can bear it out: a digest needs a place to look, by position or words."""
        return self.words is not None or (self.position is not None and self.digests)


def evidence_of(locator: Mapping[str, Any]) -> Evidence:
    """What of a locator a text can bear out."""
    position = locator.get("position")
    words = locator.get("text") or {}
    return Evidence(
        position=Span(position["start"], position["end"]) if position else None,
        digest=locator.get("digest"),
        folded_digest=locator.get("folded_digest"),
        words=EdgeWords(words["start"], words.get("end"), words.get("prefix"), words.get("suffix"))
        if words.get("start")
        else None,
        paragraph=locator.get("paragraph"),
    )


def _members(words: EdgeWords) -> tuple[str, str | None, str | None, str | None]:
    return words.start, words.end, words.prefix, words.suffix


def places_of(text: str, words: EdgeWords) -> tuple[Span, ...]:
    """Where the edge words stand."""
    return tuple(find_spans(text, *_members(words)))


def digest_places(evidence: Evidence, text: str) -> tuple[Span, ...]:
    """Where the digest holds, as far as it is looked for."""
    if evidence.digest is None:
        return ()
    places = _holding(text, _candidates(evidence, text), evidence.digest, digest)
    return tuple(sorted(places))


def _candidates(evidence: Evidence, text: str) -> Iterator[Span]:
    """Where the span of a digest may stand; the position gives its length, which never changes."""
    position, words = evidence.position, evidence.words
    if position is not None:
        yield position
    if words is None:
        yield from _windows(evidence, text)
        return
    if position is not None:
        yield from _framed_of_length(text, words, position.end - position.start)
    yield from _framed(text, words)


def _windows(evidence: Evidence, text: str) -> Iterator[Span]:
    if evidence.position is None or window_work(evidence, text) > DIGEST_WORK:
        return
    length = evidence.position.end - evidence.position.start
    for start in range(len(text) - length + 1):
        yield Span(start, start + length)


def window_work(evidence: Evidence, text: str) -> int:
    """Characters to hash for trying every place of the text."""
    if evidence.position is None:
        return 0
    length = evidence.position.end - evidence.position.start
    return max(0, len(text) - length + 1) * (length + HASH_COST)


def _framed_of_length(text: str, words: EdgeWords, length: int) -> Iterator[Span]:
    for start in occurrences(text, words.start):
        if words.end is None or text.endswith(words.end, start, start + length):
            yield Span(start, start + length)


def _framed(text: str, words: EdgeWords) -> Iterator[Span]:
    """Spans from a `start` to one of the ends after it; the digest will choose among them."""
    yield from find_spans(text, *_members(words))
    if not words.start:
        return
    if not words.end:
        yield from find_spans(text, words.start)
        return
    ends = list(occurrences(text, words.end))
    for start in occurrences(text, words.start):
        first = bisect_right(ends, start + len(words.start) - 1)
        for end in ends[first : first + ENDS_TRIED]:
            yield Span(start, end + len(words.end))


def folded_digest_places(evidence: Evidence, text: str) -> tuple[Span, ...]:
    """Where the folded digest holds, as spans of the text itself."""
    wanted = evidence.folded_digest
    if wanted is None:
        return ()
    at_position = [
        position
        for position in (evidence.position,)
        if position and holds(text, position, wanted, folded_digest)
    ]
    if evidence.words is None:
        return tuple(at_position)
    folded = folded_text(text)
    framed = _holding(folded, _framed(folded, evidence.words.folded()), wanted, digest)
    elsewhere = (unfolded(text, span) for span in sorted(framed)[:MOST_HELD])
    return tuple(sorted(chain(at_position, (s for s in elsewhere if not _touches(s, at_position)))))


def _touches(span: Span, others: list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _holding(
    text: str, candidates: Iterable[Span], wanted: str, digest_of: Callable[[str], str]
) -> set[Span]:
    """The candidates whose digest is `wanted`, as far as `DIGEST_WORK` reaches."""
    tried: set[Span] = set()
    holding: set[Span] = set()
    left = DIGEST_WORK
    for span in candidates:
        if span in tried:
            continue
        tried.add(span)
        left -= span.end - span.start + HASH_COST
        if left < 0:
            break
        if holds(text, span, wanted, digest_of):
            holding.add(span)
    return holding


def holds(text: str, span: Span, wanted: str, digest_of: Callable[[str], str]) -> bool:
    """Whether the digest of a span is the one wanted."""
    # An empty span, or one that Python's slices would cut short or count from the end, is no place.
    return 0 <= span.start < span.end <= len(text) and digest_of(span.of(text)) == wanted
