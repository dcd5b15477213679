"""What to write instead of something that is no unit."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

#: What people write, in lower case, where no table has it as a name.
_WORDS_OF = {
    "%": ("per cent", "pct", "percentage", "percentage point"),
    "[ppth]": ("‰", "permille"),
    "m": ("metre",), "km": ("kilometre", "kilometer"), "cm": ("centimetre",), "[ft_i]": ("feet",),
    "[in_i]": ("inches",), "har": ("hectare", "ha"), "L": ("litre",),
    "s": ("sec", "second"), "h": ("hr",), "a": ("yr",),
    "km/h": ("kph", "kmh"), "[mi_i]/h": ("mph",), "[kn_i]": ("knot",),
    "kg": ("kilogram", "kilo"), "t": ("ton",), "Mt": ("megaton",), "[lb_av]": ("lb",),
    "MW": ("megawatt",), "GW": ("gigawatt",), "kW.h": ("kwh",), "MW.h": ("mwh",),
    "Cel": ("°c", "celsius"), "[degF]": ("°f", "fahrenheit"), "deg": ("°", "degree"),
    "10*3": ("thousand",), "10*6": ("million",), "10*9": ("billion",),
    "EUR": ("€",), "USD": ("$", "dollar"), "GBP": ("£", "pound"), "JPY": ("¥", "yen"), "CNY": ("yuan",),
    "RUB": ("₽", "rouble", "ruble"), "UAH": ("₴",), "INR": ("₹", "rupee"), "KRW": ("₩",), "CHF": ("franc",),
}  # fmt: skip
_WRITTEN = {word: code for code, words in _WORDS_OF.items() for word in words}
_POWERS = str.maketrans("²³⁴⁻¹", "234-1")
_SQUARE = re.compile(r"^(square|sq\.?|cubic|cu\.?)\s+")
#: Words that name what is counted.
_WORDS = re.compile(r"\{?([a-z]+(?:[ _-][a-z]+){0,4})\}?", re.IGNORECASE | re.ASCII)


def advised(
    given: str, currencies: Mapping[str, str], names: Mapping[str, str], is_unit: Callable[[str], bool]
) -> str | None:
    """The code that was probably meant; None where nothing is near.

    `currencies`: names by code; `names`: codes of units by their names, in lower case; `is_unit`: whether a
    code is one.
    """
    found = _candidates(given.strip(), currencies, names)
    return next((code for code in found if code in currencies or is_unit(code)), None)


def _candidates(given: str, currencies: Mapping[str, str], names: Mapping[str, str]) -> Iterator[str]:
    plain, word = given.translate(_POWERS), given.casefold()
    yield from (plain, plain.replace("^", ""), plain.replace("**", ""), plain.replace("·", "."))
    yield from _named(word, names)
    if len(given) == 3:
        yield given.upper()
    by_name = {name.casefold(): code for code, name in currencies.items()}
    yield from (by_name[name] for name in (word, word.removesuffix("s")) if name in by_name)
    yield plain.lower()
    known = {**names, **_WRITTEN}
    # Votes are no volts: only a slip of a letter or two is mended.
    yield from (known[name] for name in get_close_matches(word, known, n=1, cutoff=0.85))
    if counted := _WORDS.fullmatch(given):
        yield "{" + re.sub(r"[ -]", "_", counted[1].casefold()) + "}"


def _named(word: str, names: Mapping[str, str]) -> Iterator[str]:
    """Codes of the unit that a word names, in the singular or plural, squared or cubed."""
    raised = _SQUARE.match(word)
    power = "" if not raised else "2" if raised[1].startswith("s") else "3"
    bare = word[raised.end() :] if raised else word
    for name in (bare, bare.removesuffix("s"), bare.removesuffix("es")):
        for code in (_WRITTEN.get(name), names.get(name), bare if raised else None):
            if code:
                yield code + power
