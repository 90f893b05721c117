"""The code of docs/marbles.md runs, and its picture is what the code draws."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice.testing import run_virtual
from tests.test_guide import BLOCK, run_block
from tests.viz.notebook import Outputs, notebook
from tests.viz.reading import read
from tests.viz.test_conversation_svg import assert_readable

PAGE = Path(__file__).parents[1] / "docs" / "marbles.md"


@pytest.fixture(scope="module")
def page() -> Iterator[ModuleType]:
    made = ModuleType("marbles_page")
    sys.modules["marbles_page"] = made
    for kind, code in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        assert kind == "python"
        run_block(code, made)
    yield made
    del sys.modules["marbles_page"]


def test_its_picture_is_what_its_code_draws(page: ModuleType) -> None:
    svg = page.show().svg
    assert_readable(read(svg))
    assert PAGE.with_suffix(".svg").read_text(encoding="utf-8") == svg


def test_a_block_is_recorded(page: ModuleType) -> None:
    probed = rx.of(1, 2).pipe(page.probe("numbers"), ops.map(str))
    assert run_virtual(page.watch(probed)).names == ["numbers"]


def test_recognisers_are_compared(page: ModuleType) -> None:
    assert "Two tickets, please." in page.compare().svg


@pytest.fixture
def outputs() -> Iterator[Outputs]:
    with notebook() as shown:
        yield shown


def test_a_cell_is_live(page: ModuleType, outputs: Outputs) -> None:
    run_virtual(page.cell(rx.timer(1.0)))
    assert outputs.texts[-1] == "A call (ended): events, out"
