"""What happened, and how well its date is known."""

from .terms import Term, Vocabulary

DATE_KINDS = Vocabulary(
    "date-kinds",
    "Date kinds",
    "What happened.",
    (
        Term("statement", "Somebody said something in public.", synonyms=("announcement", "speech")),
        Term("declaration", "Two or more parties declared something together.", synonyms=("communique",)),
        Term("agreement", "Parties agreed on something short of a treaty.", synonyms=("accord", "deal")),
        Term("treaty-signing", "A treaty was signed.", synonyms=("signature", "signing")),
        Term("ratification", "A treaty was ratified or its instruments were exchanged."),
        Term("negotiation", "Parties negotiated, over one or more sessions.", synonyms=("talks",)),
        Term("meeting", "People met.", synonyms=("conference", "visit")),
        Term("summit", "Heads of state or government met."),
        Term("correspondence", "A letter or message passed between parties.", synonyms=("letter", "message")),
        Term("election", "Somebody was elected, or a people voted.", synonyms=("poll", "referendum")),
        Term("vote", "A body voted.", "schema:VoteAction", synonyms=("ballot", "division")),
        Term("publication", "A document was published.", "schema:PublicationEvent", synonyms=("release",)),
        Term("legal-act", "A law or decree came about.", synonyms=("decree", "law")),
        Term("ruling", "A court decided.", synonyms=("judgment", "verdict")),
        Term("ceasefire", "Fighting was to stop.", synonyms=("armistice", "truce")),
        Term("protest", "People protested in public.", "wd:Q273120", synonyms=("demonstration", "rally")),
        Term("attack", "Somebody used violence against others.", synonyms=("assault", "strike")),
        Term(
            "disaster",
            "Nature or a failure harmed many.",
            "wd:Q3839081",
            synonyms=("catastrophe", "earthquake"),
        ),
        Term("merger-closing", "A merger or a takeover took effect.", synonyms=("acquisition", "takeover")),
        Term("armed-conflict", "Armed force was used.", synonyms=("battle", "invasion", "war")),
        Term("term-of-office", "Somebody held an office.", synonyms=("mandate", "office", "tenure")),
        Term("incident", "Something happened that nobody had scheduled.", synonyms=("accident", "event")),
    ),
)

DATE_MATCHES = Vocabulary(
    "date-matches",
    "Date matches",
    "When a fuzzy date is taken to fall in a range.",
    (
        Term("possible", "It may lie in the range, for all that is known.", synonyms=("maybe",)),
        Term("certain", "It lies in the range, whatever day it was.", synonyms=("exact", "sure")),
    ),
)

DATE_PRECISIONS = Vocabulary(
    "date-precisions",
    "Date precisions",
    "How precisely a date is known.",
    (
        Term("day", "To the day."),
        Term("month", "To the month."),
        Term("year", "To the year."),
        Term("decade", "To the decade: 201X."),
        Term("century", "To the hundred years: 19XX."),
        Term("interval", "An extent from a start to an end."),
    ),
)

DATE_CERTAINTIES = Vocabulary(
    "date-certainties",
    "Date certainties",
    "Whether the date itself is in doubt.",
    (
        Term("certain", "No doubt is recorded."),
        Term("uncertain", "Doubted: the EDTF mark ?"),
        Term("approximate", "About then: the EDTF mark ~"),
        Term("uncertain-and-approximate", "Both: the EDTF mark %, or one mark at each end."),
    ),
)
