"""SQL with its values attached, so that a text and what belongs into it can never come apart."""

from collections.abc import Iterable
from functools import lru_cache
from string import Formatter
from typing import Any, NamedTuple

from peewee import Database

#: What stands in brackets for no values at all.
_NOTHING = "SELECT NULL WHERE FALSE"


class Sql(NamedTuple):
    """A piece of SQL: its text with a `?` for each of its values, in their order."""

    text: str
    values: tuple[Any, ...] = ()


def sql(template: str, **parts: Any) -> Sql:
    """SQL from a template whose `{name}` fields are filled with `parts`.

    A part that is `Sql` stands there with its values; a list or tuple becomes as many placeholders as it has
    members, separated by commas; anything else is one value. A part may stand in several places.
    """
    texts: list[str] = []
    values: list[Any] = []
    for literal, name in _fields(template):
        texts.append(literal)
        if name is None:
            continue
        part = parts[name]
        kind = type(part)
        if kind is Sql:
            texts.append(part.text)
            values += part.values
        elif kind is list or kind is tuple:
            texts.append(", ".join("?" * len(part)) or _NOTHING)
            values += part
        else:
            texts.append("?")
            values.append(part)
    return Sql("".join(texts), tuple(values))


@lru_cache(maxsize=512)
def _fields(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, name) for literal, name, _, _ in Formatter().parse(template))


def joined(separator: str, pieces: Iterable[Sql]) -> Sql:
    """Pieces with a separator between them, such as conditions with ` AND `."""
    kept = list(pieces)
    return Sql(separator.join([p.text for p in kept]), tuple([v for p in kept for v in p.values]))


#: Nothing, and a condition that always holds.
EMPTY = Sql("")
ALWAYS = Sql("TRUE")


def run(database: Database, statement: Sql) -> Any:
    """The cursor of a statement with its values."""
    return database.execute_sql(statement.text, statement.values)
