"""Records in the words of schema.org, as JSON-LD: only what the record honestly says."""

from collections.abc import Callable

from schemas import vocabularies as vocab
from schemas.base import Json
from schemas.identifiers import ADDRESSES
from schemas.language_tags import OWN
from schemas.source import published_by
from schemas.vocabularies import Vocabulary

from .addresses import page_address, web_address

_SCHEMA = "schema:"


def claim(record: Json, publisher: str, base: str) -> Json:
    """A claim; with the editors' assessment, a review of it. No number is given where there is none."""
    found: Json = {
        "@type": "Claim",
        "name": record["proposition"],
        "inLanguage": record["language"] or OWN,
        "appearance": [_appearance(c, base) for c in record["citations"]],
        **_translations(record, "proposition", "Claim"),
    }
    if record["claimant"]:
        found["author"] = {"@type": "Thing", **_named(record["claimant"], base)}
    if record["reviews"]:
        found["review"] = [_review(review, base) for review in record["reviews"]]
    assessment = record["assessment"]
    if assessment is None or assessment["status"] == "not-assessed":
        return found
    return {
        "@type": "ClaimReview",
        "claimReviewed": record["proposition"],
        "itemReviewed": found,
        "author": _assessor(assessment["by"], publisher, base),
        "datePublished": assessment["assessed"],
        "reviewBody": assessment["note"],
        "reviewRating": {"@type": "Rating", "alternateName": assessment["status"]},
    }


def _translations(record: Json, member: str, type_name: str) -> Json:
    """The same in other languages, as people wrote it: schema.org cannot say that a machine did."""
    found = [
        {"@type": type_name, "name": one["text"], "inLanguage": one["language"]}
        for one in record["translations"]
        if one["member"] == member and one["kind"] != "machine"
    ]
    return {"workTranslation": found} if found else {}


def _assessor(party: Json | None, publisher: str, base: str) -> Json:
    """Who assessed: the party that is named, else whoever publishes the record."""
    named = {"name": publisher} if party is None else _named(party, base)
    return {"@type": "Organization" if party is None else "Thing", **named}


def _review(review: Json, base: str) -> Json:
    """Somebody else's judgement, with a day only where one is known without doubt."""
    found: Json = {"@type": "ClaimReview", "author": {"@type": "Thing", **_named(review["by"], base)}}
    when, rating = review["when"], review["rating"]
    if when and when["precision"] == "day" and when["certainty"] == "certain":
        found["datePublished"] = when["edtf"]
    if review["source"]:
        found |= _named(review["source"], base)
    if rating:
        stated = {theirs: rating[ours] for ours, theirs in _RATING.items() if rating[ours] is not None}
        found["reviewRating"] = {"@type": "Rating", **stated}
    return found


_RATING = {"label": "alternateName", "value": "ratingValue", "best": "bestRating", "worst": "worstRating"}


def _appearance(citation: Json, base: str) -> Json:
    link = web_address(citation["deep_link"])
    named = {"@type": "CreativeWork", **_named(citation["source"], base)}
    return named | ({"url": link} if link else {})


def _named(reference: Json, base: str) -> Json:
    return {"name": reference["name"], "url": f"{base}{page_address(reference['href'])}"}


def type_of(vocabulary: Vocabulary, kind: str, otherwise: str) -> str:
    """What schema.org calls a kind, where the vocabulary knows."""
    known = {t.name: t.equivalent for t in vocabulary.terms if (t.equivalent or "").startswith(_SCHEMA)}
    return (known.get(kind) or otherwise).removeprefix(_SCHEMA)


def party(record: Json) -> Json:
    """A person, a state, an organisation."""
    return _thing(record, type_of(vocab.PARTY_KINDS, record["kind"], "Organization"))


def place(record: Json) -> Json:
    """A place with its coordinates."""
    found = _thing(record, type_of(vocab.PLACE_KINDS, record["kind"], "Place"))
    point = record["coordinates"]
    return found | ({"geo": {"@type": "GeoCoordinates", **point}} if point else {})


def _thing(record: Json, type_name: str) -> Json:
    names = [name["text"] for name in record["names"]]
    identifiers = record["identifiers"] or {}
    known = [ADDRESSES[name].format(value) for name, value in identifiers.items() if value]
    found = {"@type": type_name, "name": record["name"], "description": record["description"]}
    found |= {
        "alternateName": names or None,
        "sameAs": [*known, *filter(None, map(web_address, record["same_as"]))] or None,
        "url": web_address(record["website"]),
        "image": _image(record["image"]),
    }
    return {name: value for name, value in found.items() if value is not None}


def _image(image: Json | None) -> Json | None:
    """A picture by its address: whoever reads this may fetch it, no page of ours does."""
    if image is None or (address := web_address(image["url"])) is None:
        return None
    found = {"@type": "ImageObject", "contentUrl": address, "creditText": image["credit"]}
    found |= {"license": image["licence"], "caption": image["alt"]}
    return {name: value for name, value in found.items() if value is not None}


def event(record: Json) -> Json:
    """A happening; a day of it only where one is known without doubt."""
    when = record["when"]
    known = when["precision"] == "day" and when["certainty"] == "certain"
    day = {"startDate": when["edtf"]} if known else {}
    return {
        "@type": "Event",
        "name": record["title"],
        "description": record["description"] or record["title"],
        **day,
    }


def source(record: Json) -> Json:
    """A document."""
    found = {
        "@type": type_of(vocab.SOURCE_KINDS, record["kind"], "CreativeWork"),
        "name": record["title"],
        "inLanguage": record["language"],
        "publisher": [_organization(party) for party in published_by(record)] or None,
        "sameAs": web_address(record["url"]),
    }
    return {name: value for name, value in found.items() if value is not None}


def _organization(party: Json) -> Json:
    return {"@type": "Organization", "name": party["name"]}


def dossier(record: Json) -> Json:
    """A story."""
    return {
        "@type": "Collection",
        "name": record["title"],
        "description": record["summary"] or record["title"],
        "inLanguage": OWN,
        **_translations(record, "title", "Collection"),
    }


_OTHERS: dict[str, Callable[[Json], Json]] = {
    "party": party,
    "date": event,
    "source": source,
    "place": place,
    "dossier": dossier,
}


def node_of(record: Json, publisher: str, base: str) -> Json:
    """A record of any type, as it is served; what schema.org has nothing for is a thing with a name."""
    if record["type"] == "claim":
        return claim(record, publisher, base)
    described = _OTHERS.get(record["type"])
    return described(record) if described else {"@type": "Thing", "name": record["id"]}
