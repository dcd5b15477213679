"""What the script of a page says when it has compared a text that a reader pasted with what is cited."""

from collections.abc import Iterable

from schemas.base import Json

from .links import link_to
from .translating import _
from .words import checks


def comparing(sources: Iterable[Json], uncited: str) -> Json:
    """The words for a text of one of these sources; `uncited`: that nothing of it is cited."""
    links = {source["id"]: link_to(source) for source in sources}
    return {
        "sources": [{"id": i, "name": link.text, "language": link.language} for i, link in links.items()],
        "statuses": checks(),
        "compared": _("Compared with the text:"),
        "uncited": uncited,
        "unanswered": _("The text could not be compared. Try again later."),
    }


def comparing_claim(claim: Json) -> Json | None:
    """The same for the citations of one claim, each called by its number; None where it has none."""
    assessment = claim["assessment"] or {"citations": []}
    cited = [citation["source"] for citation in (*claim["citations"], *assessment["citations"])]
    # Of what was withdrawn nothing is compared.
    known = [source for source in cited if source.get("status") is None]
    if not known:
        return None
    return {
        **comparing(known, _("This claim does not cite this source.")),
        "claim": claim["id"],
        "citations": {
            "/citations/": {"at": "citation", "called": _("Citation %s")},
            "/assessment/citations/": {
                "at": "assessment-citation",
                "called": _("Citation %s of the editors’ view"),
            },
        },
    }
