"""Names, titles and propositions in another language, put into what is served to everybody."""

from collections.abc import Iterator, Sequence
from typing import Any

from schemas.base import Json
from schemas.citation import CitationSchema
from schemas.claim import ClaimSchema
from schemas.translation import SHOWN_TRANSLATED
from schemas.vocabularies import TRANSLATION_KINDS

from ..core.registry import TYPES
from ..core.state import State
from ..read.records import read_many
from ..store.deadline import parsed

#: Whose words are shown rather than others': names in use stand between the curators' work and a machine's.
_BEST_FIRST = (*(kind for kind in TRANSLATION_KINDS.names if kind != "machine"), "common", "machine")
#: Texts of objects inside records that are shown in another language, with their translations beside.
_TEXTS_INSIDE = ("text", "title")


def in_language(state: State, language: str, document: Any) -> Any:
    """The document with the best translation of each name, title, proposition and question in its place.

    Behind each stands `translation`: {`language`, `kind`, `by`, `original`, `original_language`}, or null
    where there is none and the original is shown. `language`: a BCP 47 range, so `ja` also finds ja-JP
    (RFC 4647 §3.3.1). Quotations stay as they are. Only records that the state shows have translations.
    Changes the document in place.
    """
    for value, member, best, _ in _in_language(state, language, document):
        _show(value, member, best)
    return document


def in_language_of_readers(state: State, language: str, document: Any) -> Any:
    """The same for people who read it: where the original is shown, `written_in` beside it says in which
    language that is, or null where it is the record's own."""
    for value, member, best, written_in in _in_language(state, language, document):
        _show(value, member, best)
        value["written_in"] = None if best else written_in
    return document


#: An object of a document, the member that is shown, its translation, the language that the original states.
_Shown = tuple[Json, str, Json | None, str | None]


def _in_language(state: State, language: str, document: Any) -> Iterator[_Shown]:
    """How everything in a document that has a name is shown in a language."""
    objects = list(_objects(document))
    ids = list(dict.fromkeys(_id(value) for value in objects if _is_typed(value)))
    records = {stored.id: parsed(stored.body) for stored in read_many(state, ids)}
    asked = {question["id"]: question for r in records.values() for question in r.get("questions", ())}
    shown = {record_id: _of_title(record, language) for record_id, record in records.items()}
    for value in objects:
        if not _is_typed(value):
            member = next(name for name in _TEXTS_INSIDE if name in value)
            yield value, member, best_text(asked.get(value.get("id"), value), member, language), None
        elif (title := _title(value)) in value:
            yield value, title, *shown.get(_id(value), (None, None))


def _of_title(record: Json, language: str) -> tuple[Json | None, str | None]:
    title = TYPES[record["type"]].title
    return best_text(record, title, language), written_in(record, title)


def as_written(document: Any) -> Any:
    """A document without the translations that were put into it, each original in its place again."""
    if isinstance(document, list):
        return [as_written(member) for member in document]
    if not isinstance(document, dict):
        return document
    shown = document.get("translation")
    plain = {name: as_written(member) for name, member in document.items() if name not in _BESIDE}
    if isinstance(shown, dict):
        plain[next(name for name in SHOWN_TRANSLATED if name in plain)] = shown["original"]
    return plain


#: What stands beside a text that is shown in a language.
_BESIDE = ("translation", "written_in")


def best_text(value: Json, member: str, language: str) -> Json | None:
    """How a text of a record, or of an object in it, is shown in a language: `text`, and `shown` beside it.

    Official translations come before the curators' own, those before what others published, that before names
    in use (which `names` lists, if nobody's in particular or its bearer's own), and a machine's are last.
    None where there is none, and where the original is in that language.
    """
    original, own = value[member], written_in(value, member)
    if own and _matches(own, language):
        return None
    fitting = [one for one in _candidates(value, member) if _matches(one["language"], language)]
    if not fitting:
        return None
    best = min(fitting, key=lambda one: (_BEST_FIRST.index(one["kind"]), one["language"] != language))
    shown = {"language": best["language"], "kind": best["kind"], "by": best["by"] and {**best["by"]}}
    return {
        "text": best["text"],
        "shown": {**shown, "original": original, "original_language": own},
    }


def written_in(value: Json, member: str) -> str | None:
    """The language that an object states for one of its texts."""
    return value.get("language") if member in _STATED else None


#: Texts beside which `language` stands for their own.
_STATED = (ClaimSchema.written_in, CitationSchema.written_in)


def _candidates(value: Json, member: str) -> Iterator[Json]:
    """What may stand for a text: its translations, and for a name those that it is known by."""
    yield from (one for one in value.get("translations", ()) if one["member"] == member)
    for name in value.get("names", ()) if member == "name" else ():
        user = name["used_by"]
        kind = name["kind"] or "common"
        if kind in _BEST_FIRST and (user is None or user["id"] == value["id"]):
            yield {**name, "kind": kind, "by": user}


def _matches(tag: str, language: str) -> bool:
    """Whether a tag is in a language range."""
    return f"{tag}-".casefold().startswith(f"{language}-".casefold())


def _objects(value: Any) -> Iterator[Json]:
    """Every record, reference, facet value and object with translations of its own in a document."""
    if isinstance(value, list):
        for member in value:
            yield from _objects(member)
    elif isinstance(value, dict):
        if _is_record(value) if _is_typed(value) else _is_inside(value):
            yield value
        for member in value.values():
            yield from _objects(member)


def _is_typed(value: Json) -> bool:
    # A list, which cannot be looked up, is what a query asked for.
    return isinstance(value.get("type"), str) and value["type"] in TYPES


def _is_record(value: Json) -> bool:
    return isinstance(_id(value), str)


def _is_inside(value: Json) -> bool:
    """Whether it is an office, or a question: with its translations, or as the table of positions has it."""
    return ("translations" in value or "id" in value) and any(name in value for name in _TEXTS_INSIDE)


def _id(value: Json) -> Any:
    # A value of a facet has its id in `value`.
    return value.get("id", value.get("value"))


def _title(value: Json) -> str:
    """Where a record or a reference to one has what it is called."""
    return "name" if "name" in value else TYPES[value["type"]].title


def _show(value: Json, member: str, best: Json | None) -> None:
    """Put a translation in; members keep their order, with the new one right behind the text."""
    members: Sequence[tuple[str, Any]] = list(value.items())
    value.clear()
    for key, given in members:
        value[key] = given
        if key == member:
            value[key] = best["text"] if best else given
            value["translation"] = dict(best["shown"]) if best else None
