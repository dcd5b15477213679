"""How what a record needs is declared in a database of a PostgreSQL server."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple


class Function(NamedTuple):
    """A function in SQL: what it is called with, what it gives, and how it comes by it."""

    name: str
    takes: str
    gives: str
    body: str
    strict: bool = False

    def made(self) -> str:
        """The statement that makes it, or lets it stand for another of these parameters and results."""
        strict = "STRICT " if self.strict else ""
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}({self.takes}) RETURNS {self.gives} "
            f"LANGUAGE sql IMMUTABLE PARALLEL SAFE {strict}AS $$ {self.body} $$"
        )

    def declared(self) -> tuple[str, str, str]:
        """As the server tells it."""
        how = f"f i s {str(self.strict).lower()}  {self.body} "
        return f"{self.name}({self.takes})", self.gives, how


class Aggregate(NamedTuple):
    """An aggregate: it goes on by one function, from a beginning, and may end by another."""

    name: str
    takes: str
    gives: str
    step: str
    state: str
    first: str | None = None
    last: str | None = None

    def made(self) -> str:
        """The statement that makes it, or lets it stand for another of these parameters and results."""
        first = f", INITCOND = '{self.first}'" if self.first is not None else ""
        last = f", FINALFUNC = {self.last}" if self.last else ""
        return (
            f"CREATE OR REPLACE AGGREGATE {self.name}({self.takes}) "
            f"(SFUNC = {self.step}, STYPE = {self.state}{first}{last})"
        )

    def declared(self) -> tuple[str, str, str]:
        """As the server tells it."""
        how = ("a i u false", self.step, self.state, self.first, self.last or "-")
        return f"{self.name}({self.takes})", self.gives, " ".join(part for part in how if part is not None)


#: What our statements call by SQLite's names: numbers from a list in JSON, numbers and names as lists, where
#: bytes stand in others. The first, not being STRICT, is planned as a part of its statement: for its numbers.
FUNCTIONS = (
    Function(
        "json_each",
        "list text, OUT value bigint",
        "SETOF bigint",
        "SELECT unnest(translate(list, '[]', '{}')::bigint[])",
    ),
    Function(
        "list_in_json",
        "numbers bigint[]",
        "bytea",
        "SELECT convert_to(array_to_json(numbers)::text, 'UTF8')",
    ),
    Aggregate("json_group_array", "bigint", "bytea", "array_append", "bigint[]", "{}", "list_in_json"),
    Function(
        "with_separator",
        "before text, name text, separator text",
        "text",
        "SELECT COALESCE(before || separator, '') || name",
    ),
    Aggregate("group_concat", "text, text", "text", "with_separator", "text"),
    Function(
        "instr",
        "whole bytea, part bytea",
        "integer",
        "SELECT position(part IN whole)",
        strict=True,
    ),
)
#: The full-text index, which text/tsearch.py writes: one table for what is public, one for drafts.
TEXT_TABLES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    *(
        statement
        for scope in ("public", "draft")
        for statement in (
            f"CREATE TABLE {scope}_text (id bigint PRIMARY KEY, words tsvector NOT NULL, "
            "parts text NOT NULL, called text NOT NULL)",
            f"CREATE INDEX {scope}_text_words ON {scope}_text USING gin (words)",
            f"CREATE INDEX {scope}_text_parts ON {scope}_text USING gin (parts gin_trgm_ops)",
            f"CREATE INDEX {scope}_text_called ON {scope}_text USING gin (called gin_trgm_ops)",
        )
    ),
)
#: The functions of the current schema but those of extensions, in the server's own words: with what each is
#: called, what it gives, how it comes by that, and how a statement names it.
DECLARED_FUNCTIONS = """
SELECT proname || '(' || pg_get_function_arguments(p.oid) || ')', pg_get_function_result(p.oid), concat_ws(
    ' ', prokind::text, provolatile::text, proparallel::text, proisstrict::text,
    CASE prokind WHEN 'f' THEN prosrc END,
    aggtransfn::text, aggtranstype::regtype::text, agginitval, aggfinalfn::text
), p.oid::regprocedure::text
FROM pg_proc p LEFT JOIN pg_aggregate ON aggfnoid = p.oid
WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
)
"""
#: What is in the current schema, in the server's own words: kind, name, of which table, how it is declared.
#: A table that is not logged is lost in a crash; an index that is not valid is written and never read.
DECLARED = f"""
WITH here AS (
    SELECT oid, relname::text AS name, relpersistence FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
)
SELECT 'table', name, name, relpersistence::text FROM here
UNION ALL
SELECT 'column', name || '.' || attname, name, concat_ws(
    ' ', format_type(atttypid, atttypmod), attcollation::text, attnotnull::text,
    pg_get_expr(adbin, adrelid, true)
)
FROM here JOIN pg_attribute ON attrelid = here.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
UNION ALL
SELECT 'index', indexrelid::regclass::text, name, pg_get_indexdef(indexrelid, 0, true) || indisvalid::text
FROM here JOIN pg_index ON indrelid = here.oid
UNION ALL
SELECT 'constraint', conname, name, pg_get_constraintdef(c.oid, true)
FROM here JOIN pg_constraint c ON conrelid = here.oid
UNION ALL
SELECT 'function', signature, '', result || ' ' || how
FROM ({DECLARED_FUNCTIONS}) f(signature, result, how)
"""
#: What drops each index of the current schema, with the key or other constraint that it is for, what makes
#: it again, and of which table it is.
INDEXES = """
WITH here AS (
    SELECT oid, 'ALTER TABLE ' || oid::regclass || ' ' AS altering, relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
)
SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid), relname
FROM here JOIN pg_index ON indrelid = here.oid
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = indexrelid)
UNION ALL
SELECT altering || 'DROP CONSTRAINT ' || quote_ident(conname),
    altering || 'ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(c.oid), relname
FROM here JOIN pg_constraint c ON conrelid = here.oid AND contype IN ('p', 'u')
"""
#: Names and kinds of the columns of a table of the current schema.
KINDS_OF_COLUMNS = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped
"""
#: Whether large values can be compressed by lz4, which takes a quarter of the time that pglz takes.
HAS_LZ4 = "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
#: Whether tables can be made to compare others with them.
MAY_MAKE = "SELECT has_database_privilege(current_database(), 'CREATE')"


def differences(held: set[Any], right: set[Any]) -> Iterator[str]:
    """What is missing, or is declared otherwise, a sentence each; of a table that is missing, that alone."""
    missing = {table for _, _, table, _ in right} - {table for _, _, table, _ in held}
    for kind, name, table, _ in sorted(right - held):
        if kind == "table" or table not in missing:
            yield f"{kind} {name}: it is not declared as this version declares it"


def mending(held: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """The statements that make our functions as they should be, of what DECLARED_FUNCTIONS tells: none where
    they are.

    One that keeps its parameters and its result is replaced: whoever uses it meanwhile misses nothing.
    """
    right = {function.declared(): function.made() for function in FUNCTIONS}
    names, faces = {function.name for function in FUNCTIONS}, {(called, gives) for called, gives, _ in right}
    others = [
        named
        for called, gives, _, named in held
        if called.partition("(")[0] in names and (called, gives) not in faces
    ]
    # What is made of another one goes with it, and comes back.
    there = set() if others else {(called, gives, how) for called, gives, how, _ in held}
    drops = [f"DROP ROUTINE IF EXISTS {named} CASCADE" for named in others]
    return drops + [made for declared, made in right.items() if declared not in there]
