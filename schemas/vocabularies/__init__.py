"""Every controlled term, defined once: the schemas, the OpenAPI enums and `/v1/vocabularies` read it here.

Equivalents are compact IRIs: `bibo:` http://purl.org/ontology/bibo/, `cito:` http://purl.org/spar/cito/,
`fabio:` http://purl.org/spar/fabio/, `oa:` http://www.w3.org/ns/oa#, `prov:` http://www.w3.org/ns/prov#,
`schema:` https://schema.org/, `skos:` http://www.w3.org/2004/02/skos/core#, `wd:` Wikidata items.
"""

from .claims import (
    ASSESSMENT_STATUSES,
    ATTRIBUTION_ROLES,
    CLAIM_KINDS,
    INVERSE_RELATIONS,
    QUANTITY_COMPARISONS,
    RELATIONS,
    SIDED_CLAIM_KINDS,
    STANCES,
    STANDINGS,
)
from .curating import BATCH_OPERATIONS, CHANGE_KINDS, CHECK_ANSWERS, CORRECTION_KINDS, KEY_ROLES
from .dates import DATE_CERTAINTIES, DATE_KINDS, DATE_MATCHES, DATE_PRECISIONS
from .parties import PARTICIPANT_ROLES, PARTY_KINDS
from .places import PLACE_KINDS, PLACE_PRECISIONS
from .problems import PROBLEM_TYPES
from .provenance import PROVENANCE_TERMS
from .records import ATTRIBUTES, NAME_KINDS, RECORD_STATUSES, RECORD_TYPES, TRANSLATABLE, TRANSLATION_KINDS
from .sources import CHECK_STATUSES, DERIVATIONS, SOURCE_KINDS
from .terms import PREFIXES, VOCABULARIES, AttributionRole, ClaimKind, ProblemType, Term, Vocabulary

_SERVED = (
    RECORD_TYPES,
    RECORD_STATUSES,
    PARTY_KINDS,
    PLACE_KINDS,
    PLACE_PRECISIONS,
    SOURCE_KINDS,
    DATE_KINDS,
    CLAIM_KINDS,
    NAME_KINDS,
    ATTRIBUTION_ROLES,
    PARTICIPANT_ROLES,
    DERIVATIONS,
    PROVENANCE_TERMS,
    STANCES,
    RELATIONS,
    INVERSE_RELATIONS,
    ASSESSMENT_STATUSES,
    TRANSLATION_KINDS,
    TRANSLATABLE,
    ATTRIBUTES,
    CHECK_STATUSES,
    STANDINGS,
    QUANTITY_COMPARISONS,
    CORRECTION_KINDS,
    CHANGE_KINDS,
    KEY_ROLES,
    BATCH_OPERATIONS,
    CHECK_ANSWERS,
    DATE_MATCHES,
    DATE_PRECISIONS,
    DATE_CERTAINTIES,
    PROBLEM_TYPES,
)
VOCABULARIES.update((vocabulary.name, vocabulary) for vocabulary in _SERVED)

__all__ = [
    "ASSESSMENT_STATUSES",
    "ATTRIBUTES",
    "ATTRIBUTION_ROLES",
    "BATCH_OPERATIONS",
    "CHANGE_KINDS",
    "CHECK_ANSWERS",
    "CHECK_STATUSES",
    "CLAIM_KINDS",
    "CORRECTION_KINDS",
    "DATE_CERTAINTIES",
    "DATE_KINDS",
    "DATE_MATCHES",
    "DATE_PRECISIONS",
    "DERIVATIONS",
    "INVERSE_RELATIONS",
    "KEY_ROLES",
    "NAME_KINDS",
    "PARTICIPANT_ROLES",
    "PARTY_KINDS",
    "PLACE_KINDS",
    "PLACE_PRECISIONS",
    "PREFIXES",
    "PROBLEM_TYPES",
    "PROVENANCE_TERMS",
    "QUANTITY_COMPARISONS",
    "RECORD_STATUSES",
    "RECORD_TYPES",
    "RELATIONS",
    "SIDED_CLAIM_KINDS",
    "SOURCE_KINDS",
    "STANCES",
    "STANDINGS",
    "TRANSLATABLE",
    "TRANSLATION_KINDS",
    "VOCABULARIES",
    "AttributionRole",
    "ClaimKind",
    "ProblemType",
    "Term",
    "Vocabulary",
]
