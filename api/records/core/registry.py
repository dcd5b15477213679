"""The registry: what a record type is, declared once. A new filter is one line here."""

from schemas import vocabularies as vocab
from schemas.attribute import AttributedSchema
from schemas.claim import ClaimSchema
from schemas.date import DateSchema
from schemas.dossier import DossierSchema
from schemas.party import PartySchema
from schemas.place import PlaceSchema
from schemas.source import SourceSchema
from schemas.vocabularies import Vocabulary

from .filters import (
    AtLeast,
    Countries,
    Dated,
    Filter,
    Flag,
    Ids,
    Keys,
    Languages,
    Located,
    Measured,
    Members,
    Questions,
    Terms,
    Within,
    box_keys,
    derived,
    each,
    keys,
    one,
    quantity_keys,
)
from .record_type import RecordType as RecordType

_LANGUAGE = Languages("language", "BCP 47 tag of it, exactly as recorded.", one("language"))
#: Whether there is something to read in a language: of every type whose records are found by filters.
_TRANSLATED = Languages(
    "translated",
    "BCP 47 tag of a language that one of its own texts is translated into.",
    Keys(keys.translated),
)


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
            keys.cited(schema),
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
        Ids("publisher", "Anyone who published it.", Keys(keys.publishers), to=("party",)),
        Ids("signatory", "Anyone who signed it.", each("signatories"), to=("party",)),
        _LANGUAGE,
        Flag("held", "Whether the curators have had the document itself.", Keys(keys.held, several=False)),
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
            Keys(keys.claimant, several=False),
            to=("party",),
        ),
        Ids("position_of", "Whose position it states.", one("position_of"), to=("party",)),
        Ids(
            "side",
            "On whose side it stands: `position_of`, else the claimant.",
            Keys(keys.side, several=False),
            to=("party",),
        ),
        Ids(
            "via",
            "Through whose hands it came: anyone in the chain, or the publisher of a cited source or of one "
            "that it descends from.",
            Keys(keys.through_whose_hands),
            to=("party",),
        ),
        Terms(
            "role",
            "A role in the chain; with `via`, that party's.",
            each("attribution", "role"),
            vocabulary=vocab.ATTRIBUTION_ROLES,
            pairs_with="via",
        ),
        Ids("about", "What it is about.", Keys(keys.about), to=("party", "place", "date")),
        Within(
            "within",
            "What it is about, or what that is a part of, however deep.",
            to=("party", "place", "date"),
            of="about",
        ),
        Ids("source", "The source of one of its citations.", each("citations", "source"), to=("source",)),
        Ids("origin", "A document that it goes back to.", derived("origins"), to=("source",)),
        AtLeast(
            "origins_min", "Least number of independent origins.", Keys(keys.origins_count, several=False)
        ),
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
            Keys(keys.relations),
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
            Keys(keys.assessment, several=False),
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
            Keys(keys.cites_held, several=False),
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
