"""What a claim is, says, does to others and is worth."""

from .terms import AttributionRole, ClaimKind, Term, Vocabulary

CLAIM_KINDS = Vocabulary(
    "claim-kinds",
    "Claim kinds",
    "What sort of statement a claim is. One that somebody must hold or utter has an attribution.",
    (
        ClaimKind(
            "reported-fact",
            "Something that happened, as a report has it.",
            needs_holder=False,
            synonyms=("fact", "report"),
        ),
        ClaimKind(
            "historical-fact",
            "Something that happened, as history has it.",
            needs_holder=False,
            synonyms=("history",),
        ),
        ClaimKind(
            "statistic",
            "What somebody counted, measured or estimated, in figures.",
            "schema:Observation",
            needs_holder=False,
            synonyms=("count", "figure", "measurement"),
        ),
        ClaimKind("statement", "What somebody said, where no other kind fits.", synonyms=("quote", "remark")),
        ClaimKind("statement-of-intent", "What somebody means to do.", synonyms=("intention", "plan")),
        ClaimKind("position", "What a side holds to be right.", synonyms=("opinion", "stance")),
        ClaimKind("demand", "What a side asks of another.", synonyms=("request",)),
        ClaimKind("condition", "What must come first, according to a side.", synonyms=("precondition",)),
        ClaimKind("promise", "What somebody undertakes to do.", synonyms=("commitment", "pledge")),
        ClaimKind("offer", "What a side would do or give, if the other agrees."),
        ClaimKind("accusation", "That another has done wrong."),
        ClaimKind(
            "assessment", "How somebody judges a state of affairs.", synonyms=("evaluation", "judgment")
        ),
        ClaimKind("projection", "What somebody expects to happen.", synonyms=("forecast", "prediction")),
        ClaimKind(
            "treaty-provision",
            "What a treaty or declaration lays down.",
            needs_holder=False,
            synonyms=("article",),
        ),
        ClaimKind(
            "provision",
            "What an agreement lays down that is no treaty, such as a contract or a ceasefire.",
            needs_holder=False,
            synonyms=("clause", "term"),
        ),
        ClaimKind("denial", "That something is not so.", synonyms=("rebuttal",)),
    ),
)

#: Kinds of claims with which a claimant takes a side; whoever merely states or reports takes none.
SIDED_CLAIM_KINDS = ("position", "demand", "condition", "promise", "denial", "offer")

ATTRIBUTION_ROLES = Vocabulary(
    "attribution-roles",
    "Attribution roles",
    "What a party did with the statement on its way to the record.",
    (
        AttributionRole("said", "Spoke it.", "prov:wasAttributedTo", synonyms=("spoke", "stated", "told")),
        AttributionRole(
            "wrote", "Put it in writing.", "prov:wasAttributedTo", synonyms=("author", "written")
        ),
        AttributionRole(
            "published",
            "States it in its own voice.",
            "schema:publisher",
            for_publisher=True,
            synonyms=("publisher",),
        ),
        AttributionRole("quoted", "Gave the speaker's words.", "prov:wasQuotedFrom", synonyms=("cited",)),
        AttributionRole(
            "reported",
            "Told what was said or happened.",
            "prov:wasDerivedFrom",
            for_publisher=True,
            synonyms=("reporter",),
        ),
        AttributionRole(
            "republished",
            "Published another's report again.",
            "prov:wasDerivedFrom",
            for_publisher=True,
            synonyms=("reprinted",),
        ),
        AttributionRole(
            "translated",
            "Gave it in another language.",
            "prov:wasDerivedFrom",
            for_publisher=True,
            synonyms=("translator",),
        ),
        AttributionRole(
            "summarised",
            "Gave it in fewer words.",
            "prov:wasDerivedFrom",
            for_publisher=True,
            synonyms=("summarized",),
        ),
    ),
)

STANCES = Vocabulary(
    "stances",
    "Stances",
    "How a claim answers a question.",
    (
        Term("affirms", "Yes.", "cito:agreesWith", synonyms=("agrees", "supports", "yes")),
        Term("denies", "No.", "cito:disagreesWith", synonyms=("disagrees", "no", "opposes")),
        Term(
            "conditions",
            "Yes or no, if something else comes first.",
            "cito:qualifies",
            synonyms=("depends", "qualifies"),
        ),
        Term("leaves-open", "Speaks to the question and decides nothing.", synonyms=("neutral", "undecided")),
    ),
)

RELATIONS = Vocabulary(
    "relations",
    "Relations",
    "What a claim does to another.",
    (
        Term("contradicts", "Both cannot be right.", "cito:disputes", synonyms=("denies", "disputes")),
        Term("supports", "Makes the other likelier.", "cito:supports", synonyms=("confirms",)),
        Term(
            "responds-to",
            "Was made in answer to the other.",
            "cito:repliesTo",
            synonyms=("answers", "replies-to"),
        ),
        Term("elaborates", "Says the same in more detail.", "cito:extends", synonyms=("details", "extends")),
        Term("conditions", "Names what the other depends on.", "cito:qualifies", synonyms=("qualifies",)),
        Term(
            "supersedes",
            "Takes the other's place: the speaker has moved on.",
            "cito:updates",
            synonyms=("replaces", "updates"),
        ),
        Term(
            "corrects",
            "Puts the other right: it was wrong from the start.",
            "cito:corrects",
            synonyms=("rectifies",),
        ),
    ),
)

INVERSE_RELATIONS = Vocabulary(
    "inverse-relations",
    "Inverse relations",
    "The same relations seen from the other claim, in the same order.",
    (
        Term("contradicted-by", "The other contradicts this one.", "cito:isDisputedBy"),
        Term("supported-by", "The other supports this one.", "cito:isSupportedBy"),
        Term("responded-to-by", "The other answers this one.", "cito:hasReplyFrom"),
        Term("elaborated-by", "The other says more.", "cito:isExtendedBy"),
        Term("conditioned-by", "The other names what this one depends on.", "cito:isQualifiedBy"),
        Term("superseded-by", "The other has taken this one's place.", "cito:isUpdatedBy"),
        Term("corrected-by", "The other puts this one right.", "cito:isCorrectedBy"),
    ),
)

QUANTITY_COMPARISONS = Vocabulary(
    "quantity-comparisons",
    "Quantity comparisons",
    "What comparing two quantities came to.",
    (
        Term("agreeing", "As far as their digits go, both can be right."),
        Term("agreeing-by-arithmetic", "A part divided by its whole agrees with the other."),
        Term("differing", "As far as their digits go, both cannot be right."),
        Term("not-compared", "Nothing can be said: other units, other times, or money of other years."),
    ),
)
ASSESSMENT_STATUSES = Vocabulary(
    "assessment-statuses",
    "Assessment statuses",
    "The editors' view of a claim.",
    (
        Term("not-assessed", "Nobody has looked into it.", synonyms=("open", "pending", "unknown")),
        Term("supported", "The evidence bears it out.", synonyms=("confirmed", "true", "verified")),
        Term("disputed", "There is evidence on both sides.", synonyms=("contested",)),
        Term("refuted", "The evidence speaks against it.", synonyms=("debunked", "false")),
        Term("unresolvable", "It cannot be settled by evidence.", synonyms=("undecidable", "unverifiable")),
    ),
)

STANDINGS = Vocabulary(
    "standings",
    "Standings",
    "How well a claim stands, from what is recorded.",
    (
        Term("single-origin", "All its citations go back to one voice.", synonyms=("single-source",)),
        Term(
            "several-origins",
            "Two or more independent voices reported it, which does not make it so.",
            synonyms=("confirmed", "corroborated"),
        ),
        Term("unsupported", "No origin is left: the documents were retracted.", synonyms=("unsourced",)),
        Term(
            "contested",
            "A published claim contradicts it, or it contradicts one.",
            synonyms=("contradicted", "disputed"),
        ),
        Term(
            "superseded", "A published claim supersedes or corrects it.", synonyms=("corrected", "outdated")
        ),
    ),
)
