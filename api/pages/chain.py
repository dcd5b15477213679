"""The way of a claim to the record, read off its provenance: in words, and as a picture."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.base import Json

from .graph import Line, in_order, laid_out
from .links import Link, link_to
from .svg_text import broken
from .translating import _
from .words import DERIVATIONS, derivation, in_a_row, role

_THE_CLAIM = "this claim"
_SPEAKER = "without a document"
#: Stations of a picture; more are told in words.
MOST_DRAWN = 60
#: Units of the picture: about those of the page on a telephone.
WIDTH, _STEP, _LEFT, _LINE, _GAP = 360, 22, 12, 18, 16
_FONT = 13.5


@dataclass
class Station:
    """Where a claim was on its way: a document, or somebody's mouth.

    `actors`: (who, a sentence about what they did). `comes_from`: (a sentence about how, the document before
    it). `held`: whether the editors have had it. `origin`: whether the claim counts it as one.
    """

    document: Link | None = None
    actors: list[tuple[Link, str]] = field(default_factory=list)
    comes_from: list[tuple[str, Link]] = field(default_factory=list)
    held: bool = True
    origin: bool = False
    cited: bool = False

    @property
    def heading(self) -> str:
        """Who did what, in a line."""
        return "; ".join(did % {"who": who.text} for who, did in self.actors)

    @property
    def remark(self) -> str:
        """What must be known of it, in a line."""
        said = [_("origin")] * self.origin + [_("not seen by the editors")] * (not self.held)
        return in_a_row(said + [_("cited here")] * self.cited)


@dataclass(frozen=True)
class Row:
    """A station in the picture: where its dot stands, and lines of text with the class and place of each."""

    x: int
    y: int
    texts: list[tuple[str, int, str]]
    kind: str


@dataclass(frozen=True)
class Picture:
    """The picture in units: its size, where texts begin, its dots and its lines."""

    height: int
    text_x: int
    rows: list[Row]
    paths: list[str]


@dataclass(frozen=True)
class Chain:
    """The stations in order, and the picture of them where it can be taken in at all."""

    stations: list[Station]
    picture: Picture | None


def chain_of(graph: Json) -> Chain:
    """The way of a claim, from its provenance as the API serves it."""
    stations, parents = _stations(graph)
    order = in_order(parents)
    ordered = {key: parents[key] for key in order}
    picture = _picture(stations, ordered) if len(order) <= MOST_DRAWN else None
    return Chain([stations[k] for k in order if k != _THE_CLAIM], picture)


# What the graph says


def _stations(graph: Json) -> tuple[dict[str, Station], dict[str, list[str]]]:
    """(stations by key, what each comes from)."""
    nodes = {node["id"]: node for node in graph["nodes"]}
    stations: dict[str, Station] = {}
    parents: dict[str, list[str]] = {}
    before: str | None = None
    for edge in sorted((e for e in graph["edges"] if "order" in e), key=lambda e: int(e["order"])):
        key = edge["source"] or f"{_SPEAKER} {edge['order']}"
        station = stations.setdefault(key, Station())
        station.actors.append((link_to(nodes[edge["to"]]), role(edge["type"])))
        came_from = parents.setdefault(key, [])
        # Documents descend from one another, which the graph says by itself.
        if before and before != key and _SPEAKER in (before[: len(_SPEAKER)], key[: len(_SPEAKER)]):
            came_from.append(before)
        before = key
    for node in graph["nodes"]:
        if node["type"] == "source":
            stations.setdefault(node["id"], Station())
            parents.setdefault(node["id"], [])
    _describe(stations, parents, graph, nodes)
    cited = [e["to"] for e in graph["edges"] if e["type"] == "cites"]
    parents[_THE_CLAIM] = list(dict.fromkeys(cited)) or ([before] if before else [])
    return stations | {_THE_CLAIM: Station()}, parents


def _describe(
    stations: dict[str, Station], parents: dict[str, list[str]], graph: Json, nodes: dict[str, Json]
) -> None:
    """Add what the graph says of documents."""
    for key, station in stations.items():
        if node := nodes.get(key):
            station.document = link_to(node)
            station.held, station.origin = node.get("held", True), node.get("origin", False)
    for edge in graph["edges"]:
        start, end, kind = edge["from"], edge["to"], edge["type"]
        if kind == "cites":
            stations[end].cited = True
        elif kind in DERIVATIONS and start in stations and end in nodes:
            stations[start].comes_from.append((derivation(kind), link_to(nodes[end])))
            parents[start].append(end)
        elif kind == "published-by" and start in stations and not stations[start].actors:
            stations[start].actors.append((link_to(nodes[end]), role("published")))


# The picture


def _picture(stations: dict[str, Station], parents: dict[str, list[str]]) -> Picture:
    layout = laid_out(parents)
    step = min(_STEP, 120 // layout.width)
    text_x = _LEFT + (layout.width - 1) * step + 18
    width = (WIDTH - text_x) / _FONT
    rows, y = [], _LINE
    for key, column in zip(parents, layout.columns, strict=True):
        texts = list(_texts(stations[key], key, width, y))
        rows.append(Row(_LEFT + column * step, y - 5, texts, _kind(stations[key], key)))
        y += len(texts) * _LINE + _GAP
    return Picture(y - _GAP, text_x, rows, [_path(line, rows, step) for line in layout.lines])


def _texts(station: Station, key: str, width: float, y: int) -> Iterator[tuple[str, int, str]]:
    """(what it is, where it stands, text) of each line of a station."""
    lines = [("head", line) for line in _heading(station, key, width / 1.1)]
    if station.document:
        lines += [("title", line) for line in broken(station.document.text, width, 2)]
    if station.remark:
        lines += [("remark", line) for line in broken(station.remark, width, 1)]
    for number, (kind, line) in enumerate(lines):
        yield kind, y + number * _LINE, line


def _heading(station: Station, key: str, width: float) -> list[str]:
    """Who did what; where that is too long, who is cut, not what."""
    if key == _THE_CLAIM:
        return [_("This claim")]
    lines = broken(station.heading, width, 3)
    if len(lines) < 3:
        return lines
    names = "; ".join(who.text for who, _did in station.actors)
    done = "; ".join(did % {"who": "…"} for _who, did in station.actors)
    return [*broken(names, width, 1), *broken(done, width, 1)]


def _kind(station: Station, key: str) -> str:
    if key == _THE_CLAIM:
        return "claim"
    return "origin" if station.origin else "held" if station.held else "unseen"


def _path(line: Line, rows: list[Row], step: int) -> str:
    """Down in its own column, and at the last moment over to the other."""
    start, end = rows[line.from_row], rows[line.to_row]
    if start.x == end.x:
        return f"M{start.x} {start.y}V{end.y}"
    turn = end.y - _LINE
    return f"M{start.x} {start.y}V{turn}C{start.x} {turn + 9} {end.x} {turn + 5} {end.x} {end.y}"
