"""Which wing of the record imports which, drawn from the imports into docs/architecture.md (make picture)."""

from collections import Counter
from pathlib import Path

import grimp

ARCHITECTURE = Path(__file__).parent.parent / "docs" / "architecture.md"
BEGIN, END = "<!-- wings -->", "<!-- /wings -->"
PACKAGE = "api.records"


def imports_between_wings() -> Counter[tuple[str, str]]:
    """(importer, imported) -> number of imports between modules of two wings."""
    graph = grimp.build_graph("api", cache_dir=None)
    counts: Counter[tuple[str, str]] = Counter()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            pair = _wing_of(importer), _wing_of(imported)
            if pair[0] and pair[1] and pair[0] != pair[1]:
                counts[pair[0], pair[1]] += 1
    return counts


def _wing_of(module: str) -> str:
    """The wing that a module stands in; empty outside the record."""
    return module.removeprefix(f"{PACKAGE}.").partition(".")[0] if module.startswith(f"{PACKAGE}.") else ""


def picture() -> str:
    """The imports as a Mermaid flowchart, from those who import to those who are imported."""
    arrows = [
        f"    {importer} -->|{count}| {imported}"
        for (importer, imported), count in sorted(imports_between_wings().items())
    ]
    return "\n".join([BEGIN, "```mermaid", "flowchart TD", *arrows, "```", END])


def drawn(text: str) -> str:
    """The page with the picture in its place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + picture() + after


if __name__ == "__main__":
    ARCHITECTURE.write_text(drawn(ARCHITECTURE.read_text("utf-8")), "utf-8")
