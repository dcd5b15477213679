"""From a document to what is served: references named, dates bounded, origins counted, bytes made."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from schemas.base import Json, Rendering
from schemas.source import publishers_of
from schemas.vocabularies import INVERSE_RELATIONS, RELATIONS

from ..core.origins import Document, ancestry, origins_of, provenance_of
from ..core.registry import CLAIM, DATE, SOURCE
from ..store.tables import CHECKS, batches
from ..text.fulltext import Texts
from ..text.texts import texts_of
from .between import Times, time_of
from .session import Entry, Session, canonical

#: Inverse relations shown on a claim; the rest stand at its `/references`.
MOST_INVERSE = 100
INVERSE_OF = dict(zip(RELATIONS.names, INVERSE_RELATIONS.names, strict=True))
NOT_CHECKED: Json = {"status": "not-checked", "checked": None}
SUPERSEDING = ("supersedes", "corrects")


@dataclass(frozen=True)
class Rendered:
    """What a record shows, what its keys are derived from, and what both were computed from."""

    entry: Entry
    own: Json
    computed: Json
    depends_on: frozenset[str]

    @property
    def body(self) -> bytes:
        """The record as served."""
        return wire_bytes(self.entry, self.own)

    @property
    def texts(self) -> Texts:
        """What the record is searched by."""
        return texts_of(self.entry.type, self.own)

    @property
    def shows_new(self) -> bool:
        """Whether the record would be served otherwise than it is."""
        return self.body != self.entry.body

    @property
    def differs(self) -> bool:
        """Whether the record would be served or found otherwise than it is."""
        return self.shows_new or self.computed != self.entry.computed

    def keep(self) -> None:
        """Let the entry be what was rendered."""
        self.entry.body = self.body
        self.entry.etag = etag_of(self.entry.body)
        self.entry.computed = self.computed


class Renderer:
    """Renders the records of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._touched: set[str] = set()
        #: Documents with the ids that each was read from.
        self._documents: dict[str, tuple[Document, set[str]]] = {}
        self._checks: dict[str, dict[tuple[str, str], Json]] = {}
        self._checks_shown: dict[tuple[str, str], Json] = {}
        self._aliases: dict[str, list[str]] = {}
        self._related: dict[str, list[str]] = {}
        self._times: Times = {}

    def render(self, entries: Iterable[Entry]) -> Iterator[Rendered]:
        """The entries as they follow from the session, one after another."""
        for some in batches(entries):
            self._fetch(some)
            yield from map(self._render, some)

    def _fetch(self, entries: Sequence[Entry]) -> None:
        """Read what these entries show and are computed from, in a few statements for all of them."""
        self.session.load_around(entries)
        self._checks = self._stored_checks(entries)
        claims = [entry.id for entry in entries if entry.type is CLAIM]
        self._aliases = self.session.aliases(claims)
        known = [alias for aliases in self._aliases.values() for alias in aliases]
        self._related = self.session.referrers(known, "relations.claim")
        self.session.load(claim for claims in self._related.values() for claim in claims)

    def _stored_checks(self, entries: Sequence[Entry]) -> dict[str, dict[tuple[str, str], Json]]:
        found: dict[str, dict[tuple[str, str], Json]] = {}
        stored = self.session.stored(entry.id for entry in entries)
        for row in CHECKS.read_of(self.session.database, "record", stored):
            check = {"status": row.status, "checked": row.checked}
            found.setdefault(row.record, {})[row.source, row.locator] = check
        return found

    def _render(self, entry: Entry) -> Rendered:
        self._touched = set()
        self._checks_shown = self._checks.get(entry.id, {})
        shown, computed = self._computed_members(entry)
        document = self._without_self_relations(entry)
        with Rendering(self):
            own = entry.type.shape.render({**document, **shown})
        return Rendered(entry, own, computed, frozenset(self._touched - {entry.id}))

    # What the schemas ask while they serialise (schemas.base.Surroundings)

    def reference(self, record_id: str) -> Json:
        """{`type`, `id`, `name`, `href`} of the record that the id stands for now."""
        self._touched.add(record_id)
        entry = self.session.survivor(record_id)
        if entry is None:
            return {"type": None, "id": record_id, "name": None, "href": None}
        self._touched.add(entry.id)
        named = {} if entry.type.name == "dossier" else {"name": entry.name}
        state = {} if entry.status == "published" else {"status": entry.status}
        href = entry.type.href(entry.id)
        return {"type": entry.type.name, "id": entry.id, **named, "href": href, **state}

    def source_address(self, record_id: str) -> str | None:
        """The URL of a source."""
        self._touched.add(record_id)
        entry = self.session.survivor(record_id)
        return entry.document.get("url") if entry else None

    def check_of(self, citation: Json) -> Json:
        """The stored check of a citation."""
        if not self._checks_shown:
            return NOT_CHECKED
        return self._checks_shown.get((citation["source"], citation_digest(citation)), NOT_CHECKED)

    def document(self, source: str) -> Document:
        """A source as far as descent is concerned."""
        if source not in self._documents:
            outside, self._touched = self._touched, set()
            self._documents[source] = (self._document(source), self._touched)
            self._touched = outside
        document, touched = self._documents[source]
        self._touched |= touched
        return document

    def _document(self, source: str) -> Document:
        self._touched.add(source)
        entry = self.session.survivor(source)
        if entry is None or entry.type is not SOURCE:
            return Document(source, (), (), withdrawn=True)
        self._touched.add(entry.id)
        derived_from, publishers = entry.document.get("derived_from", ()), publishers_of(entry.document)
        self.session.load([*publishers, *(p["source"] for p in derived_from)])
        parents = [(self._survivor(p["source"]), p["how"]) for p in derived_from]
        return Document(
            entry.id,
            tuple(dict.fromkeys(map(self._survivor, publishers))),
            tuple((parent, how) for parent, how in parents if parent != entry.id),
            withdrawn=entry.status == "retracted",
            held=entry.document["held"],
        )

    def _survivor(self, record_id: str) -> str:
        """The id that an id stands for; either may be merged into another later."""
        survivor = self.session.resolve(record_id)
        self._touched |= {record_id, survivor}
        return survivor

    # What the service adds

    def _computed_members(self, entry: Entry) -> tuple[Json, Json]:
        """Members to show, and what the filters' keys are derived from."""
        if entry.type is CLAIM:
            return self._claim_members(entry)
        if entry.type is SOURCE:
            return {"origins": origins_of(self, entry.id)}, {}
        if entry.type is DATE and "after" in entry.document:
            when = {"when": time_of(self.session, entry.id, self._times)}
            return when, when
        return {}, {}

    def _claim_members(self, entry: Entry) -> tuple[Json, Json]:
        chain = entry.document.get("attribution", [])
        cited = [self._survivor(c["source"]) for c in entry.document["citations"]]
        through = [self._survivor(link["source"]) for link in chain if link.get("source")]
        behind = provenance_of(self, cited, through)
        inverse = self._inverse_relations(entry)
        standing = self._standing(entry, behind.count, {r["type"] for r in inverse})
        claimant = chain[0]["party"] if chain else None
        shown = {
            "claimant": claimant,
            "origins": {"count": behind.count, "sources": behind.sources},
            "inverse_relations": inverse[:MOST_INVERSE],
            "standing": standing,
        }
        ancestors = {a for source in cited for a in ancestry(self, source)}
        return shown, {
            "claimant": claimant and self._survivor(claimant),
            "origins": behind.sources,
            "origin_count": behind.count,
            "standing": sorted(standing),
            "inverse_types": sorted({r["type"] for r in inverse}),
            "publishers": sorted({party for a in ancestors for party in self.document(a).publishers}),
            "held": any(self.document(source).held for source in cited),
            "checks": sorted({self.check_of(c)["status"] for c in entry.document["citations"]}),
        }

    def _inverse_relations(self, entry: Entry) -> list[Json]:
        """What published claims do to this one, by their ids."""
        aliases = self._aliases[entry.id]
        ids = {claim for alias in aliases for claim in self._related[alias]}
        found = []
        for other in self.session.all(sorted(ids)):
            if other.status != "published" or other.id == entry.id:
                continue
            for relation in other.document.get("relations", ()):
                if relation["claim"] in aliases:
                    note = {"note": relation["note"]} if "note" in relation else {}
                    found.append({"type": INVERSE_OF[relation["type"]], "claim": other.id, **note})
        return found

    def _standing(self, entry: Entry, count: int, inverse: set[str]) -> list[str]:
        standing = ["unsupported" if count == 0 else "single-origin" if count == 1 else "several-origins"]
        if "contradicted-by" in inverse or self._contradicts_somebody(entry):
            standing.append("contested")
        if inverse & {INVERSE_OF[name] for name in SUPERSEDING}:
            standing.append("superseded")
        return standing

    def _contradicts_somebody(self, entry: Entry) -> bool:
        for relation in entry.document.get("relations", ()):
            other = self.session.survivor(relation["claim"])
            if not other or other.id == entry.id or other.status != "published":
                continue
            if relation["type"] == "contradicts":
                return True
        return False

    def _without_self_relations(self, entry: Entry) -> Json:
        relations = entry.document.get("relations")
        if not relations:
            return entry.document
        kept = [r for r in relations if self.session.resolve(r["claim"]) != entry.id]
        return {**entry.document, "relations": kept}


def citation_digest(citation: Json) -> str:
    """A short name for what a check compares, locator and quotation: an edited one has another."""
    quote = {"quote": citation["quote"]} if citation.get("quote") else {}
    return sha256(canonical({**(citation.get("locator") or {}), **quote}).encode()).hexdigest()[:32]


def wire_bytes(entry: Entry, own: Json) -> bytes:
    """The record as served."""
    address = entry.type.href(entry.id)
    return orjson.dumps(
        {
            "type": entry.type.name,
            "id": entry.id,
            **own,
            "meta": {
                "status": entry.status,
                "revision": entry.revision,
                "published": entry.published,
                "updated": entry.updated,
            },
            "links": {
                "self": address,
                "revisions": f"{address}/revisions",
                "references": f"{address}/references",
            },
        }
    )


def etag_of(body: bytes) -> str:
    """A strong entity tag: a digest of the identity bytes, quoted (RFC 9110 §8.8.3)."""
    return f'"{sha256(body).hexdigest()[:32]}"'
