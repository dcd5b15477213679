"""What every record is: its type, where it stands, its names."""

from .terms import Term, Vocabulary

RECORD_TYPES = Vocabulary(
    "record-types",
    "Record types",
    "What a record can be.",
    (
        Term(
            "party",
            "A person, state, outlet, ministry or other body that acts or speaks.",
            "prov:Agent",
            synonyms=("actor", "organisation", "organization", "parties", "person"),
        ),
        Term(
            "date",
            "A happening with a time, known as precisely as it honestly is.",
            "schema:Event",
            synonyms=("dates", "event", "happening"),
        ),
        Term(
            "claim",
            "One statement, with who made it and how it reached the record.",
            "schema:Claim",
            synonyms=("claims", "fact", "proposition", "statement"),
        ),
        Term(
            "source",
            "A document, held by the curators or known through another.",
            "schema:CreativeWork",
            synonyms=("article", "document", "publication", "sources"),
        ),
        Term(
            "place",
            "A place, with the names that each side gives it.",
            "schema:Place",
            synonyms=("location", "places"),
        ),
        Term(
            "dossier",
            "One story: its questions and its members.",
            "schema:Collection",
            synonyms=("collection", "dossiers", "story", "topic"),
        ),
    ),
)

RECORD_STATUSES = Vocabulary(
    "record-statuses",
    "Record statuses",
    "Where a record stands in its life.",
    (
        Term("draft", "Being written; only curators see it.", synonyms=("unpublished",)),
        Term("published", "Public; every change is kept as a revision.", synonyms=("live", "public")),
        Term(
            "retracted",
            "Withdrawn; a tombstone tells when and why.",
            "prov:Invalidation",
            synonyms=("deleted", "removed", "withdrawn"),
        ),
        Term(
            "merged",
            "A double; its address leads to the record that lives on.",
            synonyms=("duplicate", "redirected"),
        ),
    ),
)

NAME_KINDS = Vocabulary(
    "name-kinds",
    "Name kinds",
    "What kind of name it is.",
    (
        Term("common", "The name in everyday use.", "skos:altLabel", synonyms=("usual",)),
        Term("official", "The name in law or in official documents.", synonyms=("formal", "legal")),
        Term(
            "transliteration",
            "A name of another script in this one.",
            synonyms=("romanisation", "romanization"),
        ),
        Term("former", "A name of an earlier time.", synonyms=("historical", "old")),
    ),
)

TRANSLATION_KINDS = Vocabulary(
    "translation-kinds",
    "Translation kinds",
    "Whose hand a translation is from, the best first.",
    (
        Term("official", "By whoever wrote the original, or by a body that speaks for it."),
        Term("own", "By the curators, or by a translator for them.", synonyms=("editorial", "human")),
        Term(
            "published",
            "By somebody else, such as an outlet, who published it.",
            synonyms=("press", "third-party"),
        ),
        Term("machine", "By a program; read by nobody since.", synonyms=("automatic", "automated", "mt")),
    ),
)
TRANSLATABLE = Vocabulary(
    "translatable",
    "Texts that are translated",
    "Members of a record, or of an object in it, that may stand in other languages too.",
    (
        Term("name", "Of a party or a place.", "schema:name"),
        Term("title", "Of a date, a source, a dossier, an office.", "schema:headline"),
        Term("proposition", "Of a claim."),
        Term("description", "Of a party, a place, a date.", "schema:description"),
        Term("summary", "Of a dossier.", "schema:abstract"),
        Term("note", "Of a source."),
        Term("text", "Of a question.", "schema:text"),
        Term("quote", "Of a citation."),
    ),
)
ATTRIBUTES = Vocabulary(
    "attributes",
    "Attributes",
    "Members of a party or a place that sources are cited for.",
    (
        Term("memberships", "Of a party: another that it is or was a member of.", "schema:memberOf"),
        Term("part_of", "Of a party or a place: what it is directly part of.", "schema:containedInPlace"),
        Term("predecessors", "Of a party: what it came from."),
        Term("claimed_by", "Of a place: a party that claims it."),
        Term("administered_by", "Of a place: a party that administers it."),
    ),
)
