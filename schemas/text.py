"""Which characters a text of the record may hold."""

import re
import unicodedata

# Invisible characters that make two different names look alike, or turn a line around for the
# reader (Unicode TR 36 and TR 39). ZWJ and ZWNJ stay allowed: Persian and several Indic scripts
# are spelled with them.
_DECEPTIVE = re.compile("[\u200b\ufeff\u2060\u202a-\u202e\u2066-\u2069\u061c\u200e\u200f]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile("[\t\n]")


def text_fault(text: str, *, lines: bool = False) -> str | None:
    """What is wrong with the characters of `text`, as a sentence, or None.

    `lines`: whether tabs and line feeds may stand in it.
    """
    for pattern, what in (
        (_SURROGATE, "half of a surrogate pair"),
        (_CONTROL, "a control character"),
        (_DECEPTIVE, "an invisible or direction-changing character"),
    ):
        found = pattern.search(text)
        if found:
            return f"holds {what} ({_named(found[0])}) at position {found.start()}; remove it"
    if not lines and (found := _BREAK.search(text)):
        return f"holds a line break or tab at position {found.start()}; write it in one line"
    if text != text.strip():
        return "begins or ends with white space; remove it"
    return None


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".strip()
