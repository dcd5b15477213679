"""Pictures of every kind of page, for somebody to look at: `python -m tests.screenshots FOLDER`.

Each is taken at the widths of a telephone and a desk, in light and in dark. Those of `DOCUMENTED` are what
README.md shows: copy them into docs/pictures when pages look otherwise.
"""

import json
import subprocess
import sys
from pathlib import Path

from .conftest import ROOT, served_dossiers

DOSSIER = "/dossiers/japan-russia-peace-treaty"
CLAIM = "/claims/abe-seeks-treaty-progress-in-term"
PAGES = {
    "home": "/",
    "card": f"/embed{CLAIM}",
    "card-ja": f"/embed{CLAIM}?lang=ja",
    "dossier": DOSSIER,
    "dossier-ru": f"{DOSSIER}?lang=ru",
    "dossier-figures": "/dossiers/hurricane-maria-death-toll",
    "claim": CLAIM,
    "claim-ja": f"{CLAIM}?lang=ja",
    "claim-past": f"{CLAIM}?as_of=seq:280&perspective=japan",
    "claim-figures": "/claims/study-estimates-2975-deaths",
    "party": "/parties/abe-shinzo",
    "place": "/places/four-islands?perspective=russia",
    "place-ja": "/places/tokyo?lang=ja",
    "date": "/dates/upper-house-election-2019",
    "source": "/sources/urdupoint-2019-07-21",
    "claims": "/claims?about=four-islands&claimant.not=japan",
    "search": "/search?q=hoppo+ryodo",
    "search-empty": "/search?q=zzzzzz",
    "corrections": "/corrections",
    "changes": "/changes",
    "problem": "/claims/nobody-says-so",
}
DOCUMENTED = {
    "dossier": {"path": DOSSIER, "width": 1120, "height": 760, "scheme": "light"},
    "claim": {"path": CLAIM, "width": 1120, "height": 720, "scheme": "light"},
    "claim-telephone": {"path": f"{CLAIM}?lang=ja", "width": 390, "height": 720, "scheme": "dark"},
}


def main(folder: Path) -> None:
    """Take the pictures."""
    with served_dossiers() as url:
        _photograph(url, folder)


def _photograph(url: str, folder: Path) -> None:
    wanted = json.dumps({"pages": PAGES, "documented": DOCUMENTED})
    script = ROOT / "tests" / "browser" / "photograph.mjs"
    subprocess.run(["node", script, url, folder, wanted], check=True, cwd=ROOT)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
