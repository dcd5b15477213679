"""What Lighthouse says of the pages that people read most: `python -m tests.lighthouse`.

Performance, accessibility, best practices and what search engines need must each come to `LEAST` of 100.
With `--any-performance` that one is shown and not judged: on a machine that does other things it says little.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .conftest import ROOT, Server, facts
from .screenshots import CLAIM, DOSSIER

LEAST = 95


def main() -> int:
    """Load the dossiers, serve them, and have the pages judged."""
    with TemporaryDirectory() as place:
        database = Path(place) / "facts.db"
        loaded = facts("load", ROOT / "fixtures", "--db", f"sqlite:///{database}")
        if loaded.returncode:
            sys.exit(loaded.stdout + loaded.stderr)
        server = Server(database)
        try:
            return _judged(f"http://127.0.0.1:{server.port}")
        finally:
            server.stop()


def _judged(url: str) -> int:
    script = ROOT / "tests" / "browser" / "lighthouse.mjs"
    fast = 0 if "--any-performance" in sys.argv else LEAST
    judging = ["node", script, url, str(LEAST), str(fast), DOSSIER, CLAIM]
    return subprocess.run(judging, check=False, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
