"""Every controlled term, defined once: the schemas, the OpenAPI enums and `/v1/vocabularies` read it here.

Equivalents are compact IRIs: `cito:` http://purl.org/spar/cito/, `prov:` http://www.w3.org/ns/prov#,
`schema:` https://schema.org/, `oa:` http://www.w3.org/ns/oa#, `skos:` http://www.w3.org/2004/02/skos/core#,
`wd:` Wikidata items.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Term:
    """A term: its name in URLs and documents, what it means, and the same thing elsewhere.

    `synonyms`: what people write instead, in lower case with hyphens. They are refused with the term's name.
    """

    name: str
    definition: str
    equivalent: str | None = None
    synonyms: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class ProblemType(Term):
    """A kind of problem document (RFC 9457): `title` and HTTP `status` never vary within it."""

    title: str = ""
    status: int = 400


@dataclass(frozen=True)
class ClaimKind(Term):
    """What sort of statement a claim is; `needs_holder`: somebody must hold or utter it."""

    needs_holder: bool = True


@dataclass(frozen=True)
class AttributionRole(Term):
    """What a party did with a statement; `for_publisher`: what the publisher of a document does in it."""

    for_publisher: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """A closed list of terms, in the order in which they are shown."""

    name: str
    title: str
    definition: str
    terms: tuple[Term, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The terms as written in documents and queries."""
        return tuple(term.name for term in self.terms)

    @property
    def synonyms(self) -> dict[str, str]:
        """What people write instead of the terms, with the term that each stands for."""
        return {synonym: term.name for term in self.terms for synonym in term.synonyms}

    @property
    def component(self) -> str:
        """What JSON Schema calls one of its terms."""
        return self.name.title().replace("-", "")

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of one of its terms, which is a component where the vocabulary is served."""
        if VOCABULARIES.get(self.name) is self:
            return {"$ref": f"#/components/schemas/{self.component}"}
        return self.listed

    @property
    def listed(self) -> dict[str, Any]:
        """JSON Schema that lists its terms."""
        return {"type": "string", "description": self.definition, "enum": list(self.names)}

    def __contains__(self, name: object) -> bool:
        return name in self.names


VOCABULARIES: dict[str, Vocabulary] = {}

PREFIXES = {
    "cito": "http://purl.org/spar/cito/",
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "wd": "http://www.wikidata.org/entity/",
}


def _vocabulary(name: str, title: str, definition: str, terms: Iterable[Term]) -> Vocabulary:
    vocabulary = Vocabulary(name, title, definition, tuple(terms))
    VOCABULARIES[name] = vocabulary
    return vocabulary


RECORD_TYPES = _vocabulary(
    "record-types",
    "Record types",
    "What a record can be.",
    [
        Term(
            "party",
            "A person, state, outlet, ministry or other body that acts or speaks.",
            "prov:Agent",
            synonyms=("actor", "organisation", "organization", "person"),
        ),
        Term(
            "date",
            "A happening with a time, known as precisely as it honestly is.",
            "schema:Event",
            synonyms=("event", "happening"),
        ),
        Term(
            "claim",
            "One statement, with who made it and how it reached the record.",
            "schema:Claim",
            synonyms=("fact", "proposition", "statement"),
        ),
        Term(
            "source",
            "A document, held by the curators or known through another.",
            "schema:CreativeWork",
            synonyms=("article", "document", "publication"),
        ),
        Term(
            "place",
            "A place, with the names that each side gives it.",
            "schema:Place",
            synonyms=("location",),
        ),
        Term(
            "dossier",
            "One story: its questions and its members.",
            "schema:Collection",
            synonyms=("collection", "story", "topic"),
        ),
    ],
)
RECORD_STATUSES = _vocabulary(
    "record-statuses",
    "Record statuses",
    "Where a record stands in its life.",
    [
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
    ],
)
PARTY_KINDS = _vocabulary(
    "party-kinds",
    "Party kinds",
    "What a party is.",
    [
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
            "group",
            "People named together without an organisation of their own.",
            synonyms=("community", "movement", "people"),
        ),
        Term("unnamed-source", "A speaker whom the document does not name, described as it describes them."),
    ],
)
PLACE_KINDS = _vocabulary(
    "place-kinds",
    "Place kinds",
    "What a place is.",
    [
        Term(
            "country",
            "The territory of a state.",
            "schema:Country",
            synonyms=("nation", "state", "territory"),
        ),
        Term(
            "region",
            "A part of a country or of the world.",
            "schema:AdministrativeArea",
            synonyms=("area", "district", "prefecture", "province"),
        ),
        Term("city", "A city, town or village.", "schema:City", synonyms=("capital", "town", "village")),
        Term("island", "A single island."),
        Term("island-group", "Several islands under one name.", synonyms=("archipelago", "islands")),
        Term("cape", "A headland.", synonyms=("headland", "peninsula")),
        Term("sea", "A sea or a part of one.", "schema:SeaBodyOfWater", synonyms=("bay", "gulf", "ocean")),
        Term("strait", "A passage between two waters.", synonyms=("channel",)),
        Term(
            "building",
            "A building or its grounds.",
            "schema:LandmarksOrHistoricalBuildings",
            synonyms=("address", "palace", "venue"),
        ),
    ],
)
SOURCE_KINDS = _vocabulary(
    "source-kinds",
    "Source kinds",
    "What kind of document a source is.",
    [
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
            synonyms=("programme", "radio", "television", "tv", "video"),
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
            "What an authority says: a speech, a briefing, a press release.",
            synonyms=("press-release", "speech", "statement"),
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
            "archive-material",
            "An unpublished document in an archive.",
            "schema:ArchiveComponent",
            synonyms=("archive", "manuscript"),
        ),
        Term(
            "social-media-post",
            "A post on a platform.",
            "schema:SocialMediaPosting",
            synonyms=("post", "tweet"),
        ),
    ],
)
DATE_KINDS = _vocabulary(
    "date-kinds",
    "Date kinds",
    "What happened.",
    [
        Term("statement", "Somebody said something in public.", synonyms=("announcement", "speech")),
        Term("declaration", "Two or more parties declared something together.", synonyms=("communique",)),
        Term("agreement", "Parties agreed on something short of a treaty.", synonyms=("accord", "deal")),
        Term("treaty-signing", "A treaty was signed.", synonyms=("signature", "signing")),
        Term("ratification", "A treaty was ratified or its instruments were exchanged."),
        Term("negotiation", "Parties negotiated, over one or more sessions.", synonyms=("talks",)),
        Term("meeting", "People met.", synonyms=("conference", "visit")),
        Term("summit", "Heads of state or government met."),
        Term("correspondence", "A letter or message passed between parties.", synonyms=("letter", "message")),
        Term("election", "A vote was held.", synonyms=("referendum", "vote")),
        Term("publication", "A document was published.", "schema:PublicationEvent", synonyms=("release",)),
        Term("legal-act", "A law, decree or judgment came about.", synonyms=("decree", "judgment", "law")),
        Term("armed-conflict", "Armed force was used.", synonyms=("battle", "invasion", "war")),
        Term("term-of-office", "Somebody held an office.", synonyms=("mandate", "office", "tenure")),
        Term("incident", "Something happened that nobody had scheduled.", synonyms=("accident", "event")),
    ],
)
CLAIM_KINDS = _vocabulary(
    "claim-kinds",
    "Claim kinds",
    "What sort of statement a claim is. One that somebody must hold or utter has an attribution.",
    [
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
            synonyms=("article", "clause"),
        ),
        ClaimKind("denial", "That something is not so.", synonyms=("rebuttal",)),
    ],
)
#: Kinds of claims with which a claimant takes a side; whoever merely states or reports takes none.
SIDED_CLAIM_KINDS = ("position", "demand", "condition", "promise", "denial", "offer")
NAME_KINDS = _vocabulary(
    "name-kinds",
    "Name kinds",
    "What kind of name it is.",
    [
        Term("common", "The name in everyday use.", "skos:altLabel", synonyms=("usual",)),
        Term("official", "The name in law or in official documents.", synonyms=("formal", "legal")),
        Term(
            "transliteration",
            "A name of another script in this one.",
            synonyms=("romanisation", "romanization"),
        ),
        Term("former", "A name of an earlier time.", synonyms=("historical", "old")),
    ],
)
ATTRIBUTION_ROLES = _vocabulary(
    "attribution-roles",
    "Attribution roles",
    "What a party did with the statement on its way to the record.",
    [
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
    ],
)
PARTICIPANT_ROLES = _vocabulary(
    "participant-roles",
    "Participant roles",
    "As what a party took part in a happening.",
    [
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
        Term("target", "Was acted upon.", synonyms=("object", "victim")),
        Term("beneficiary", "Gained by it."),
        Term("mediator", "Stood between the sides.", synonyms=("facilitator",)),
    ],
)
DERIVATIONS = _vocabulary(
    "derivations",
    "Derivations",
    "How a document comes from another.",
    [
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
    ],
)
PROVENANCE_TERMS = _vocabulary(
    "provenance-terms",
    "Provenance terms",
    "What the provenance of a claim says in JSON-LD beyond the words of PROV-O and Web Annotation.",
    [
        Term("status", "The state of a record that is no longer published, a term of `record-statuses`."),
        Term("held", "Whether the curators have had the document itself before them."),
        Term("origin", "Whether the claim goes back to this document as an independent origin."),
        Term("origin_count", "The smallest number of publishers that account for every citation."),
        Term("role", "What a party did in the chain, a term of `attribution-roles`.", "schema:roleName"),
        Term("order", "Place in the chain, from 0, the speaker, outwards.", "schema:position"),
        Term("document", "The document in which it did so."),
        Term("how", "How a document derives from another, a term of `derivations`."),
        Term("paragraph", "Number of the paragraph in which a cited span stands, from 1."),
        Term("page", "Page on which it stands, as numbered there."),
        Term("timecode", "Time at which it is heard."),
        Term("digest", "Digest of the span in UTF-8."),
        Term("folded_digest", "Digest of the span after folding."),
        Term("check", "How the span compared with the source's text, a term of `check-statuses`."),
        Term("checked", "When it was compared."),
    ],
)
STANCES = _vocabulary(
    "stances",
    "Stances",
    "How a claim answers a question.",
    [
        Term("affirms", "Yes.", "cito:agreesWith", synonyms=("agrees", "supports", "yes")),
        Term("denies", "No.", "cito:disagreesWith", synonyms=("disagrees", "no", "opposes")),
        Term(
            "conditions",
            "Yes or no, if something else comes first.",
            "cito:qualifies",
            synonyms=("depends", "qualifies"),
        ),
        Term("leaves-open", "Speaks to the question and decides nothing.", synonyms=("neutral", "undecided")),
    ],
)
RELATIONS = _vocabulary(
    "relations",
    "Relations",
    "What a claim does to another.",
    [
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
    ],
)
INVERSE_RELATIONS = _vocabulary(
    "inverse-relations",
    "Inverse relations",
    "The same relations seen from the other claim, in the same order.",
    [
        Term("contradicted-by", "The other contradicts this one.", "cito:isDisputedBy"),
        Term("supported-by", "The other supports this one.", "cito:isSupportedBy"),
        Term("responded-to-by", "The other answers this one.", "cito:hasReplyFrom"),
        Term("elaborated-by", "The other says more.", "cito:isExtendedBy"),
        Term("conditioned-by", "The other names what this one depends on.", "cito:isQualifiedBy"),
        Term("superseded-by", "The other has taken this one's place.", "cito:isUpdatedBy"),
        Term("corrected-by", "The other puts this one right.", "cito:isCorrectedBy"),
    ],
)
ASSESSMENT_STATUSES = _vocabulary(
    "assessment-statuses",
    "Assessment statuses",
    "The editors' view of a claim.",
    [
        Term("not-assessed", "Nobody has looked into it.", synonyms=("open", "pending", "unknown")),
        Term("supported", "The evidence bears it out.", synonyms=("confirmed", "true", "verified")),
        Term("disputed", "There is evidence on both sides.", synonyms=("contested",)),
        Term("refuted", "The evidence speaks against it.", synonyms=("debunked", "false")),
        Term("unresolvable", "It cannot be settled by evidence.", synonyms=("undecidable", "unverifiable")),
    ],
)
TRANSLATION_KINDS = _vocabulary(
    "translation-kinds",
    "Translation kinds",
    "Whose hand a translation is from, the best first.",
    [
        Term("official", "By whoever wrote the original, or by a body that speaks for it."),
        Term("own", "By the curators, or by a translator for them.", synonyms=("editorial", "human")),
        Term("machine", "By a program; read by nobody since.", synonyms=("automatic", "automated", "mt")),
    ],
)
TRANSLATABLE = _vocabulary(
    "translatable",
    "Texts that are translated",
    "Members of a record, or of an object in it, that may stand in other languages too.",
    [
        Term("name", "Of a party or a place.", "schema:name"),
        Term("title", "Of a date, a source, a dossier, an office.", "schema:headline"),
        Term("proposition", "Of a claim."),
        Term("description", "Of a party, a place, a date.", "schema:description"),
        Term("summary", "Of a dossier.", "schema:abstract"),
        Term("note", "Of a source."),
        Term("text", "Of a question.", "schema:text"),
        Term("quote", "Of a citation."),
    ],
)
CHECK_STATUSES = _vocabulary(
    "check-statuses",
    "Check statuses",
    "What comparing a citation with its source's text came to.",
    [
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
    ],
)
STANDINGS = _vocabulary(
    "standings",
    "Standings",
    "How well a claim stands, from what is recorded.",
    [
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
    ],
)
CORRECTION_KINDS = _vocabulary(
    "correction-kinds",
    "Correction kinds",
    "Why a published record was changed.",
    [
        Term("typo", "A slip of the pen; the meaning stays.", synonyms=("misspelling", "spelling")),
        Term("clarification", "Said more clearly; the meaning stays.", synonyms=("wording",)),
        Term("error", "It was wrong.", "schema:CorrectionComment", synonyms=("correction", "mistake")),
        Term("new-information", "More has become known.", synonyms=("update",)),
        Term("source-withdrawn", "A source took back what it had published.", synonyms=("source-retracted",)),
        Term("duplicate", "The same thing was recorded twice.", synonyms=("double",)),
        Term("legal", "The law required it.", synonyms=("court-order", "law")),
        Term("enrichment", "Something was added; all that had been stated still stands."),
    ],
)
CHANGE_KINDS = _vocabulary(
    "change-kinds",
    "Change kinds",
    "What an entry of the change feed says.",
    [
        Term("published", "The record became public."),
        Term("updated", "The record was changed: a new revision."),
        Term("refreshed", "What it shows of others changed: the same revision, new bytes."),
        Term("retracted", "The record was withdrawn."),
        Term("merged", "The record lives on in another."),
        Term("redacted", "Bytes were taken out because the law required it."),
    ],
)
KEY_ROLES = _vocabulary(
    "key-roles",
    "Key roles",
    "What an API key may do.",
    [
        Term("editor", "Write, change and delete drafts.", synonyms=("author", "writer")),
        Term("publisher", "All that, and publish, correct, retract and merge.", synonyms=("admin",)),
    ],
)
BATCH_OPERATIONS = _vocabulary(
    "batch-operations",
    "Batch operations",
    "What an item of a batch does.",
    [
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
    ],
)
CHECK_ANSWERS = _vocabulary(
    "check-answers",
    "Check answers",
    "What became of a record that somebody embedded.",
    [
        Term("unchanged", "Its revision still stands."),
        Term("enriched", "Its later revisions only added something; all that it stated still stands."),
        Term("corrected", "There is a later revision; its notes say why."),
        Term("retracted", "It was withdrawn."),
        Term("merged", "It lives on in another record."),
        Term("unknown", "No record has this id, or not this revision."),
    ],
)
DATE_MATCHES = _vocabulary(
    "date-matches",
    "Date matches",
    "When a fuzzy date is taken to fall in a range.",
    [
        Term("possible", "It may lie in the range, for all that is known.", synonyms=("maybe",)),
        Term("certain", "It lies in the range, whatever day it was.", synonyms=("exact", "sure")),
    ],
)
DATE_PRECISIONS = _vocabulary(
    "date-precisions",
    "Date precisions",
    "How precisely a date is known.",
    [
        Term("day", "To the day."),
        Term("month", "To the month."),
        Term("year", "To the year."),
        Term("decade", "To the decade: 201X."),
        Term("century", "To the hundred years: 19XX."),
        Term("interval", "An extent from a start to an end."),
    ],
)
DATE_CERTAINTIES = _vocabulary(
    "date-certainties",
    "Date certainties",
    "Whether the date itself is in doubt.",
    [
        Term("certain", "No doubt is recorded."),
        Term("uncertain", "Doubted: the EDTF mark ?"),
        Term("approximate", "About then: the EDTF mark ~"),
        Term("uncertain-and-approximate", "Both: the EDTF mark %, or one mark at each end."),
    ],
)


def _problem(name: str, status: int, title: str, definition: str) -> ProblemType:
    return ProblemType(name, definition, None, title, status)


PROBLEM_TYPES = _vocabulary(
    "problem-types",
    "Problem types",
    "What can be wrong with a request (RFC 9457).",
    [
        _problem(
            "invalid-query",
            400,
            "The query cannot be read",
            "A parameter is unknown, repeated or has a value outside what is allowed. `errors` names each.",
        ),
        _problem(
            "invalid-request",
            400,
            "The request cannot be read",
            "The request breaks the rules of HTTP: its line, its headers or its framing.",
        ),
        _problem(
            "invalid-json",
            400,
            "The body is not JSON",
            "The body is not JSON in UTF-8, names a member twice, or nests too deep.",
        ),
        _problem(
            "unauthorized",
            401,
            "An API key is needed",
            "No key was sent, or one that is unknown, expired or revoked.",
        ),
        _problem(
            "forbidden",
            403,
            "The key's role does not suffice",
            "The key is good, but its role may not do this. The detail names the role that may.",
        ),
        _problem(
            "not-found", 404, "Nothing is here", "No resource has this address, or no record has this id."
        ),
        _problem(
            "method-not-allowed", 405, "The method is not allowed here", "`Allow` lists the methods that are."
        ),
        _problem(
            "not-acceptable",
            406,
            "No acceptable form",
            "`Accept` takes none of the media types that the resource has. The detail lists them.",
        ),
        _problem(
            "request-timeout",
            408,
            "The request did not come in time",
            "Its head or its body took too long. Nothing was changed: send it again.",
        ),
        _problem(
            "conflict",
            409,
            "The record's state does not allow it",
            "The id is taken, or the record is in a state that the operation does not start from.",
        ),
        _problem(
            "gone",
            410,
            "The record was retracted",
            "`tombstone` tells when and why. Revisions and references can still be read.",
        ),
        _problem(
            "feed-expired",
            410,
            "That part of the feed is no longer kept",
            "Read the collections again, then follow the feed from the number that `resume` names.",
        ),
        _problem(
            "precondition-failed",
            412,
            "The record has changed meanwhile",
            "None of the tags in `If-Match` is current. `current` has the revision and tag that are.",
        ),
        _problem("payload-too-large", 413, "The body is too large", "The detail names the limit."),
        _problem(
            "uri-too-long", 414, "The address is too long", "The request line may have 8190 characters."
        ),
        _problem(
            "unsupported-media-type",
            415,
            "The body's media type is not taken here",
            "The detail lists the media types that are.",
        ),
        _problem(
            "invalid-document",
            422,
            "The document breaks the rules of the record",
            "It breaks the schema, or what records may say of one another. `errors` names every fault.",
        ),
        _problem(
            "idempotency-key-reused",
            422,
            "The idempotency key belongs to another request",
            "The key was used within 24 hours for another method, path or body.",
        ),
        _problem(
            "precondition-required",
            428,
            "`If-Match` is needed",
            "A change states which version of the record it starts from: the tag of the plain record.",
        ),
        _problem(
            "too-many-requests", 429, "Too many requests", "`Retry-After` says how many seconds to wait."
        ),
        _problem(
            "headers-too-large",
            431,
            "The headers are too large",
            "There are too many header fields, or one is too long.",
        ),
        _problem(
            "unavailable-for-legal-reasons",
            451,
            "Taken out because the law required it",
            "The bytes are gone; number, time and note stay.",
        ),
        _problem(
            "internal-error",
            500,
            "The service failed",
            "A fault of the service, not of the request. The request id leads to it in the log.",
        ),
        _problem(
            "unavailable",
            503,
            "Not available just now",
            "Service or database are busy, read-only or being changed. `Retry-After` says when to try again.",
        ),
        _problem(
            "query-timeout",
            503,
            "The query took too long",
            "It was stopped. The detail names the filters that narrow it.",
        ),
        _problem(
            "insufficient-storage", 507, "There is no room left", "The disk is full; nothing was changed."
        ),
    ],
)
