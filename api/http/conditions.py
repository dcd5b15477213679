"""If-Match, If-None-Match, Idempotency-Key and Authorization as a request states them."""

import re

from flask import request

from .problems import Problem

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')
_ENCODED = re.compile(r"-(?:zstd|br|gzip)$")
_KEY = re.compile(r'[\x21-\x7e]{1,255}|"[\x20-\x7e]{1,253}"')


def if_match() -> tuple[str, ...] | None:
    """The entity tags of If-Match, quoted; None without the header.

    Weak tags never match (RFC 9110 §13.1.1: strong comparison). Raises a 400 problem for `*`, which
    would lose what others wrote meanwhile.
    """
    header = request.headers.get("If-Match")
    if header is None:
        return None
    if header.strip() == "*":
        raise Problem("invalid-request", "If-Match: * would overwrite unseen changes; send an entity tag")
    return _tags(header)


def _tags(header: str) -> tuple[str, ...]:
    found, at = [], 0
    while at < len(header):
        tag = _TAG.match(header, at)
        if tag is None:
            raise Problem("invalid-request", 'If-Match is not a list of entity tags such as "5d41402a"')
        if not tag[1]:
            found.append('"' + _ENCODED.sub("", tag[2]) + '"')
        at = tag.end()
    return tuple(found)


def wants_creation() -> bool:
    """Whether `If-None-Match: *` asks for creating and nothing else."""
    return request.headers.get("If-None-Match", "").strip() == "*"


def idempotency_key() -> str | None:
    """The Idempotency-Key, quoted or bare; None without one. Raises a 400 problem for anything else."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    if not _KEY.fullmatch(header.strip()):
        raise Problem("invalid-request", "Idempotency-Key takes 1 to 255 printable ASCII characters")
    return header.strip().strip('"')


CHALLENGE = {"WWW-Authenticate": 'Bearer realm="facts"'}


def bearer() -> str | None:
    """The API key of the request; None without one. Raises a 401 problem for another scheme."""
    header = request.environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise unauthorized("Authorization takes an API key: Bearer facts_…")
    return str(key.strip())


def unauthorized(detail: str) -> Problem:
    """A 401 problem with its challenge."""
    return Problem("unauthorized", detail, headers=CHALLENGE)
