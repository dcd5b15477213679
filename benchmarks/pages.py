"""`make bench-pages`: pages for people beside the reads that they are made of.

In process, without a server and without the cache, in processor time; each figure is the median of rounds
that alternate between a page and its reads.
"""

import argparse
import tempfile
import time
from pathlib import Path

from api import create_app
from api.http.worker import leave_the_code_alone
from api.settings import Settings

from .answers import load, measure

STORY, CLAIM = "japan-russia-peace-treaty", "abe-seeks-treaty-progress-in-term"
_MEMBERS = f"dossier={STORY}&limit=200&count=true"
#: What each page shows, as the API serves it.
PAGES = {
    f"/dossiers/{STORY}?lang=en": [
        f"/v1/dossiers/{STORY}",
        f"/v1/dossiers/{STORY}/revisions",
        f"/v1/dossiers/{STORY}/positions",
        f"/v1/timeline?dossier={STORY}&limit=200",
        f"/v1/parties?{_MEMBERS}&sort=name",
        f"/v1/places?{_MEMBERS}&sort=name",
        f"/v1/sources?{_MEMBERS}&sort=published",
    ],
    f"/claims/{CLAIM}?lang=en": [
        f"/v1/claims/{CLAIM}?include=citations.source,attribution.party",
        f"/v1/claims/{CLAIM}/provenance",
        f"/v1/claims/{CLAIM}/references",
        f"/v1/claims/{CLAIM}/revisions",
        f"/v1/claims/{CLAIM}/similar",
    ],
}


def main() -> None:
    """Load the dossier and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "story.db"
        load(path)
        client = create_app(Settings(database_url=f"sqlite:///{path}", cache_bytes=0)).test_client()
        # As a worker does before it serves.
        leave_the_code_alone()
        print(f"{'page':>8}  {'reads':>8}  {'x':>5}  milliseconds of processor time")
        for page, reads in PAGES.items():
            medians = measure(client, [page, *reads], rounds, time.process_time)
            own, sum_of_reads = medians.pop(page), sum(medians.values())
            print(f"{own:8.2f}  {sum_of_reads:8.2f}  {own / sum_of_reads:5.2f}  {page}")


if __name__ == "__main__":
    main()
