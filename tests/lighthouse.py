"""What Lighthouse says of the pages that people read most: `python -m tests.lighthouse`.

Performance, accessibility, best practices and what search engines need must each come to `LEAST` of 100.
With `--any-performance` that one is shown and not judged: on a machine that does other things it says little.
"""

import subprocess
import sys

from .conftest import ROOT, served_dossiers
from .screenshots import CLAIM, DOSSIER

LEAST = 95


def main() -> int:
    """Have the pages judged."""
    with served_dossiers() as url:
        return _judged(url)


def _judged(url: str) -> int:
    script = ROOT / "tests" / "browser" / "lighthouse.mjs"
    fast = 0 if "--any-performance" in sys.argv else LEAST
    judging = ["node", script, url, str(LEAST), str(fast), DOSSIER, CLAIM]
    return subprocess.run(judging, check=False, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
