"""Records as YAML that a curator would write: blocks for what is long, brackets for what is short.

The counterpart of yaml_lists.py: what is written here is read there as the same value. There every scalar is
a string unless its member is a number or a truth, so quotation marks stand only where YAML's own signs would
be misread.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

from schemas.base import Json

from .yaml_lists import NULLS

#: What is wider is written in lines of its own.
_WIDE: Final = 100
#: Texts that mean themselves: no sign of YAML's begins them, nothing in them ends them.
_PLAIN: Final = re.compile(r"[^\W_](?!.*(?:: | #|:$))[^\n\t]*", re.DOTALL)
#: Signs that end a text in brackets; a question mark does not in YAML 1.2 (§7.3.3), but for readers of 1.1.
_OF_BRACKETS: Final = re.compile(r"[,\[\]{}\"'?]|:(?![\w/])")
#: What YAML does not print, and what breaks lines for some of its readers.
_UNPRINTED: Final = re.compile(
    r"[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def record_lines(record: Json) -> list[str]:
    """A record as an item of a file's list, in lines without their ends."""
    return _item(_block(record))


def member_lines(name: str, value: Any) -> list[str]:
    """A member of a record, in lines from its name on."""
    brief = _in_brackets(value)
    if isinstance(value, str):
        first, *rest = _text(value)
        return [f"{name}: {first}", *_indented(rest)]
    if not isinstance(value, dict | list) or not value or _is_short(name, brief, value):
        return [f"{name}: {brief}"]
    return [f"{name}:", *_indented(_block(value))]


def _is_short(name: str, brief: str, value: Any) -> bool:
    """Whether it is written in brackets: what is short, unless it is a list of objects, which each have a
    line."""
    listed = isinstance(value, list) and any(isinstance(member, dict) for member in value)
    return len(name) + len(brief) <= _WIDE and not listed


def _block(value: Json | list[Any]) -> list[str]:
    if isinstance(value, dict):
        return [line for name, member in value.items() for line in member_lines(name, member)]
    return [line for member in value for line in _item(_member_of_list(member))]


def _member_of_list(member: Any) -> list[str]:
    if isinstance(member, str):
        return _text(member)
    brief = _in_brackets(member)
    short = not isinstance(member, dict | list) or len(brief) <= _WIDE
    return [brief] if short else _block(member)


def _item(lines: list[str]) -> list[str]:
    return [f"- {lines[0]}", *_indented(lines[1:])]


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def _text(text: str) -> list[str]:
    """A text behind its name or hyphen: plain, in quotation marks, or line by line."""
    if "\n" in text and not _UNPRINTED.search(text) and not text[0].isspace() and text[-1] != "\n":
        return ["|-", *text.split("\n")]
    return [text if _is_plain(text) else _quoted(text)]


def _is_plain(text: str) -> bool:
    unlike = text in NULLS or text != text.strip() or _UNPRINTED.search(text)
    return _PLAIN.fullmatch(text) is not None and not unlike


def _quoted(text: str) -> str:
    return _UNPRINTED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(text, ensure_ascii=False))


def _in_brackets(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_in_brackets(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_in_brackets, value)) + "]"
    if isinstance(value, str):
        return value if _is_plain(value) and not _OF_BRACKETS.search(value) else _quoted(value)
    # A number as it is read: without an exponent.
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else json.dumps(value)
