"""`make bench-picture`: results.json as a picture, which the README shows, and as the table in README.md.

A bar is the microseconds of processor that a request takes: shorter is better. The scale is logarithmic.
"""

import json
from html import escape
from math import log10
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PICTURE, TEXT = HERE / "results.svg", HERE / "README.md"
#: What the table of each part stands between.
BETWEEN = {
    "reads": ("<!-- figures -->\n", "<!-- /figures -->"),
    "engines": ("<!-- engines -->\n", "<!-- /engines -->"),
}
#: Groups of bars: a title, and the measured requests with what they are called here.
GROUPS = {
    "One record": {
        "kept: one record": "this service, kept in front",
        "bare WSGI: bytes of one record": "bare WSGI, constant",
        "Flask: constant bytes of one record": "Flask, constant",
        "made: one record": "this service, made for the request",
        "FastAPI and SQLModel: one record": "FastAPI and SQLModel",
        "Datasette: one record": "Datasette",
        "json-server: one record": "json-server",
        "peewee and marshmallow: one record": "peewee and marshmallow",
    },
    "Fifty records": {
        "kept: fifty in gzip": "this service, kept in front, gzip",
        "bare WSGI: bytes of fifty in gzip": "bare WSGI, constant, gzip",
        "Flask: constant bytes of fifty": "Flask, constant",
        "made: fifty": "this service, made for the request",
        "FastAPI and SQLModel: fifty": "FastAPI and SQLModel",
        "Datasette: fifty": "Datasette",
        "json-server: fifty": "json-server",
        "peewee and marshmallow: fifty": "peewee and marshmallow",
    },
    "One record by this service, from a file and from PostgreSQL": {
        "a file, kept": "file, kept in front",
        "PostgreSQL, kept": "PostgreSQL, kept in front",
        "PostgreSQL, kept, 100 ms": "PostgreSQL, kept, 100 ms old at most",
        "a file, made: one record": "file, made for the request",
        "PostgreSQL, made: one record": "PostgreSQL, made for the request",
    },
}
WIDTH, LEFT, ROW, HEAD = 760, 240, 22, 34
#: The scale's ends, as powers of ten of a microsecond.
LOW, HIGH = 1.5, 5.0
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 14px }
.ours { fill: #1f6f8b } .other { fill: #a9b4bd }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .other { fill: #6e7781 } .ours { fill: #58b3d1 }
}
"""


def draw(results: list[dict[str, Any]]) -> str:
    """The picture of what was measured; of what was measured several times, the first."""
    measured = {result["name"]: result["us"] for result in reversed(results)}
    parts: list[str] = []
    y = 0
    for title, bars in GROUPS.items():
        if not measured.keys() >= bars.keys():
            continue
        y += HEAD
        parts.append(f'<text class="title" x="0" y="{y - 10}">{title}: µs of processor, logarithmic</text>')
        for name, label in sorted(bars.items(), key=lambda bar: measured[bar[0]]):
            parts.append(_bar(label, measured[name], y))
            y += ROW
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 6}" role="img">'
    title = "<title>Processor time by request, on a logarithmic scale; shorter is better</title>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _bar(label: str, microseconds: float, y: int) -> str:
    kind = "ours" if label.startswith(("this service", "file", "PostgreSQL")) else "other"
    length = (log10(microseconds) - LOW) / (HIGH - LOW) * (WIDTH - LEFT - 60)
    return (
        f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{y + 3}" width="{length:.0f}" height="15" rx="2"/>'
        f'<text x="{LEFT + length + 6:.0f}" y="{y + 15}">{microseconds:,}</text>'
    )


def table(results: list[dict[str, Any]]) -> str:
    """What was measured as a table in Markdown, in the order of the rounds; behind the plus sign, what a
    database server took."""
    rows = ["| request | µs | spread | a second | bytes | ratio |", "|---|--:|--:|--:|--:|---|"]
    for result in results:
        ratio = f"{result['ratio']} × {result['beside']}" if "ratio" in result else ""
        wanted = f" (aim: {result['bound']})" if "bound" in result else ""
        behind = f" + {result['behind']:,}" if "behind" in result else ""
        figures = (
            f"{result['us']:,}{behind} | {result['spread']:.0%} | {result['per_second']:,} "
            f"| {result['bytes']:,}"
        )
        rows.append(f"| {result['name']} | {figures} | {ratio}{wanted} |")
    return "\n".join([*rows, ""])


def main() -> None:
    """Draw the picture and write the tables anew."""
    kept = json.loads((HERE / "results.json").read_text("utf-8"))
    PICTURE.write_text(draw([result for part in BETWEEN for result in kept.get(part, ())]), "utf-8")
    text = TEXT.read_text("utf-8")
    for part, (begin, end) in BETWEEN.items():
        before, _, rest = text.partition(begin)
        text = before + begin + table(kept.get(part, [])) + end + rest.partition(end)[2]
    TEXT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
