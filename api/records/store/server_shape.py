"""How what a record needs is declared in a database of a PostgreSQL server."""

from collections.abc import Iterator
from typing import Any

#: What our statements call by SQLite's names: numbers from a list in JSON, numbers and names as lists, where
#: bytes stand in others. The first, not being STRICT, is planned as a part of its statement: for its numbers.
FUNCTIONS = (
    "CREATE FUNCTION json_each(list text, OUT value bigint) RETURNS SETOF bigint "
    "LANGUAGE sql IMMUTABLE PARALLEL SAFE "
    "AS $$ SELECT unnest(translate(list, '[]', '{}')::bigint[]) $$",
    "CREATE FUNCTION list_in_json(numbers bigint[]) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE "
    "AS $$ SELECT convert_to(array_to_json(numbers)::text, 'UTF8') $$",
    "CREATE AGGREGATE json_group_array(bigint) "
    "(SFUNC = array_append, STYPE = bigint[], INITCOND = '{}', FINALFUNC = list_in_json)",
    "CREATE FUNCTION with_separator(before text, name text, separator text) RETURNS text "
    "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT COALESCE(before || separator, '') || name $$",
    "CREATE AGGREGATE group_concat(text, text) (SFUNC = with_separator, STYPE = text)",
    "CREATE FUNCTION instr(whole bytea, part bytea) RETURNS integer "
    "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE "
    "AS $$ SELECT position(part IN whole) $$",
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
#: What is in the current schema, in the server's own words: kind, name, of which table, how it is declared.
#: A table that is not logged is lost in a crash; an index that is not valid is written and never read.
DECLARED = """
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
SELECT 'function', proname || '(' || pg_get_function_identity_arguments(oid) || ')', '', concat_ws(
    ' ', prokind::text, pg_get_function_result(oid), provolatile::text, proisstrict::text, prosrc
)
FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
)
"""
#: Whether tables can be made to compare others with them.
MAY_MAKE = "SELECT has_database_privilege(current_database(), 'CREATE')"


def differences(held: set[Any], right: set[Any]) -> Iterator[str]:
    """What is missing, or is declared otherwise, a sentence each; of a table that is missing, that alone."""
    missing = {table for _, _, table, _ in right} - {table for _, _, table, _ in held}
    for kind, name, table, _ in sorted(right - held):
        if kind == "table" or table not in missing:
            yield f"{kind} {name}: it is not declared as this version declares it"
