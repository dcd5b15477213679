"""Whether a proposition can be understood by somebody who reads nothing else."""

import re

_PRONOUN = re.compile(
    r"(?:He|She|It|They|We|I(?!\.)|You|His|Hers?|Its|Theirs?|Our|My|This|That|These|Those)\b(?!\sMajesty)"
)
#: What points forward: "It is clear that …", "Those who …", "That he came is disputed".
_POINTS_FORWARD = re.compile(
    r"It\s(?:\w+\s){0,3}?(?:be|is|was|took|takes|remains?|remained|seem(?:s|ed)|appear(?:s|ed))\s.*"
    r"\b(?:to|that|whether|which|what|who|how|why|for)\b"
    r"|Those\s(?:who|whose|that|which|in|of|with|without|from|at|against|for)\b"
    r"|That\s(?:the|an?|no|[A-Z]\w*|he|she|it|they)\s.*\b(?:is|was|are|were|has|had)\b"
)
_LEAD = re.compile(
    r"(?:(?:In|On|At|By|Under|For|With|Without|After|Before|During|Since|From|Beyond|According\sto)\s)?"
    r"(?:(?:some|many|most|all|both|none|one|two|several|each|either|neither)\sof\s)?",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(
    r"the\s|(?:both|neither|either)\s(?!(?-i:[A-Z]))"
    r"|(?:article|section|paragraph|chapter|clause|annex)\s(?=(?-i:[\dIVX]))",
    re.IGNORECASE,
)
_JOINS = (
    r"(?:of|in|on|at|by|to|for|from|with|without|over|under|between|among|against|about|around|near|into"
    r"|towards?|through|since|during|after|before|within|across|and|or|than|as|like|that|which|who|whom|whose"
    r"|where|when|all|both)"
)
#: Where a description ends: with the clause, at a verb, or before a word that takes a description of its own.
_END = re.compile(
    r"[,;:]\s|[.!?]?$"
    r"|\s(?:is|are|was|were|has|have|had|do|does|did|will|would|shall|should|can|cannot|could|may|might"
    r"|must)\b"
    r"|\s(?:agree[ds]|refuse[ds]|decide[ds]|promised|(?:threaten|fail|want|intend)(?:s|ed))\sto\b"
    rf"|\s(?!{_JOINS}\s)(?:[a-z][\w’'-]*|\d{{1,3}})(?=\s(?:the|an?|no|its|their|his|her)\b)"
    r"|\s\w+ed(?=\s\d{1,3}\b)"
)
_YEAR_OR_QUOTATION = re.compile(r"\b\d{4}\b|[\"“«„「]")


def unresolved_opening(proposition: str) -> str | None:
    """What is wrong with how an English proposition begins, or None.

    Judged are the first words alone. A pronoun or demonstrative is unresolved, except where it points forward
    ("It is clear that …", "Those who …"). A definite description ("the …", "both sides", "article 9", also
    after a preposition or "some of") is resolved by a name, a year or a quotation inside it: "The government
    of Japan", "The 1855 treaty". It ends at the first word that is surely a verb, or that takes a description
    of its own. Where that is in doubt it goes on, so that more is missed than is warned of in vain: "The
    declaration calls for peace in Asia" passes. What follows is not judged. Other languages pass.
    """
    text = " ".join(proposition.split()).lstrip("\"“«„‘'")
    if _PRONOUN.match(text):
        return None if _POINTS_FORWARD.match(text) else _detail(text)
    lead = _LEAD.match(text)
    description = _DESCRIPTION.match(text, lead.end() if lead else 0)
    if not description:
        return None
    end = _END.search(text, description.end() - 1)
    phrase = text[description.end() : end.start() if end else None]
    named = phrase != phrase.lower() or _YEAR_OR_QUOTATION.search(phrase)
    return None if named else _detail(text)


def _detail(text: str) -> str:
    opening = " ".join(text.split()[:4])
    return (
        f'begins with "{opening} …", which does not say who or what that is; a proposition is read without '
        "the rest of the record: write a name or a year there"
    )
