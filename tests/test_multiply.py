"""The record that benchmarks ask is one like any other: nothing in it is wrong, and it answers right."""

import sqlite3
from pathlib import Path

from benchmarks.multiply import multiply

from .conftest import Desk, client_of, facts, read

CLAIM = "abe-seeks-treaty-progress-in-term"
ANSWERING = "abe-regrets-leaving-without-treaty"


def test_copies_agree_with_themselves_and_have_a_past(database_file: Path, desk: Desk, loaded: Path) -> None:
    note = {"correction": {"kind": "clarification", "note": "More exact."}}
    desk.change("PATCH", f"claims/{CLAIM}", {"said": "2019-07"} | note)

    with sqlite3.connect(database_file) as connection:
        multiply(connection, 2)

    doctor = facts("doctor", "--db", f"sqlite:///{database_file}")
    assert doctor.returncode == 0, doctor.stdout
    client = client_of(database_file)
    copy = read(client, f"claims/{CLAIM}-0000002")
    assert copy["said"]["edtf"] == "2019-07"
    assert f"{ANSWERING}-0000002" in [link["claim"]["id"] for link in copy["inverse_relations"]]
    assert len(read(client, f"claims/{CLAIM}-0000002/revisions")["data"]) == 2
    assert read(client, "claims", count="true")["page"]["total"] == 3 * 105
    found = read(client, "claims", q="ryukyu", count="true")["page"]["total"]
    assert found == 3 * read(client_of(loaded), "claims", q="ryukyu", count="true")["page"]["total"] > 0
