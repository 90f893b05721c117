"""The code of docs/echo.md runs."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import reactivex as rx

from rxvoice import Operator

PAGE = Path(__file__).parents[1] / "docs" / "echo.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("echo_page")
    monkeypatch.setitem(sys.modules, "echo_page", module)
    for code in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        exec(compile(code, PAGE.name, "exec"), vars(module))
    return module


def test_the_bot_of_the_page_does_not_interrupt_itself(page: ModuleType) -> None:
    page.test_the_bot_does_not_interrupt_itself()


def test_without_the_gate_it_does(page: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the page would show nothing."""

    def through(_: rx.Observable[Any]) -> Operator[Any, Any]:
        def same(source: rx.Observable[Any]) -> rx.Observable[Any]:
            return source

        return same

    monkeypatch.setattr(page, "echo_gate", through)
    with pytest.raises(AssertionError):
        page.test_the_bot_does_not_interrupt_itself()
