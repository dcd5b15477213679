"""After any edits, every answer is what recomputing it from all records gives."""

import shutil
import tempfile
import unicodedata
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api.records.core.registry import CLAIM, DATE, DOSSIER, PARTY, PLACE, SOURCE, RecordType
from api.records.store.api_keys import Actor, create_key
from api.records.store.database import migrate, open_database
from api.records.upkeep.safety import faults_of_database
from api.records.write.operations import Put
from api.records.write.perform import perform
from api.records.write.transaction import Correction

from .conftest import client_of

NOTED = Correction("new-information", "In a test")
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


def plain(text: str) -> str:
    """The folding of a search once more, for these words."""
    bare = (c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(bare))


def found_by(typed: str, texts: list[str]) -> bool:
    """Whether a record with these texts is found, by the rules of docs/reading.md."""
    folded = [plain(text) for text in texts]
    if typed.startswith('"'):
        phrase = typed.strip('"').split()
        return any(
            words[i : i + len(phrase)] == phrase
            for words in (t.split() for t in folded)
            for i in range(len(words))
        )
    for chunk in typed.split():
        sought = chunk.strip("-*")
        beginning = chunk.endswith("*") or (len(sought) < 3 and sought.isascii())
        there = any(
            any(word.startswith(sought) for word in text.split()) if beginning else sought in text
            for text in folded
        )
        if there == chunk.startswith("-"):
            return False
    return True


class World(RuleBasedStateMachine):
    """A small story, edited at random."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.database = open_database(f"sqlite:///{self.folder}/facts.db")
        migrate(self.database)
        self.key = {"Authorization": f"Bearer {create_key(self.database, 'K', 'publisher')}"}
        self.client: FlaskClient = client_of(self.folder / "facts.db")
        #: What each source was written to derive from; what was merged into what; what was retracted.
        self.descent: dict[str, list[tuple[str, str]]] = {}
        self.into: dict[str, str] = {}
        self.retracted: set[str] = set()

    @initialize()
    def start(self) -> None:
        for party in PARTIES:
            self.put(PARTY, party, name="Abe", kind="state")
        self.put(SOURCE, "paper", title="Paper", kind="news-report", publisher="party0", held=True)
        self.put(DOSSIER, "story", title="Story", questions=[{"id": q, "text": f"{q}?"} for q in QUESTIONS])
        # Everything that may be named is there at first, so that most edits are lawful.
        for source in SOURCES:
            self.put(SOURCE, source, title="Print", kind="news-report", publisher="party1", held=True)
        for place in PLACES:
            self.put(PLACE, place, name="Rock", kind="island")
        for claim in CLAIMS:
            self.put(CLAIM, claim, proposition="Abe", kind="statement", citations=[{"source": "paper"}],
                     dossiers=["story"])  # fmt: skip

    def put(self, record_type: RecordType, record_id: str, publish: bool = True, **document: Any) -> bool:
        """Write a record where nothing speaks against it; whether it was written."""
        document = {k: v for k, v in document.items() if v not in (None, [], {})}
        known = self.client.get(f"/v1/{record_type.plural}/{record_id}")
        if known.status_code in (410, 308) or not self.is_there(document):
            return False
        perform(
            self.database, [Put(record_type, record_id, document, publish, NOTED)], Actor("d", "publisher")
        )
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
          publish=st.booleans())  # fmt: skip
    def name_place(self, place: str, name: str, by: str, word: str, publish: bool) -> None:
        names = [{"text": word, "language": "en", "used_by": by}]
        self.put(PLACE, place, publish, name=name, kind="island", names=names)

    @rule(date=st.sampled_from(DATES), title=TEXT, when=WHEN, whole=st.none() | st.sampled_from(DATES))
    def write_date(self, date: str, title: str, when: str, whole: str | None) -> None:
        # Wholes have the greater number: no date becomes part of itself.
        part_of = whole if whole and whole > date else None
        self.put(DATE, date, title=title, kind="meeting", when=when, citations=[{"source": "paper"}],
                 part_of=part_of, dossiers=["story"])  # fmt: skip

    @rule(source=st.sampled_from(SOURCES), title=TEXT, publisher=st.sampled_from(PARTIES),
          parents=st.lists(st.tuples(st.sampled_from(SOURCES), st.sampled_from(DERIVATIONS)), max_size=2,
                           unique_by=lambda parent: parent[0]))  # fmt: skip
    def write_source(self, source: str, title: str, publisher: str, parents: list[tuple[str, str]]) -> None:
        # Parents have the greater number: no document descends from itself.
        parents = [(parent, how) for parent, how in parents if parent > source]
        derived = [{"source": parent, "how": how} for parent, how in parents]
        if self.put(SOURCE, source, title=title, kind="news-report", publisher=publisher, held=True,
                    derived_from=derived):  # fmt: skip
            self.descent[source] = parents

    @rule(claim=st.sampled_from(CLAIMS), words=TEXT,
          cited=st.sets(st.sampled_from(["paper", *SOURCES]), min_size=1), said=MAYBE_WHEN, valid=MAYBE_WHEN,
          speaker=st.none() | st.sampled_from(PARTIES), about=st.none() | st.sampled_from(PLACES),
          answer=st.none() | st.tuples(st.sampled_from(QUESTIONS), st.sampled_from(["affirms", "denies"])),
          against=st.none() | st.sampled_from(CLAIMS), publish=st.booleans())  # fmt: skip
    def write_claim(
        self, claim: str, words: str, cited: set[str], said: str | None, valid: str | None,
        speaker: str | None, about: str | None, answer: tuple[str, str] | None,
        against: str | None, publish: bool,
    ) -> None:  # fmt: skip
        self.put(
            CLAIM, claim, publish, proposition=words, kind="statement",
            citations=[{"source": source} for source in sorted(cited)],
            said=said, valid=valid, attribution=[{"party": speaker, "role": "said"}] if speaker else [],
            about={"places": [about]} if about else {}, dossiers=["story"],
            answers=[{"question": answer[0], "stance": answer[1]}] if answer else [],
            relations=[{"type": "contradicts", "claim": against}] if against and against != claim else [],
        )  # fmt: skip

    @rule(record=st.sampled_from([*PLACES, *DATES, *CLAIMS, *SOURCES]), merge=st.booleans(), data=st.data())
    def withdraw(self, record: str, merge: bool, data: st.DataObject) -> None:
        plural = PLURALS[record[:-1]]
        known = self.client.get(f"/v1/{plural}/{record}")
        if known.status_code != 200 or (record not in SOURCES and data.draw(st.integers(0, 2))):
            return  # Rarely: what is withdrawn is gone from the game, but for descent, which goes on.
        into = {"into": f"{record[:-1]}{(int(record[-1]) + 1) % 4}"} if merge else {}
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

    def get(self, path: str) -> Any:
        response = self.client.get(path)
        assert response.status_code == 200, (path, response.text)
        return response.get_json()

    def all(self, plural: str) -> list[Any]:
        return list(self.get(f"/v1/{plural}?limit=200")["data"])

    @invariant()
    def searches_find_what_holds_the_text(self) -> None:
        records = {
            r["id"]: [
                r.get("name") or r.get("title") or r["proposition"],
                *(n["text"] for n in r.get("names", ())),
            ]
            for plural in PLURALS.values()
            for r in self.all(plural)
        }
        for source in self.all("sources"):
            records[source["id"]].append(source["publisher"]["name"])
        for claim in self.all("claims"):
            records[claim["id"]] += [p["name"] for p in (claim["claimant"], claim["position_of"]) if p]
        for typed in TYPED:
            expected = {i for i, texts in records.items() if found_by(typed, texts)}
            page = self.client.get(
                "/v1/search", query_string={"q": typed, "limit": 200, "count": "true"}
            ).get_json()
            found = {r["id"] for r in page["data"]} - {"story"}
            assert found == expected, typed
            claims = self.client.get("/v1/claims", query_string={"q": typed}).get_json()["data"]
            assert {c["id"] for c in claims} == {i for i in expected if i in CLAIMS}

    @invariant()
    def timelines_are_in_order(self) -> None:
        dates, claims = self.all("dates"), self.all("claims")
        for by in ("said", "valid"):
            timed = [(d["when"], d["id"]) for d in dates] + [(c[by], c["id"]) for c in claims if c[by]]
            expected = sorted((at["earliest"] or "-", at["latest"] or "~", i) for at, i in timed)
            page = self.get(f"/v1/dossiers/story/timeline?by={by}")
            assert [e["record"]["id"] for e in page["data"]] == [i for _, _, i in expected]
            undated = sorted(c["id"] for c in claims if not c[by])
            assert [e["record"]["id"] for e in page["undated"]["data"]] == undated
        parents = {d["id"]: d["part_of"] and d["part_of"]["id"] for d in dates}
        nested = self.get("/v1/timeline?nested=true&type=date")["data"]
        seen: dict[str, str | None] = {}

        def walk(entries: list[Any], parent: str | None) -> None:
            for entry in entries:
                seen[entry["record"]["id"]] = parent
                walk(entry["parts"], entry["record"]["id"])

        walk(nested, None)
        assert seen == {i: parent if parent in parents else None for i, parent in parents.items()}

    @invariant()
    def facets_count(self) -> None:
        claims = self.all("claims")
        facets = self.get("/v1/claims?facets=claimant,about,stance,standing,question")["facets"]
        expected = {
            "claimant": Counter(c["claimant"]["id"] for c in claims if c["claimant"]),
            "about": Counter(p["id"] for c in claims for p in (c["about"] or {"places": []})["places"]),
            "stance": Counter(s for c in claims for s in {a["stance"] for a in c["answers"]}),
            "standing": Counter(s for c in claims for s in c["standing"]),
            "question": Counter(q for c in claims for q in {a["question"] for a in c["answers"]}),
        }
        for name, counts in expected.items():
            assert {m["value"]: m["count"] for m in facets[name]["values"]} == counts, name

    @invariant()
    def positions_are_those_of_the_claims(self) -> None:
        expected = {
            (a["question"], (c["claimant"] or {}).get("id"), a["stance"], c["id"])
            for c in self.all("claims")
            for a in c["answers"]
        }
        found = set()
        for question in self.get("/v1/dossiers/story/positions")["questions"]:
            for side in question["positions"]:
                found |= {
                    (question["id"], side["party"]["id"], e["stance"], e["claim"]["id"])
                    for e in side["claims"]
                }
            fact = question["stated_as_fact"]["claims"]
            found |= {(question["id"], None, e["stance"], e["claim"]["id"]) for e in fact}
        assert found == expected

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

    @invariant()
    def provenance_is_what_following_the_documents_gives(self) -> None:
        names = {r["id"]: r.get("title") or r["name"] for p in ("sources", "parties") for r in self.all(p)}
        for claim in self.all("claims"):
            graph = self.get(f"/v1/claims/{claim['id']}/provenance")
            cited = [c["source"]["id"] for c in claim["citations"]]
            documents = {n["id"]: n for n in graph["nodes"] if n["type"] == "source"}
            assert documents.keys() == {d for source in cited for d in self.behind(source)}
            shown = {n["id"]: n["name"] for n in graph["nodes"] if n["id"] in names}
            assert shown == {i: names[i] for i in shown}
            assert {i for i, n in documents.items() if "status" in n} == documents.keys() & self.retracted
            roots = [self.roots(source) for source in cited]
            origins = {i for i, node in documents.items() if node["origin"]}
            assert origins == {s["id"] for s in claim["origins"]["sources"]} == set().union(*roots)
            of = {e["from"]: e["to"] for e in graph["edges"] if e["type"] == "published-by"}
            voices = [{of[root] for root in some} for some in roots if some]
            assert graph["origins"]["count"] == min(
                n for n in range(5) for some in combinations(PARTIES, n)
                if all(voice & set(some) for voice in voices)
            )  # fmt: skip
            now = self.get(f"/v1/claims/{claim['id']}/provenance?as_of=2999-01-01T00:00:00Z")
            assert (now["nodes"], now["edges"]) == (graph["nodes"], graph["edges"])
            prov = self.client.get(
                f"/v1/claims/{claim['id']}/provenance", headers={"Accept": "application/ld+json"}
            )
            assert len(prov.get_json(force=True)["@graph"]) == len(graph["nodes"]) + len(cited)

    @invariant()
    def references_are_what_names_a_record(self) -> None:
        dates, claims = self.all("dates"), self.all("claims")
        for place in self.all("places"):
            about = {c["id"]: [p["id"] for p in (c["about"] or {"places": []})["places"]] for c in claims}
            expected = {("about.places", i) for i, places in about.items() if place["id"] in places}
            page = self.get(f"/v1/places/{place['id']}/references?limit=200")
            assert {(r["role"], r["record"]["id"]) for r in page["data"]} == expected
            assert sum(role["count"] for role in page["roles"]) == len(expected)
        for date in dates:
            parts = [d["id"] for d in dates if (d["part_of"] or {}).get("id") == date["id"]]
            page = self.get(f"/v1/dates/{date['id']}/references?limit=200")
            assert [(r["role"], r["record"]["id"]) for r in page["data"]] == [("part_of", i) for i in parts]

    @invariant()
    def each_side_has_its_names(self) -> None:
        places = {p["id"]: p for p in self.all("places")}
        for party in PARTIES:
            for seen in self.get(f"/v1/places?perspective={party}&limit=200")["data"]:
                place = places[seen["id"]]
                own = [n["text"] for n in place["names"] if n["used_by"]["id"] == party]
                assert seen["name"] == (own[0] if own else place["name"])
                assert seen["neutral_name"] == place["name"]

    @invariant()
    def similar_claims_share_something(self) -> None:
        claims = {c["id"]: c for c in self.all("claims")}
        shared = {i: self.subjects(c) for i, c in claims.items()}
        for claim in claims:
            found = {m["record"]["id"]: {v for s in m["shared"].values() for v in s}
                     for m in self.get(f"/v1/claims/{claim}/similar")["data"]}  # fmt: skip
            others = {i: shared[i] & shared[claim] for i in claims if i != claim}
            assert found == {i: some for i, some in others.items() if some}

    def subjects(self, claim: Any) -> set[str]:
        about = {p["id"] for p in (claim["about"] or {"places": []})["places"]}
        answered = {a["question"] for a in claim["answers"]}
        return about | answered | {s["id"] for s in claim["origins"]["sources"]}

    def teardown(self) -> None:
        try:
            assert list(faults_of_database(self.database)) == []
        finally:
            self.database.close()
            shutil.rmtree(self.folder)


TestAnswers = World.TestCase
TestAnswers.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
