"""The words of the pages as catalogues for translators, kept up with the code (`make words`).

Collected are the texts within `_(…)` and its like in `api/pages`, and what the pages call the terms of
vocabularies, the members of documents, the kinds of problems, and countries that are no more. Run as a module
it writes them into each catalogue: what is new without a translation, what is gone left out.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from marshmallow import Schema, fields

from api.http.languages import LANGUAGES, OWN
from api.http.problems import TYPES as PROBLEM_TYPES
from api.pages import words
from api.pages.names import HISTORIC, country_name
from api.pages.translating import CATALOGUES
from api.records.core.registry import TYPES

PAGES = Path(words.__file__).parent
#: Messages with the context of each, by where they come from.
Found = Iterator[tuple[str, str | tuple[str, str], str | None]]
TRANSLATED = [language for language in LANGUAGES if language != OWN]


def messages() -> Found:
    """(where it stands, the message or its singular and plural, its context) of every word of the pages."""
    yield from _in_the_code()
    for vocabulary in words.SHOWN:
        for term in vocabulary.terms:
            yield "schemas/vocabularies", words.label(term.name), "term"
    for record_type in TYPES.values():
        for name in _members(record_type.schema()):
            yield f"schemas/{record_type.name}.py", words.label(name), "member"
    for code in HISTORIC:
        yield "api/pages/names.py", country_name(code) or code, "country"
    for problem in PROBLEM_TYPES.values():
        yield "schemas/vocabularies", problem.title, "problem"
        yield "schemas/vocabularies", problem.definition, "problem"


def _in_the_code() -> Found:
    kinds = [("**.py", "python"), ("**.html", "jinja2")]
    options = {"**.html": {"silent": "false"}}
    for path, _line, message, _comments, context in extract_from_dir(PAGES, kinds, options):
        yield f"api/pages/{path}", message, context


def _members(schema: Schema) -> Iterator[str]:
    """What an input document may hold, at any depth."""
    for name, field in schema.load_fields.items():
        yield name
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from _members(inner.schema)


def template() -> Catalog:
    """Every message, without translations, in the order of files."""
    catalogue = Catalog()
    found: dict[tuple[str | tuple[str, str], str | None], set[str]] = {}
    for place, message, context in messages():
        found.setdefault((message, context), set()).add(place)
    for (message, context), places in found.items():
        catalogue.add(message, locations=[(place, 0) for place in sorted(places)], context=context)
    return catalogue


def read_catalogue(language: str) -> Catalog:
    """A catalogue as it is kept."""
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def written(language: str) -> str:
    """A catalogue as it should be kept: its head as it stands, and every message of today."""
    head, _, _ = (CATALOGUES / f"{language}.po").read_text("utf-8").partition("\n\n")
    catalogue = read_catalogue(language)
    catalogue.update(template(), no_fuzzy_matching=True)
    text = BytesIO()
    write_po(text, catalogue, width=100, omit_header=True, ignore_obsolete=True, include_lineno=False)
    return f"{head}\n\n{text.getvalue().decode().strip()}\n"


if __name__ == "__main__":
    for language in TRANSLATED:
        (CATALOGUES / f"{language}.po").write_text(written(language), "utf-8")
