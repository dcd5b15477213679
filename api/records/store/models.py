"""The tables. A record is one row; what it can be found by stands in key tables derived from it.

A table is either derived from others, which `facts doctor` does again and compares, or kept for its own sake:
then it has a `checksum`, which `tables.py` writes with each row. One list, though it is long: tables are read
beside each other.
"""

from typing import Any

from peewee import SQL, AutoField, BigIntegerField, BlobField, CompositeKey, IntegerField, Model, TextField


class RecordNumber(IntegerField):
    """The number that `search_row` gives a record: an id takes ten times as much, and stands in many rows."""


class PackedText(BlobField):
    """A text that is kept compressed (core/packed.py), where no read waits for it and no statement looks into
    it. Rows have the text."""


def _checksum() -> BlobField:
    """A digest of all that a row holds; what was written by other means has none."""
    return BlobField(constraints=[SQL("DEFAULT x''")])


class Record(Model):
    """One record of any type: its document as written, and the bytes that a read answers with."""

    id = TextField(primary_key=True)
    type = TextField()
    status = TextField()
    name = TextField()
    document = PackedText()  # JSON, input form: what the curators wrote
    computed = PackedText(
        constraints=[SQL("DEFAULT ''")]
    )  # JSON: what its keys are derived from, beside the document
    body = BlobField()  # JSON, output form: what a read sends
    etag = TextField()
    revision = IntegerField(null=True)
    published = TextField(null=True)
    updated = TextField()
    merged_into = TextField(null=True)  # the survivor: never a record that was merged itself
    withdrawal = TextField(null=True)  # JSON {kind, note, when} of a retraction or merger
    checksum = _checksum()

    class Meta:
        table_name = "record"
        indexes = (
            (("type", "status", "id"), False),
            (("type", "status", "name", "id"), False),
            (("type", "status", "updated", "id"), False),
            (("merged_into",), False),
        )


# With the newest first, ids in ascending order within one time.
Record.add_index(SQL("CREATE INDEX record_newest ON record (type, status, updated DESC, id)"))


class Question(Model):
    """A question of a dossier; its id shares the records' name space."""

    id = TextField(primary_key=True)
    dossier = TextField(index=True)

    class Meta:
        table_name = "question"


class Reference(Model):
    """`record` names `target` in the field `role` (a dotted path) of its document, from the commit `since` on
    and before the commit `until`. Both are feed numbers, as in the other tables of keys: `until` is FOREVER
    for what holds now; what a draft has is kept without history, `since` 0."""

    record = RecordNumber()
    role = TextField()
    target = RecordNumber()
    since = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "reference"
        without_rowid = True
        primary_key = CompositeKey("record", "role", "target", "since")
        indexes = ((("target", "role", "record", "since", "until"), False),)


class Dependency(Model):
    """What `record` shows was computed from `target` too."""

    record = RecordNumber()
    target = RecordNumber()

    class Meta:
        table_name = "dependency"
        without_rowid = True
        primary_key = CompositeKey("record", "target")
        indexes = ((("target", "record"), False),)


class Term(Model):
    """Records of a type are found by `filter`=`value`; `qualifier` is the other half of a pair, or ''. A term
    is there for as long as a row of `filter_key` has it."""

    id = AutoField()
    type = TextField()
    found_by = TextField(column_name="filter")
    value = TextField()
    qualifier = TextField()
    checksum = _checksum()

    class Meta:
        table_name = "term"
        indexes = ((("type", "found_by", "value", "qualifier"), True),)


class FilterKey(Model):
    """`record` is found by a term; `filter` is the term's, so that a record's keys of one are beside each
    other."""

    term = IntegerField()
    record = RecordNumber()
    found_by = TextField(column_name="filter")
    since = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "filter_key"
        without_rowid = True
        primary_key = CompositeKey("term", "record", "since")
        indexes = ((("record", "found_by", "term", "since", "until"), False),)


class DateKey(Model):
    """A fuzzy date of `record`: bounds for sorting and for possible matches, `low` and `high` for certain
    ones. `missing` is 1 where the record has no such date, so that it still stands in the order."""

    # The key comes first: else SQLite 3.40's integrity_check reports NULLs that are not there.
    record = TextField()
    field = TextField()
    type = TextField()
    missing = IntegerField()
    earliest = TextField()
    latest = TextField()
    low = TextField(null=True)
    high = TextField(null=True)
    since = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "date_key"
        without_rowid = True
        primary_key = CompositeKey("record", "field", "since")
        indexes = ((("type", "field", "missing", "earliest", "latest", "record", "since", "until"), False),)


DateKey.add_index(
    SQL(
        "CREATE INDEX date_key_newest ON date_key "
        "(type, field, missing, latest DESC, earliest DESC, record, since, until)"
    )
)


class Posting(Model):
    """Which records have a key now: the set of their numbers in `search_row`, in pieces of 65,536 numbers.

    Beside what `filter_key` has, `filter` is `scope`, with the scopes of `search_row` as values; or the field
    of a `date_key`, of which `value` is the earliest day and `qualifier` the other bounds.
    """

    type = TextField()
    found_by = TextField(column_name="filter")
    value = TextField()
    qualifier = TextField()
    piece = IntegerField()
    numbers = BlobField()  # a roaring bitmap in its portable form

    class Meta:
        table_name = "posting"
        primary_key = CompositeKey("type", "found_by", "value", "qualifier", "piece")


class DossierMention(Model):
    """How many published dates and claims of a dossier name a party, place or source."""

    dossier = TextField()
    target = TextField()
    records = IntegerField()

    class Meta:
        table_name = "dossier_mention"
        without_rowid = True
        primary_key = CompositeKey("dossier", "target")


class IdRange(Model):
    """The numbers of the records whose ids come from `first` on and before the next row's `first`: what the
    first records by id are looked for in."""

    first = TextField(primary_key=True)
    numbers = BlobField()  # a roaring bitmap in its portable form

    class Meta:
        table_name = "id_range"


class SearchRow(Model):
    """The number of a record, which no other record ever has, and among what it stands in the full-text
    index (text/index.py)."""

    id = AutoField()
    record = TextField(unique=True)
    type = TextField()
    scope = TextField()  # public, draft, or none: what was withdrawn
    digest = TextField()  # of the indexed texts, so that nothing is indexed twice

    class Meta:
        table_name = "search_row"
        indexes = ((("scope", "type", "id"), False),)


class NameKey(Model):
    """A name of a record, folded: for those that are, or begin with, what somebody types."""

    record = TextField()
    position = IntegerField()
    type = TextField()
    kind = TextField()  # title, name, or word: the rest of a name from one of its words on
    folded = TextField()

    class Meta:
        table_name = "name_key"
        primary_key = CompositeKey("record", "position")
        indexes = ((("type", "folded", "record"), False),)


class Check(Model):
    """The last comparison of a citation with its source's text."""

    record = TextField()
    source = TextField()
    locator = TextField()  # digest of the locator: an edited locator has not been checked
    status = TextField()
    checked = TextField()
    checksum = _checksum()

    class Meta:
        table_name = "citation_check"
        primary_key = CompositeKey("record", "source", "locator")


class Counter(Model):
    """`version` moves with every commit; `seq` numbers the feed; `clock` is the last change's time;
    `feed_floor` is what the feed is served from."""

    name = TextField(primary_key=True)
    value = IntegerField()
    checksum = _checksum()

    class Meta:
        table_name = "counter"


class Fingerprint(Model):
    """The code that made what is stored ready-made: what another one made is made anew."""

    name = TextField(primary_key=True)
    text = TextField()  # digest of the code as it was written
    digest = TextField()  # digest of what it does
    checksum = _checksum()

    class Meta:
        table_name = "fingerprint"


class Secret(Model):
    """Random keys of this database, such as the one that signs cursors."""

    name = TextField(primary_key=True)
    value = TextField()
    checksum = _checksum()

    class Meta:
        table_name = "secret"


class Revision(Model):
    """A public state of a record as its curators wrote it."""

    record = TextField()
    number = IntegerField()
    seq = IntegerField()
    time = TextField()
    actor = TextField()
    change = TextField()
    kind = TextField(null=True)
    note = TextField(null=True)
    document = PackedText(null=True)  # null where it was redacted
    checksum = _checksum()

    class Meta:
        table_name = "revision"
        primary_key = CompositeKey("record", "number")
        indexes = ((("seq",), False),)


# Those with a public note, which are few.
Revision.add_index(SQL("CREATE INDEX revision_noted ON revision (seq DESC, record) WHERE kind IS NOT NULL"))


class RenderingRow(Model):
    """A record as it was served from the commit `since` on and before the commit `until`: the columns of
    `record` that a read needs, so that one query serves both."""

    id = TextField()
    since = IntegerField()
    until = BigIntegerField()
    type = TextField()
    status = TextField()
    name = TextField()
    computed = PackedText()  # JSON: what its keys are derived from, beside its document
    body = BlobField(null=True)  # null where it was redacted
    etag = TextField()
    revision = IntegerField()
    updated = TextField()
    merged_into = TextField(null=True)  # the survivor of that time: never a record merged itself by then
    withdrawal = TextField(null=True)
    checksum = _checksum()

    class Meta:
        table_name = "rendering"
        primary_key = CompositeKey("id", "since")
        indexes = (
            (("type", "status", "id", "since", "until"), False),
            (("type", "status", "updated", "id", "since", "until"), False),
            (("merged_into",), False),
            (("since", "id"), False),
        )


RenderingRow.add_index(
    SQL("CREATE INDEX rendering_newest ON rendering (type, status, updated DESC, id, since, until)")
)


class Change(Model):
    """An entry of the public feed."""

    seq = IntegerField(primary_key=True)
    commit = IntegerField()
    time = TextField()
    kind = TextField()
    type = TextField()
    record = TextField()
    revision = IntegerField()
    details = TextField()  # JSON: cause, survivor, correction
    checksum = _checksum()

    class Meta:
        table_name = "change"
        indexes = ((("record", "seq"), False), (("time",), False))


class ApiKey(Model):
    """A key that curators write with; its secret is kept as a digest only."""

    id = TextField(primary_key=True)
    label = TextField()
    role = TextField()
    digest = TextField()
    created = TextField()
    expires = TextField(null=True)
    revoked = TextField(null=True)
    checksum = _checksum()

    class Meta:
        table_name = "api_key"


class KeptAnswer(Model):
    """The finished answer to a request with an Idempotency-Key."""

    api_key = TextField()
    key = TextField()
    request = TextField()  # digest of method, path and body
    status = IntegerField()
    headers = TextField()
    body = TextField()
    created = TextField()
    checksum = _checksum()

    class Meta:
        table_name = "kept_answer"
        primary_key = CompositeKey("api_key", "key")
        indexes = ((("created",), False),)


class PendingRefresh(Model):
    """A record that shows something that has changed, and is still to be rendered again."""

    record = TextField(primary_key=True)
    cause = TextField()
    checksum = _checksum()

    class Meta:
        table_name = "pending_refresh"


class Redaction(Model):
    """Revisions whose bytes the law took out."""

    record = TextField()
    first = IntegerField()
    last = IntegerField()
    time = TextField()
    note = TextField()
    checksum = _checksum()

    class Meta:
        table_name = "redaction"
        primary_key = CompositeKey("record", "first", "last", "time")


MODELS: list[Any] = [
    Record,
    Question,
    Reference,
    Dependency,
    Term,
    FilterKey,
    DateKey,
    Posting,
    DossierMention,
    IdRange,
    SearchRow,
    NameKey,
    Check,
    Counter,
    Fingerprint,
    Secret,
    Revision,
    RenderingRow,
    Change,
    ApiKey,
    KeptAnswer,
    PendingRefresh,
    Redaction,
]
