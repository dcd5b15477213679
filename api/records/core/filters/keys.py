"""Keys: the values that a record is found by, as they follow from its document and its computed members."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from schemas.base import Json
from schemas.record import RecordSchema
from schemas.source import publishers_of

from ..mentions import mentions

#: A value that a record is found by, and the other half of a pair, or ''.
Key = tuple[str, str]


@dataclass(frozen=True)
class Keys:
    """How keys are derived from a document and its computed members; `several`: a record can have more
    than one."""

    of: Callable[[Json, Json], Iterable[Key]]
    several: bool = True


NO_KEYS = Keys(lambda document, computed: ())


def one(path: str) -> Keys:
    """The key of a single value in the document."""
    return Keys(lambda document, _: [(document[path], "")] if document.get(path) else [], several=False)


def each(path: str, member: str | None = None, qualifier: str | None = None) -> Keys:
    """Keys of each member of a list in the document; of `member` of each, paired with `qualifier`."""
    if member is None:
        return Keys(lambda document, _: [(value, "") for value in document.get(path, ())])
    return Keys(
        lambda document, _: [
            (value[member], value.get(qualifier, "") if qualifier else "")
            for value in document.get(path, ())
            if value.get(member)
        ]
    )


def derived(name: str) -> Keys:
    """Keys of each member of a computed list."""
    return Keys(lambda _, computed: [(value, "") for value in computed.get(name, ())])


def padded(number: int) -> str:
    """A whole number as a key: six digits, so that text compares like the number."""
    return f"{number:06d}"


# What no single path leads to


def publishers(document: Json, computed: Json) -> Iterable[Key]:
    """Everybody who published a source."""
    return [(party, "") for party in publishers_of(document)]


def through_whose_hands(document: Json, computed: Json) -> Iterable[Key]:
    """The parties of a claim's chain, each with its role, and the publishers that it goes back to."""
    chain = [(link["party"], link["role"]) for link in document.get("attribution", ())]
    return chain + [(publisher, "") for publisher in computed["publishers"]]


def side(document: Json, computed: Json) -> Iterable[Key]:
    """Whose position a claim states, else the claimant."""
    whose = document.get("position_of") or computed["claimant"]
    return [(whose, "")] if whose else []


def about(document: Json, computed: Json) -> Iterable[Key]:
    """What a claim is about, of any type."""
    return [(target, "") for targets in document.get("about", {}).values() for target in targets]


def relations(document: Json, computed: Json) -> Iterable[Key]:
    """The kinds of a claim's relations, and of the inverses of others'."""
    own = [relation["type"] for relation in document.get("relations", ())]
    return [(name, "") for name in {*own, *computed["inverse_types"]}]


def claimant(document: Json, computed: Json) -> Iterable[Key]:
    """The first party of a claim's chain."""
    return [(computed["claimant"], "")] if computed["claimant"] else []


def origins_count(document: Json, computed: Json) -> Iterable[Key]:
    """How many independent origins a claim has."""
    return [(padded(computed["origin_count"]), "")]


def held(document: Json, computed: Json) -> Iterable[Key]:
    """Whether the curators have had a document."""
    return [_truth(document["held"])]


def cites_held(document: Json, computed: Json) -> Iterable[Key]:
    """Whether they have had one of those that a claim cites."""
    return [_truth(computed["held"])]


def _truth(value: bool) -> Key:
    return ("true" if value else "false", "")


def assessment(document: Json, computed: Json) -> Iterable[Key]:
    """The editors' view of a claim."""
    return [(document.get("assessment", {}).get("status", "not-assessed"), "")]


def translated(document: Json, computed: Json) -> Iterable[Key]:
    """The languages that a text of a record is translated into."""
    return [
        (language, "") for language in dict.fromkeys(t["language"] for t in document.get("translations", ()))
    ]


def cited(schema: type[RecordSchema]) -> Keys:
    """The sources of all citations in a document, wherever they stand in it."""

    def sources(document: Json, computed: Json) -> Iterable[Key]:
        named = (m for m in mentions(schema, document) if m.role.endswith("citations.source"))
        return [(source, "") for source in dict.fromkeys(m.target for m in named)]

    return Keys(sources)
