"""The `facts` command."""

import click

from . import VERSION
from .commands.check import check
from .commands.key import key
from .commands.load import load
from .commands.locate import locate
from .commands.openapi import openapi
from .commands.safety import backup, doctor, forget, redact, restore
from .commands.serve import serve
from .commands.verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="facts")
def main() -> None:
    """A record of facts: check, load, verify and serve curated dossiers."""


COMMANDS = (check, load, locate, verify, serve, key, backup, restore, doctor, redact, forget, openapi)
for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
