"""The registry: what a record type is, declared once. A new filter is one line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from schemas import vocabularies as vocab
from schemas.claim import ClaimSchema
from schemas.date import DateSchema
from schemas.dossier import DossierSchema
from schemas.party import PartySchema
from schemas.place import PlaceSchema
from schemas.record import RecordSchema
from schemas.source import SourceSchema
from schemas.vocabularies import Vocabulary

from .mentions import Role, roles_of

Json = dict[str, Any]
#: States of records that everybody sees, and those that holders of a key see.
PUBLIC = ("published",)
CURATORS = ("published", "draft")
#: A value that a record is found by, and the other half of a pair, or ''.
Key = tuple[str, str]
FilterKind = Literal["id", "term", "date", "flag", "at-least", "language", "country", "question"]


@dataclass(frozen=True)
class Filter:
    """A query parameter of a collection.

    `keys` derives the values that a record is found by from its document and computed members;
    `pairs_with` names the filter whose qualifier this one narrows, when both are given.
    """

    name: str
    kind: FilterKind
    description: str
    keys: Callable[[Json, Json], Iterable[Key]] = lambda document, computed: ()
    to: tuple[str, ...] = ()
    vocabulary: Vocabulary | None = None
    pairs_with: str | None = None

    @property
    def negatable(self) -> bool:
        """Whether `name.not` is a parameter too."""
        return self.kind not in ("date", "at-least", "flag")


@dataclass(frozen=True)
class RecordType:
    """One record type: its schema, its place in URLs, and what it is found and sorted by."""

    name: str
    plural: str
    schema: type[RecordSchema]
    filters: tuple[Filter, ...]
    #: Members of the document that other records show or compute with.
    face: tuple[str, ...]
    dates: tuple[str, ...] = ()
    #: Members as served, as dotted paths, that a search looks in beside the title: its other names, and text.
    names: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    title_sorts: bool = True
    shape: RecordSchema = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", self.schema())

    @property
    def title(self) -> str:
        """The field that names a record to people."""
        return self.schema.titled_by

    @property
    def roles(self) -> tuple[Role, ...]:
        """The fields that name other records."""
        return roles_of(self.schema)

    @property
    def sorts(self) -> tuple[str, ...]:
        """What `sort=` takes, without the `-`."""
        return ("id", *((self.title,) if self.title_sorts else ()), "updated", *self.dates)

    @property
    def includes(self) -> tuple[str, ...]:
        """What `include=` takes: the roles whose records are embedded."""
        return tuple(role.path for role in self.roles)

    @property
    def fields(self) -> tuple[str, ...]:
        """What `fields=` takes: every top-level member."""
        return ("type", "id", *self.shape.own_fields, "meta", "links")

    def href(self, record_id: str) -> str:
        """The address of a record of this type."""
        return f"/v1/{self.plural}/{record_id}"

    def reference(self, record_id: str, name: str | None, status: str = "published") -> Json:
        """A record as others show it: {`type`, `id`, `name`, `href`}, and its `status` unless published."""
        state = {} if status == "published" else {"status": status}
        return {"type": self.name, "id": record_id, "name": name, "href": self.href(record_id), **state}

    def finds_members(self, declared: Filter) -> bool:
        """Whether a filter follows references through the whole record, instead of keys of this type."""
        return declared.name == "dossier" and not any(path == "dossiers" for path in self.includes)

    def filter(self, name: str) -> Filter:
        """The filter of that name; KeyError where there is none."""
        return next(f for f in self.filters if f.name == name)


def one(path: str) -> Callable[[Json, Json], Iterable[Key]]:
    """Keys of a single value in the document."""
    return lambda document, computed: [(document[path], "")] if document.get(path) else []


def each(
    path: str, member: str | None = None, qualifier: str | None = None
) -> Callable[[Json, Json], Iterable[Key]]:
    """Keys of each member of a list in the document; of `member` of each, paired with `qualifier`."""
    if member is None:
        return lambda document, computed: [(value, "") for value in document.get(path, ())]
    return lambda document, computed: [
        (value[member], value.get(qualifier, "") if qualifier else "")
        for value in document.get(path, ())
        if value.get(member)
    ]


def derived(name: str) -> Callable[[Json, Json], Iterable[Key]]:
    """Keys of each member of a computed list."""
    return lambda document, computed: [(value, "") for value in computed.get(name, ())]


def _through_whose_hands(document: Json, computed: Json) -> Iterable[Key]:
    chain = [(link["party"], link["role"]) for link in document.get("attribution", ())]
    return chain + [(publisher, "") for publisher in computed["publishers"]]


def _side(document: Json, computed: Json) -> Iterable[Key]:
    whose = document.get("position_of") or computed["claimant"]
    return [(whose, "")] if whose else []


def _about(document: Json, computed: Json) -> Iterable[Key]:
    return [(target, "") for targets in document.get("about", {}).values() for target in targets]


def _relations(document: Json, computed: Json) -> Iterable[Key]:
    own = [relation["type"] for relation in document.get("relations", ())]
    return [(name, "") for name in {*own, *computed["inverse_types"]}]


def _claimant(document: Json, computed: Json) -> Iterable[Key]:
    return [(computed["claimant"], "")] if computed["claimant"] else []


def _origins_count(document: Json, computed: Json) -> Iterable[Key]:
    # Six digits, so that text compares like the number.
    return [(f"{computed['origin_count']:06d}", "")]


def _held(document: Json, computed: Json) -> Iterable[Key]:
    return [("true" if document["held"] else "false", "")]


def _kind(vocabulary: Vocabulary) -> Filter:
    return Filter("kind", "term", "What it is.", one("kind"), vocabulary=vocabulary)


def _dossier(keys: Callable[[Json, Json], Iterable[Key]] | None = None) -> Filter:
    text = "Members of a dossier: what names it, what that refers to, and the sources' publishers."
    return Filter("dossier", "id", text, keys or (lambda document, computed: ()), to=("dossier",))


PARTY = RecordType(
    "party",
    "parties",
    PartySchema,
    face=("name",),
    names=("names.text",),
    text=("description", "offices.title"),
    filters=(
        _kind(vocab.PARTY_KINDS),
        _dossier(),
        Filter("country", "country", "ISO 3166 code of its country.", one("country")),
        Filter("part_of", "id", "What it is directly part of.", one("part_of"), to=("party",)),
        Filter(
            "member_of",
            "id",
            "A party it is or was a member of.",
            each("memberships", "party"),
            to=("party",),
        ),
    ),
)
PLACE = RecordType(
    "place",
    "places",
    PlaceSchema,
    face=("name",),
    names=("names.text",),
    text=("description",),
    filters=(
        _kind(vocab.PLACE_KINDS),
        _dossier(),
        Filter("part_of", "id", "What it is directly part of.", one("part_of"), to=("place",)),
        Filter("claimed_by", "id", "A party that claims it.", each("claimed_by"), to=("party",)),
        Filter(
            "administered_by", "id", "A party that administers it.", each("administered_by"), to=("party",)
        ),
    ),
)
SOURCE = RecordType(
    "source",
    "sources",
    SourceSchema,
    face=("title", "url", "publisher", "derived_from"),
    text=("publisher.name", "authors", "note"),
    dates=("published",),
    filters=(
        _kind(vocab.SOURCE_KINDS),
        _dossier(),
        Filter("publisher", "id", "Who published it.", one("publisher"), to=("party",)),
        Filter("language", "language", "BCP 47 tag, exactly as recorded.", one("language")),
        Filter("held", "flag", "Whether the curators have had the document itself.", _held),
        Filter(
            "derived_from",
            "id",
            "What it directly derives from.",
            each("derived_from", "source"),
            to=("source",),
        ),
        Filter("published", "date", "When it was published."),
    ),
)
DATE = RecordType(
    "date",
    "dates",
    DateSchema,
    face=("title",),
    text=("description",),
    dates=("when",),
    filters=(
        _kind(vocab.DATE_KINDS),
        _dossier(each("dossiers")),
        Filter("when", "date", "When it happened."),
        Filter("participant", "id", "Who took part.", each("participants", "party", "role"), to=("party",)),
        Filter(
            "participant_role",
            "term",
            "As what somebody took part; with `participant`, that party.",
            each("participants", "role"),
            vocabulary=vocab.PARTICIPANT_ROLES,
            pairs_with="participant",
        ),
        Filter("place", "id", "Where it happened.", each("places"), to=("place",)),
        Filter("part_of", "id", "The happening that it is directly part of.", one("part_of"), to=("date",)),
    ),
)
CLAIM = RecordType(
    "claim",
    "claims",
    ClaimSchema,
    face=("proposition", "relations"),
    text=("claimant.name", "position_of.name", "citations.quote", "assessment.note"),
    dates=("said", "valid"),
    title_sorts=False,
    filters=(
        _kind(vocab.CLAIM_KINDS),
        _dossier(each("dossiers")),
        Filter(
            "claimant", "id", "Whose claim it is: the first party of its chain.", _claimant, to=("party",)
        ),
        Filter("position_of", "id", "Whose position it states.", one("position_of"), to=("party",)),
        Filter(
            "side",
            "id",
            "On whose side it stands: `position_of`, else the claimant.",
            _side,
            to=("party",),
        ),
        Filter(
            "via",
            "id",
            "Through whose hands it came: anyone in the chain, or the publisher of a cited source or of one "
            "that it descends from.",
            _through_whose_hands,
            to=("party",),
        ),
        Filter(
            "role",
            "term",
            "A role in the chain; with `via`, that party's.",
            each("attribution", "role"),
            vocabulary=vocab.ATTRIBUTION_ROLES,
            pairs_with="via",
        ),
        Filter("about", "id", "What it is about.", _about, to=("party", "place", "date")),
        Filter(
            "source", "id", "The source of one of its citations.", each("citations", "source"), to=("source",)
        ),
        Filter("origin", "id", "A document that it goes back to.", derived("origins"), to=("source",)),
        Filter("origins_min", "at-least", "Least number of independent origins.", _origins_count),
        Filter("question", "question", "A question that it answers.", each("answers", "question", "stance")),
        Filter(
            "stance",
            "term",
            "How it answers; with `question`, that question.",
            each("answers", "stance"),
            vocabulary=vocab.STANCES,
            pairs_with="question",
        ),
        Filter("standing", "term", "How well it stands.", derived("standing"), vocabulary=vocab.STANDINGS),
        Filter(
            "relation",
            "term",
            "A relation to another claim, its own or the inverse of another's.",
            _relations,
            vocabulary=Vocabulary(
                "relations-both-ways",
                "Relations, both ways",
                "Relations and their inverses.",
                vocab.RELATIONS.terms + vocab.INVERSE_RELATIONS.terms,
            ),
        ),
        Filter("said", "date", "When it was said."),
        Filter("valid", "date", "The time that it speaks of."),
    ),
)
DOSSIER = RecordType(
    "dossier", "dossiers", DossierSchema, filters=(), face=(), text=("summary", "questions.text")
)

TYPES: dict[str, RecordType] = {t.name: t for t in (PARTY, DATE, CLAIM, SOURCE, PLACE, DOSSIER)}
BY_PLURAL: dict[str, RecordType] = {t.plural: t for t in TYPES.values()}
