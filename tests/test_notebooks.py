"""The notebooks are what their index says: numbered, short, stripped, and each has a picture."""

import ast
import builtins
import json
import re
import symtable
from collections import Counter
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
PICTURES = {"SVG", "picture", "live", "conversation", "tune"}
"""What gives something that a notebook shows as a picture."""

CHECK = re.compile(r"^\s*assert |^\s*raise |\bbot=bot\b", re.MULTILINE)
OFFLINE = {
    *("asyncio", "contextlib", "importlib", "json", "pathlib", "re", "tempfile", "time"),
    *("IPython", "numpy", "reactivex", "rxvoice"),
}
LOCAL = {
    *("energy", "hibari", "last_words", "llama", "moonshine", "silero", "smart_turn", "whisper"),
}
"""Providers that need neither a network nor a key."""

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the notebooks are part of the checkout only"
)
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def text(path: Path, kind: str) -> str:
    return "\n\n".join("".join(cell["source"]) for cell in cells(path, kind))


def parsed(path: Path) -> list[ast.Module]:
    return [ast.parse("".join(cell["source"])) for cell in cells(path, "code")]


def called(value: ast.AST | None) -> str:
    """Return the name of the function whose result this is."""
    if isinstance(value, ast.Await):
        return called(value.value)
    if not isinstance(value, ast.Call):
        return ""
    return value.func.attr if isinstance(value.func, ast.Attribute) else ast.unparse(value.func)


def test_they_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:2]) for path in NOTEBOOKS]
    assert numbers == list(range(1, len(NOTEBOOKS) + 1))
    assert len(NOTEBOOKS) >= 10


def test_the_index_lists_them_in_order() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = [name for name in LINK.findall(index) if name.endswith(".ipynb")]
    assert listed == [path.name for path in NOTEBOOKS]


@each_notebook
def test_a_notebook_is_short_and_stripped(path: Path) -> None:
    code = cells(path, "code")
    assert 8 <= len(code) + len(cells(path, "markdown")) <= 22
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@each_notebook
def test_a_notebook_shows_a_picture(path: Path) -> None:
    makes: dict[str, str] = {}
    shown: list[str] = []
    for cell in parsed(path):
        for node in ast.walk(cell):
            if isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Return):
                makes[node.name] = called(node.body[-1].value)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                makes[node.targets[0].id] = called(node.value)
        last = cell.body[-1]
        if isinstance(last, ast.Expr):  # what the cell shows
            shown.append(called(last.value) or ast.unparse(last.value))
        elif isinstance(last, ast.Assign) and called(last.value) == "live":
            shown.append("live")
    assert PICTURES & {makes.get(name, name) for name in shown}


@each_notebook
def test_a_notebook_checks_what_it_says(path: Path) -> None:
    assert CHECK.search(text(path, "code"))


@each_notebook
def test_a_notebook_needs_no_network_and_no_key(path: Path) -> None:
    modules = [
        module
        for cell in parsed(path)
        for node in ast.walk(cell)
        for module in (
            [name.name for name in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    assert {module.split(".")[0] for module in modules} <= OFFLINE
    found = {module.split(".")[2] for module in modules if module.startswith("rxvoice.providers.")}
    assert found <= LOCAL
    assert "://" not in text(path, "code")


@each_notebook
def test_its_cells_can_be_run_again_in_any_order(path: Path) -> None:
    """No cell needs a name that two others bind: it would get that of the one that ran last."""
    tables = [scope("".join(cell["source"])) for cell in cells(path, "code")]
    bound = Counter(name for table in tables for name in table.get_locals())
    needed = {name for table in tables for name in read(table)} - set(dir(builtins))
    assert {name: bound[name] for name in needed if bound[name] != 1} == {}


def scope(code: str) -> symtable.Function:
    """Return the names of a cell, as those of a function, in which it may await."""
    module = symtable.symtable(f"async def cell():\n{indent(code, ' ')}", "cell", "exec")
    (cell,) = module.get_children()
    assert isinstance(cell, symtable.Function)
    return cell


def read(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a cell takes from others."""
    own = set(table.get_globals()) if isinstance(table, symtable.Function) else set[str]()
    return own.union(*(read(inner) for inner in table.get_children()))


@each_notebook
def test_what_a_notebook_links_to_is_there(path: Path) -> None:
    links = [link for link in LINK.findall(text(path, "markdown")) if "://" not in link]
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []
