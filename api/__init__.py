"""A record of facts over HTTP."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from .settings import Settings

try:
    VERSION = installed_version("facts")
except PackageNotFoundError:  # a checkout that is not installed
    VERSION = "0"


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The service as a WSGI application."""
    # Imported here: every command imports this module, and most of them would spend more time on importing
    # Flask and the endpoints than on their work.
    from . import app

    return app.create_app(settings)
