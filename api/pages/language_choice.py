"""In which language a page is shown: as its address says, else as its reader's browser asks."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import request

from api.http.languages import LANG, LANGUAGES, OWN, preferred_language
from api.http.query_strings import LONGEST_PREFERENCES


@dataclass(frozen=True)
class Language:
    """A language of the switch: its code, what its readers call it, this page in it."""

    code: str
    name: str
    href: str
    chosen: bool


def language_of_problem() -> str:
    """The language of a page that says what went wrong, perhaps with the choice of the language itself."""
    query = request.environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    return language_asked(query, request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))


def language_asked(query: str, liked: str) -> str:
    """The same for a query and an Accept-Language as they were sent."""
    named = dict(parse_qsl(query, errors="replace")).get(LANG)
    if named in LANGUAGES:
        return str(named)
    return preferred_language(liked) if len(liked) <= LONGEST_PREFERENCES else OWN


def liked_by(header: bytes) -> bytes | None:
    """What of an Accept-Language makes the answer at an address that names no language."""
    if len(header) > LONGEST_PREFERENCES:
        return header
    found = preferred_language(header.decode("latin-1"))
    return None if found == OWN else found.encode()
