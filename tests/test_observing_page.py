"""The code of docs/observing.md runs, and prints what the page shows."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import rxvoice.telemetry
from tests.test_guide import BLOCK, run_block

PAGE = Path(__file__).parents[1] / "docs" / "observing.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_true(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = ModuleType("observing")
    monkeypatch.setitem(sys.modules, "observing", page)
    blocks = BLOCK.findall(TEXT)
    shown = 0
    for (kind, code), (after, text) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind != "python":
            continue
        run_block(code, page)
        shown += after == "text"
        assert capsys.readouterr().out == (text if after == "text" else "")
    assert shown == 4


def test_the_page_names_everything_that_is_called() -> None:
    """All functions and classes that one begins with; the items are told in their docstrings."""
    rest = {"Attribute", "Beat", "Collector", "Exposition", "Measurement", "Role", "Topic"}
    rest |= {"SpanEvent", "SpanKind", "SpanMarked", "Tracing"}
    named = set(re.findall(r"\w+", TEXT))
    assert set(rxvoice.telemetry.__all__) - rest - named == set()
