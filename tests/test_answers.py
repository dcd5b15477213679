"""After any edits, every answer is what recomputing it from all records gives."""

import json
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from werkzeug.test import create_environ, run_wsgi_app

from api.records.answers import positions, similar
from api.records.core.registry import CLAIM, DATE, DOSSIER, PARTY, PLACE, SOURCE, RecordType
from api.records.read import ids as by_id
from api.records.read import index, order
from api.records.store import id_ranges
from api.records.store.api_keys import create_key
from api.records.store.database import migrate, open_database
from api.records.upkeep.doctor import faults_of_database

from .conftest import Json, client_of, put
from .places import clear, settle, url_of

NOTE = {"kind": "new-information", "note": "In a test"}
WORDS = ["Kuril", "treaty", "北方領土", "Hoppō", "Курилы", "Abe", "peace", "1956"]
TYPED = [
    "kuril",
    "treaty",
    "北方",
    "hoppo",
    "курил",
    "ab",
    "領",
    '"peace treaty"',
    "treaty -abe",
    "uri",
    "kuril*",
]
PLURALS = {"party": "parties", "place": "places", "date": "dates", "claim": "claims", "source": "sources"}
PARTIES, PLACES, DATES, CLAIMS, SOURCES = ([f"{kind}{n}" for n in range(4)] for kind in PLURALS)
DERIVATIONS = ["republishes", "translates", "summarises", "quotes"]
QUESTIONS = ["whose", "when"]
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
WHEN = st.sampled_from(["1956", "1956-10", "2019-07-21", "2018/2019", "2019/..", "201X", "2018-11?", "/1956"])
MAYBE_WHEN = st.none() | WHEN
#: (document, how it was derived from), each document once.
PARENTS = st.lists(
    st.tuples(st.sampled_from(SOURCES), st.sampled_from(DERIVATIONS)),
    max_size=2,
    unique_by=lambda parent: parent[0],
)


def at_most_one(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """An empty list, or a list of one."""
    return st.just([]) | strategy.map(lambda one: [one])


CLAIM_DOCUMENTS = st.fixed_dictionaries(
    {
        "proposition": TEXT,
        "kind": st.just("reported-fact"),
        "citations": st.sets(st.sampled_from(["paper", *SOURCES]), min_size=1).map(
            lambda cited: [{"source": source} for source in sorted(cited)]
        ),
        "said": MAYBE_WHEN,
        "valid": MAYBE_WHEN,
        "attribution": at_most_one(
            st.fixed_dictionaries({"party": st.sampled_from(PARTIES), "role": st.just("said")})
        ),
        "about": st.none() | st.sampled_from(PLACES).map(lambda place: {"places": [place]}),
        "dossiers": st.just(["story"]),
        "answers": at_most_one(
            st.fixed_dictionaries(
                {"question": st.sampled_from(QUESTIONS), "stance": st.sampled_from(["affirms", "denies"])}
            )
        ),
        "relations": at_most_one(
            st.fixed_dictionaries({"type": st.just("contradicts"), "claim": st.sampled_from(CLAIMS)})
        ),
    }
)
#: What is asked again of the moments that were: whatever was answered then is still the answer.
REMEMBERED = [
    "claims?limit=200&count=true&sort=-said&facets=kind,claimant,side,about,question,standing,said.year",
    "claims?limit=200&about=place0,place1",
    "claims?limit=200&within=place3&sort=-updated",
    "claims?limit=200&within.not=place2&held=false&facets=held,check,assessment",
    "claims?limit=200&via=party0,party1&count=true",
    "claims?limit=200&origins_min=2",
    "claims?limit=200&question.not=whose&include=citations.source,attribution.party",
    "dates?limit=200&when=1956/2019&match=certain&sort=when",
    "sources?limit=200&sort=title&dossier=story",
    "places?limit=200&dossier=story&perspective=party0",
    "timeline?limit=200",
    "timeline?limit=200&nested=true&claimant=party0",
    "dossiers/story/positions",
    "dossiers/story/positions?said=2018/2019&match=certain",
    "places/place0/references?limit=200",
    "claims/claim0/provenance",
    "claims/claim0",
]
#: Moments that are remembered at once.
MOST_REMEMBERED = 6
#: What all reads have in common.
ENVIRON = create_environ()
#: What the collections serve, by their plurals.
Records = dict[str, list[Json]]


def plain(text: str) -> str:
    """The folding of a search once more, for these words."""
    bare = (c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(bare))


def found_by(typed: str, texts: list[str]) -> bool:
    """Whether a record with these texts is found, by the rules of docs/reading.md."""
    folded = [plain(text) for text in texts]
    if typed.startswith('"'):
        return any(has_phrase(text.split(), typed.strip('"').split()) for text in folded)
    return all(fits(chunk, folded) for chunk in typed.split())


def has_phrase(words: list[str], phrase: list[str]) -> bool:
    """Whether the words of a phrase stand one after the other."""
    return any(words[i : i + len(phrase)] == phrase for i in range(len(words)))


def fits(chunk: str, texts: list[str]) -> bool:
    """Whether one word that was typed is there; with a minus, whether it is not."""
    sought = chunk.strip("-*")
    # Two Latin letters are the beginning of a word, as what ends with a star is.
    if chunk.endswith("*") or (len(sought) < 3 and sought.isascii()):
        there = any(word.startswith(sought) for text in texts for word in text.split())
    else:
        there = any(sought in text for text in texts)
    return there != chunk.startswith("-")


def ids(listed: list[Json]) -> list[str]:
    """The ids of records, or of the records of a timeline's entries."""
    return [each.get("record", each)["id"] for each in listed]


def within(entries: list[Json], whole: str | None = None) -> Iterator[tuple[str, str | None]]:
    """(record, what it stands within) of a nested timeline."""
    for entry in entries:
        yield entry["record"]["id"], whole
        yield from within(entry["parts"], entry["record"]["id"])


def texts_of(records: Records) -> dict[str, list[str]]:
    """What each record is searched by: its names, and the names that it shows of others."""
    every = [record for some in records.values() for record in some]
    titles = {r["id"]: r.get("name") or r.get("title") or r["proposition"] for r in every}
    texts = {r["id"]: [titles[r["id"]], *(n["text"] for n in r.get("names", ()))] for r in every}
    for source in records["sources"]:
        named = [source["publisher"], *source["co_publishers"], *source["signatories"]]
        texts[source["id"]] += [party["name"] for party in named if party]
    for claim in records["claims"]:
        texts[claim["id"]] += [p["name"] for p in (claim["claimant"], claim["position_of"]) if p]
    return texts


def places_of(claim: Json) -> list[str]:
    """The places that a claim is about."""
    return ids((claim["about"] or {"places": []})["places"])


def cited_by(claim: Json) -> list[str]:
    """The sources that a claim cites."""
    return [citation["source"]["id"] for citation in claim["citations"]]


def subjects_of(claim: Json) -> set[str]:
    """What makes another claim similar: its places, questions and origins."""
    answered = {answer["question"] for answer in claim["answers"]}
    return {*places_of(claim), *answered, *ids(claim["origins"]["sources"])}


def documents_of(graph: Json) -> dict[str, Json]:
    """The documents of a provenance graph by their ids."""
    return {node["id"]: node for node in graph["nodes"] if node["type"] == "source"}


def fewest_that_answer_for_all(voices: list[set[str]]) -> int:
    """The size of the smallest set of parties, or documents without one, that has one in each of these."""
    everybody = sorted(set().union(*voices))
    return min(
        number
        for number in range(len(everybody) + 1)
        for some in combinations(everybody, number)
        if all(voice & set(some) for voice in voices)
    )


@cache
def beginning() -> bytes:
    """The database that every story begins with: everything that may be named is there at first.

    So most edits are lawful.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.db"
        database = open_database(url_of(path))
        migrate(database)
        put(database, PARTY, {party: {"name": "Abe", "kind": "state"} for party in PARTIES})
        report = {"kind": "news-report", "held": True}
        sources = {source: {**report, "title": "Print", "publisher": "party1"} for source in SOURCES}
        put(database, SOURCE, {"paper": {**report, "title": "Paper", "publisher": "party0"}, **sources})
        questions = [{"id": question, "text": f"{question}?"} for question in QUESTIONS]
        put(database, DOSSIER, {"story": {"title": "Story", "questions": questions}})
        put(database, PLACE, {place: {"name": "Rock", "kind": "island"} for place in PLACES})
        claim = {"proposition": "Abe", "kind": "reported-fact", "citations": [{"source": "paper"}]}
        put(database, CLAIM, {each: {**claim, "dossiers": ["story"]} for each in CLAIMS})
        database.close()
        settle(path)
        return path.read_bytes()


#: What decides how records are looked for, and what it is.
_WAYS = [(module, name, getattr(module, name)) for module, name in (
    (order, "FEW"), (order, "MOST_READ"), (order, "BLOCK"), (index, "FEW"), (positions, "FEW"),
    (index, "MOST_CHANGED"), (by_id, "FEW"), (similar, "FEW"), (by_id, "AT_ONCE"),
    (id_ranges, "MOST"), (id_ranges, "HALF"),
)]  # fmt: skip


def _take_ways(most: int | None, changed: int | None) -> None:
    """Take so many records for many, and so many that changed since a moment; None: as it is."""
    for module, name, usual in _WAYS:
        given = changed if name == "MOST_CHANGED" else most
        least = 1 if name in ("BLOCK", "AT_ONCE", "HALF") else 0
        setattr(module, name, usual if given is None else max(given, least))


class World(RuleBasedStateMachine):
    """A small story, edited at random."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        file = self.folder / "facts.db"
        file.write_bytes(beginning())
        self.database = open_database(url_of(file))
        self.key = {"Authorization": f"Bearer {create_key(self.database, 'K', 'publisher')}"}
        self.client: FlaskClient = client_of(file)
        #: What each source was written to derive from; what was merged into what; what was retracted.
        self.descent: dict[str, list[tuple[str, str]]] = {}
        self.wholes: dict[str, str | None] = {}
        self.into: dict[str, str] = {}
        self.retracted: set[str] = set()
        #: What was answered after each of the last commits, by the feed's number and the address.
        self.served: dict[int, Json] = {}
        #: Whether anything may have changed since every answer was last compared.
        self.edited = True

    @rule(many=st.booleans(), changed=st.booleans())
    def take_other_ways(self, many: bool, changed: bool) -> None:
        """Read as if there were `many` records, or as if many had `changed` since any moment."""
        _take_ways(0 if many else None, 0 if changed else None)
        self.edited = True

    def put(self, record_type: RecordType, record_id: str, publish: bool = True, **document: Any) -> bool:
        """Write a record where nothing speaks against it; whether it was written."""
        document = {k: v for k, v in document.items() if v not in (None, [], {})}
        known = self.client.get(f"/v1/{record_type.plural}/{record_id}")
        if known.status_code in (410, 308) or not self.is_there(document):
            return False
        self.edited = True
        put(self.database, record_type, {record_id: document}, publish)
        return True

    def is_there(self, document: Any) -> bool:
        """Whether everything that a document names can be named: new references need published records."""
        ids = {i for i in str(document).replace("'", " ").split() if i[:-1] in PLURALS}
        return all(self.client.get(f"/v1/{PLURALS[i[:-1]]}/{i}").status_code == 200 for i in ids)

    # What may happen

    @rule(party=st.sampled_from(PARTIES), name=TEXT)
    def name_party(self, party: str, name: str) -> None:
        self.put(PARTY, party, name=name, kind="state")

    @rule(place=st.sampled_from(PLACES), name=TEXT, by=st.sampled_from(PARTIES), word=st.sampled_from(WORDS),
          publish=st.booleans(), whole=st.none() | st.sampled_from(PLACES))  # fmt: skip
    def name_place(self, place: str, name: str, by: str, word: str, publish: bool, whole: str | None) -> None:
        names = [{"text": word, "language": "en", "used_by": by}]
        # Wholes have the greater number: no place becomes part of itself.
        part_of = whole if whole and whole > place else None
        if self.put(PLACE, place, publish, name=name, kind="island", names=names, part_of=part_of):
            self.wholes[place] = part_of

    @rule(date=st.sampled_from(DATES), title=TEXT, when=WHEN, whole=st.none() | st.sampled_from(DATES))
    def write_date(self, date: str, title: str, when: str, whole: str | None) -> None:
        # Wholes have the greater number: no date becomes part of itself.
        part_of = whole if whole and whole > date else None
        cited = [{"source": "paper"}]
        more = {"citations": cited, "part_of": part_of, "dossiers": ["story"]}
        self.put(DATE, date, title=title, kind="meeting", when=when, **more)

    @rule(source=st.sampled_from(SOURCES), title=TEXT, parents=PARENTS, held=st.booleans(),
          publishers=st.lists(st.sampled_from(PARTIES), max_size=3, unique=True),
          signatories=st.lists(st.sampled_from(PARTIES), max_size=2, unique=True))  # fmt: skip
    def write_source(
        self, source: str, title: str, publishers: list[str], parents: list[tuple[str, str]], held: bool,
        signatories: list[str],
    ) -> None:  # fmt: skip
        # Parents have the greater number: no document descends from itself.
        parents = [(parent, how) for parent, how in parents if parent > source]
        derived = [{"source": parent, "how": how} for parent, how in parents]
        first, others = (publishers or [None])[0], publishers[1:]
        report = {"title": title, "kind": "news-report", "publisher": first, "co_publishers": others,
                  "signatories": signatories, "held": held}  # fmt: skip
        if self.put(SOURCE, source, **report, derived_from=derived):
            self.descent[source] = parents

    @rule(claim=st.sampled_from(CLAIMS), document=CLAIM_DOCUMENTS, publish=st.booleans())
    def write_claim(self, claim: str, document: Json, publish: bool) -> None:
        others = [r for r in document["relations"] if r["claim"] != claim]
        self.put(CLAIM, claim, publish, **{**document, "relations": others})

    @rule(record=st.sampled_from([*PLACES, *DATES, *CLAIMS, *SOURCES]), merge=st.booleans(), data=st.data())
    def withdraw(self, record: str, merge: bool, data: st.DataObject) -> None:
        plural = PLURALS[record[:-1]]
        known = self.client.get(f"/v1/{plural}/{record}")
        if known.status_code != 200:
            return
        if record not in SOURCES and data.draw(st.integers(0, 2)):
            return  # Rarely: what is withdrawn is gone from the game, but for descent, which goes on.

        into = {"into": f"{record[:-1]}{(int(record[-1]) + 1) % 4}"} if merge else {}
        self.edited = True
        done = self.client.post(
            f"/v1/{plural}/{record}/{'merge' if merge else 'retract'}",
            json={**NOTE, **into},
            headers={**self.key, "If-Match": known.headers["ETag"]},
        )

        if done.status_code == 200 and merge:
            self.into[record] = into["into"]
        elif done.status_code == 200:
            self.retracted.add(record)

    # What must hold then

    @invariant()
    def every_answer_is_what_recomputing_it_gives(self) -> None:
        if not self.edited:
            return
        self.edited = False
        records = {plural: list(self.read(f"{plural}?limit=200")["data"]) for plural in PLURALS.values()}
        for promise in (
            self.searches_find_what_holds_the_text,
            self.timelines_are_in_order,
            self.parts_stand_within_their_wholes,
            self.facets_count,
            self.claims_are_within_what_their_subjects_are_part_of,
            self.claims_are_held_where_a_cited_source_is,
            self.positions_are_those_of_the_claims,
            self.provenance_is_what_following_the_documents_gives,
            self.references_are_what_names_a_record,
            self.each_side_has_its_names,
            self.similar_claims_share_something,
            self.the_past_is_what_was_served,
        ):
            promise(records)

    def read(self, path: str, **query: Any) -> Any:
        status, body = self.fetch(path, urlencode(query))
        assert status == 200, (path, query, body)
        return json.loads(body)

    def fetch(self, path: str, further: str) -> tuple[int, bytes]:
        """Status and body of a read. A story asks for thousands, and the client takes as long as they do."""
        address, _, query = path.partition("?")
        asked = "&".join(filter(None, (query, further)))
        environ = {**ENVIRON, "PATH_INFO": f"/v1/{address}", "QUERY_STRING": asked}
        body, status, _ = run_wsgi_app(self.client.application, environ)
        return int(status[:3]), b"".join(body)

    def the_past_is_what_was_served(self, records: Records) -> None:
        last = self.read("changes?limit=1")["last"]
        self.served[last] = {path: self.told(path) for path in REMEMBERED}
        for seq in sorted(self.served)[:-MOST_REMEMBERED]:
            del self.served[seq]

        # The last, and one of the others: the next edit has another asked.
        *others, now = self.served
        for seq in {now, others[last % len(others)]} if others else (now,):
            for path, answer in self.served[seq].items():
                # An id that named nothing yet was refused then.
                assert answer is None or self.told(path, seq) == answer, f"{path} as of {seq}"

    def told(self, path: str, seq: int | None = None) -> Json | None:
        """What an address tells of the record, now or after a commit; None where it refuses."""
        status, body = self.fetch(path, f"as_of=seq:{seq}" if seq else "")
        if status != 200:
            return None
        # The echo and the addresses of the answer name the moment.
        document: Json = json.loads(body.replace(b"&as_of=seq:%d" % (seq or 0), b""))
        document.get("undated", {}).pop("href", None)
        for cursor in ("next", "next_href"):
            document.get("page", {}).pop(cursor, None)
        return {name: value for name, value in document.items() if name != "query"}

    def searches_find_what_holds_the_text(self, records: Records) -> None:
        texts = texts_of(records)
        for typed in TYPED:
            expected = {record for record, own in texts.items() if found_by(typed, own)}

            page = self.read("search", q=typed, limit=200, count="true")
            claims = self.read("claims", q=typed)

            assert {r["id"] for r in page["data"]} - {"story"} == expected, typed
            assert {c["id"] for c in claims["data"]} == expected & set(CLAIMS), typed

    def timelines_are_in_order(self, records: Records) -> None:
        dates, claims = records["dates"], records["claims"]
        for by in ("said", "valid"):
            timed = [(d["when"], d["id"]) for d in dates] + [(c[by], c["id"]) for c in claims if c[by]]
            ordered = sorted((at["earliest"] or "-", at["latest"] or "~", i) for at, i in timed)
            undated = sorted(c["id"] for c in claims if not c[by])

            page = self.read(f"dossiers/story/timeline?by={by}")

            assert ids(page["data"]) == [i for _, _, i in ordered]
            assert ids(page["undated"]["data"]) == undated

    def parts_stand_within_their_wholes(self, records: Records) -> None:
        wholes = {d["id"]: d["part_of"] and d["part_of"]["id"] for d in records["dates"]}

        nested = self.read("timeline?nested=true&type=date")["data"]

        # A date whose whole is not public stands by itself.
        assert dict(within(nested)) == {i: whole if whole in wholes else None for i, whole in wholes.items()}

    def facets_count(self, records: Records) -> None:
        claims = records["claims"]
        expected = {
            "claimant": Counter(c["claimant"]["id"] for c in claims if c["claimant"]),
            "about": Counter(place for c in claims for place in places_of(c)),
            "stance": Counter(s for c in claims for s in {a["stance"] for a in c["answers"]}),
            "standing": Counter(s for c in claims for s in c["standing"]),
            "question": Counter(q for c in claims for q in {a["question"] for a in c["answers"]}),
        }

        facets = self.read(f"claims?facets={','.join(expected)}")["facets"]

        for name, counts in expected.items():
            assert {m["value"]: m["count"] for m in facets[name]["values"]} == counts, name

    def claims_are_within_what_their_subjects_are_part_of(self, records: Records) -> None:
        around = {
            c["id"]: {p for place in places_of(c) for p in self.around(place)} for c in records["claims"]
        }
        for place in ids(records["places"]):
            expected = {claim for claim, some in around.items() if place in some}

            assert set(ids(self.read(f"claims?limit=200&within={place}")["data"])) == expected, place
            others = ids(self.read(f"claims?limit=200&within.not={place}")["data"])
            assert set(others) == around.keys() - expected

    def around(self, place: str) -> set[str]:
        """A place and all that it is part of, through what was withdrawn too."""
        place = self.resolved(place)
        whole = self.wholes.get(place)
        return {place} | (self.around(whole) if whole and self.resolved(whole) != place else set())

    def claims_are_held_where_a_cited_source_is(self, records: Records) -> None:
        held = {source["id"]: source["held"] for source in records["sources"]}
        for claim in records["claims"]:
            cited = cited_by(claim)
            if held.keys() >= set(cited):
                truth = str(any(held[source] for source in cited)).lower()
                found = ids(self.read(f"claims?limit=200&held={truth}")["data"])
                assert claim["id"] in found

    def positions_are_those_of_the_claims(self, records: Records) -> None:
        expected = {
            (a["question"], (c["claimant"] or {}).get("id"), a["stance"], c["id"])
            for c in records["claims"]
            for a in c["answers"]
        }

        found = set()
        for question in self.read("dossiers/story/positions")["questions"]:
            columns = [(column["party"]["id"], column) for column in question["positions"]]
            for party, column in [*columns, (None, question["stated_as_fact"])]:
                found |= {(question["id"], party, e["stance"], e["claim"]["id"]) for e in column["claims"]}

        assert found == expected

    def provenance_is_what_following_the_documents_gives(self, records: Records) -> None:
        names = {r["id"]: r["title"] for r in records["sources"]}
        names |= {r["id"]: r["name"] for r in records["parties"]}
        for claim in records["claims"]:
            graph = self.read(f"claims/{claim['id']}/provenance")

            self.graph_shows_what_is_behind(claim, graph, names)
            self.graph_counts_its_origins(claim, graph)
            self.graph_is_the_same_in_its_other_forms(claim, graph)

    def graph_shows_what_is_behind(self, claim: Json, graph: Json, names: dict[str, str]) -> None:
        documents = documents_of(graph)
        behind = {d for source in cited_by(claim) for d in self.behind(source)}
        shown = {n["id"]: n["name"] for n in graph["nodes"] if n["id"] in names}

        assert documents.keys() == behind
        assert shown == {i: names[i] for i in shown}
        assert {i for i, n in documents.items() if "status" in n} == documents.keys() & self.retracted

    def graph_counts_its_origins(self, claim: Json, graph: Json) -> None:
        # What cites a document that was withdrawn rests on nothing there.
        cited = [source for source in cited_by(claim) if self.resolved(source) not in self.retracted]
        roots = [self.roots(source) for source in cited]
        origins = {i for i, node in documents_of(graph).items() if node["origin"]}
        by = [(e["from"], e["to"]) for e in graph["edges"] if e["type"] == "published-by"]
        publishers = {root: {to for start, to in by if start == root} for some in roots for root in some}
        # Any publisher accounts for a document; one that nobody published is a voice of its own.
        voices = [set().union(*(publishers[root] or {root} for root in some)) for some in roots if some]

        assert origins == {s["id"] for s in claim["origins"]["sources"]} == set().union(*roots)
        assert {"unsupported", "single-origin", "several-origins"} & set(claim["standing"]) == {
            ["unsupported", "single-origin", "several-origins"][
                min(len(origins) and graph["origins"]["count"], 2)
            ]
        }
        assert graph["origins"]["count"] == fewest_that_answer_for_all(voices)

    def graph_is_the_same_in_its_other_forms(self, claim: Json, graph: Json) -> None:
        path = f"claims/{claim['id']}/provenance"

        now = self.read(path, as_of="2999-01-01T00:00:00Z")
        prov = self.client.get(f"/v1/{path}", headers={"Accept": "application/ld+json"})

        assert (now["nodes"], now["edges"]) == (graph["nodes"], graph["edges"])
        described = prov.get_json(force=True)["@graph"]
        assert len(described) == len(graph["nodes"]) + len(claim["citations"])

    def resolved(self, record_id: str) -> str:
        while record_id in self.into:
            record_id = self.into[record_id]
        return record_id

    def behind(self, source: str) -> dict[str, set[str]]:
        """Every document that one descends from, itself included -> what it derives from as a whole."""
        queue, found = [self.resolved(source)], {}
        for document in queue:
            if document not in found:
                parents = [(self.resolved(p), how) for p, how in self.descent.get(document, ())]
                parents = [(p, how) for p, how in parents if p != document]
                found[document] = {p for p, how in parents if how != "quotes"}
                queue += [p for p, _ in parents]
        return found

    def roots(self, source: str) -> set[str]:
        """Where a document comes from: what derives from nothing and was not withdrawn."""
        behind, queue = self.behind(source), [self.resolved(source)]
        for document in queue:
            queue += [p for p in behind[document] if p not in queue]
        return {d for d in queue if not behind[d]} - self.retracted

    def references_are_what_names_a_record(self, records: Records) -> None:
        for place in ids(records["places"]):
            about = [("about.places", c["id"]) for c in records["claims"] if place in places_of(c)]
            parts = [p for p in records["places"] if (p["part_of"] or {}).get("id") == place]
            self.is_referred_to(f"places/{place}", [*about, *(("part_of", p["id"]) for p in parts)])
        for date in ids(records["dates"]):
            parts = [d for d in records["dates"] if (d["part_of"] or {}).get("id") == date]
            self.is_referred_to(f"dates/{date}", [("part_of", d["id"]) for d in parts])

    def is_referred_to(self, path: str, expected: list[tuple[str, str]]) -> None:
        page = self.read(f"{path}/references?limit=200")

        assert sorted((r["role"], r["record"]["id"]) for r in page["data"]) == sorted(expected)
        assert sum(role["count"] for role in page["roles"]) == len(expected)

    def each_side_has_its_names(self, records: Records) -> None:
        places = {place["id"]: place for place in records["places"]}
        for party in PARTIES:
            for seen in self.read(f"places?perspective={party}&limit=200")["data"]:
                place = places[seen["id"]]
                own = [n["text"] for n in place["names"] if n["used_by"]["id"] == party]
                assert seen["name"] == (own[0] if own else place["name"])
                assert seen["neutral_name"] == place["name"]

    def similar_claims_share_something(self, records: Records) -> None:
        subjects = {claim["id"]: subjects_of(claim) for claim in records["claims"]}
        for claim, own in subjects.items():
            shared = {other: own & theirs for other, theirs in subjects.items() if other != claim}

            similar = self.read(f"claims/{claim}/similar")["data"]

            found = {m["record"]["id"]: {v for some in m["shared"].values() for v in some} for m in similar}
            assert found == {other: some for other, some in shared.items() if some}

    def teardown(self) -> None:
        _take_ways(None, None)
        try:
            assert list(faults_of_database(self.database)) == []
        finally:
            self.database.close()
            clear(self.folder)
            shutil.rmtree(self.folder)


TestAnswers = pytest.mark.machine(World.TestCase)
TestAnswers.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
