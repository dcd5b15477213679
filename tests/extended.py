"""Walks the contract of a service that has statutes as a seventh type, and prints what it sees, as JSON.

`python -m tests.extended DATABASE FOLDER`, with questions to ask on standard input. It sees what a client, a
curator and an operator see. tests/test_extending.py makes the service and holds it to its promises.
"""

import json
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from api import VERSION
from api.app import create_app, declared
from api.cli import main as facts
from api.endpoints.openapi import description
from api.records.store.api_keys import create_key
from api.records.store.database import open_database
from api.settings import Settings

SECOND = {"id": "mine-decree", "title": "Decree on mines", "kind": "decree", "in_force": False,
          "amends": "mine-act", "country": "RU"}  # fmt: skip


def main(database_file: Path, folder: Path, asked: dict[str, Any]) -> None:
    """Walk the contract with the extended registry."""
    url = f"sqlite:///{database_file}"
    seen: dict[str, Any] = {}

    def command(*arguments: str) -> Any:
        done = CliRunner().invoke(facts, [*arguments], catch_exceptions=False)
        return {"code": done.exit_code, "output": done.output}

    # An existing database: what its start finds to do.
    seen["upgrade"] = command("load", str(folder / "statutes.yaml"), "--db", url)
    client = create_app(Settings(database_url=url)).test_client()

    def get(path: str) -> Any:
        response = client.get(path)
        return {"status": response.status_code, "body": response.get_json()}

    noted = "/v1/sources?noted=false&count=true&limit=1"
    seen["new filter"] = get(noted)["body"]["page"]
    seen["new filter then"] = get(f"{noted}&as_of=seq:280")["body"]["page"]
    key = {"Authorization": f"Bearer {create_key(open_database(url), 'Desk', 'publisher')}"}
    posted = client.post("/v1/statutes", json=SECOND, headers=key)
    seen["post"] = posted.status_code
    tag = {"If-Match": posted.headers.get("ETag", "")}
    seen["publish"] = client.post("/v1/statutes/mine-decree/publish", headers=key | tag).status_code
    seen["post faulty"] = client.post("/v1/statutes", json={"id": "x", "fine": {"amount": "48"}},
                                      headers=key).get_json()  # fmt: skip
    seen["filters"] = {
        query: [r["id"] for r in get(f"/v1/statutes?{query}")["body"].get("data", [{"id": "refused"}])]
        for query in asked["questions"]
    }
    seen |= {name: get(path) for name, path in asked["reads"].items()}
    read = client.get("/v1/statutes/mine-act", headers=key)
    patch = {"fine": {"amount": 5000}, "correction": {"kind": "new-information", "note": "Raised."}}
    tag = {"If-Match": read.headers["ETag"]}
    changed = client.patch("/v1/statutes/mine-act", json=patch, headers=key | tag)
    seen["patch"] = [changed.status_code, changed.get_json()]
    seen["fine then"] = [
        [r["id"] for r in get(f"/v1/statutes?fine_min=5000{moment}")["body"]["data"]]
        for moment in ("", "&as_of=seq:281")
    ]
    reason = {"kind": "error", "note": "Not one."}
    tag = {"If-Match": client.get("/v1/statutes/mine-decree").headers["ETag"]}
    gone = client.post("/v1/statutes/mine-decree/retract", json=reason, headers=key | tag)
    seen["retract"] = [gone.status_code, get("/v1/statutes/mine-decree")["status"]]
    seen["doctor"] = command("doctor", "--db", url)
    seen["check"] = command("check", str(folder / "broken"))
    seen["openapi"] = _described()
    print(json.dumps(seen))


def _described() -> list[str]:
    """Addresses of the new type in the OpenAPI description."""
    app = create_app(Settings(database_url="sqlite:///:memory:"))
    document = description(declared(app.extensions["facts.database"], Settings()), VERSION)
    assert "StatuteInput" in document["components"]["schemas"]
    return sorted(path for path in document["paths"] if "statutes" in path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.load(sys.stdin))
