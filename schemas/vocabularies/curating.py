"""What curators do, and what becomes of what was read."""

from .terms import Term, Vocabulary

CORRECTION_KINDS = Vocabulary(
    "correction-kinds",
    "Correction kinds",
    "Why a published record was changed.",
    (
        Term("typo", "A slip of the pen; the meaning stays.", synonyms=("misspelling", "spelling")),
        Term("clarification", "Said more clearly; the meaning stays.", synonyms=("wording",)),
        Term("error", "It was wrong.", "schema:CorrectionComment", synonyms=("correction", "mistake")),
        Term("new-information", "More has become known.", synonyms=("update",)),
        Term("source-withdrawn", "A source took back what it had published.", synonyms=("source-retracted",)),
        Term("duplicate", "The same thing was recorded twice.", synonyms=("double",)),
        Term("legal", "The law required it.", synonyms=("court-order", "law")),
        Term("enrichment", "Something was added; all that had been stated still stands."),
    ),
)

CHANGE_KINDS = Vocabulary(
    "change-kinds",
    "Change kinds",
    "What an entry of the change feed says.",
    (
        Term("published", "The record became public."),
        Term("updated", "The record was changed: a new revision."),
        Term("refreshed", "What it shows of others changed: the same revision, new bytes."),
        Term("retracted", "The record was withdrawn."),
        Term("merged", "The record lives on in another."),
        Term("redacted", "Bytes were taken out because the law required it."),
    ),
)

KEY_ROLES = Vocabulary(
    "key-roles",
    "Key roles",
    "What an API key may do.",
    (
        Term("editor", "Write, change and delete drafts.", synonyms=("author", "writer")),
        Term("publisher", "All that, and publish, correct, retract and merge.", synonyms=("admin",)),
    ),
)

BATCH_OPERATIONS = Vocabulary(
    "batch-operations",
    "Batch operations",
    "What an item of a batch does.",
    (
        Term(
            "create",
            "A new draft; with `publish: true` in its body, public at once.",
            synonyms=("add", "insert", "post"),
        ),
        Term("replace", "Put a document in the place of the record's.", synonyms=("put",)),
        Term(
            "patch",
            "Merge a patch into the record's document (RFC 7396).",
            synonyms=("change", "edit", "update"),
        ),
        Term("publish", "Make a draft public, or a retracted record public again.", synonyms=("release",)),
        Term("retract", "Withdraw a published record.", synonyms=("withdraw",)),
        Term("merge", "Let a published record lead to another.", synonyms=("combine",)),
        Term("delete", "Take a draft away.", synonyms=("remove",)),
    ),
)

CHECK_ANSWERS = Vocabulary(
    "check-answers",
    "Check answers",
    "What became of a record that somebody embedded.",
    (
        Term("unchanged", "Its revision still stands."),
        Term("enriched", "Its later revisions only added something; all that it stated still stands."),
        Term("corrected", "There is a later revision; its notes say why."),
        Term("retracted", "It was withdrawn."),
        Term("merged", "It lives on in another record."),
        Term("unknown", "No record has this id, or not this revision."),
    ),
)
