"""The code of docs/tools.md runs."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_guide import BLOCK, run_block, run_test

PAGE = Path(__file__).parents[1] / "docs" / "tools.md"


def test_the_page_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    page = ModuleType("tools")
    monkeypatch.setitem(sys.modules, "tools", page)
    ran = 0
    for kind, code in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "python":
            for test in run_block(code, page):
                ran += 1
                run_test(test)
    assert ran == 2
