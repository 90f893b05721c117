"""The notebooks are what their index says: numbered, short, stripped, and each has a picture."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
PICTURE = re.compile(r"\bSVG\(|\bpicture\(|\blive\(|\btune\(|^call$", re.MULTILINE)
CHECK = re.compile(r"^\s*assert |^\s*raise |\bbot=bot\b", re.MULTILINE)
pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the notebooks are part of the checkout only"
)


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def text(path: Path, kind: str) -> str:
    return "\n\n".join("".join(cell["source"]) for cell in cells(path, kind))


def test_they_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:2]) for path in NOTEBOOKS]
    assert numbers == list(range(1, len(NOTEBOOKS) + 1))
    assert len(NOTEBOOKS) >= 10


def test_the_index_lists_them_in_order() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = [name for name in LINK.findall(index) if name.endswith(".ipynb")]
    assert listed == [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_and_stripped(path: Path) -> None:
    code = cells(path, "code")
    assert 8 <= len(code) + len(cells(path, "markdown")) <= 22
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_draws_a_picture_and_checks_what_it_says(path: Path) -> None:
    code = text(path, "code")
    assert PICTURE.search(code)
    assert CHECK.search(code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_links_to_is_there(path: Path) -> None:
    links = [link for link in LINK.findall(text(path, "markdown")) if "://" not in link]
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []
