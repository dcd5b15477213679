"""Spans of a source's text: where the cited words stand, and whether they are still the same.

Pure functions over text. A position counts code points from 0 in the text that `read_text` makes of
the saved file; its end is exclusive. What a locator states is proof in this order: a digest proves
the very words, a folded digest proves them but for case, quotes, dashes and white space, edge words
only say where to look.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

Status = Literal[
    "exact",
    "moved",
    "normalised",
    "found",
    "altered",
    "ambiguous",
    "not-found",
    "not-checked",
    "found-in-other-source",
]

NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})

# Characters hashed in search of one digest, at most: about half a second. Every citation of a long
# article stays far below; a text made of nothing but edge words cannot hold the command up.
DIGEST_WORK: Final = 100_000_000

# What hashing one short span costs, counted in characters (measured: 1.2 µs against 2.5 ns each).
HASH_COST: Final = 500

# A digest decides which `end` closes its span, so that more than the nearest may be tried: folding
# can make a nearer one (`Abe` and `abe`). Few are enough, as an `end` is rarely repeated in a span.
ENDS_TRIED: Final = 16

# White space allowed between a prefix and its start, or an end and its suffix: a paragraph break
# with its indentation. Unbounded, a text of blanks would take quadratic time.
GAP: Final = 100

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


@dataclass(frozen=True)
class Judgement:
    """What came of comparing a locator with a text.

    `spans` are the places found, by position: in the text of `source` for `found-in-other-source`,
    else in the text judged. `detail` is one sentence for people, for every status.
    """

    status: Status
    detail: str
    spans: tuple[Span, ...] = ()
    source: str | None = None


@dataclass(frozen=True)
class _EdgeWords:
    start: str
    end: str | None = None
    prefix: str | None = None
    suffix: str | None = None

    def folded(self) -> _EdgeWords:
        return _EdgeWords(
            fold(self.start),
            fold(self.end or "") or None,
            fold(self.prefix or "") or None,
            fold(self.suffix or "") or None,
        )


@dataclass(frozen=True)
class _Evidence:
    """The members of a locator that a text can bear out."""

    position: Span | None
    digest: str | None
    folded_digest: str | None
    words: _EdgeWords | None
    paragraph: int | None

    @property
    def digests(self) -> bool:
        return self.digest is not None or self.folded_digest is not None

    @property
    def checkable(self) -> bool:
        """Whether a text can bear it out: a digest needs a place to look, by position or words."""
        return self.words is not None or (self.position is not None and self.digests)


def read_text(raw: bytes) -> str:
    """The text of a source, from the bytes that the curator saved.

    UTF-8, undecodable bytes become U+FFFD (as in the WHATWG Encoding Standard: one for each maximal
    subpart), CRLF and CR become LF. Nothing else changes: a byte order mark stays and is counted.
    """
    return raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


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
    starts = (at for at in _occurrences(text, start) if _preceded(text, at, prefix))
    if not end:
        alone = (Span(at, at + len(start)) for at in starts)
        return [span for span in alone if _followed(text, span.end, suffix)]
    ends = (at for at in _occurrences(text, end) if _followed(text, at + len(end), suffix))
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


def judge(locator: Mapping[str, Any], text: str, other_texts: Mapping[str, str] = NO_TEXTS) -> Judgement:
    """What the text of a citation's source says of its locator.

    `other_texts` are those of other sources, by id; they are asked only where `text` has neither
    the span nor its edge words. What decides, first to last:

    - `exact`: the digest holds at the position; without a position, it holds at one place.
    - `moved`: it does not, and the digest holds at one other place. Looked for where the edge words
      stand (a span begins with its `start` and ends with its `end`); without edge words, at every
      place of a text that is short enough for that (`DIGEST_WORK`).
    - `normalised`: the digest holds nowhere or none is given, and the folded digest holds at one
      place: at the position, or where the folded edge words stand in the folded text.
    - `altered`: a digest is given, none holds, and the edge words occur once.
    - `found`: no digest is given and the edge words occur once. A position or paragraph that says
      otherwise does not change the status; the detail names it.
    - `ambiguous`: what the last one tried looks for stands at several places. A position beside
      edge words does not choose among them, because without a digest nothing bears it out.
    - `found-in-other-source`: a digest holds somewhere in another text; without digests, the edge
      words occur in it once. The first such text counts.
    - `not-found`: nothing of the above, or the position lies beyond the end of the text.
    - `not-checked`: nothing that a text could bear out: a position, paragraph or page alone, or a
      digest with neither position nor edge words.
    """
    evidence = _evidence(locator)
    position = evidence.position
    if not evidence.checkable and position and position.end > len(text):
        return Judgement("not-found", f"Position {position} lies beyond the text's {len(text)} characters.")
    if not evidence.checkable:
        return Judgement(
            "not-checked",
            "The locator gives neither edge words nor a position with a digest to compare.",
        )
    return (
        _judge_digest(evidence, text)
        or _judge_folded_digest(evidence, text)
        or _judge_words(evidence, text)
        or _judge_elsewhere(evidence, other_texts)
        or Judgement("not-found", _why_not_found(evidence, text))
    )


def anchor(locator: Mapping[str, Any], text: str) -> dict[str, Any] | None:
    """`locator` completed with position, paragraph and digests, or None where it must not be.

    Only a locator without position and digests whose edge words occur exactly once is completed;
    page and timecode stay. One whose paragraph is not the one found is left for a person to settle.
    """
    evidence = _evidence(locator)
    if evidence.words is None or evidence.position or evidence.digests:
        return None
    spans = _find(text, evidence.words)
    if len(spans) != 1:
        return None
    [span] = spans
    paragraph = paragraph_of(text, span.start)
    if evidence.paragraph not in (None, paragraph):
        return None
    return {
        **{name: value for name, value in locator.items() if value is not None},
        "position": {"start": span.start, "end": span.end},
        "paragraph": paragraph,
        "digest": digest(span.of(text)),
        "folded_digest": folded_digest(span.of(text)),
    }


def _evidence(locator: Mapping[str, Any]) -> _Evidence:
    position = locator.get("position")
    words = locator.get("text") or {}
    return _Evidence(
        position=Span(position["start"], position["end"]) if position else None,
        digest=locator.get("digest"),
        folded_digest=locator.get("folded_digest"),
        words=_EdgeWords(words["start"], words.get("end"), words.get("prefix"), words.get("suffix"))
        if words.get("start")
        else None,
        paragraph=locator.get("paragraph"),
    )


def _judge_digest(evidence: _Evidence, text: str) -> Judgement | None:
    if evidence.digest is None:
        return None
    position = evidence.position
    if position and _holds(text, position, evidence.digest, digest):
        return Judgement("exact", f"The cited words stand at {position}, unchanged.", (position,))
    places = _digest_places(evidence, text)
    if len(places) > 1:
        return _ambiguous("The cited words stand unchanged", places)
    if not places:
        return None
    if position is None:
        return Judgement("exact", f"The cited words stand at {places[0]}, unchanged.", places)
    return Judgement(
        "moved",
        f"The cited words stand unchanged at {places[0]}; the locator says {position}.",
        places,
    )


def _judge_folded_digest(evidence: _Evidence, text: str) -> Judgement | None:
    places = _folded_digest_places(evidence, text)
    if len(places) > 1:
        return _ambiguous("But for case, quotes, dashes and spaces, the cited words stand", places)
    if not places:
        return None
    return Judgement(
        "normalised",
        f"The cited words stand at {places[0]}; at most case, quotes, dashes or spaces differ.",
        places,
    )


def _judge_words(evidence: _Evidence, text: str) -> Judgement | None:
    spans = _find(text, evidence.words) if evidence.words else ()
    if not spans:
        return None
    if len(spans) > 1:
        return _ambiguous("The edge words occur", spans)
    if evidence.digests:
        return Judgement(
            "altered",
            f"The edge words stand at {spans[0]}, but the words cited there are not the same.",
            spans,
        )
    return Judgement("found", _found_where(evidence, text, spans[0]), spans)


def _judge_elsewhere(evidence: _Evidence, other_texts: Mapping[str, str]) -> Judgement | None:
    for source, text in other_texts.items():
        places = _places_elsewhere(evidence, text)
        if places:
            return Judgement(
                "found-in-other-source",
                f"Not in this text, but in that of {source}, at {_listed(places)}.",
                places,
                source,
            )
    return None


def _places_elsewhere(evidence: _Evidence, text: str) -> tuple[Span, ...]:
    if evidence.digests:
        return _digest_places(evidence, text) or _folded_digest_places(evidence, text)
    spans = _find(text, evidence.words) if evidence.words else ()
    return spans if len(spans) == 1 else ()


def _found_where(evidence: _Evidence, text: str, span: Span) -> str:
    paragraph = paragraph_of(text, span.start)
    detail = f"The edge words occur once, at {span} in paragraph {paragraph}"
    if evidence.position not in (None, span):
        detail += f"; the locator says {evidence.position}"
    if evidence.paragraph not in (None, paragraph):
        detail += f"; the locator says paragraph {evidence.paragraph}"
    return detail + "."


def _why_not_found(evidence: _Evidence, text: str) -> str:
    if evidence.words is None and _window_work(evidence, text) > DIGEST_WORK:
        return (
            "The digest does not hold at the position; the text is too long to look for it "
            "everywhere: add edge words."
        )
    if evidence.words is None:
        return "The digest holds nowhere in the text."
    spans = find_spans(_folded(text), *_members(evidence.words.folded()))
    if spans:
        near = _listed([_unfolded(text, span) for span in spans[:4]])
        return (
            f"The edge words do not occur as written; with case, quotes, dashes and spaces put "
            f"aside they stand at {near}."
        )
    return "The edge words do not occur in the text."


def _ambiguous(what: str, places: tuple[Span, ...]) -> Judgement:
    return Judgement("ambiguous", f"{what} at {len(places)} places: {_listed(places)}.", places)


def _listed(places: Iterable[Span]) -> str:
    shown = [str(place) for place in islice(places, 4)]
    return ", ".join(shown[:3]) + (" and more" if len(shown) > 3 else "")


def _members(words: _EdgeWords) -> tuple[str, str | None, str | None, str | None]:
    return words.start, words.end, words.prefix, words.suffix


def _find(text: str, words: _EdgeWords) -> tuple[Span, ...]:
    return tuple(find_spans(text, *_members(words)))


def _digest_places(evidence: _Evidence, text: str) -> tuple[Span, ...]:
    if evidence.digest is None:
        return ()
    places = _holding(text, _candidates(evidence, text), evidence.digest, digest)
    return tuple(sorted(places))


def _candidates(evidence: _Evidence, text: str) -> Iterator[Span]:
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


def _windows(evidence: _Evidence, text: str) -> Iterator[Span]:
    if evidence.position is None or _window_work(evidence, text) > DIGEST_WORK:
        return
    length = evidence.position.end - evidence.position.start
    for start in range(len(text) - length + 1):
        yield Span(start, start + length)


def _window_work(evidence: _Evidence, text: str) -> int:
    """Characters to hash for trying every place of the text."""
    if evidence.position is None:
        return 0
    length = evidence.position.end - evidence.position.start
    return max(0, len(text) - length + 1) * (length + HASH_COST)


def _framed_of_length(text: str, words: _EdgeWords, length: int) -> Iterator[Span]:
    for start in _occurrences(text, words.start):
        if words.end is None or text.endswith(words.end, start, start + length):
            yield Span(start, start + length)


def _framed(text: str, words: _EdgeWords) -> Iterator[Span]:
    """Spans from a `start` to one of the ends after it; the digest will choose among them."""
    yield from find_spans(text, *_members(words))
    if not words.start:
        return
    if not words.end:
        yield from find_spans(text, words.start)
        return
    ends = list(_occurrences(text, words.end))
    for start in _occurrences(text, words.start):
        first = bisect_right(ends, start + len(words.start) - 1)
        for end in ends[first : first + ENDS_TRIED]:
            yield Span(start, end + len(words.end))


def _folded_digest_places(evidence: _Evidence, text: str) -> tuple[Span, ...]:
    """Where the folded digest holds, as spans of the text itself."""
    wanted = evidence.folded_digest
    if wanted is None:
        return ()
    at_position = [
        position
        for position in (evidence.position,)
        if position and _holds(text, position, wanted, folded_digest)
    ]
    if evidence.words is None:
        return tuple(at_position)
    folded = _folded(text)
    framed = _holding(folded, _framed(folded, evidence.words.folded()), wanted, digest)
    elsewhere = (_unfolded(text, span) for span in sorted(framed))
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
        if _holds(text, span, wanted, digest_of):
            holding.add(span)
    return holding


def _holds(text: str, span: Span, wanted: str, digest_of: Callable[[str], str]) -> bool:
    # An empty span, or one that Python's slices would cut short or count from the end, is no place.
    return 0 <= span.start < span.end <= len(text) and digest_of(span.of(text)) == wanted


def _occurrences(text: str, words: str) -> Iterator[int]:
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
def _folded(text: str) -> str:
    return fold(text)


@lru_cache(maxsize=4)
def _word_starts(text: str) -> tuple[list[int], list[int]]:
    """Where each run of non-white space begins, in the folded text and in the text itself.

    Folding never reaches across white space: the folded text is its folded runs, joined by spaces.
    """
    in_folded, in_text = [], []
    position = 0
    for run in re.finditer(r"\S+", text):
        in_folded.append(position)
        in_text.append(run.start())
        position += len(fold(run[0])) + 1
    return in_folded, in_text


def _unfolded(text: str, span: Span) -> Span:
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
