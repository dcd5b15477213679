"""The page of all records of a type: narrowed by what the API narrows its collection by, page by page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from api.http.languages import LANG
from api.records.core.registry import RecordType
from api.records.read.parameters import (
    by_name,
    filter_parameters,
    page_parameters,
    require_past,
    sort_parameter,
    text_parameter,
)
from api.records.read.records import read_page, shown_in
from schemas.base import Json
from schemas.query import Parameter, Query, ids

from .links import Link, links_to
from .page import CHOICES, CHOOSING, Asked, Page, Shown, understood
from .reading import many, users_in
from .record_view import Listed, listed
from .translating import N_, _
from .words import number, term, types_name

_ABOUT: Mapping[str, str] = {
    "party": N_("Whoever speaks, signs or publishes in this record."),
    "place": N_("Places of which this record speaks, and what each side calls them."),
    "source": N_("Documents on which this record rests, and those known only through them."),
    "date": N_("What happened, each as precisely as it is known."),
    "claim": N_("Who said what, through whose hands it came, and how it stands."),
    "dossier": N_("The stories of this record, with the questions that they ask."),
}
#: What orders are called: from A on, or the newest first; and the other way round.
_ORDERS: Mapping[str, tuple[str, str]] = {
    "name": (N_("by name"), N_("by name, backwards")),
    "title": (N_("by title"), N_("by title, backwards")),
    "when": (N_("last happened first"), N_("first happened first")),
    "said": (N_("last said first"), N_("first said first")),
    "valid": (N_("latest time first"), N_("earliest time first")),
    "published": (N_("last published first"), N_("first published first")),
    "updated": (N_("last changed first"), N_("longest unchanged first")),
}
#: How lists of ids are described.
_IDS = ids("", "").schema
#: What says where a page begins and how long it is; what narrows nothing, or stands in a field of its own.
_PAGING = ("after", "limit")
_NOT_NARROWING = ("sort", "match", "q")
_Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen: how many records there are with it, where that is counted."""

    label: str
    count: int | None
    href: str
    chosen: bool


@dataclass(frozen=True)
class Narrowing:
    """A parameter that narrows the list, as it stands in the address; `without`: the list without it."""

    written: str
    records: list[Link]
    without: str


@dataclass(frozen=True)
class ListView:
    """The page of a list. `kept`: what a form that looks for words must send along."""

    title: str
    about: str
    address: str
    entries: list[Listed]
    total: int
    text: str
    kinds: list[Choice]
    orders: list[Choice]
    narrowing: list[Narrowing]
    kept: list[tuple[str, str]]
    first: str | None
    following: str | None


def list_page(record_type: RecordType) -> Page:
    """The declaration of the page of a type's records."""
    found = _List(record_type, _parameters(record_type))
    return Page(found.address, "list.html", found.read, found.show, found.parameters)


def _parameters(record_type: RecordType) -> Mapping[str, Parameter]:
    """Those of the collection that choose records; a page cannot be trimmed."""
    found = [sort_parameter(record_type, _usual_order(record_type)), text_parameter()]
    narrowing = filter_parameters(record_type.filters)
    return {**by_name(found), **narrowing, **page_parameters(), **CHOOSING}


def _usual_order(record_type: RecordType) -> str:
    """The newest first, else by name."""
    return f"-{record_type.dates[0]}" if record_type.dates else record_type.title


@dataclass(frozen=True)
class _List:
    """A list of a type, with the parameters that it takes."""

    record_type: RecordType
    parameters: Mapping[str, Parameter]

    @property
    def address(self) -> str:
        """The path of its page."""
        return f"/{self.record_type.plural}"

    @property
    def _counted(self) -> list[str]:
        """What is counted beside it."""
        return [name for name in ("kind",) if name in self.parameters]

    def read(self, asked: Asked) -> Json:
        """A page of the collection, as the API reads it."""
        require_past(asked.query)
        # Cursors are those of the API, which is asked for the same.
        given = (asked.query.given - {LANG}) | {"count", "sort"} | ({"facets"} if self._counted else set())
        values = {**asked.query.values, "count": True, "facets": self._counted}
        page = read_page(asked.state, self.record_type, Query(values, given))
        records = [shown_in(asked.state, stored.body) for stored in page.records]
        return {
            "records": records,
            "total": page.total,
            "next": page.next,
            "kinds": (page.facets or {}).get("kind", {"values": []})["values"],
            "named": list(many(asked.state, self._ids(asked.query)).values()),
            "users": users_in(records),
        }

    def _ids(self, query: Query) -> list[str]:
        """Ids by which it is narrowed: what they are called stands beside them."""
        return [i for name in query.given if self._takes_ids(name) for i in query[name]]

    def _takes_ids(self, name: str) -> bool:
        return name in self.parameters and self.parameters[name].schema == _IDS

    def show(self, document: Json, asked: Asked) -> Shown:
        """The view of such a page."""
        title = types_name(self.record_type.name)
        about = _(_ABOUT.get(self.record_type.name, self.record_type.what))
        view = self._view(title, about, document, asked)
        described = f"{about} {_('%(number)s in this list.') % {'number': number(view.total)}}"
        # Lists that are narrowed have no end, and what stands on them has pages of its own.
        plain = not asked.query.given - set(CHOICES)
        about_it = {"@type": "CollectionPage", "name": title, "description": about}
        users, located = links_to(document["users"]), self.record_type.located
        return Shown(title, described, self._twin(asked), view, about_it, users, plain, located=located)

    def _view(self, title: str, about: str, document: Json, asked: Asked) -> ListView:
        written = understood(self.parameters, asked.query)
        pairs = [pair for pair in written if pair[0] not in _PAGING]
        more = [*(pair for pair in written if pair[0] != "after"), ("after", document["next"])]
        return ListView(
            title,
            about,
            self.address,
            [listed(record) for record in document["records"]],
            document["total"],
            asked.query["q"] or "",
            self._kinds(pairs, document["kinds"], asked.query),
            self._orders(pairs, asked.query["sort"]),
            self._narrowing(pairs, document["named"], asked.query),
            [pair for pair in pairs if pair[0] != "q"],
            _address(self.address, pairs) if "after" in asked.query.given else None,
            _address(self.address, more) if document["next"] else None,
        )

    def _orders(self, pairs: _Pairs, chosen: str) -> list[Choice]:
        """The orders that there are, each in its usual direction; the chosen one in both."""
        found = []
        for name in self.record_type.sorts:
            if name in _ORDERS:
                usual, other = (name, f"-{name}") if name == self.record_type.title else (f"-{name}", name)
                labelled = zip((usual, other), _ORDERS[name], strict=True)
                kept = [pair for pair in labelled if pair[0] == usual or chosen in (usual, other)]
                found += [self._order(order, _(label), pairs, chosen) for order, label in kept]
        return found

    def _order(self, order: str, label: str, pairs: _Pairs, chosen: str) -> Choice:
        asked = [pair for pair in pairs if pair[0] != "sort"]
        asked += [] if order == _usual_order(self.record_type) else [("sort", order)]
        return Choice(label, None, _address(self.address, asked), order == chosen)

    def _kinds(self, pairs: _Pairs, values: list[Json], query: Query) -> list[Choice]:
        """The kinds that are in it, where there are several."""
        if len(values) < 2:
            return []
        others, chosen = [pair for pair in pairs if pair[0] != "kind"], query["kind"] or ()
        found = [
            Choice(
                term(value["value"]),
                value["count"],
                _address(self.address, [*others, ("kind", value["value"])]),
                value["value"] in chosen,
            )
            for value in values
        ]
        return [Choice(_("All"), None, _address(self.address, others), not chosen), *found]

    def _narrowing(self, pairs: _Pairs, named: list[Json], query: Query) -> list[Narrowing]:
        """What narrows it, but for words, which stand in their field."""
        links = {record["id"]: listed(record).link for record in named}
        return [
            Narrowing(
                f"{name}={value}",
                [links[i] for i in query[name] if i in links] if self._takes_ids(name) else [],
                _address(self.address, [pair for pair in pairs if pair[0] != name]),
            )
            for name, value in pairs
            if name not in _NOT_NARROWING
        ]

    def _twin(self, asked: Asked) -> str:
        """The same as JSON, with what a page asks for by itself."""
        usual = {"sort": asked.query["sort"], "count": "true"}
        usual |= {"facets": ",".join(self._counted)} if self._counted else {}
        written = _joined(understood(self.parameters, asked.query))
        return _address(f"/v1{self.address}", (usual | written).items())


def _joined(pairs: _Pairs) -> dict[str, str]:
    """Pairs with each name once: a list that was given more than once is one list."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    written = urlencode(list(pairs), quote_via=quote, safe=":,")
    return f"{path}?{written}" if written else path
