"""The page of a claim: what is said, by whom, how it came here, how it stands, how it changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.formats import schema_org
from api.formats.addresses import page_address
from api.formats.citing import Cited, citing
from api.http.responses import public_base
from api.records.answers.provenance import read_provenance
from api.records.answers.quantities import quantities_of
from api.records.answers.translation import as_written
from api.records.core.registry import CLAIM
from schemas.base import Json

from .chain import Chain, chain_of
from .citations import Citation, citations
from .comparing import comparing_claim
from .dates_in_words import When, when
from .embedding import Codes, codes
from .history import Entry, history, revisions_of
from .judgements import Assessment, Review, assessed, reviews
from .links import Link, link_to, link_to_record, links_to, optional_link
from .numbers import Number, numbers
from .page import CHOOSING, Asked, Page, Shown
from .reading import many, one, users_of_names
from .record_texts import Text, text_of
from .standings import Standing, standings
from .words import RELATIONS, SITE, relation, sentence, term


@dataclass(frozen=True)
class Relations:
    """Other claims to which this one stands in one relation, each with a note."""

    type: str
    label: str
    claims: list[tuple[Link, str | None]]


@dataclass(frozen=True)
class ClaimView:
    """The page of a claim."""

    proposition: Text
    kind: str
    claimant: Link | None
    position_of: Link | None
    said: When | None
    valid: When | None
    about: list[Link]
    numbers: list[Number]
    dossiers: list[Link]
    answers: list[tuple[Text, str]]
    standings: list[Standing]
    assessment: Assessment | None
    reviews: list[Review]
    chain: Chain
    citations: list[Citation]
    relations: list[Relations]
    history: list[Entry]
    cited: Cited
    codes: Codes
    #: What the script of the page says when it compares a pasted text with what is cited.
    comparing: Json | None


def _read(asked: Asked) -> Json:
    claim = one(asked.state, CLAIM, asked.id)
    named = [*_about(claim), *(link["party"] for link in claim["attribution"])]
    dossiers = [d["id"] for d in claim["dossiers"]]
    return {
        "claim": claim,
        "graph": read_provenance(asked.state, asked.id),
        "quantities": quantities_of(asked.state, claim),
        "revisions": revisions_of(asked.state, claim),
        "dossiers": list(many(asked.state, dossiers).values()),
        "users": users_of_names(asked.state, (r["id"] for r in named)),
    }


def _show(document: Json, asked: Asked) -> Shown:
    claim = document["claim"]
    publisher = asked.settings.publisher_name
    view = _view(document, publisher)
    return Shown(
        view.proposition.text,
        _description(view),
        claim["links"]["self"],
        view,
        schema_org.claim(as_written(claim), publisher, public_base()),
        links_to(document["users"]),
        embeddable=True,
    )


def _view(document: Json, publisher: str) -> ClaimView:
    claim = document["claim"]
    address = f"{public_base()}{page_address(claim['links']['self'])}"
    # Whoever cites or embeds it has what the record itself says, in whichever language the page was read.
    itself = as_written(claim)
    return ClaimView(
        text_of(claim, "proposition"),
        term(claim["kind"]),
        optional_link(claim["claimant"]),
        optional_link(claim["position_of"]),
        when(claim["said"]),
        when(claim["valid"]),
        links_to(_about(claim)),
        numbers(document["quantities"]),
        [link_to_record(d, "title") for d in document["dossiers"]],
        _answers(claim, document["dossiers"]),
        standings(claim, voices_of(document["graph"])),
        assessed(claim["assessment"]),
        reviews(claim["reviews"]),
        chain_of(document["graph"]),
        citations(claim["citations"]),
        _relations(claim),
        history(document["revisions"]),
        citing(itself, publisher, address, SITE),
        codes(itself, publisher),
        comparing_claim(claim),
    )


def _about(claim: Json) -> list[Json]:
    """Everything that a claim is about."""
    return [reference for kind in (claim["about"] or {}).values() for reference in kind]


def _description(view: ClaimView) -> str:
    """What stands below a link to the page elsewhere."""
    who = view.claimant.text if view.claimant else None
    said = [view.kind, *([who] if who else []), *([view.said.display] if view.said else [])]
    return " ".join(map(sentence, [" · ".join(said), " ".join(s.label for s in view.standings)]))


def voices_of(graph: Json) -> dict[str, list[Json]]:
    """The publishers of each source of a graph."""
    nodes = {node["id"]: node for node in graph["nodes"]}
    voices: dict[str, list[Json]] = {}
    for edge in graph["edges"]:
        if edge["type"] == "published-by":
            voices.setdefault(edge["from"], []).append(nodes[edge["to"]])
    return voices


def _answers(claim: Json, dossiers: Iterable[Json]) -> list[tuple[Text, str]]:
    """(question, answer); a question of a dossier that is not shown has its id for a text."""
    texts = {q["id"]: text_of(q, "text") for d in dossiers for q in d["questions"]}
    return [(texts.get(a["question"], Text(a["question"])), term(a["stance"])) for a in claim["answers"]]


def _relations(claim: Json) -> list[Relations]:
    """Relations by type, contradictions first."""
    found: dict[str, list[tuple[Link, str | None]]] = {name: [] for name in RELATIONS}
    for other in (*claim["relations"], *claim["inverse_relations"]):
        found.setdefault(other["type"], []).append((link_to(other["claim"]), other["note"]))
    return [Relations(t, relation(t), claims) for t, claims in found.items() if claims]


PAGE = Page("/claims/<id>", "claim.html", _read, _show, CHOOSING)
