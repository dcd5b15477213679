"""How a claim of the record is cited: as text, as BibTeX, as CSL-JSON."""

import re
from dataclasses import dataclass

import orjson

from schemas.base import Json

#: What BibTeX would take for more than a character. The backslash is taken first, by itself.
_SPECIAL = re.compile(r"[&%$#_{}~^\\]")
_BY_NAME = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True)
class Cited:
    """A claim as others cite it."""

    text: str
    bibtex: str
    csl: str


def citing(claim: Json, publisher: str, address: str, service: str) -> Cited:
    """A claim as served, cited in the revision that it has.

    `publisher`: who publishes this record; `address`: the claim's page; `service`: what the record is called.
    """
    revision, when = claim["meta"]["revision"], claim["meta"]["updated"][:10]
    title = claim["proposition"]
    text = f"{publisher}: “{title}” {service}, revision {revision}, {when}. {address}"
    return Cited(text, _bibtex(claim, publisher, address, service), _csl(claim, publisher, address, service))


def _bibtex(claim: Json, publisher: str, address: str, service: str) -> str:
    year, month, _ = claim["meta"]["updated"][:10].split("-")
    fields = {
        "author": f"{{{_tex(publisher)}}}",
        "title": f"{{{_tex(claim['proposition'])}}}",
        "howpublished": _tex(service),
        "year": year,
        "month": month,
        "note": f"Revision {claim['meta']['revision']}",
        "url": address,
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{claim['id']},\n{lines}\n}}"


def _tex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _BY_NAME.get(found[0], f"\\{found[0]}"), text)


def _csl(claim: Json, publisher: str, address: str, service: str) -> str:
    issued = [int(part) for part in claim["meta"]["updated"][:10].split("-")]
    item = {
        "id": claim["id"],
        "type": "webpage",
        "title": claim["proposition"],
        "author": [{"literal": publisher}],
        "container-title": service,
        "version": f"revision {claim['meta']['revision']}",
        "issued": {"date-parts": [issued]},
        "URL": address,
    }
    return orjson.dumps([item], option=orjson.OPT_INDENT_2).decode()
