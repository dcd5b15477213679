"""docs/architecture.md has every module on its map, and its picture is drawn from the imports."""

import re
from pathlib import Path

import pytest

from .conftest import ROOT
from .wings import ARCHITECTURE, drawn

PAGE = ARCHITECTURE.read_text("utf-8")
#: What has no line of its own: packages, and each migration.
_APART = ("__init__.py", "__main__.py")


def _modules() -> list[Path]:
    found = [path for top in ("api", "schemas") for path in (ROOT / top).rglob("*.py")]
    return sorted(p.relative_to(ROOT) for p in found if p.name not in _APART and "migrations" not in p.parts)


def _sections() -> dict[str, str]:
    """The map's sections by their folders."""
    parts = re.split(r"^### (.+)$", PAGE.partition("## The map")[2].partition("\n## ")[0], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("module", _modules(), ids=str)
def test_a_module_stands_on_the_map(module: Path) -> None:
    folder = str(module.parent)
    section = next(text for name, text in _sections().items() if folder in name.split(" and "))

    assert re.search(rf"`(?:\w+/)*{re.escape(module.name)}`", section), f"{module} is missing on the map"


def test_the_map_names_nothing_that_is_not_there() -> None:
    known = {module.name for module in _modules()} | {"__init__.py"}
    named = {Path(name).name for text in _sections().values() for name in re.findall(r"`([\w/]+\.py)`", text)}

    assert named <= known


def test_the_picture_of_the_wings_is_drawn_from_the_imports() -> None:
    assert drawn(PAGE) == PAGE, "run `make picture` and commit docs/architecture.md"
