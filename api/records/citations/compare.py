"""Comparing a citation's locator with the text of its source.

What a locator states is proof in this order: a digest proves the very words, a folded digest proves
them but for case, quotes, dashes and white space, edge words only say where to look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, Literal

from .evidence import (
    DIGEST_WORK,
    Evidence,
    digest_places,
    evidence_of,
    folded_digest_places,
    holds,
    places_of,
    window_work,
)
from .spans import Span, digest, fold, folded_text, paragraph_of, place_of, unfolded

Status = Literal[
    "exact",
    "moved",
    "normalised",
    "found",
    "misquoted",
    "altered",
    "ambiguous",
    "not-found",
    "not-checked",
    "found-in-other-source",
]

NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})

# Characters of a text that a message shows from each edge of a span.
SHOWN: Final = 240

# A quotation can only be missing from a span that was found; what is worse stays what it is.
QUOTABLE: Final = frozenset({"exact", "moved", "normalised", "found", "not-checked"})


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


def judge_citation(
    citation: Mapping[str, Any], text: str, other_texts: Mapping[str, str] = NO_TEXTS
) -> Judgement:
    """What the text of a source says of a citation: of its locator (`judge`) and of its `quote`.

    The quotation must stand, folded, in the span that was found; without a span, in the whole text.
    Else the citation is `misquoted`. A quotation that stands in the text of a source cited without a
    span is `found`. What the locator alone makes altered, ambiguous or worse stays that.
    """
    locator, quote = citation.get("locator") or {}, citation.get("quote")
    judgement = judge(locator, text, other_texts)
    if not quote or judgement.status not in QUOTABLE:
        return judgement
    span = judgement.spans[0] if judgement.spans else evidence_of(locator).position
    words = fold(span.of(text)) if span else folded_text(text)
    where = f"at {span}" if span else "in the text"
    if fold(quote) not in words:
        stands = f"; there stands {shown_words(span.of(text))}" if span else ""
        return Judgement("misquoted", f"The quotation does not stand {where}{stands}.", judgement.spans)
    if judgement.status == "not-checked":
        return Judgement("found", f"The quotation stands {where}.")
    return judgement


def shown_words(words: str) -> str:
    """Words of a text as a message shows them: in quotation marks, on one line, the edges of long ones."""
    line = " ".join(words.split())
    if len(line) > 2 * SHOWN:
        line = f"{line[:SHOWN]} … {line[-SHOWN:]}"
    return '"' + "".join(char if char.isprintable() else "\ufffd" for char in line) + '"'


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
    evidence = evidence_of(locator)
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
    evidence = evidence_of(locator)
    if evidence.words is None or evidence.position or evidence.digests:
        return None
    spans = places_of(text, evidence.words)
    if len(spans) != 1:
        return None
    [span] = spans
    if evidence.paragraph not in (None, paragraph_of(text, span.start)):
        return None
    return {name: value for name, value in locator.items() if value is not None} | place_of(text, span)


def _judge_digest(evidence: Evidence, text: str) -> Judgement | None:
    if evidence.digest is None:
        return None
    position = evidence.position
    if position and holds(text, position, evidence.digest, digest):
        return Judgement("exact", f"The cited words stand at {position}, unchanged.", (position,))
    places = digest_places(evidence, text)
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


def _judge_folded_digest(evidence: Evidence, text: str) -> Judgement | None:
    places = folded_digest_places(evidence, text)
    if len(places) > 1:
        return _ambiguous("But for case, quotes, dashes and spaces, the cited words stand", places)
    if not places:
        return None
    return Judgement(
        "normalised",
        f"The cited words stand at {places[0]}; at most case, quotes, dashes or spaces differ.",
        places,
    )


def _judge_words(evidence: Evidence, text: str) -> Judgement | None:
    spans = places_of(text, evidence.words) if evidence.words else ()
    if not spans:
        return None
    if len(spans) > 1:
        return _ambiguous("The edge words occur", spans)
    if evidence.digests:
        return Judgement(
            "altered",
            f"The edge words stand at {spans[0]}, but the words cited there are not the same; now there "
            f"stands {shown_words(spans[0].of(text))}.",
            spans,
        )
    return Judgement("found", _found_where(evidence, text, spans[0]), spans)


def _judge_elsewhere(evidence: Evidence, other_texts: Mapping[str, str]) -> Judgement | None:
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


def _places_elsewhere(evidence: Evidence, text: str) -> tuple[Span, ...]:
    if evidence.digests:
        return digest_places(evidence, text) or folded_digest_places(evidence, text)
    spans = places_of(text, evidence.words) if evidence.words else ()
    return spans if len(spans) == 1 else ()


def _found_where(evidence: Evidence, text: str, span: Span) -> str:
    paragraph = paragraph_of(text, span.start)
    detail = f"The edge words occur once, at {span} in paragraph {paragraph}"
    if evidence.position not in (None, span):
        detail += f"; the locator says {evidence.position}"
    if evidence.paragraph not in (None, paragraph):
        detail += f"; the locator says paragraph {evidence.paragraph}"
    return detail + "."


def _why_not_found(evidence: Evidence, text: str) -> str:
    if evidence.words is None and window_work(evidence, text) > DIGEST_WORK:
        return (
            "The digest does not hold at the position; the text is too long to look for it "
            "everywhere: add edge words."
        )
    if evidence.words is None:
        return "The digest holds nowhere in the text."
    spans = places_of(folded_text(text), evidence.words.folded())
    if spans:
        near = _listed([unfolded(text, span) for span in spans[:4]])
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
