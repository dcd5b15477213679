"""`facts key`: who may write."""

import re

import click

from api.records.core.errors import NotFound
from api.records.store.api_keys import ROLES, create_key, list_keys, revoke_key, rotate_key
from schemas.fields import Day
from schemas.text import text_fault

from .common import database_option, give_up, opened, opened_to_read


@click.group()
def key() -> None:
    """Make, list, rotate and revoke the API keys that curators write with."""


def _label(_: click.Context, __: click.Parameter, value: str) -> str:
    if not 1 <= len(value) <= 100 or text_fault(value):
        raise click.BadParameter("a label is 1 to 100 plain characters; revisions show it to the public")
    return value


def _day(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and (wrong := Day().fault(value)):
        raise click.BadParameter(wrong)
    return value


def _id(_: click.Context, __: click.Parameter, value: str) -> str:
    """The id; where somebody gives a whole key by mistake, its secret is not repeated in a message."""
    found = re.search(r"(?:^|facts_)([0-9a-f]{8})(?:_|$)", value)
    if found is None:
        raise click.BadParameter("the id of a key is 8 characters of 0-9 and a-f, as facts key list shows")
    return found[1]


@key.command()
@click.argument("label", callback=_label)
@click.option("--role", type=click.Choice(ROLES), required=True, help="editor: drafts; publisher: all.")
@click.option(
    "--expires", metavar="DATE", callback=_day, help="First day on which it is refused, YYYY-MM-DD."
)
@database_option
def create(label: str, role: str, expires: str | None, url: str | None) -> None:
    """Make a key and print it, alone, on standard output: it is never shown again.

    LABEL says whose it is; revisions show it.
    """
    with opened(url, new=True) as database:
        click.echo(create_key(database, label, role, expires))


@key.command("list")
@database_option
def list_(url: str | None) -> None:
    """List all keys without their secrets."""
    with opened_to_read(url) as database:
        for row in list_keys(database):
            expires = f", expires {row.expires}" if row.expires else ""
            click.echo(f"{row.id}  {row.role:9}  {row.state:8}  {row.label} (made {row.created}{expires})")


@key.command()
@click.argument("key_id", metavar="ID", callback=_id)
@database_option
def rotate(key_id: str, url: str | None) -> None:
    """Give a key a new secret and print it; the old one is refused at once."""
    with opened(url) as database:
        try:
            click.echo(rotate_key(database, key_id))
        except NotFound as refusal:
            give_up(refusal.detail)


@key.command()
@click.argument("key_id", metavar="ID", callback=_id)
@database_option
def revoke(key_id: str, url: str | None) -> None:
    """Refuse a key from now on."""
    with opened(url) as database:
        try:
            revoke_key(database, key_id)
        except NotFound as refusal:
            give_up(refusal.detail)
    click.echo(f"{key_id} is revoked")
