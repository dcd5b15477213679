"""Addresses as other forms of a record have them: of its page, and of what stands elsewhere."""

from urllib.parse import urlsplit


def page_address(href: str) -> str:
    """The page of what the API has at an address under /v1."""
    return href.removeprefix("/v1")


def web_address(url: str | None) -> str | None:
    """An address that may stand in a link: of the web, or none."""
    return url if url and urlsplit(url).scheme in ("http", "https") else None
