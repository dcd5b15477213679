"""Where passages stand in a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .spans import Span, find_spans, fold, folded_text, unfolded

#: Places of one passage that are given, at most; how many there are is always said.
MOST_PLACES: Final = 20


@dataclass(frozen=True)
class Located:
    """Where a passage stands: `match` says how its words were compared, None where it stands nowhere.

    `spans` are the first places, by position; `count` says how many there are.
    """

    match: Literal["exact", "folded"] | None
    count: int = 0
    spans: tuple[Span, ...] = ()


def locate(passage: Mapping[str, Any], text: str) -> Located:
    """Where a passage stands in a text: its words as they are written, else folded.

    `passage` is {`start`, `end`?, `prefix`?, `suffix`?} or {`quote`}. Linear in the text.
    """
    words = [passage.get("quote") or passage["start"], *(passage.get(n) for n in ("end", "prefix", "suffix"))]
    if spans := find_spans(text, *words):
        return Located("exact", len(spans), tuple(spans[:MOST_PLACES]))
    spans = find_spans(folded_text(text), *(fold(word or "") for word in words))
    if not spans:
        return Located(None)
    # Two places of the folded text may lie in one character: `ß` folds to `ss`.
    first: dict[Span, None] = {}
    for span in spans:
        first[unfolded(text, span)] = None
        if len(first) == MOST_PLACES:
            return Located("folded", len(spans), tuple(first))
    return Located("folded", len(first), tuple(first))
