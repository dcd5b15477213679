"""The words of the pages that are not in the templates: what terms are called, and sentences with values.

Each passes `_`, by which a catalogue of translations finds it; templates do the same.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

#: The language that the words are in.
LANGUAGE = "en"


def _(text: str) -> str:
    """A text in the reader's language: for now there is one."""
    return text


SITE = _("A record of facts")
WITHDRAWN = _("withdrawn")

#: What terms are called where their own name is no words.
_TERMS: Mapping[str, str] = {
    "single-origin": _("One voice"),
    "several-origins": _("Several voices"),
    "unsupported": _("No origin left"),
    "contested": _("Contested"),
    "superseded": _("Superseded"),
    "affirms": _("Yes"),
    "denies": _("No"),
    "conditions": _("On a condition"),
    "leaves-open": _("Leaves it open"),
    "non-governmental-organisation": _("Non-governmental organisation"),
}
_TYPES: Mapping[str, str] = {
    "party": _("Party"),
    "date": _("Event"),
    "claim": _("Claim"),
    "source": _("Source"),
    "place": _("Place"),
    "dossier": _("Dossier"),
}
_MANY: Mapping[str, str] = {
    "party": _("Parties"),
    "date": _("Events"),
    "claim": _("Claims"),
    "source": _("Sources"),
    "place": _("Places"),
    "dossier": _("Dossiers"),
}
#: What the other claim is to this one.
RELATIONS: Mapping[str, str] = {
    "contradicts": _("Contradicts"),
    "contradicted-by": _("Contradicted by"),
    "supports": _("Supports"),
    "supported-by": _("Supported by"),
    "responds-to": _("Answers"),
    "responded-to-by": _("Answered by"),
    "elaborates": _("Says more than"),
    "elaborated-by": _("Told in more detail by"),
    "conditions": _("Names a condition of"),
    "conditioned-by": _("Depends on"),
    "supersedes": _("Takes the place of"),
    "superseded-by": _("Superseded by"),
    "corrects": _("Corrects"),
    "corrected-by": _("Corrected by"),
}
#: What a party did, as one reads it down a chain.
ROLES: Mapping[str, str] = {
    "said": _("%(who)s said it"),
    "wrote": _("%(who)s wrote it"),
    "published": _("%(who)s published it"),
    "quoted": _("%(who)s quoted it"),
    "reported": _("%(who)s reported it"),
    "republished": _("%(who)s republished it"),
    "translated": _("%(who)s translated it"),
    "summarised": _("%(who)s summarised it"),
}
#: How a document comes from the one before it.
DERIVATIONS: Mapping[str, str] = {
    "republishes": _("%(one)s republishes %(other)s"),
    "translates": _("%(one)s translates %(other)s"),
    "summarises": _("%(one)s summarises %(other)s"),
    "quotes": _("%(one)s quotes %(other)s"),
}
CHECKS: Mapping[str, str] = {
    "exact": _("The passage stands in the source exactly as cited"),
    "moved": _("The passage stands in the source unchanged, at another place"),
    "normalised": _("The passage stands in the source but for case, quotation marks, dashes or spaces"),
    "found": _("The words stand in the source"),
    "misquoted": _("The passage stands in the source, but not the quotation as it is given here"),
    "altered": _("The source has other words at this place now"),
    "ambiguous": _("The words stand in the source more than once"),
    "found-in-other-source": _("The passage stands in another source"),
    "not-found": _("The passage stands nowhere in the source"),
    "not-checked": _("Not yet compared with the text of the source"),
}
_CHECKED = _("%(result)s, as compared on %(day)s")
ASSESSMENTS: Mapping[str, str] = {
    "not-assessed": _("The editors have not assessed it"),
    "supported": _("The evidence bears it out"),
    "disputed": _("There is evidence on both sides"),
    "refuted": _("The evidence speaks against it"),
    "unresolvable": _("It cannot be settled by evidence"),
}
CHANGES: Mapping[str, str] = {
    "published": _("Published"),
    "updated": _("Changed"),
    "refreshed": _("Shows a change elsewhere"),
    "retracted": _("Withdrawn"),
    "merged": _("Merged into another record"),
    "redacted": _("Taken out because the law required it"),
}
_MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"),
    _("September"), _("October"), _("November"), _("December"),
)  # fmt: skip


def role(name: str) -> str:
    """A sentence with `%(who)s` about what a party did."""
    return ROLES.get(name) or f"%(who)s: {term(name)}"


def derivation(how: str) -> str:
    """A sentence with `%(one)s` and `%(other)s` about how a document comes from another."""
    return DERIVATIONS.get(how) or f"%(one)s: {term(how)}: %(other)s"


def term(name: str) -> str:
    """What a term of a vocabulary is called."""
    return _TERMS.get(name) or _(name.replace("-", " ").replace("_", " ").capitalize())


def type_name(name: str) -> str:
    """What a record type is called."""
    return _TYPES.get(name) or term(name)


def types_name(name: str) -> str:
    """What several of a record type are called."""
    return _MANY.get(name) or term(name)


def day(when: str) -> str:
    """A day, or the day of a time, as `24 November 2026`; what is neither stays as it is."""
    try:
        found = date.fromisoformat(when[:10])
    except ValueError:
        return when
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def month(number: int) -> str:
    """The name of a month, from 1."""
    return _MONTHS[number - 1]


def time(when: str) -> str:
    """A time of the record, to the minute."""
    return f"{day(when)}, {when[11:16]} UTC" if len(when) > 15 else day(when)


def checked(status: str, on: str | None) -> str:
    """What comparing a citation with its source came to, and when."""
    result = CHECKS.get(status) or term(status)
    return _CHECKED % {"result": result, "day": day(on)} if on else result


#: What a fuzzy date's precision means to a reader.
_PRECISIONS: Mapping[str, str] = {
    "day": _("to the day"),
    "month": _("to the month: the day is not known"),
    "year": _("to the year: month and day are not known"),
    "decade": _("to the decade"),
    "century": _("to the century"),
    "interval": _("as a span of time"),
}
_CERTAINTIES: Mapping[str, str] = {
    "uncertain": _("uncertain"),
    "approximate": _("approximate"),
    "uncertain-and-approximate": _("uncertain and approximate"),
}


def precision(date_: Mapping[str, Any]) -> str:
    """How precisely a fuzzy date, as served, is known."""
    known = _PRECISIONS.get(date_["precision"], date_["precision"])
    doubt = _CERTAINTIES.get(date_["certainty"])
    return f"{known} ({doubt})" if doubt else known
