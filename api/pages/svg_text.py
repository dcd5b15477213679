"""Text in pictures that the server draws: it must be broken into lines before anybody knows the font."""

import re
from unicodedata import east_asian_width

#: About how wide a character is in the font's size: of Latin letters, of other letters, of East Asian ones.
_LATIN, _OTHER, _WIDE = 0.56, 0.66, 1.0
_LAST_LATIN = "\u024f"


def width_of(text: str) -> float:
    """About how wide a text is, in the font's size; rather more."""
    return sum(map(_width, text))


def _width(character: str) -> float:
    if character <= _LAST_LATIN:
        return _LATIN
    return _WIDE if east_asian_width(character) in "WF" else _OTHER


def broken(text: str, width: float, most: int) -> list[str]:
    """A text in at most so many lines of about this width; what is left out ends in an ellipsis."""
    lines = [""]
    for piece in _pieces(text, width):
        if lines[-1] and width_of(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    lines = [line.strip() for line in lines]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{_within(lines[most - 1], width - 1)}…"]


def _pieces(text: str, width: float) -> list[str]:
    """Words with the space behind them; one without spaces that is too long for a line is cut anywhere."""
    found = []
    for word in re.findall(r"\S+\s*", text):
        while width_of(word) > width:
            cut = len(_within(word, width)) or 1
            found.append(word[:cut])
            word = word[cut:]
        found.append(word)
    return found


def _within(text: str, width: float) -> str:
    """As much of the beginning of a text as is not wider."""
    taken = 0.0
    for place, character in enumerate(text):
        taken += width_of(character)
        if taken > width:
            return text[:place]
    return text
