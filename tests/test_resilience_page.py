"""The code of docs/resilience.md runs, and prints what the page shows."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import rxvoice.operators
from tests.test_guide import BLOCK, run_block, run_test

PAGE = Path(__file__).parents[1] / "docs" / "resilience.md"


def test_the_page_is_true(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """CO14, CO15, CO19, CO20, LM36: what the page shows."""
    page = ModuleType("resilience")
    monkeypatch.setitem(sys.modules, "resilience", page)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    ran = 0
    for (kind, code), (after, text) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind != "python":
            continue
        for test in run_block(code, page):
            ran += 1
            run_test(test)
        assert capsys.readouterr().out == (text if after == "text" else "")
    assert ran == 6


def test_the_pages_operators_are_real() -> None:
    table = PAGE.read_text(encoding="utf-8").split("```")[0]
    names = re.findall(r"\| `(\w+)\(", table)
    assert len(names) == 8
    assert set(names) <= set(rxvoice.operators.__all__)
