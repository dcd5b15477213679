"""How what a record needs is declared in a database of a PostgreSQL server."""

from collections.abc import Iterator
from typing import Any

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
