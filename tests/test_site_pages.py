"""The pages for those who arrive: what they show runs, and what they name is there."""

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import rxvoice
import rxvoice.aio
import rxvoice.context
import rxvoice.operators
import rxvoice.sources
import rxvoice.telemetry
from tests.test_guide import BLOCK, run_block, run_test

DOCS = Path(__file__).parents[1] / "docs"
NAME = re.compile(r"`(rxvoice(?:\.\w+)+)")
PAGES = ["start.md", "peers.md", "faq.md"]
pytestmark = pytest.mark.skipif(
    not (DOCS / "start.md").exists(), reason="the pages are part of the checkout only"
)


def read(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def names(page: str) -> list[str]:
    if not (DOCS / page).exists():
        return []
    return sorted(set(NAME.findall(read(page))))


def found(name: str) -> object:
    """Import the longest module of a dotted name, and take the rest from it."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            value: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            value = getattr(value, part)
        return value
    raise AssertionError(name)


@pytest.mark.parametrize(("page", "tests"), [("start.md", 1), ("peers.md", 0)])
def test_the_code_of_the_page_runs(page: str, tests: int, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", module)
    ran = 0
    for kind, code in BLOCK.findall(read(page)):
        if kind == "python":
            for test in run_block(code, module):
                run_test(test)
                ran += 1
    assert ran == tests


def test_the_agents_of_the_peers_page_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", module)
    for variable in ("DEEPGRAM", "ELEVENLABS", "OPENAI"):
        monkeypatch.setenv(f"{variable}_API_KEY", "none")
    for kind, code in BLOCK.findall(read("peers.md")):
        if kind == "python":
            run_block(code, module)
    assert callable(vars(module)["librarian"]())


@pytest.mark.parametrize("name", names("peers.md"))
def test_what_the_peers_page_names_is_there(name: str) -> None:
    found(name)


def test_a_name_that_is_not_there_is_noticed() -> None:
    with pytest.raises(AttributeError):
        found("rxvoice.operators.no_such_operator")


def test_the_peers_page_names_most_operators_of_a_conversation() -> None:
    assert len(names("peers.md")) > 60


def test_what_is_called_on_the_pages_is_there() -> None:
    """Words with brackets behind them, and the names in code that only code has."""
    packages = [rxvoice, rxvoice.aio, rxvoice.context, rxvoice.operators, rxvoice.sources]
    packages.append(rxvoice.telemetry)
    known = {name for package in packages for name in package.__all__}
    known |= {"smart_turn", "record", "agent", "to_wav"}
    called = {
        name for page in ("start.md", "faq.md") for name in re.findall(r"`(\w+)\(", read(page))
    }
    assert called - known == set()
    alone = set(re.findall(r"`([a-z]+_[a-z_]+)`", read("faq.md")))
    assert alone - known == {"group_by", "observe_on"}  # RxPY's


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)", read(page)):
        assert (DOCS / target).exists(), target
