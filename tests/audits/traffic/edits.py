"""A day of random edits: the same day for the same seed and the same answers."""

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from werkzeug.test import TestResponse

from .leader import Leader

Json = dict[str, Any]

PLURALS = {
    "party": "parties",
    "date": "dates",
    "claim": "claims",
    "source": "sources",
    "place": "places",
    "dossier": "dossiers",
}
WORDS = ("again", "Токио", "北方領土", "“so called”", "Łódź", "on Sunday", "Hoppō", "мир")
DATES = (
    "2019-07",
    "2018-11/2019-07",
    "2004/..",
    "1956-10-19",
    "195X",
    "2019-06-29~",
    "../1945",
    "1855-02-07",
    None,
)
TEXTS = {
    "parties": ("name", "description"),
    "dates": ("title", "description"),
    "claims": ("proposition", "proposition", "kind"),
    "sources": ("title", "note", "rights", "publisher"),
    "places": ("name", "description"),
    "dossiers": ("title", "summary"),
}
DATED = {"dates": ("when",), "claims": ("said", "valid"), "sources": ("published",)}
LISTS = {
    "parties": ("names", "memberships", "predecessors", "offices"),
    "dates": ("participants", "places", "dossiers", "citations"),
    "claims": ("attribution", "relations", "answers", "citations", "dossiers"),
    "sources": ("derived_from", "authors"),
    "places": ("names", "claimed_by", "administered_by"),
    "dossiers": ("questions",),
}


class Day:
    """A working day of an editor and a publisher."""

    def __init__(self, leader: Leader, chance: Random) -> None:
        self._leader, self._chance = leader, chance
        self._made = 0
        self.published = {plural: self._ids(plural) for plural in PLURALS.values()}
        self.drafts: list[tuple[str, str]] = []
        self.retracted: list[tuple[str, str]] = []
        self.merged: list[tuple[str, str]] = []
        self.gone: list[tuple[str, str]] = []
        self._terms = {
            name: self._vocabulary(name)
            for name in ("claim-kinds", "correction-kinds", "participant-roles", "relations", "derivations",
                         "attribution-roles", "stances")
        }  # fmt: skip
        self._questions = [
            question["id"]
            for record_id in self.published["dossiers"]
            for question in leader.get(f"/v1/dossiers/{record_id}").get_json()["questions"]
        ]

    def work(self, edits: int) -> None:
        """Make this many edits, with ten minutes between them, and look at the record after each."""
        kinds = [edit for weight, edit in EDITS for _ in range(weight)]
        for _ in range(edits):
            self._leader.later(600)
            self._chance.choice(kinds)(self)
            self._leader.get(
                f"/v1/{self._chance.choice(list(PLURALS.values()))}", {"limit": 3, "sort": "-updated"}
            )

    @property
    def everything(self) -> list[tuple[str, str]]:
        """Every record that there is or was."""
        public = [(plural, record_id) for plural, ids in self.published.items() for record_id in ids]
        return [*public, *self.drafts, *self.retracted, *self.merged, *self.gone]

    def create(self) -> None:
        """A draft, or at once a published record."""
        plural, body = self._new()
        if self._chance.random() < 0.5:
            if self._leader.send("POST", f"/v1/{plural}", None, body, "editor").status_code == 201:
                self.drafts.append((plural, body["id"]))
        elif (
            self._leader.send("POST", f"/v1/{plural}", {"publish": "true"}, body, "publisher").status_code
            == 201
        ):
            self._add(plural, body["id"])

    def patch(self) -> None:
        """A few members, with the reason where the record is published."""
        self._change("PATCH")

    def replace(self) -> None:
        """The record as it was read, with changes."""
        self._change("PUT")

    def publish(self) -> None:
        """A draft of before."""
        if not self.drafts:
            return self.create()
        plural, record_id = draft = self._chance.choice(self.drafts)
        if self._act(plural, record_id, "publish", {}).status_code == 200:
            self.drafts.remove(draft)
            self._add(plural, record_id)
        return None

    def remove(self) -> None:
        """A draft of before."""
        if not self.drafts:
            return self.create()
        plural, record_id = draft = self._chance.choice(self.drafts)
        self._read(plural, record_id)
        path = f"/v1/{plural}/{record_id}"
        if self._leader.send("DELETE", path, None, None, "publisher", If_Match=self._tag).status_code == 204:
            self.drafts.remove(draft)
            self.gone.append(draft)
        return None

    def retract(self) -> None:
        """A published record, whatever refers to it."""
        plural, record_id = self._any()
        if self._act(plural, record_id, "retract", self._reason()).status_code == 200:
            self.published[plural].remove(record_id)
            self.retracted.append((plural, record_id))

    def republish(self) -> None:
        """A retracted record."""
        if not self.retracted:
            return self.retract()
        plural, record_id = back = self._chance.choice(self.retracted)
        path = f"/v1/{plural}/{record_id}"
        # Reads of a retracted record have no entity tag; the refusal of a write names it.
        self._leader.send("PATCH", path, None, {}, "publisher")
        answer = self._leader.send(
            "POST", f"{path}/publish", None, self._reason(), "publisher", If_Match=self._tag
        )
        if answer.status_code == 200:
            self.retracted.remove(back)
            self._add(plural, record_id)
        return None

    def merge(self) -> None:
        """One record into another of its type."""
        plural, record_id = self._any()
        into = {"into": self._one(plural)}
        if self._act(plural, record_id, "merge", into | self._reason()).status_code == 200:
            self.published[plural].remove(record_id)
            self.merged.append((plural, record_id))

    def batch(self) -> None:
        """A source, a claim that cites it, and a change of a record, all or none."""
        source, claim = self._source(), self._claim()
        claim["citations"] = [{"source": source["id"]}]
        plural, record_id = self._any()
        document = self._read(plural, record_id)
        changed: Json = {
            "op": "patch",
            "type": next(name for name, many in PLURALS.items() if many == plural),
            "id": record_id,
            "if_match": self._tag,
            "body": self._changes(plural, document) | {"correction": self._reason()},
        }
        made = [
            {"op": "create", "type": kind, "id": body["id"], "body": body | {"publish": True}}
            for kind, body in (("source", source), ("claim", claim))
        ]
        for query in ({"dry_run": "true"}, None):
            answer = self._leader.send("POST", "/v1/batch", query, [*made, changed], "publisher")
        if answer.status_code == 200:
            self._add("sources", source["id"])
            self._add("claims", claim["id"])

    def repeat(self) -> None:
        """A creation, sent again with its key, then with another body."""
        plural, body = self._new()
        key = f"key-{body['id']}"
        for sent in (body, body, body | {"id": f"{body['id']}-other"}):
            answer = self._leader.send("POST", f"/v1/{plural}", None, sent, "editor", Idempotency_Key=key)
            if answer.status_code == 201 and (plural, body["id"]) not in self.drafts:
                self.drafts.append((plural, body["id"]))

    def redact(self) -> None:
        """Take out the first revision of one record, and all of another."""
        reason = ("--note", "A court said so")
        for revisions in (("--revisions", "1"), ()):
            plural, record_id = self._any()
            kind = next(name for name, many in PLURALS.items() if many == plural)
            self._leader.facts("redact", kind, record_id, *revisions, *reason)
            if self._leader.get(f"/v1/{plural}/{record_id}").status_code != 200:
                self.published[plural].remove(record_id)
                self.gone.append((plural, record_id))

    def rehearse(self) -> None:
        """Changes that are shown and not made."""
        rehearsal = {"dry_run": "true"}
        self._change("PATCH", rehearsal)
        self._act(*self._any(), "retract", self._reason(), rehearsal)
        plural, body = self._new()
        self._leader.send("POST", f"/v1/{plural}", rehearsal, body, "editor")

    def refuse(self) -> None:
        """What a careless client sends."""
        send, (plural, record_id) = self._leader.send, self._any()
        path, body = f"/v1/{plural}/{record_id}", {"correction": self._reason()}
        send("PATCH", path, None, body, "publisher")
        send("PATCH", path, None, body, "publisher", If_Match='"0000"')
        send("PATCH", path, None, body)
        send("PATCH", path, None, '{"name": ', "publisher", If_Match="*")
        send("PATCH", path, None, "name: x", "publisher", If_Match="*", Content_Type="text/plain")
        send("DELETE", path, None, None, "publisher", If_Match="*")
        send("POST", f"{path}/publish", None, {}, "editor", If_Match="*")
        send("POST", f"/v1/{plural}", None, {"id": record_id, "kindd": 1}, "publisher")
        send("POST", "/v1/check", None, [{"id": record_id, "revision": 1}, {"id": "nobody", "revision": 2}])
        send("POST", "/v1/batch", None, [{"op": "publish", "type": "party", "id": "nobody"}], "publisher")

    # What edits are made of

    def _new(self) -> tuple[str, Json]:
        plural = self._chance.choice(
            ("parties", "dates", "claims", "claims", "sources", "places", "dossiers")
        )
        return plural, {
            "parties": self._party,
            "dates": self._date,
            "claims": self._claim,
            "sources": self._source,
            "places": self._place,
            "dossiers": self._dossier,
        }[plural]()

    def _id(self) -> str:
        self._made += 1
        return f"new-{self._made}"

    def _party(self) -> Json:
        names = [self._element("names")]
        return {"id": self._id(), "name": self._text("Party"), "kind": "person", "names": names}

    def _place(self) -> Json:
        claimed = [self._one("parties")]
        return {"id": self._id(), "name": self._text("Rock"), "kind": "island", "claimed_by": claimed}

    def _dossier(self) -> Json:
        questions = [self._element("questions")]
        return {"id": self._id(), "title": self._text("Story"), "questions": questions}

    def _source(self) -> Json:
        return {
            "id": self._id(),
            "title": self._text("Report"),
            "kind": "news-report",
            "publisher": self._one("parties"),
            "held": self._chance.random() < 0.5,
            "published": self._chance.choice(DATES),
            "derived_from": [self._element("derived_from")],
        }

    def _date(self) -> Json:
        return {
            "id": self._id(),
            "title": self._text("Talks"),
            "kind": "meeting",
            "when": self._chance.choice(DATES[:-1]),
            "citations": [self._element("citations")],
            "participants": [self._element("participants")],
            "dossiers": self.published["dossiers"][:1],
        }

    def _claim(self) -> Json:
        return {
            "id": self._id(),
            "proposition": self._text("Something is claimed"),
            "kind": self._term("claim-kinds"),
            "attribution": [{"party": self._one("parties"), "role": "said"}],
            "said": self._chance.choice(DATES),
            "about": {"parties": [self._one("parties")], "places": [self._one("places")]},
            "citations": [self._element("citations")],
            "answers": [self._element("answers")],
            "relations": [self._element("relations")],
            "dossiers": self.published["dossiers"][:1],
        }

    def _element(self, member: str) -> Any:
        """Something that a list of a record may hold."""
        made: dict[str, Callable[[], Any]] = {
            "names": lambda: {"text": self._text("Name"), "language": self._chance.choice(("en", "ru", "ja")),
                              "used_by": self._one("parties")},
            "memberships": lambda: {"party": self._one("parties")},
            "offices": lambda: {"title": self._text("Minister"), "of": self._one("parties")},
            "participants": lambda: {"party": self._one("parties"), "role": self._term("participant-roles")},
            "citations": lambda: {"source": self._one("sources")},
            "attribution": lambda: {"party": self._one("parties"), "role": self._term("attribution-roles")},
            "relations": lambda: {"claim": self._one("claims"), "type": self._term("relations")},
            "answers": lambda: {"question": self._chance.choice(self._questions),
                                "stance": self._term("stances")},
            "derived_from": lambda: {"source": self._one("sources"), "how": self._term("derivations")},
            "authors": lambda: self._text("Author"),
            "questions": lambda: {"id": self._id(), "text": self._text("Is it so?")},
            "places": lambda: self._one("places"),
            "dossiers": lambda: self._one("dossiers"),
        }  # fmt: skip
        return made[member]() if member in made else self._one("parties")

    def _changes(self, plural: str, document: Json) -> Json:
        """One to three members of a record, changed."""
        changes: Json = {}
        for _ in range(self._chance.randint(1, 3)):
            roll = self._chance.random()
            if roll < 0.45:
                changes |= self._reworded(plural, document)
            elif roll < 0.6 and plural in DATED:
                changes[self._chance.choice(DATED[plural])] = self._chance.choice(DATES)
            else:
                member = self._chance.choice(LISTS[plural])
                changes[member] = self._relisted(plural, member, deepcopy(document.get(member) or []))
        return changes

    def _reworded(self, plural: str, document: Json) -> Json:
        member = self._chance.choice(TEXTS[plural])
        if member == "kind":
            return {member: self._term("claim-kinds")}
        if member == "publisher":
            return {member: self._one("parties")}
        return {member: self._text(document.get(member) or "")}

    def _relisted(self, plural: str, member: str, elements: list[Any]) -> list[Any]:
        if elements and self._chance.random() < 0.4:
            elements.pop(self._chance.randrange(len(elements)))
            return elements
        return [*elements, self._element(member)]

    def _text(self, old: str) -> str:
        return f"{old} {self._chance.choice(WORDS)}".strip()

    def _term(self, vocabulary: str) -> str:
        return self._chance.choice(self._terms[vocabulary])

    def _one(self, plural: str) -> str:
        return self._chance.choice(self.published[plural])

    def _any(self) -> tuple[str, str]:
        plural = self._chance.choice(("parties", "parties", "dates", "claims", "claims", "sources", "places"))
        return plural, self._one(plural)

    def _reason(self) -> Json:
        return {"kind": self._term("correction-kinds"), "note": self._text("Because")}

    # Asking

    def _change(self, method: str, query: Json | None = None) -> None:
        plural, record_id = self._chance.choice(
            [self._any(), self._any(), ("dossiers", self._one("dossiers"))]
        )
        if self.drafts and self._chance.random() < 0.2:
            plural, record_id = self._chance.choice(self.drafts)
        document = self._read(plural, record_id)
        changes = self._changes(plural, document)
        body = changes if method == "PATCH" else document | changes
        if (plural, record_id) not in self.drafts:
            body |= {"correction": self._reason()}
        path = f"/v1/{plural}/{record_id}"
        self._leader.send(method, path, query, body, "publisher", If_Match=self._tag)
        self._leader.get(path)

    def _act(
        self, plural: str, record_id: str, verb: str, body: Json, query: Json | None = None
    ) -> TestResponse:
        self._read(plural, record_id)
        path = f"/v1/{plural}/{record_id}/{verb}"
        return self._leader.send("POST", path, query, body, "publisher", If_Match=self._tag)

    def _read(self, plural: str, record_id: str) -> Json:
        found: Json = self._leader.get(f"/v1/{plural}/{record_id}", key="publisher").get_json()
        return found

    @property
    def _tag(self) -> str:
        """The blank for the entity tag of the last answer."""
        return f"{{etag:{self._leader.number}}}"

    def _add(self, plural: str, record_id: str) -> None:
        self.published[plural].append(record_id)

    def _ids(self, plural: str) -> list[str]:
        pages = self._leader.walk(f"/v1/{plural}", {"limit": 200})
        return [record["id"] for page in pages for record in page.get_json()["data"]]

    def _vocabulary(self, name: str) -> list[str]:
        return [term["name"] for term in self._leader.get(f"/v1/vocabularies/{name}").get_json()["terms"]]


#: How often, and what.
EDITS = (
    (5, Day.create),
    (4, Day.publish),
    (8, Day.patch),
    (4, Day.replace),
    (3, Day.retract),
    (2, Day.republish),
    (3, Day.merge),
    (2, Day.remove),
    (3, Day.batch),
    (2, Day.repeat),
    (2, Day.rehearse),
    (1, Day.refuse),
)
