"""The code of docs/transports.md runs, and its numbers are those of the code."""

import asyncio
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rxvoice import Session
from rxvoice.transports import _closing, _intake, _outbox
from rxvoice.transports._websockets import HEARTBEAT
from tests.test_guide import BLOCK, run_block, run_test

PAGE = Path(__file__).parents[2] / "docs" / "transports.md"


def test_the_page_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    page = ModuleType("transports")
    monkeypatch.setitem(sys.modules, "transports", page)
    vars(page).update(asyncio=asyncio, Session=Session)
    ran = 0
    for kind, code in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        assert kind == "python"
        for test in run_block(code, page):
            ran += 1
            run_test(test)
    assert ran == 1


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    assert _outbox.STUCK == 10.0
    assert _intake.LARGEST == 2**20
    assert _intake.UNREADABLE == 20
    assert _intake.FORGIVEN == 0.1
    assert (_intake.RATE, _intake.FLOW, _intake.RESERVE) == (1000.0, 4 * 2**20, 2.0)
    assert HEARTBEAT == 20.0
    assert _closing.UNSENT == 16 * 1024
