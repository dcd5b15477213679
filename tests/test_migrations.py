"""The tables that migrations make are those of the models; an older database is brought along."""

import re
import sqlite3
from pathlib import Path

from api.records.store.database import MIGRATION_NAMES, applied_migrations, migrate, open_database
from api.records.store.models import MODELS

from .conftest import facts


def _schema(path: Path) -> set[str]:
    """Every table and index, as SQLite keeps its definition."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    plain = {re.sub(r"\s+", " ", sql).replace("IF NOT EXISTS ", "") for (sql,) in rows}
    # The full-text tables are the migration's alone.
    return {
        sql for sql in plain if "migrat" not in sql and not re.search("(public|draft)_(words|parts)", sql)
    }


def test_migrations_make_the_tables_of_the_models(tmp_path: Path) -> None:
    migrated, modelled = tmp_path / "migrated.db", tmp_path / "modelled.db"
    migrate(open_database(f"sqlite:///{migrated}"))
    modelled.touch()
    database = open_database(f"sqlite:///{modelled}")
    with database.bind_ctx(MODELS, bind_refs=False, bind_backrefs=False):
        database.create_tables(MODELS)

    assert _schema(migrated) == _schema(modelled)


def test_migrating_twice_does_nothing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/facts.db")

    assert migrate(database)
    assert migrate(database) == []
    assert applied_migrations(database) == MIGRATION_NAMES


def test_an_older_database_is_not_called_faulty(database_file: Path) -> None:
    with sqlite3.connect(database_file) as connection:
        connection.execute("DELETE FROM schema_migration WHERE name = '0005_survivors'")

    done = facts("doctor", "--db", f"sqlite:///{database_file}")

    assert done.returncode == 2
    assert "lacks 0005_survivors" in done.stderr
