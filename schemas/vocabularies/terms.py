"""What a vocabulary and its terms are."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

#: Those that are served, by name: the package says which.
VOCABULARIES: "dict[str, Vocabulary]" = {}

PREFIXES = {
    "bibo": "http://purl.org/ontology/bibo/",
    "cito": "http://purl.org/spar/cito/",
    "fabio": "http://purl.org/spar/fabio/",
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "wd": "http://www.wikidata.org/entity/",
}


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

    @cached_property
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
