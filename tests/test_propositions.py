"""Whether a proposition stands alone, judged by how it begins."""

import pytest
from flask.testing import FlaskClient

from schemas.proposition import unresolved_opening

from .conftest import Desk

UNRESOLVED = [
    # Pronouns and demonstratives
    "He wants to sign a peace treaty.",
    "They agreed to meet again.",
    "Their talks have made progress.",
    "It is Russian territory.",
    "Its sovereignty extends to the islands.",
    "This was agreed in Singapore.",
    "These islands belong to Japan.",
    "“It belongs to Russia.”",
    # Definite descriptions
    "The minister’s remark could be misunderstood, and he has been urged to be more careful.",
    "The two leaders discussed the issue again during the G20 summit in Osaka.",
    "The two leaders agreed to step up the treaty talks on the basis of the 1956 declaration.",
    "The leaders made no visible progress on the territorial dispute at Osaka.",
    "The government will continue the negotiations from its position.",
    "The islands are territory of the Russian Federation.",
    "The election filled 124 seats.",
    "The ruling coalition lost the two-thirds majority needed to change the constitution.",
    "The treaty was not signed because the government of Japan demanded all four islands.",
    "The dispute over the islands is one of the main obstacles in the peace talks.",
    "the whole chain is an integral part of Russia",
    "Both sides have made concessions to Japan.",
    "Neither side has signed.",
    # After a preposition or a quantity
    "In article 9 the Soviet Union agrees to transfer Habomai and Shikotan to Japan.",
    "In the declaration the Soviet Union put on record its readiness to hand over Shikotan.",
    "With the seats not contested, the ruling coalition holds at least 133 of the 245 seats.",
    "Some of the results were launched in Tokyo.",
    "According to the report, Japan has agreed.",
]

RESOLVED = [
    "Abe wants to sign the peace treaty.",
    "Japan’s sovereignty extends to the islands.",
    "It will not be easy to reconcile the differences between Japan and Russia.",
    "It is becoming clearer which issues Japan and Russia need to overcome.",
    "It remains to be seen whether a treaty is signed.",
    "Those in favour of changing the constitution fell to 160 seats.",
    "Those who lived on Shikotan were evicted.",
    "That the islands are Japanese is disputed.",
    "The Soviet Union maintained that no borders would be discussed.",
    "The Élysée denied it.",
    "The iPhone is sold in Japan.",
    "The LDP stood at 113 seats after the election.",
    "The government of the Soviet Union agreed to talk.",
    "The 1855 treaty set the border between Etorofu and Uruppu.",
    "The treaty of 1855 set the border.",
    "The four islands disputed between Japan and Russia are Russian territory.",
    "The islands that Japan claims are Russian territory.",
    "The islands ceded to Japan in 1875 were eighteen.",
    "The 2018 edition of Japan’s Diplomatic Bluebook said that the islands belong to Japan.",
    "The “Northern Territories” are four islands.",
    "By the treaty of 1875 Japan gave up its rights in Sakhalin.",
    "By the end of 1948 the Japanese had left the islands.",
    "In article 9 of the joint declaration of 1956 the Soviet Union agrees to a transfer.",
    "In 1956 the state of war ended.",
    "Both Japan and Russia claim the islands.",
    "Some of the islands of Japan are uninhabited.",
    "A number of talks were held.",
    "I. Kozyrevsky explored the islands.",
    "Exit polls suggest that the coalition has won.",
    "Without Japan acknowledging the outcome of World War II, Russia cannot engage in talks.",
    "北方領土は日本固有の領土である。",
    "Это территория Российской Федерации.",
    "",
]


@pytest.mark.parametrize("proposition", UNRESOLVED)
def test_an_opening_that_nothing_resolves_is_named(proposition: str) -> None:
    detail = unresolved_opening(proposition)

    assert detail is not None
    assert detail.startswith(f'begins with "{proposition.strip("“”")[:5]}')


@pytest.mark.parametrize("proposition", RESOLVED)
def test_what_stands_alone_passes(proposition: str) -> None:
    assert unresolved_opening(proposition) is None


def test_every_proposition_of_the_first_dossier_stands_alone(client: FlaskClient) -> None:
    claims = client.get("/v1/claims?limit=200&fields=proposition").get_json()["data"]

    assert {c["id"]: unresolved_opening(c["proposition"]) for c in claims} == dict.fromkeys(
        c["id"] for c in claims
    )


def test_a_write_warns_of_an_opening_that_nothing_resolves(desk: Desk) -> None:
    shared = {"kind": "reported-fact", "citations": [{"source": "tass-1069673", "locator": {"page": "1"}}]}
    propositions = {"alone": "Japan agreed.", "not-alone": "The two sides agreed."}

    answers = {
        record_id: desk.send("POST", "claims", {"id": record_id, "proposition": text, **shared}).get_json()
        for record_id, text in propositions.items()
    }

    assert "warnings" not in answers["alone"]
    [warning] = answers["not-alone"]["warnings"]
    assert warning["pointer"] == "/proposition"
    assert 'begins with "The two sides agreed' in warning["detail"]
    assert desk.change("POST", "claims/not-alone/publish").status_code == 200
