"""The code of docs/tape.md runs, and prints what the page shows."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rxvoice.tape._kinds import Kind
from rxvoice.tape._tags import Tag
from tests.test_guide import BLOCK, run_block, run_test

PAGE = Path(__file__).parents[1] / "docs" / "tape.md"


def test_the_page_is_true(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    page = ModuleType("tape_page")
    monkeypatch.setitem(sys.modules, "tape_page", page)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    ran = shown = 0
    for (kind, code), (after, text) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind != "python":
            continue
        for test in run_block(code, page):
            ran += 1
            run_test(test)
        shown += after == "text"
        assert capsys.readouterr().out == (text if after == "text" else "")
    assert (ran, shown) == (1, 3)


def test_the_page_tells_all_kinds_and_tags() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE)
    assert sorted(int(number) for row in rows for number in row.split(",")) == sorted(Kind)
    for tag in Tag:
        assert f"{int(tag)} " in text, tag
