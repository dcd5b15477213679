"""What a source is, where it comes from, and how a citation of it compares with its text."""

from .terms import Term, Vocabulary

SOURCE_KINDS = Vocabulary(
    "source-kinds",
    "Source kinds",
    "What kind of document a source is.",
    (
        Term(
            "news-report",
            "A report published by an outlet.",
            "schema:NewsArticle",
            synonyms=("article", "news", "news-article"),
        ),
        Term(
            "wire-report",
            "A report that an agency sends to other outlets.",
            "schema:NewsArticle",
            synonyms=("agency-report", "news-agency-report", "wire"),
        ),
        Term(
            "broadcast",
            "A radio or television programme.",
            "schema:BroadcastEvent",
            synonyms=("programme", "radio", "television", "tv"),
        ),
        Term(
            "interview",
            "A conversation published as such.",
            "schema:Conversation",
            synonyms=("conversation",),
        ),
        Term(
            "commentary",
            "Opinion or analysis under its author's name.",
            "schema:OpinionNewsArticle",
            synonyms=("analysis", "column", "editorial", "opinion"),
        ),
        Term(
            "official-statement",
            "What an authority says: a speech, a briefing, a communiqué.",
            synonyms=("speech", "statement"),
        ),
        Term(
            "press-release",
            "What somebody hands to the press.",
            "fabio:PressRelease",
            synonyms=("media-release", "news-release"),
        ),
        Term(
            "official-document",
            "What an authority records: a law, a paper, a protocol.",
            synonyms=("decree", "law"),
        ),
        Term(
            "treaty",
            "An agreement between states in writing.",
            "wd:Q131569",
            synonyms=("agreement", "convention"),
        ),
        Term("contract", "An agreement in writing that is no treaty.", "wd:Q93288"),
        Term(
            "court-filing",
            "What a party submits to a court.",
            "bibo:Brief",
            synonyms=("complaint", "lawsuit", "pleading"),
        ),
        Term(
            "judgment",
            "What a court decides, in writing.",
            "bibo:LegalDecision",
            synonyms=("court-decision", "judgement", "ruling", "verdict"),
        ),
        Term(
            "academic",
            "A scholarly work.",
            "schema:ScholarlyArticle",
            synonyms=("journal-article", "paper", "study"),
        ),
        Term("book", "A book that is none of the above.", "schema:Book", synonyms=("monograph",)),
        Term(
            "reference-work",
            "An encyclopaedia, an almanac, a documentary collection.",
            synonyms=("almanac", "dictionary", "encyclopaedia", "encyclopedia"),
        ),
        Term("dataset", "Data in rows.", "schema:Dataset", synonyms=("data", "statistics", "table")),
        Term(
            "poll",
            "What a sample of people answered.",
            synonyms=("opinion-poll", "survey"),
        ),
        Term(
            "archive-material",
            "An unpublished document in an archive.",
            "schema:ArchiveComponent",
            synonyms=("archive", "manuscript"),
        ),
        Term(
            "leak",
            "A document that its holder had not meant to be public.",
            synonyms=("leaked-document",),
        ),
        Term(
            "image",
            "A photograph, a map or another picture.",
            "schema:ImageObject",
            synonyms=("photo", "picture"),
        ),
        Term(
            "video",
            "A recording of moving pictures.",
            "schema:VideoObject",
            synonyms=("clip", "film", "footage"),
        ),
        Term(
            "social-media-post",
            "A post on a platform.",
            "schema:SocialMediaPosting",
            synonyms=("post", "tweet"),
        ),
    ),
)

DERIVATIONS = Vocabulary(
    "derivations",
    "Derivations",
    "How a document comes from another.",
    (
        Term(
            "republishes",
            "It is the other document again.",
            "prov:wasDerivedFrom",
            synonyms=("copies", "reprints"),
        ),
        Term(
            "translates",
            "It is the other document in another language.",
            "schema:translationOfWork",
            synonyms=("translation",),
        ),
        Term(
            "summarises",
            "All of it rests on the other, in fewer words.",
            "prov:wasDerivedFrom",
            synonyms=("abridges", "summarizes"),
        ),
        Term("quotes", "A part of it rests on the other.", "prov:wasQuotedFrom", synonyms=("cites",)),
    ),
)

CHECK_STATUSES = Vocabulary(
    "check-statuses",
    "Check statuses",
    "What comparing a citation with its source's text came to.",
    (
        Term("exact", "The span stands at its position, with its digest."),
        Term("moved", "The span stands unchanged at one other place."),
        Term("normalised", "The span stands there but for case, quotes, dashes and white space."),
        Term("found", "No digest was given; the edge words occur once, or the quotation stands in the text."),
        Term("misquoted", "The span stands there, but the quotation does not stand in it."),
        Term("altered", "The edge words occur once, around other words."),
        Term("ambiguous", "The edge words occur more than once."),
        Term("found-in-other-source", "The span stands in another source's text."),
        Term("not-found", "The span stands nowhere."),
        Term("not-checked", "The citation has not been compared as it stands now."),
    ),
)
