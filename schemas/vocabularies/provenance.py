"""What the provenance of a claim says in JSON-LD."""

from .terms import Term, Vocabulary

PROVENANCE_TERMS = Vocabulary(
    "provenance-terms",
    "Provenance terms",
    "What the provenance of a claim says in JSON-LD beyond the words of PROV-O and Web Annotation.",
    (
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
    ),
)
