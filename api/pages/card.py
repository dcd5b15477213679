"""A claim as a card that other sites show in a frame: small, and honest about what became of it."""

from dataclasses import dataclass, replace

from api.formats.addresses import page_address
from api.http.responses import public_base
from api.records.answers.provenance import read_provenance
from api.records.core.registry import CLAIM
from api.records.core.state import State
from api.records.read.feed import check_embedded
from api.records.read.records import read_record, shown_in
from api.records.read.revisions import Revision, moment_of, read_revision, read_revisions
from api.records.store.deadline import parsed
from schemas import query as q
from schemas.base import Json

from .claim import voices_of
from .dates_in_words import When, day, when
from .links import Link, in_language, optional_link
from .page import Asked, Page, Shown
from .record_texts import Text, text_of, translated
from .standings import Standing, standings
from .words import term

#: Standings of which a card warns whatever it shows.
_WARNED = ("unsupported", "contested", "superseded")
#: Revisions that are looked through for the last correction.
_MOST = 200
PARAMETERS = {
    "revision": q.number("revision", "The revision that is shown, however the claim changes.", 1, 10**9),
    "theme": q.choice("theme", "`auto`: as the reader's system has it.", ("auto", "light", "dark"), "auto"),
}


@dataclass(frozen=True)
class Correction:
    """The last public correction of a claim: the day, and why."""

    day: str
    note: str


@dataclass(frozen=True)
class CardView:
    """A card. `warnings`: how the claim stands now, where that must be said; `pinned`: the revision that is
    shown for good; `outdated`: whether it was corrected since."""

    proposition: Text
    kind: str
    claimant: Link | None
    position_of: Link | None
    said: When | None
    standings: list[Standing]
    warnings: list[Standing]
    correction: Correction | None
    pinned: int | None
    outdated: bool
    address: str
    publisher: str
    theme: str


def _read(asked: Asked) -> Json:
    # First: what was withdrawn is withdrawn in all its revisions.
    now: Json = parsed(read_record(asked.state, CLAIM, asked.id).body)
    number = asked.query["revision"]
    shown = asked.state if number is None else _state_at(asked.state, asked.id, number)
    answers = check_embedded(asked.state.database, [(asked.id, number or now["meta"]["revision"])])
    return {
        "claim": shown_in(shown, read_record(shown, CLAIM, asked.id).body),
        "graph": read_provenance(shown, asked.id),
        "now": now,
        "outdated": answers[0]["answer"] == "corrected",
        "correction": _last_correction(asked.state, now),
    }


def _state_at(state: State, claim: str, number: int) -> State:
    """The record as it was when a revision was made."""
    revision = read_revision(state, claim, number)
    return replace(state, moment=moment_of(state.database, f"seq:{revision.seq}"))


def _last_correction(state: State, claim: Json) -> Revision | None:
    """The last change that did more than add something."""
    revisions = read_revisions(state, claim["id"], max(0, claim["meta"]["revision"] - _MOST), _MOST)
    return next((r for r in reversed(revisions) if r.kind not in (None, "enrichment")), None)


def _show(document: Json, asked: Asked) -> Shown:
    claim, now = document["claim"], document["now"]
    voices = voices_of(document["graph"])
    last = document["correction"]
    view = CardView(
        text_of(claim, "proposition"),
        term(claim["kind"]),
        optional_link(claim["claimant"]),
        optional_link(claim["position_of"]),
        when(claim["said"]),
        [s for s in standings(claim, voices) if s.name not in _WARNED],
        [s for s in standings(now, voices) if s.name in _WARNED],
        Correction(day(last.time[:10]), last.note or "") if last else None,
        asked.query["revision"],
        document["outdated"],
        f"{public_base()}{in_language(page_address(now['links']['self']))}",
        asked.settings.publisher_name,
        asked.query["theme"],
    )
    return Shown(view.proposition.text, view.kind, now["links"]["self"], view, listed=False)


def _translated(asked: Asked, document: Json) -> Json:
    """A revision has the translations of its own time: what was said has changed since."""
    number = asked.query["revision"]
    shown = asked.state if number is None else _state_at(asked.state, asked.id, number)
    then = translated(shown, {name: document[name] for name in ("claim", "graph")})
    return {**document, **translated(asked.state, {"now": document["now"]}), **then}


PAGE = Page(
    "/embed/claims/<id>",
    "card.html",
    _read,
    _show,
    PARAMETERS,
    framed=True,
    kept=("theme",),
    translate=_translated,
)
