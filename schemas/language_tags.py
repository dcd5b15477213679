"""Language tags: BCP 47 (RFC 5646), in the one canonical spelling of each."""

from functools import lru_cache

from langcodes import standardize_tag, tag_is_valid
from langcodes.tag_parser import LanguageTagError

from .base import Fault, quoted


@lru_cache(maxsize=1024)
def language_tag_fault(tag: str) -> str | None:
    """What is wrong with a tag, as a sentence that names the right one where there is one, or None."""
    try:
        # Underscores are how some systems write tags; the registry does not know them.
        valid = tag.isascii() and tag_is_valid(tag)
        canonical = standardize_tag(tag) if valid else tag
    except LanguageTagError:
        valid = False
    if not valid:
        return Fault(f"{quoted(tag)} is no BCP 47 language tag: write one such as en, ja or ja-Latn")
    if canonical != tag:
        return Fault(f'{quoted(tag)} is written "{canonical}"', did_you_mean=canonical)
    return None
