"""Uses the client that openapi-python-client has made: `python -m tests.generated FOLDER URL KEY`.

FOLDER holds the package `record`. Prints what it saw, as JSON: lists, reads, pages with a filter of two
values, positions, a draft made and patched, and the faults of a problem.
"""

import json
import sys
from importlib import import_module
from typing import Any


def main(folder: str, url: str, key: str) -> None:
    """Use the client against a running service."""
    sys.path.insert(0, folder)
    client = import_module("record.client")
    anybody = client.Client(base_url=url)
    curator = client.AuthenticatedClient(base_url=url, token=key)
    print(json.dumps(_reads(anybody) | _writes(curator)))


def _call(name: str, *arguments: Any, **more: Any) -> Any:
    """What an operation, such as `claims.get_claim`, answers."""
    return import_module(f"record.api.{name}").sync(*arguments, **more)


def _reads(client: Any) -> dict[str, Any]:
    kinds = import_module("record.models").ClaimKinds
    claims, after = [], {}
    while True:
        page = _call(
            "claims.list_claims", client=client, kind=[kinds.POSITION, kinds.DEMAND], limit=10, **after
        )
        claims += page.data
        if page.page.next_ is None:
            break
        after = {"after": page.page.next_}
    claim = _call("claims.get_claim", claims[0].id, client=client)
    positions = _call("dossiers.get_dossier_positions", "japan-russia-peace-treaty", client=client)
    sides = [side for question in positions.questions for side in question.positions]
    return {
        "claims": [claim.id for claim in claims],
        "kinds": sorted({claim.kind.value for claim in claims}),
        "speaker": claim.claimant.name,
        "stances": [[c.stance.value, c.citations[0].source.id] for side in sides for c in side.claims],
    }


def _writes(client: Any) -> dict[str, Any]:
    models = import_module("record.models")
    name = models.NameInput(text="Beispiel", language="de")
    party = models.PartyInput(id="made-by-python", name="Example", kind=models.PartyKinds.GROUP, names=[name])
    created = import_module("record.api.parties.create_party").sync_detailed(client=client, body=party)
    patch = models.PartyPatch(
        description="Made by an example.", identifiers=models.IdentifiersPatch(wikidata="Q42")
    )
    tag = created.headers["ETag"]
    patched = _call("parties.patch_party", "made-by-python", client=client, body=patch, if_match=tag)
    cited = models.CitationInput(source="nobody-at-all")
    faulty = models.ClaimInput(
        id="faulty", proposition="P.", kind=models.ClaimKinds.STATEMENT, citations=[cited]
    )
    problem = _call("claims.create_claim", client=client, body=faulty)
    return {
        "draft": [patched.name, patched.description, patched.identifiers.wikidata, patched.meta.status.value],
        "faults": [f"{fault.pointer}: {fault.detail}" for fault in problem.errors],
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
