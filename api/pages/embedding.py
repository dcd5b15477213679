"""How other sites embed a claim: code for a frame, and for an element that checks the claim by itself."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha384

from markupsafe import Markup

from api.http.responses import public_base
from schemas.base import Json

from .assets import asset_address, assets

#: Pixels of a card: what most propositions need.
WIDTH, HEIGHT = 600, 300
#: The script of the element. It is published under its name for good: another content is another file.
SCRIPT = "fact-claim.v1.js"
_FRAME = Markup(
    '<iframe src="{src}" title="{title}" width="{width}" height="{height}" loading="lazy" '
    'sandbox="allow-popups allow-popups-to-escape-sandbox" style="border:0;max-width:100%"></iframe>'
)
_ELEMENT = Markup(
    '<script type="module" src="{script}" integrity="{integrity}" crossorigin></script>\n'
    '<fact-claim id="{id}" src="{base}" revision="{revision}">\n'
    '  <blockquote>{proposition}</blockquote> <a href="{page}">{who}</a>\n'
    "</fact-claim>"
)


@dataclass(frozen=True)
class Codes:
    """What a site puts into its page, and where a consumer of oEmbed asks for it."""

    frame: str
    element: str


def codes(claim: Json, publisher: str) -> Codes:
    """The codes for a claim as served."""
    base = public_base()
    element = _ELEMENT.format(
        script=f"{base}{asset_address(SCRIPT)}",
        integrity=integrity(),
        id=claim["id"],
        base=base,
        revision=claim["meta"]["revision"],
        proposition=claim["proposition"],
        page=f"{base}/claims/{claim['id']}",
        who=publisher,
    )
    return Codes(str(frame(claim, WIDTH, HEIGHT)), str(element))


@cache
def integrity() -> str:
    """The digest by which a browser knows the script (Subresource Integrity)."""
    return f"sha384-{b64encode(sha384(assets()[SCRIPT].body).digest()).decode()}"


def frame(claim: Json, width: int, height: int) -> Markup:
    """A frame of so many pixels with the card of a claim as served."""
    src = f"{public_base()}/embed/claims/{claim['id']}"
    return _FRAME.format(src=src, title=claim["proposition"], width=width, height=height)
