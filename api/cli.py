"""The `facts` command."""

import click

from . import VERSION
from .commands.check import check
from .commands.key import key
from .commands.load import load
from .commands.openapi import openapi
from .commands.serve import serve
from .commands.verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="facts")
def main() -> None:
    """A record of facts: check, load, verify and serve curated dossiers."""


for command in (check, load, verify, serve, key, openapi):
    main.add_command(command)

if __name__ == "__main__":
    main()
