"""Values that are refused or kept: characters of texts, language tags, addresses."""

import pytest

from .conftest import Desk


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("می\u200cخواهم", True),
        ("क्\u200dष", True),
        ("അവന്\u200d", True),
        ("葛\U000e0100城", True),
        ("辻\ufe00", True),
        ("❤\ufe0f\u200d🔥", True),
        ("👩🏽\u200d🚀", True),
        ("1\ufe0f\u20e3", True),
        ("Abe\u200d", False),
        ("\u200dAbe", False),
        ("Abe \u200d Shinzo", False),
        ("Abe\u200d\u200cShinzo", False),
        ("\u200d", False),
        ("\u200c", False),
        ("🔥\u200cx", False),
        ("\ufe0fAbe", False),
        ("Abe \ufe0fShinzo", False),
        ("葛\U000e0100\U000e0101城", False),
        ("\u3164\u200d\u3164", False),
        ("\u3164\ufe0f", False),
        ("Abe\u2800", False),
    ],
)
def test_only_what_spells_something_may_be_invisible(desk: Desk, text: str, is_kept: bool) -> None:
    name = {"text": text, "language": "en", "kind": "common"}
    body = {"id": "bob", "name": text, "kind": "person", "description": text, "names": [name],
            "offices": [{"title": text}]}  # fmt: skip

    response = desk.send("POST", "parties?dry_run=true", body)

    if is_kept:
        assert response.status_code in (200, 201), response.text
    else:
        faults = response.get_json()["errors"]
        assert {f["pointer"] for f in faults} == {
            "/name",
            "/description",
            "/names/0/text",
            "/offices/0/title",
        }
        assert all("U+" in f["detail"] and "remove it" in f["detail"] for f in faults)
