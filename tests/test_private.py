"""What is nobody else's: files, keys that were given by mistake, and what a role may not do."""

import stat
from pathlib import Path

import pytest

from .conftest import Desk, facts, facts_alone, key_for

pytestmark = pytest.mark.process

NOTE = {"kind": "error", "note": "In a test."}


@pytest.mark.parametrize("umask", [0o022, 0o000, 0o077])
def test_databases_and_backups_are_their_owners(tmp_path: Path, umask: int) -> None:
    database, copy, again = (tmp_path / name for name in ("facts.db", "copy.db", "again.db"))

    def run(*words: object) -> None:
        done = facts_alone(*words, umask=umask)
        assert done.returncode == 0, done.stderr

    run("key", "create", "A", "--role", "editor", "--db", f"sqlite:///{database}")
    run("backup", copy, "--db", f"sqlite:///{database}")
    run("restore", copy, "--db", f"sqlite:///{again}")

    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


@pytest.mark.parametrize("command", ["revoke", "rotate"])
@pytest.mark.parametrize(
    "written", ["{key}", "Bearer {key}", " {key}", "{key} ", "{id}_{secret}", "{secret}", "facts__{secret}"]
)
def test_a_key_given_by_mistake_is_not_repeated(desk: Desk, command: str, written: str) -> None:
    key = key_for(desk.path)
    _, key_id, secret = key.split("_", 2)
    given = written.format(key=key, id=key_id, secret=secret)

    done = facts("key", command, "--db", f"sqlite:///{desk.path}", "--", given)

    assert secret not in done.stdout + done.stderr
    assert done.returncode == (0 if key_id in written.format(key=key, id=key_id, secret="") else 2)


@pytest.mark.parametrize("key", [None, "Basic abc"])
def test_a_challenge_speaks_of_a_token_only_where_one_was_sent(desk: Desk, key: str | None) -> None:
    headers = {"Authorization": key} if key else {}
    refused = desk.client.post("/v1/parties", json={}, headers=headers)

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="facts"'


def test_a_role_that_is_missing_is_403_alone_and_in_a_batch(desk: Desk) -> None:
    tag = desk.tag("parties/nhk")
    item = {"op": "retract", "type": "party", "id": "nhk", "if_match": tag, "body": NOTE}
    unknown = {"op": "delete", "type": "party", "id": "nobody", "if_match": '"x"'}
    published = {
        "op": "create",
        "type": "party",
        "id": "bob",
        "body": {"name": "B", "kind": "person", "publish": True},
    }
    alone = desk.send("POST", "parties/nhk/retract", NOTE, key=desk.editor, If_Match=tag)

    for batch in ([item], [unknown, item], [published]):
        refused = desk.send("POST", "batch", batch, key=desk.editor)
        assert refused.status_code == alone.status_code == 403, refused.text
        assert refused.get_json()["needed"] == "publisher"
        assert 'error="insufficient_scope", scope="publisher"' in refused.headers["WWW-Authenticate"]
