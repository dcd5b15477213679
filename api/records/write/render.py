"""From a document to what is served: references named, dates bounded, origins counted, bytes made."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from schemas.base import Rendering
from schemas.fuzzy_date import EARLIEST, LATEST, FuzzyDate
from schemas.vocabularies import INVERSE_RELATIONS, RELATIONS

from ..core.origins import Document, ancestry, origins_of, provenance_of
from ..core.registry import CLAIM, SOURCE, Json
from ..text.index import Texts
from ..text.texts import texts_of
from .session import Entry, Session, canonical

#: Moves with every change of how records are rendered, so that an older database renders its own again.
RENDERING = 2
#: Inverse relations shown on a claim; the rest stand at its `/references`.
MOST_INVERSE = 100
INVERSE_OF = dict(zip(RELATIONS.names, INVERSE_RELATIONS.names, strict=True))
NOT_CHECKED: Json = {"status": "not-checked", "checked": None}
SUPERSEDING = ("supersedes", "corrects")


@dataclass(frozen=True)
class Rendered:
    """What a record shows, what it is found by, and what both were computed from."""

    own: Json
    computed: Json
    depends_on: frozenset[str]
    texts: Texts


class Renderer:
    """Renders the records of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._touched: set[str] = set()
        self._checks: dict[tuple[str, str], Json] = {}

    def render(self, entry: Entry) -> Rendered:
        """The record's own and computed members as they follow from the session."""
        self._touched = set()
        self._checks = self._checks_of(entry.id)
        self.session.load(_ids_in(entry.document))
        shown, computed = self._computed_members(entry)
        document = self._without_self_relations(entry)
        with Rendering(self):
            own = entry.type.shape.render({**document, **shown})
        texts = texts_of(entry.type, own)
        return Rendered(own, self._keys(entry, computed), frozenset(self._touched), texts)

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
        href = f"/v1/{entry.type.plural}/{entry.id}"
        return {"type": entry.type.name, "id": entry.id, **named, "href": href, **state}

    def source_address(self, record_id: str) -> str | None:
        """The URL of a source."""
        self._touched.add(record_id)
        entry = self.session.survivor(record_id)
        return entry.document.get("url") if entry else None

    def check_of(self, source: str, locator: Json | None) -> Json:
        """The stored check of a citation."""
        return self._checks.get((source, locator_digest(locator)), NOT_CHECKED)

    def document(self, source: str) -> Document:
        """A source as far as descent is concerned."""
        self._touched.add(source)
        entry = self.session.survivor(source)
        if entry is None or entry.type is not SOURCE:
            return Document(source, source, (), withdrawn=True)
        self._touched.add(entry.id)
        parents = [(self._source(p["source"]), p["how"]) for p in entry.document.get("derived_from", ())]
        publisher = entry.document["publisher"]
        self._touched.add(publisher)
        return Document(
            entry.id,
            self.session.resolve(publisher),
            tuple((parent, how) for parent, how in parents if parent != entry.id),
            withdrawn=entry.status == "retracted",
        )

    def _source(self, record_id: str) -> str:
        self._touched.add(record_id)
        return self.session.resolve(record_id)

    # What the service adds

    def _computed_members(self, entry: Entry) -> tuple[Json, Json]:
        """Members to show, and what the filters' keys are derived from."""
        if entry.type is CLAIM:
            return self._claim_members(entry)
        if entry.type is SOURCE:
            return {"origins": origins_of(self, entry.id)}, {}
        return {}, {}

    def _claim_members(self, entry: Entry) -> tuple[Json, Json]:
        chain = entry.document.get("attribution", [])
        cited = [self._source(c["source"]) for c in entry.document["citations"]]
        through = [self._source(link["source"]) for link in chain if link.get("source")]
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
            "claimant": claimant,
            "origins": behind.sources,
            "origin_count": behind.count,
            "standing": standing,
            "inverse_types": sorted({r["type"] for r in inverse}),
            "publishers": sorted({self.document(a).publisher for a in ancestors}),
        }

    def _inverse_relations(self, entry: Entry) -> list[Json]:
        """What published claims do to this one, by their ids."""
        aliases = self.session.aliases(entry.id)
        ids = sorted({i for alias in aliases for i in self.session.referrers(alias, "relations.claim")})
        self.session.load(ids)
        found = []
        for other in filter(None, map(self.session.get, ids)):
            if other.status != "published" or other.id == entry.id:
                continue
            for relation in other.document.get("relations", ()):
                if relation["claim"] in aliases:
                    note = {"note": relation["note"]} if "note" in relation else {}
                    found.append({"type": INVERSE_OF[relation["type"]], "claim": other.id, **note})
        return found

    def _standing(self, entry: Entry, count: int, inverse: set[str]) -> list[str]:
        standing = ["unsupported" if count == 0 else "single-origin" if count == 1 else "corroborated"]
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

    def _checks_of(self, record_id: str) -> dict[tuple[str, str], Json]:
        sql = "SELECT source, locator, status, checked FROM citation_check WHERE record = ?"
        rows = self.session.database.execute_sql(sql, (record_id,))
        return {(row[0], row[1]): {"status": row[2], "checked": row[3]} for row in rows}

    # What it is found by

    def _keys(self, entry: Entry, computed: Json) -> Json:
        """{`filters`: {name: [[value, qualifier]…]}, `dates`: {name: `date_key`}}."""
        keys = {
            f.name: sorted(
                {(self._survivor_of_key(f.kind, v), q) for v, q in f.keys(entry.document, computed)}
            )
            for f in entry.type.filters
        }
        return {
            "filters": {name: [list(key) for key in some] for name, some in keys.items() if some},
            "dates": {name: date_key(entry.document.get(name)) for name in entry.type.dates},
        }

    def _survivor_of_key(self, kind: str, value: str) -> str:
        return self.session.resolve(value) if kind == "id" else value


def date_key(edtf: str | None) -> list[Any]:
    """[missing, earliest, latest, low, high]: sort key and bounds of a fuzzy date."""
    if edtf is None:
        return [1, LATEST, EARLIEST, None, None]
    date = FuzzyDate.parse(edtf)
    low, high = date.certain_bounds() or (None, None)
    return [0, *date.sort_key(), low, high]


def locator_digest(locator: Json | None) -> str:
    """A short name for a locator: an edited one has another."""
    return sha256(canonical(locator or {}).encode()).hexdigest()[:32]


def wire_bytes(entry: Entry, own: Json) -> bytes:
    """The record as served."""
    address = f"/v1/{entry.type.plural}/{entry.id}"
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


def _ids_in(document: Any) -> list[str]:
    """Every string that could be an id, to fetch them in one statement."""
    if isinstance(document, dict):
        return [i for value in document.values() for i in _ids_in(value)]
    if isinstance(document, list):
        return [i for value in document for i in _ids_in(value)]
    return [document] if isinstance(document, str) and len(document) <= 64 else []
