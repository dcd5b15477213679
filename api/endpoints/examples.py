"""Real answers and requests for the documentation: from the first dossier, kept beside this file."""

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from api.records.core.registry import CLAIM, DOSSIER, PARTY, SOURCE, TYPES, RecordType
from schemas.base import Json

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
#: What every time in a sample is set to, so that capturing twice gives the same file.
_SAMPLE_MOMENT = "2026-11-24T09:00:00.000000Z"
_CURSOR = re.compile(r'("next": "|after=)[^"&]+')


@cache
def _samples() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(__package__).joinpath("samples.json").read_text("utf-8"))
    return found


def sample(name: str) -> Any:
    """A captured answer; None where there is none, as of a type without an example."""
    return _samples().get(name)


# Requests

_NOTE = {"kind": "clarification", "note": "Why it changes, for the public."}


def _document(record_type: RecordType) -> Json | None:
    """The type's example as its curators wrote it."""
    revision = sample(f"{record_type.name}-revision")
    return revision and dict(revision["document"])


def creation(record_type: RecordType) -> Json | None:
    """A body that makes another record like the example."""
    document = _document(record_type)
    return document and _renamed(document)


def _renamed(value: Any) -> Any:
    """A document whose ids, and those of its questions, are new."""
    if isinstance(value, list):
        return [_renamed(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {k: f"new-{v}"[:64].rstrip("-") if k == "id" else _renamed(v) for k, v in value.items()}


def replacement(record_type: RecordType) -> Json | None:
    """A body that puts the example in its own place."""
    document = _document(record_type)
    return document and {**document, "correction": _NOTE}


def patch(record_type: RecordType) -> Json | None:
    """A patch that changes what the example is called."""
    document = _document(record_type)
    return document and {
        record_type.title: f"{document[record_type.title]} (revised)",
        "correction": _NOTE,
    }


def reason_to(name: str, record_type: RecordType) -> Json:
    """What an operation on the example is asked for with."""
    if name == "publish":
        return {}
    reason = {"kind": "error", "note": "Why it goes, for the public."}
    other = sample(f"{record_type.plural}-page")
    return {"into": other["data"][0]["id"], **reason} if name == "merge" and other else reason


def batch() -> list[Json]:
    """A batch that makes one record and patches another."""
    return [
        {"op": "create", "type": SOURCE.name, "id": f"new-{SOURCE.example}", "body": creation(SOURCE)},
        {"op": "patch", "type": PARTY.name, "id": PARTY.example, "body": patch(PARTY)},
    ]


# Answers


def addresses() -> dict[str, str]:
    """Where each sample is captured."""
    found = {"root": "/v1", "vocabularies": "/v1/vocabularies", "vocabulary": "/v1/vocabularies/stances"}
    found |= {"api-catalog": "/.well-known/api-catalog", "problem-type": "/problems/invalid-query"}
    found["claim-provenance"] = f"/v1/claims/{CLAIM.example}/provenance"
    found["claim-quantities"] = "/v1/claims/turnout-48-80/quantities"
    positions = f"/v1/dossiers/{DOSSIER.example}/positions"
    found["positions"] = f"{positions}?question=islands-or-treaty-first&party=abe-shinzo"
    found["timeline"] = "/v1/timeline?when=2019-06&match=certain&limit=1"
    found["search"] = "/v1/search?q=hoppo+ryodo&limit=2&facets=type"
    found["suggest"] = "/v1/suggest?q=abe&limit=3"
    found |= {"ready": "/health/ready", "live": "/health/live"}
    for record_type in TYPES.values():
        found[f"{record_type.plural}-page"] = f"/v1/{record_type.plural}?sort=-id&limit=1"
        if record_type.example:
            found[record_type.name] = record_type.href(record_type.example)
            found[f"{record_type.name}-revision"] = f"{found[record_type.name]}/revisions/1"
            found[f"{record_type.name}-references"] = f"{found[record_type.name]}/references?limit=1"
    return found


def capture(client: FlaskClient) -> str:
    """Every sample as the text of `samples.json`."""
    captured = {
        name: client.get(path, headers={"Accept": "application/json, */*"}).get_json(force=True)
        for name, path in sorted(addresses().items())
    }
    text = json.dumps(captured, ensure_ascii=False, indent=1) + "\n"
    return _CURSOR.sub(r"\1WyJhIl0", _MOMENT.sub(_SAMPLE_MOMENT, text))


def keep_samples(text: str) -> None:
    """Write `samples.json` of this checkout; what `sample` answers from now on."""
    Path(__file__).with_name("samples.json").write_text(text, "utf-8")
    _samples.cache_clear()
