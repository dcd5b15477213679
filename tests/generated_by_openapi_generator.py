"""Uses the client that openapi-generator has made.

`python -m tests.generated_by_openapi_generator FOLDER URL KEY`: FOLDER holds the package `record`. It prints
what it saw, as `tests.generated` does for the other generator.
"""

import json
import sys
from importlib import import_module
from typing import Any


def main(folder: str, url: str, key: str) -> None:
    """Use the client against a running service."""
    sys.path.insert(0, folder)
    record = import_module("record")
    anybody = record.ApiClient(record.Configuration(host=url))
    curator = record.ApiClient(record.Configuration(host=url, access_token=key))
    print(json.dumps(_reads(record, anybody) | _writes(record, curator)))


def _reads(record: Any, client: Any) -> dict[str, Any]:
    api, kinds = record.ClaimsApi(client), record.ClaimKinds
    claims, after = [], None
    while True:
        page = api.list_claims(kind=[kinds.POSITION, kinds.DEMAND], limit=10, after=after)
        claims += page.data
        after = page.page.next
        if after is None:
            break
    claim = api.get_claim(claims[0].id)
    positions = record.DossiersApi(client).get_dossier_positions("japan-russia-peace-treaty")
    sides = [side for question in positions.questions for side in question.positions]
    return {
        "claims": [claim.id for claim in claims],
        "kinds": sorted({claim.kind.value for claim in claims}),
        "speaker": claim.claimant.name,
        "stances": [[c.stance, c.citations[0].source.id] for side in sides for c in side.claims],
    }


def _writes(record: Any, client: Any) -> dict[str, Any]:
    name = record.NameInput(text="Beispiel", language="de")
    party = record.PartyInput(
        id="made-by-another", name="Example", kind=record.PartyKinds.GROUP, names=[name]
    )
    parties = record.PartiesApi(client)
    created = parties.create_party_with_http_info(party_input=party)
    patch = record.PartyPatch(
        description="Made by an example.", identifiers=record.IdentifiersPatch(wikidata="Q42")
    )
    tag = created.headers["ETag"]
    patched = parties.patch_party("made-by-another", if_match=tag, party_patch=patch)
    faulty = record.ClaimInput(
        id="faulty",
        proposition="P.",
        kind=record.ClaimKinds.STATEMENT,
        # This generator takes a reference as an object alone.
        citations=[record.CitationInput(source=record.ReferenceInput(id="nobody-at-all"))],
    )
    try:
        record.ClaimsApi(client).create_claim(claim_input=faulty)
        raise AssertionError("a claim without a source was taken")
    except record.ApiException as error:
        problem = json.loads(error.body)
    return {
        "draft": [patched.name, patched.description, patched.identifiers.wikidata, patched.meta.status],
        "faults": [f"{fault['pointer']}: {fault['detail']}" for fault in problem["errors"]],
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
