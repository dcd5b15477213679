"""Ends what a run of tests has begun when the run ends, however it ends: kill -9 leaves no time to clean up.

All that a run begins inherits a word in its environment. A guard, which waits for the run on a pipe, ends
whatever still has the word: so it reaches what has a session and a parent of its own, such as the server of
PostgreSQL, and the processes of pytest-xdist.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

#: The name of the word in the environment.
RUN = "FACTS_TESTS_OF_RUN"
#: Where Linux keeps files in memory.
MEMORY = Path("/dev/shm")
# PostgreSQL's server, told to quit, lets go of the memory that its processes share.
_GUARD = """
cat > /dev/null
for signal in QUIT KILL; do
    left=$(grep --files-with-matches --no-messages --null-data --line-regexp "$1=$2" /proc/[0-9]*/environ |
        cut --delimiter / --fields 3)
    [ -z "$left" ] || { kill -s $signal $left; sleep 1; }
done 2> /dev/null
rm -rf "$3"/*"$2"* "$4"/*"$2"*
"""
_guards: list[subprocess.Popen[bytes]] = []


def guard() -> None:
    """Have all that is begun from now on end with this process; a process of a run that has a guard has one.

    Folders for temporary files that have the word in their names go with it.
    """
    if RUN in os.environ:
        return
    word = uuid4().hex[:12]
    command = ["sh", "-c", _GUARD, "guard", RUN, word, str(MEMORY), tempfile.gettempdir()]
    _guards.append(subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True))
    os.environ[RUN] = word
