"""Real answers for the documentation: captured from the first dossier, kept beside this file."""

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from api.records.core.registry import TYPES

#: A record of each type that shows what the type is for.
EXAMPLES = {
    "party": "abe-shinzo",
    "date": "upper-house-election-2019",
    "claim": "abe-seeks-treaty-progress-in-term",
    "source": "urdupoint-2019-07-21",
    "place": "four-islands",
    "dossier": "japan-russia-peace-treaty",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
#: What every time in a sample is set to, so that capturing twice gives the same file.
_SAMPLE_MOMENT = "2026-11-24T09:00:00.000000Z"
_CURSOR = re.compile(r'"next": "[^"]+"')


@cache
def _samples() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(__package__).joinpath("samples.json").read_text("utf-8"))
    return found


def sample(name: str) -> Any:
    """A captured answer."""
    return _samples()[name]


def addresses() -> dict[str, str]:
    """Where each sample is captured."""
    found = {"root": "/v1", "vocabularies": "/v1/vocabularies", "vocabulary": "/v1/vocabularies/stances"}
    found |= {"api-catalog": "/.well-known/api-catalog", "problem-type": "/problems/invalid-query"}
    found["claim-provenance"] = f"/v1/claims/{EXAMPLES['claim']}/provenance"
    positions = f"/v1/dossiers/{EXAMPLES['dossier']}/positions"
    found["positions"] = f"{positions}?question=islands-or-treaty-first&party=abe-shinzo,japan"
    found["similar"] = f"/v1/claims/{EXAMPLES['claim']}/similar?limit=1"
    found["timeline"] = "/v1/timeline?when=2019-06&match=certain&limit=1"
    found["search"] = "/v1/search?q=hoppo+ryodo&limit=2&facets=type"
    found["suggest"] = "/v1/suggest?q=abe&limit=3"
    found |= {"ready": "/health/ready", "live": "/health/live"}
    for name, record_id in EXAMPLES.items():
        path = f"/v1/{TYPES[name].plural}"
        found[name] = f"{path}/{record_id}"
        found[f"{name}-references"] = f"{path}/{record_id}/references?limit=3"
        found[f"{TYPES[name].plural}-page"] = f"{path}?limit=1"
    return found


def capture(client: FlaskClient) -> str:
    """Every sample as the text of `samples.json`."""
    captured = {
        name: client.get(path, headers={"Accept": "application/json, */*"}).get_json(force=True)
        for name, path in sorted(addresses().items())
    }
    text = json.dumps(captured, ensure_ascii=False, indent=1) + "\n"
    return _CURSOR.sub('"next": "WyJh…"', _MOMENT.sub(_SAMPLE_MOMENT, text))


def keep_samples(text: str) -> None:
    """Write `samples.json` of this checkout; what `sample` answers from now on."""
    Path(__file__).with_name("samples.json").write_text(text, "utf-8")
    _samples.cache_clear()
