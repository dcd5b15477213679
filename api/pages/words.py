"""The words of the pages that are not in the templates: what terms are called, and sentences with values.

`N_` marks what catalogues of translations find; it is translated where it is shown. Templates do the same.
"""

from collections.abc import Mapping
from functools import lru_cache

from babel.numbers import format_decimal

from schemas import vocabularies as vocab
from schemas.vocabularies import Vocabulary

from .dates_in_words import day
from .translating import N_, _, locale_of, pgettext, spoken

SITE = N_("A record of facts")
WITHDRAWN = N_("withdrawn")
BY_A_MACHINE = N_("translated by a machine")

#: Vocabularies whose terms pages show by what they are called: the catalogues have each.
SHOWN: tuple[Vocabulary, ...] = (
    vocab.PARTY_KINDS,
    vocab.PLACE_KINDS,
    vocab.SOURCE_KINDS,
    vocab.DATE_KINDS,
    vocab.CLAIM_KINDS,
    vocab.NAME_KINDS,
    vocab.PARTICIPANT_ROLES,
    vocab.STANCES,
    vocab.STANDINGS,
    vocab.ASSESSMENT_STATUSES,
    vocab.QUANTITY_COMPARISONS,
    vocab.CORRECTION_KINDS,
)
#: What terms are called where their own name is no words.
_TERMS: Mapping[str, str] = {
    "single-origin": "One voice",
    "several-origins": "Several voices",
    "unsupported": "No origin left",
    "affirms": "Yes",
    "denies": "No",
    "conditions": "On a condition",
    "leaves-open": "Leaves it open",
    "non-governmental-organisation": "Non-governmental organisation",
}
_TYPES: Mapping[str, str] = {
    "party": N_("Party"),
    "date": N_("Event"),
    "claim": N_("Claim"),
    "source": N_("Source"),
    "place": N_("Place"),
    "dossier": N_("Dossier"),
}
_MANY: Mapping[str, str] = {
    "party": N_("Parties"),
    "date": N_("Events"),
    "claim": N_("Claims"),
    "source": N_("Sources"),
    "place": N_("Places"),
    "dossier": N_("Dossiers"),
}
#: What the other claim is to this one.
RELATIONS: Mapping[str, str] = {
    "contradicts": N_("Contradicts"),
    "contradicted-by": N_("Contradicted by"),
    "supports": N_("Supports"),
    "supported-by": N_("Supported by"),
    "responds-to": N_("Answers"),
    "responded-to-by": N_("Answered by"),
    "elaborates": N_("Says more than"),
    "elaborated-by": N_("Told in more detail by"),
    "conditions": N_("Names a condition of"),
    "conditioned-by": N_("Depends on"),
    "supersedes": N_("Takes the place of"),
    "superseded-by": N_("Superseded by"),
    "corrects": N_("Corrects"),
    "corrected-by": N_("Corrected by"),
}
#: What a party did, as one reads it down a chain.
ROLES: Mapping[str, str] = {
    "said": N_("%(who)s said it"),
    "wrote": N_("%(who)s wrote it"),
    "published": N_("%(who)s published it"),
    "quoted": N_("%(who)s quoted it"),
    "reported": N_("%(who)s reported it"),
    "republished": N_("%(who)s republished it"),
    "translated": N_("%(who)s translated it"),
    "summarised": N_("%(who)s summarised it"),
}
#: How a document comes from the one before it.
DERIVATIONS: Mapping[str, str] = {
    "republishes": N_("%(one)s republishes %(other)s"),
    "translates": N_("%(one)s translates %(other)s"),
    "summarises": N_("%(one)s summarises %(other)s"),
    "quotes": N_("%(one)s quotes %(other)s"),
}
CHECKS: Mapping[str, str] = {
    "exact": N_("The passage stands in the source exactly as cited"),
    "moved": N_("The passage stands in the source unchanged, at another place"),
    "normalised": N_("The passage stands in the source but for case, quotation marks, dashes or spaces"),
    "found": N_("The words stand in the source"),
    "misquoted": N_("The passage stands in the source, but not the quotation as it is given here"),
    "altered": N_("The source has other words at this place now"),
    "ambiguous": N_("The words stand in the source more than once"),
    "found-in-other-source": N_("The passage stands in another source"),
    "not-found": N_("The passage stands nowhere in the source"),
    "not-checked": N_("Not yet compared with the text of the source"),
}
ASSESSMENTS: Mapping[str, str] = {
    "not-assessed": N_("The editors have not assessed it"),
    "supported": N_("The evidence bears it out"),
    "disputed": N_("There is evidence on both sides"),
    "refuted": N_("The evidence speaks against it"),
    "unresolvable": N_("It cannot be settled by evidence"),
}
CHANGES: Mapping[str, str] = {
    "published": N_("Published"),
    "updated": N_("Changed"),
    "refreshed": N_("Shows a change elsewhere"),
    "retracted": N_("Withdrawn"),
    "merged": N_("Merged into another record"),
    "redacted": N_("Taken out because the law required it"),
}


def site_name() -> str:
    """What this record is called."""
    return _(SITE)


def label(name: str) -> str:
    """What a term or a member of a document is called in English."""
    return _TERMS.get(name) or name.replace("-", " ").replace("_", " ").capitalize()


def term(name: str) -> str:
    """What a term of a vocabulary is called."""
    return pgettext("term", label(name))


def member(name: str) -> str:
    """What a member of a document is called."""
    return pgettext("member", label(name))


def _called(name: str, table: Mapping[str, str]) -> str:
    """What a table says of a term, else what the term is called."""
    return _(table[name]) if name in table else term(name)


def problem_words(english: str) -> str:
    """The title or the definition of a kind of problem."""
    return pgettext("problem", english)


def type_name(name: str) -> str:
    """What a record type is called."""
    return _called(name, _TYPES)


def types_name(name: str) -> str:
    """What several of a record type are called."""
    return _called(name, _MANY)


def relation(name: str) -> str:
    """What the other claim is to this one."""
    return _called(name, RELATIONS)


def assessment(status: str) -> str:
    """What the editors' view comes to, as a sentence."""
    return _called(status, ASSESSMENTS)


def change(kind: str) -> str:
    """What became of a record."""
    return _called(kind, CHANGES)


def role(name: str) -> str:
    """A sentence with `%(who)s` about what a party did."""
    return _(ROLES[name]) if name in ROLES else f"%(who)s: {term(name)}"


def derivation(how: str) -> str:
    """A sentence with `%(one)s` and `%(other)s` about how a document comes from another."""
    return _(DERIVATIONS[how]) if how in DERIVATIONS else f"%(one)s: {term(how)}: %(other)s"


def checks() -> dict[str, str]:
    """What each result of comparing a citation with its source means."""
    return {status: _(words) for status, words in CHECKS.items()}


def checked(status: str, on: str | None) -> str:
    """What comparing a citation with its source came to, and when."""
    result = _called(status, CHECKS)
    return _("%(result)s, as compared on %(day)s") % {"result": result, "day": day(on)} if on else result


def number(value: float) -> str:
    """A number, its thousands apart, with at most four decimals."""
    return _number(value, spoken())


@lru_cache(maxsize=4096)
def _number(value: float, language: str) -> str:
    # A page has the same few numbers dozens of times, and each costs as much as a link.
    return format_decimal(value, "#,##0.####", locale_of(language))


def sentence(words: str) -> str:
    """Words as a whole sentence, with its full stop; an abbreviation's is enough."""
    return words if words.endswith(".") else _("%(sentence)s.") % {"sentence": words}


def in_a_row(words: list[str]) -> str:
    """Words one after another."""
    return _(", ").join(words)
