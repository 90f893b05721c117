"""The code of docs/watching.md runs, and prints what the page shows."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_guide import BLOCK, run_block, run_test

PAGE = Path(__file__).parents[1] / "docs" / "watching.md"


def test_the_page_is_true(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = ModuleType("watching")
    monkeypatch.setitem(sys.modules, "watching", page)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    ran = 0
    for (kind, code), (after, text) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind != "python":
            continue
        for test in run_block(code, page):
            ran += 1
            run_test(test)
        assert capsys.readouterr().out == (text if after == "text" else "")
    assert ran == 3
