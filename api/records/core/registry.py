"""The registry: what a record type is, declared once. A new filter is one line here."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas import vocabularies as vocab
from schemas.attribute import AttributedSchema
from schemas.base import Json
from schemas.claim import ClaimSchema
from schemas.date import DateSchema
from schemas.dossier import DossierSchema
from schemas.party import PartySchema
from schemas.place import PlaceSchema
from schemas.record import RecordSchema
from schemas.source import SourceSchema, publishers_of
from schemas.vocabularies import Vocabulary

from .filters import (
    AtLeast,
    Countries,
    Dated,
    Filter,
    Flag,
    Ids,
    Key,
    Keys,
    Languages,
    Located,
    Measured,
    Members,
    Questions,
    RegistryError,
    Terms,
    Within,
    box_keys,
    derived,
    each,
    one,
    padded,
    quantity_keys,
)
from .mentions import Role, mentions, roles_of


@dataclass(frozen=True)
class RecordType:
    """One record type: its schema, its place in URLs, and what it is found and sorted by."""

    name: str
    plural: str
    schema: type[RecordSchema]
    #: What records of it are, in a line.
    what: str
    filters: tuple[Filter, ...]
    #: Members of the document that other records show or compute with.
    face: tuple[str, ...]
    dates: tuple[str, ...] = ()
    #: Members as served, as dotted paths, that a search looks in beside the title: its other names, and text.
    names: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    title_sorts: bool = True
    #: Where it stands among suggestions: those with names (0), with titles (1, 2), sentences (3).
    suggested: int = 1
    #: The id of a record that shows what the type is for, for the documentation.
    example: str | None = None
    shape: RecordSchema = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", self.schema())
        for index, declared in enumerate(self.filters):
            if fault := self._fault(declared, self.filters[:index]):
                raise RegistryError(f'filter "{declared.name}" of {self.plural}: {fault}')

    def _fault(self, declared: Filter, earlier: tuple[Filter, ...]) -> str | None:
        """What is wrong with a filter beside the others and the type's dates."""
        if any(declared.name == other.name for other in earlier):
            return "it is declared twice"
        if declared.pairs_with and declared.pairs_with not in {f.name for f in self.filters}:
            return f'it pairs with "{declared.pairs_with}", which is no filter of theirs'
        if declared.dated and declared.name not in self.dates:
            return "they have no such date"
        return None

    @property
    def title(self) -> str:
        """The field that names a record to people."""
        return self.schema.titled_by

    @property
    def roles(self) -> tuple[Role, ...]:
        """The fields that name other records."""
        return roles_of(self.schema)

    @property
    def located(self) -> bool:
        """Whether records of it can stand somewhere on the globe."""
        return "geometry" in self.shape.own_fields

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

    def filter(self, name: str) -> Filter:
        """The filter of that name; KeyError where there is none."""
        return next(f for f in self.filters if f.name == name)


def _publishers(document: Json, computed: Json) -> Iterable[Key]:
    return [(party, "") for party in publishers_of(document)]


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
    return [(padded(computed["origin_count"]), "")]


def _held(document: Json, computed: Json) -> Iterable[Key]:
    return [_truth(document["held"])]


def _cites_held(document: Json, computed: Json) -> Iterable[Key]:
    return [_truth(computed["held"])]


def _truth(value: bool) -> Key:
    return ("true" if value else "false", "")


def _assessment(document: Json, computed: Json) -> Iterable[Key]:
    return [(document.get("assessment", {}).get("status", "not-assessed"), "")]


def _translated(document: Json, computed: Json) -> Iterable[Key]:
    return [
        (language, "") for language in dict.fromkeys(t["language"] for t in document.get("translations", ()))
    ]


_LANGUAGE = Languages("language", "BCP 47 tag of it, exactly as recorded.", one("language"))
#: Whether there is something to read in a language: of every type whose records are found by filters.
_TRANSLATED = Languages(
    "translated", "BCP 47 tag of a language that one of its own texts is translated into.", Keys(_translated)
)


def _cited(schema: type[RecordSchema]) -> Keys:
    """The sources of all citations in a document, wherever they stand in it."""

    def sources(document: Json, computed: Json) -> Iterable[Key]:
        named = (m for m in mentions(schema, document) if m.role.endswith("citations.source"))
        return [(source, "") for source in dict.fromkeys(m.target for m in named)]

    return Keys(sources)


def _attributed(schema: type[AttributedSchema]) -> tuple[Filter, ...]:
    """What records are found by of which single members are cited for."""
    types = schema().named_by_members()
    return (
        Ids(
            "attribute_value",
            "A record that one of its attributes names.",
            each("attributes", "value", "member"),
            to=tuple(dict.fromkeys(name for to in types.values() for name in to)),
        ),
        Terms(
            "attribute",
            "A member that sources are cited for; with `attribute_value`, for that value.",
            each("attributes", "member"),
            vocabulary=vocab.ATTRIBUTES,
            pairs_with="attribute_value",
        ),
        Ids(
            "source",
            "A source that one of its names, offices or attributes cites.",
            _cited(schema),
            to=("source",),
        ),
    )


_MEMBERSHIP = "Members of a dossier: what names it, what that refers to, and the sources' publishers."
_MEMBERS = Members("dossier", _MEMBERSHIP)


def _kind(vocabulary: Vocabulary) -> Filter:
    return Terms("kind", "What it is.", one("kind"), vocabulary=vocabulary)


def _measured() -> Filter:
    """A filter of its own for each type that has quantities."""
    return Measured(
        "unit",
        "A unit that one of its quantities can be converted into.",
        Keys(quantity_keys),
        least="quantity_min",
        most="quantity_max",
        label="quantity_of",
    )


def _named_dossiers() -> Filter:
    return Ids("dossier", _MEMBERSHIP, each("dossiers"), to=("dossier",))


PARTY = RecordType(
    "party",
    "parties",
    PartySchema,
    "Whoever speaks, holds, signs, publishes.",
    suggested=0,
    example="abe-shinzo",
    face=("name",),
    names=("names.text",),
    text=("description", "offices.title"),
    filters=(
        _kind(vocab.PARTY_KINDS),
        Members("dossier", _MEMBERSHIP, publishers=True),
        Countries("country", "ISO 3166 code of its country.", one("country")),
        Ids("part_of", "What it is directly part of.", one("part_of"), to=("party",)),
        Ids(
            "member_of",
            "A party it is or was a member of.",
            each("memberships", "party"),
            to=("party",),
        ),
        Ids("office_of", "Where it holds or held an office.", each("offices", "of"), to=("party",)),
        *_attributed(PartySchema),
        _TRANSLATED,
    ),
)
PLACE = RecordType(
    "place",
    "places",
    PlaceSchema,
    "Places, and what each side calls them.",
    suggested=0,
    example="four-islands",
    face=("name",),
    names=("names.text",),
    text=("description",),
    filters=(
        _kind(vocab.PLACE_KINDS),
        _MEMBERS,
        Ids("part_of", "What it is directly part of.", one("part_of"), to=("place",)),
        Ids("claimed_by", "A party that claims it.", each("claimed_by"), to=("party",)),
        Ids("administered_by", "A party that administers it.", each("administered_by"), to=("party",)),
        Located("bbox", "A box that the box around it, or around one of its areas, touches.", Keys(box_keys)),
        *_attributed(PlaceSchema),
        _TRANSLATED,
    ),
)
SOURCE = RecordType(
    "source",
    "sources",
    SourceSchema,
    "Documents, held or known through others.",
    suggested=2,
    example="urdupoint-2019-07-21",
    face=("title", "url", "publisher", "co_publishers", "derived_from", "held"),
    text=("publisher.name", "co_publishers.name", "signatories.name", "authors", "note"),
    dates=("published",),
    filters=(
        _kind(vocab.SOURCE_KINDS),
        _MEMBERS,
        Ids("publisher", "Anyone who published it.", Keys(_publishers), to=("party",)),
        Ids("signatory", "Anyone who signed it.", each("signatories"), to=("party",)),
        _LANGUAGE,
        Flag("held", "Whether the curators have had the document itself.", Keys(_held, several=False)),
        Ids(
            "derived_from",
            "What it directly derives from.",
            each("derived_from", "source"),
            to=("source",),
        ),
        Dated("published", "When it was published."),
        _TRANSLATED,
    ),
)
DATE = RecordType(
    "date",
    "dates",
    DateSchema,
    "Happenings, as precisely as they are honestly known.",
    suggested=1,
    example="upper-house-election-2019",
    face=("title",),
    text=("description", "quantities.of"),
    dates=("when",),
    filters=(
        _kind(vocab.DATE_KINDS),
        _named_dossiers(),
        Dated("when", "When it happened."),
        Ids("participant", "Who took part.", each("participants", "party", "role"), to=("party",)),
        Terms(
            "participant_role",
            "As what somebody took part; with `participant`, that party.",
            each("participants", "role"),
            vocabulary=vocab.PARTICIPANT_ROLES,
            pairs_with="participant",
        ),
        Ids("place", "Where it happened.", each("places"), to=("place",)),
        _measured(),
        Ids("part_of", "The happening that it is directly part of.", one("part_of"), to=("date",)),
        _TRANSLATED,
    ),
)
CLAIM = RecordType(
    "claim",
    "claims",
    ClaimSchema,
    "Who said what, through whose hands, about what, against what.",
    suggested=3,
    example="abe-seeks-treaty-progress-in-term",
    face=("proposition", "relations"),
    text=(
        "claimant.name",
        "position_of.name",
        "citations.quote",
        "quantities.of",
        "assessment.note",
        "reviews.by.name",
        "reviews.rating.label",
    ),
    dates=("said", "valid"),
    title_sorts=False,
    filters=(
        _kind(vocab.CLAIM_KINDS),
        _named_dossiers(),
        Ids(
            "claimant",
            "Whose claim it is: the first party of its chain.",
            Keys(_claimant, several=False),
            to=("party",),
        ),
        Ids("position_of", "Whose position it states.", one("position_of"), to=("party",)),
        Ids(
            "side",
            "On whose side it stands: `position_of`, else the claimant.",
            Keys(_side, several=False),
            to=("party",),
        ),
        Ids(
            "via",
            "Through whose hands it came: anyone in the chain, or the publisher of a cited source or of one "
            "that it descends from.",
            Keys(_through_whose_hands),
            to=("party",),
        ),
        Terms(
            "role",
            "A role in the chain; with `via`, that party's.",
            each("attribution", "role"),
            vocabulary=vocab.ATTRIBUTION_ROLES,
            pairs_with="via",
        ),
        Ids("about", "What it is about.", Keys(_about), to=("party", "place", "date")),
        Within(
            "within",
            "What it is about, or what that is a part of, however deep.",
            to=("party", "place", "date"),
            of="about",
        ),
        Ids("source", "The source of one of its citations.", each("citations", "source"), to=("source",)),
        Ids("origin", "A document that it goes back to.", derived("origins"), to=("source",)),
        AtLeast("origins_min", "Least number of independent origins.", Keys(_origins_count, several=False)),
        Questions("question", "A question that it answers.", each("answers", "question", "stance")),
        Terms(
            "stance",
            "How it answers; with `question`, that question.",
            each("answers", "stance"),
            vocabulary=vocab.STANCES,
            pairs_with="question",
        ),
        Terms("standing", "How well it stands.", derived("standing"), vocabulary=vocab.STANDINGS),
        Terms(
            "relation",
            "A relation to another claim, its own or the inverse of another's.",
            Keys(_relations),
            vocabulary=Vocabulary(
                "relations-both-ways",
                "Relations, both ways",
                "Relations and their inverses.",
                vocab.RELATIONS.terms + vocab.INVERSE_RELATIONS.terms,
            ),
        ),
        Terms(
            "assessment",
            "The editors' view of it; without one it is not assessed.",
            Keys(_assessment, several=False),
            vocabulary=vocab.ASSESSMENT_STATUSES,
        ),
        Ids("reviewed_by", "Somebody else who judged it.", each("reviews", "by", "status"), to=("party",)),
        Terms(
            "review",
            "What others' judgements come to; with `reviewed_by`, that party's.",
            each("reviews", "status"),
            vocabulary=vocab.ASSESSMENT_STATUSES,
            pairs_with="reviewed_by",
        ),
        Terms(
            "check",
            "What comparing one of its citations with its source's text came to.",
            derived("checks"),
            vocabulary=vocab.CHECK_STATUSES,
        ),
        Flag(
            "held",
            "Whether the curators have had one of the documents that it cites.",
            Keys(_cites_held, several=False),
        ),
        _LANGUAGE,
        _measured(),
        Dated("said", "When it was said."),
        Dated("valid", "The time that it speaks of."),
        _TRANSLATED,
    ),
)
DOSSIER = RecordType(
    "dossier",
    "dossiers",
    DossierSchema,
    "Stories: their questions and their members.",
    filters=(),
    face=(),
    text=("summary", "questions.text"),
    suggested=0,
    example="japan-russia-peace-treaty",
)

TYPES: dict[str, RecordType] = {t.name: t for t in (PARTY, DATE, CLAIM, SOURCE, PLACE, DOSSIER)}
BY_PLURAL: dict[str, RecordType] = {t.plural: t for t in TYPES.values()}
