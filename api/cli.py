"""The `facts` command."""

import gc
import sys
from importlib import import_module
from types import ModuleType

import click

from . import VERSION

#: The commands, and the modules that they are in.
COMMANDS = {
    "check": "check",
    "load": "load",
    "locate": "locate",
    "verify": "verify",
    "serve": "serve",
    "key": "key",
    "backup": "safety",
    "restore": "safety",
    "copy": "copying",
    "export": "export",
    "doctor": "safety",
    "redact": "safety",
    "forget": "safety",
    "openapi": "openapi",
}


class LazyGroup(click.Group):
    """Imports a command when somebody calls it, or asks for the help of all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names; called by click."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; called by click.

        For an unknown name all are imported: click suggests those that it knows.
        """
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            self.add_command(getattr(_imported(f"api.commands.{COMMANDS[name]}"), name))
        return super().get_command(ctx, cmd_name)


def _imported(name: str) -> ModuleType:
    """A module, with all that it needs.

    What modules hold stays to the end. The collector would look through all of it while it comes, and once
    more at the end: a third of the time of a short command, and memory that the workers of a server would no
    longer share.
    """
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(VERSION, prog_name="facts")
def main() -> None:
    """A record of facts: check, load, verify and serve curated dossiers."""


if __name__ == "__main__":
    main()
