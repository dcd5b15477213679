"""Which characters a text of the record may hold."""

import re
import unicodedata
from functools import lru_cache
from itertools import groupby
from urllib.parse import quote, urlsplit

# Characters of the property Default_Ignorable_Code_Point of Unicode 17: nothing is drawn for them.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Beside them the marks around annotations, and the braille pattern of no dots. They make two different
# names look alike, or turn a line around for the reader (Unicode TR 36 and TR 39).
_INVISIBLE = re.compile(f"[{_IGNORABLE}\ufff9-\ufffb\u2800]")
_JOINERS = "\u200c\u200d"
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_VIRAMA = 9  # The combining class of signs such as the Malayalam one, after which a joiner may end a word.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSAFE = re.compile(r"[\s<>\"{}|\\^`]")
_AN_ADDRESS = "write the whole address, such as https://example.org/page"
_BREAK = re.compile("[\t\n]")
#: Normalising sorts the marks behind a letter, in quadratic time: 40,000 take six seconds. No script needs
#: more than 30 (Unicode Standard Annex 15, Stream-Safe Text Format).
MOST_MARKS = 100
# Letters that normalising may join to the letter before them: Hangul vowels and finals, Kirat Rai vowels.
_JOINING_VOWEL = re.compile("[\u1160-\u11ff\U00016d63-\U00016d6a]")


def text_fault(text: str, *, lines: bool = False) -> str | None:
    """What is wrong with the characters of `text`, as a sentence, or None.

    `lines`: whether tabs and line feeds may stand in it.
    """
    for found, what in (
        (_SURROGATE.search(text), "half of a surrogate pair"),
        (_CONTROL.search(text), "a control character"),
        (_unseen(text), "an invisible or direction-changing character"),
    ):
        if found:
            return f"holds {what} ({_named(found[0])}) at position {found.start()}; remove it"
    if not lines and (found := _BREAK.search(text)):
        return f"holds a line break or tab at position {found.start()}; write it in one line"
    if text != text.strip():
        return "begins or ends with white space; remove it"
    return None


def long_run_of_marks(text: str) -> int | None:
    """Where more than `MOST_MARKS` characters that fold together with what is before them stand in a row, or
    None."""
    if text.isascii():
        return None
    at = 0
    for apart, run in groupby(text, lambda character: character.isspace() or folds_apart(character)):
        length = sum(1 for _ in run)
        if not apart and length > MOST_MARKS:
            return at
        at += length
    return None


@lru_cache(maxsize=8192)
def folds_apart(character: str) -> bool:
    """Whether a character folds the same whatever stands before it, and does not begin with a space then:
    no combining mark, no vowel or final of a Hangul syllable, no spacing accent."""
    first = unicodedata.normalize("NFKC", character)[0]
    return not (first.isspace() or unicodedata.category(first)[0] == "M" or _JOINING_VOWEL.match(first))


def is_invisible(character: str) -> bool:
    """Whether nothing is drawn for a character by itself."""
    return _INVISIBLE.match(character) is not None


def _unseen(text: str) -> re.Match[str] | None:
    """The first invisible character that spells nothing."""
    return next((found for found in _INVISIBLE.finditer(text) if not _spells(text, found.start())), None)


def _spells(text: str, at: int) -> bool:
    """Whether the invisible character there belongs to how a word or a sign is written.

    Persian and Indic words have joiners between letters, signs such as flags between symbols; Japanese names
    have variation selectors behind a base character.
    """
    before, after = text[:at][-1:], text[at + 1 : at + 2]
    if _VARIANTS.match(text[at]):
        return _kind(before) in ("L", "N", "P", "S")
    if text[at] not in _JOINERS:
        return False
    if before and unicodedata.combining(before) == _VIRAMA:
        return True
    if text[at] == "\u200d" and _kind(after) == "S":
        return _kind(before) == "S" or before == "\ufe0f"
    return _kind(before) in ("L", "M") and _kind(after) in ("L", "M")


def _kind(character: str) -> str:
    """The first letter of its category; of a character that is not seen, nothing."""
    return "" if not character or is_invisible(character) else unicodedata.category(character)[0]


def address_fault(address: str) -> str | None:
    """What is wrong with an http or https URL, as a sentence with the remedy, or None."""
    if found := _UNSAFE.search(address):
        code = quote(found[0], safe="")
        shown = "a space" if found[0] == " " else _named(found[0]) if found[0].isspace() else f'"{found[0]}"'
        return f"holds {shown} at position {found.start()}; write {code} instead"
    if wrong := text_fault(address):
        return wrong
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        what = "port" if "ort" in str(error) else "host in brackets"
        return f"has a {what} that cannot be read: {_AN_ADDRESS}"
    if parts.scheme not in ("http", "https") or not address[len(parts.scheme) :].startswith("://"):
        return f"begins with neither http:// nor https://: {_AN_ADDRESS}"
    if not parts.hostname or port == 0:
        return f"names no host or port: {_AN_ADDRESS}"
    # Credentials in an address would be published with the record.
    return "holds a user name or password before @; leave them out" if "@" in parts.netloc else None


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".strip()
