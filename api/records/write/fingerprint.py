"""Digests of the code that decides what is stored, so that what another version made is found by itself."""

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib import import_module
from textwrap import dedent
from types import ModuleType
from typing import Any

from peewee import Database

import schemas
from schemas import curating, fuzzy_date, geometry, json_schema, query, text, ucum, units

from ..core import filters, mentions, origins, registry
from ..core.registry import TYPES, RecordType
from ..store.engine import DatabaseUnusable
from ..store.tables import FINGERPRINTS
from ..text import index, normalise, texts
from . import keys, members, postings, render, session

Code = ModuleType | type


@dataclass(frozen=True)
class Made:
    """Something that is stored ready-made: the code that decides how it comes out, and what is
    declared of a record type."""

    name: str
    code: tuple[Code, ...]
    declared: Callable[[RecordType], Any]

    @cached_property
    def sources(self) -> list[str]:
        """The texts of the code, and what is declared."""
        return [*map(inspect.getsource, self.code), repr([*map(self.declared, TYPES.values())])]

    @cached_property
    def text(self) -> str:
        """A digest of the texts as they are, which is quickly made."""
        return _short("\n".join(self.sources))

    @cached_property
    def digest(self) -> str:
        """A digest of what the code does, whatever its layout, comments and docstrings."""
        return digest_of(self.sources)

    def is_in(self, database: Database, *, unnamed: bool = False) -> bool:
        """Whether the database names code that does the same, or `unnamed` where it names none; the same text
        does, and that is seen sooner."""
        for kept in FINGERPRINTS.read_of(database, "name", [self.name]):
            return bool(kept.text == self.text or kept.digest == self.digest)
        return unnamed

    def keep_in(self, database: Database) -> None:
        """Let the database name this code."""
        row = FINGERPRINTS.row(name=self.name, text=self.text, digest=self.digest)
        FINGERPRINTS.put(database, [row])


def digest_of(sources: Iterable[str]) -> str:
    """A short name for what sources do: another where they do anything else."""
    return _short("\n".join(map(_without_docstrings, sources)))


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _without_docstrings(source: str) -> str:
    tree = ast.parse(dedent(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, False):
            del node.body[0]
    return ast.unparse(tree)


def _modules_of(package: ModuleType, but: tuple[ModuleType, ...] = ()) -> tuple[ModuleType, ...]:
    """The modules of a package, also of those in it, in the order of their names, without some."""
    names = sorted(found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
    return tuple(module for name in names if (module := import_module(name)) not in but)


#: What records are served as. Of the registry only what is shown: a new filter changes no bytes.
RENDERING = Made(
    "rendering",
    (
        *_modules_of(schemas, but=(query, *_modules_of(query), curating, json_schema)),
        mentions,
        origins,
        RecordType,
        session,
        render,
    ),
    lambda record_type: (record_type.name, record_type.plural),
)
#: What records are found and searched by.
KEYS = Made(
    "keys",
    (
        fuzzy_date,
        text,
        ucum,
        units,
        geometry,
        RecordType,
        registry,
        *_modules_of(filters),
        mentions,
        keys,
        postings,
        members,
        normalise,
        index,
        texts,
    ),
    lambda record_type: (
        record_type.name,
        [(type(declared).__name__, declared.name) for declared in record_type.filters],
        [role.path for role in record_type.roles],
    ),
)
#: Both, under the name of the program that writes: it is kept before anything is made anew.
WRITING = Made(
    "writing",
    tuple(dict.fromkeys(RENDERING.code + KEYS.code)),
    lambda record_type: (RENDERING.declared(record_type), KEYS.declared(record_type)),
)


def require_this_program(database: Database) -> None:
    """Raise DatabaseUnusable where a program began to write that makes something else of the same records."""
    if not WRITING.is_in(database, unnamed=True):
        raise DatabaseUnusable(
            "another version of facts made the records anew; restart this one, or stop it and start that one"
        )
