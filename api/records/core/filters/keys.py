"""Keys: the values that a record is found by, as they follow from its document and its computed members."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from schemas.base import Json

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
