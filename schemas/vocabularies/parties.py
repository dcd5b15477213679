"""What a party is, and as what it takes part."""

from .terms import Term, Vocabulary

PARTY_KINDS = Vocabulary(
    "party-kinds",
    "Party kinds",
    "What a party is.",
    (
        Term("person", "A human being.", "schema:Person", synonyms=("human", "individual", "politician")),
        Term(
            "state", "A sovereign state, present or former.", "schema:Country", synonyms=("country", "nation")
        ),
        Term("government", "The government of a state as a body.", synonyms=("administration", "cabinet")),
        Term(
            "ministry",
            "A department of a government, or a comparable office of state.",
            synonyms=("department",),
        ),
        Term(
            "agency",
            "A public body below a ministry, or beside the ministries.",
            synonyms=("authority", "public-body"),
        ),
        Term(
            "legislature", "A parliament or a chamber of one.", synonyms=("chamber", "parliament", "senate")
        ),
        Term("court", "A court of law, national or international.", synonyms=("tribunal",)),
        Term("political-party", "A political party.", "schema:PoliticalParty", synonyms=("party",)),
        Term("coalition", "Parties or states that act together.", synonyms=("alliance", "bloc")),
        Term(
            "intergovernmental-organisation",
            "An organisation whose members are states.",
            synonyms=("igo", "international-organisation", "international-organization"),
        ),
        Term(
            "media-outlet",
            "A news agency, newspaper, broadcaster or news site.",
            "schema:NewsMediaOrganization",
            synonyms=("broadcaster", "media", "news-agency", "newspaper", "outlet"),
        ),
        Term(
            "reference-publisher",
            "A publisher of reference works, data or archives.",
            synonyms=("archive", "encyclopaedia", "encyclopedia", "publisher"),
        ),
        Term(
            "research-institute",
            "A university, institute or think tank.",
            "schema:ResearchOrganization",
            synonyms=("institute", "think-tank", "university"),
        ),
        Term("company", "A business.", "schema:Corporation", synonyms=("business", "corporation", "firm")),
        Term(
            "non-governmental-organisation",
            "A private body with a public aim.",
            "schema:NGO",
            synonyms=("charity", "ngo", "non-profit"),
        ),
        Term(
            "trade-union",
            "A union of workers.",
            "schema:WorkersUnion",
            synonyms=("labor-union", "labour-union", "union"),
        ),
        Term(
            "armed-group",
            "A body that bears arms and is no state's armed force.",
            "wd:Q17149090",
            synonyms=("guerrilla", "militia", "rebels"),
        ),
        Term(
            "group",
            "People named together without an organisation of their own.",
            synonyms=("community", "movement", "people"),
        ),
        Term("unnamed-source", "A speaker whom the document does not name, described as it describes them."),
    ),
)

PARTICIPANT_ROLES = Vocabulary(
    "participant-roles",
    "Participant roles",
    "As what a party took part in a happening.",
    (
        Term("participant", "Took part.", synonyms=("attendee", "member")),
        Term("host", "Received the others."),
        Term("organiser", "Brought it about.", "schema:organizer", synonyms=("organizer",)),
        Term("holder", "Held an election or a vote."),
        Term("contender", "Stood for election.", synonyms=("candidate",)),
        Term("body-elected", "The body that was elected."),
        Term("speaker", "Spoke.", synonyms=("said",)),
        Term("broadcaster", "Broadcast it."),
        Term("publisher", "Published it.", "schema:publisher"),
        Term("signatory", "Signed.", synonyms=("signed", "signer")),
        Term("ratifier", "Ratified."),
        Term("sender", "Sent a message.", "schema:sender", synonyms=("from",)),
        Term("recipient", "Received a message.", "schema:recipient", synonyms=("addressee", "to")),
        Term(
            "actor", "Acted, where another was acted upon.", "schema:agent", synonyms=("agent", "perpetrator")
        ),
        Term("target", "Was acted upon.", synonyms=("object",)),
        Term("victim", "Was harmed by it.", synonyms=("casualty", "injured-party")),
        Term("beneficiary", "Gained by it."),
        Term("buyer", "Bought.", "schema:buyer", synonyms=("acquirer", "purchaser")),
        Term("seller", "Sold.", "schema:seller", synonyms=("vendor",)),
        Term("plaintiff", "Brought the case before the court.", synonyms=("applicant", "claimant")),
        Term(
            "defendant",
            "The case was brought against it.",
            "wd:P1591",
            synonyms=("accused", "respondent"),
        ),
        Term("mediator", "Stood between the sides.", synonyms=("facilitator",)),
    ),
)
