"""The feed and the history: what a mirror holds that has followed it, and what revisions say."""

from collections.abc import Iterator

from peewee import Database

from ..core.packed import plain_text
from ..read.revisions import last_seq

#: Records beside what a mirror holds that has followed the feed from 0: the record of their last entry.
_FOLD = """SELECT f.type, f.id FROM (
    SELECT r.type, r.id, r.status = 'published' AS served, COALESCE(f.etag = r.etag, FALSE) AS same,
        COALESCE(f.status = 'published' AND f.body IS NOT NULL, FALSE) AS mirrored
    FROM record r LEFT JOIN change c ON c.seq = (SELECT MAX(seq) FROM change WHERE record = r.id)
    LEFT JOIN rendering f ON f.id = c.record AND f.since = c."commit") f"""
_REDACTED = (
    "EXISTS (SELECT 1 FROM redaction d WHERE d.record = v.record AND v.number BETWEEN d.first AND d.last)"
)
#: A fault, and the query for the rows that show it.
_DISAGREEMENTS = {
    "{} {}: in the feed's fold, but not served": f"{_FOLD} WHERE mirrored AND NOT served",
    "{} {}: served, but not in the feed's fold": f"{_FOLD} WHERE served AND NOT mirrored",
    "{} {}: the feed's fold has other bytes than are served": f"{_FOLD} WHERE served AND mirrored > same",
    "change, row seq {}: {} has no rendering from {} on": (
        'SELECT seq, record, "commit" FROM change c WHERE NOT EXISTS '
        '(SELECT 1 FROM rendering r WHERE r.id = c.record AND r.since = c."commit")'
    ),
    "change, row seq {}: its time is before that of the entry before": (
        "SELECT c.seq FROM change c JOIN change b ON b.seq = c.seq - 1 WHERE c.time < b.time"
    ),
    "revision, row record {!r}, number {}: no entry of the feed says the same": (
        "SELECT record, number FROM revision v WHERE NOT EXISTS (SELECT 1 FROM change c "
        'WHERE c.record = v.record AND c.revision = v.number AND c."commit" = v.seq AND c.kind = v.change)'
    ),
    "revision, row record {!r}, number {}: it has a document, though a redaction took it out": (
        f"SELECT record, number FROM revision v WHERE document IS NOT NULL AND {_REDACTED}"
    ),
    "revision, row record {!r}, number {}: it has no document, and no redaction says so": (
        f"SELECT record, number FROM revision v WHERE document IS NULL AND NOT {_REDACTED}"
    ),
    "{} {}: revision {} is current, but {} are kept up to {}": (
        "SELECT r.type, r.id, r.revision, COUNT(v.number), MAX(v.number) FROM record r "
        "LEFT JOIN revision v ON v.record = r.id WHERE r.revision IS NOT NULL GROUP BY r.id "
        "HAVING r.revision <> COUNT(v.number) OR r.revision <> COALESCE(MAX(v.number), 0)"
    ),
}
#: Documents that are not kept as the same bytes: they may be the same, and one of them older.
_UNLIKE = (
    "SELECT r.type, r.id, v.number, r.document, v.document FROM record r JOIN revision v "
    "ON v.record = r.id AND v.number = r.revision WHERE COALESCE(r.document <> v.document, TRUE)"
)


def feed_faults(database: Database) -> Iterator[str]:
    """A feed with gaps."""
    last = last_seq(database)
    row = database.execute_sql("SELECT COUNT(*), MIN(seq), MAX(seq) FROM change").fetchone()
    if last and (row[0], row[1], row[2]) != (last, 1, last):
        yield f"change: the feed has {row[0]} entries from {row[1]} to {row[2]}; its counter says {last}"


def disagreements(database: Database) -> Iterator[str]:
    """Rows of the feed, the history and the records that contradict one another."""
    for fault, query in _DISAGREEMENTS.items():
        for row in database.execute_sql(query):
            yield fault.format(*row)
    for name, record, number, *documents in database.execute_sql(_UNLIKE):
        if None in documents or len(set(map(plain_text, documents))) > 1:
            yield f"{name} {record}: its document is not that of its last revision, {number}"
