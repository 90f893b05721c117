"""The code of some pages of docs/ runs, and fails where the page shows a failure."""

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rxvoice.testing import marbles, run_virtual, search_races

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def run_block(code: str, module: ModuleType) -> list[Callable[..., Any]]:
    """Run a block in a module and return the tests that it has defined."""
    before = dict(vars(module))
    exec(compile(code, module.__name__, "exec"), vars(module))
    return [
        value
        for name, value in vars(module).items()
        if name.startswith("test_") and before.get(name) is not value
    ]


def run_test(test: Callable[..., Any]) -> None:
    """Run a test as pytest with the plugin does."""
    marks = {mark.name: mark for mark in getattr(test, "pytestmark", [])}
    options: dict[str, Any] = marks["virtual_time"].kwargs if "virtual_time" in marks else {}

    def run() -> None:
        if inspect.iscoroutinefunction(test):
            run_virtual(test(), **options)
        elif inspect.signature(test).parameters:
            with marbles(**options) as bench:
                test(bench)
        else:
            test()

    if "search_races" in marks:
        search_races(run, *marks["search_races"].args)
    else:
        run()


@pytest.mark.parametrize(
    ("name", "least_tests", "least_shown"),
    [
        ("context.md", 1, 2),
        ("flows.md", 2, 1),
        ("testing.md", 13, 2),
        ("text.md", 1, 3),
        ("turns.md", 5, 0),
    ],
)
def test_the_page_is_true(
    name: str,
    least_tests: int,
    least_shown: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each Python block runs in order; one that is followed by a text block gives that."""
    page = ModuleType("guide")
    monkeypatch.setitem(sys.modules, "guide", page)
    blocks = BLOCK.findall((DOCS / name).read_text(encoding="utf-8"))
    ran = shown = 0
    for index, (kind, code) in enumerate(blocks):
        if kind != "python":
            continue
        after = blocks[index + 1] if index + 1 < len(blocks) else ("", "")
        tests = run_block(code, page)
        printed = capsys.readouterr().out
        ran += len(tests)
        shown += after[0] == "text"
        if after[0] != "text":
            for test in tests:
                run_test(test)
        elif tests:
            with pytest.raises(AssertionError) as failure:
                run_test(tests[0])
            assert str(failure.value).strip() == after[1].strip()
        else:
            assert printed.strip() == after[1].strip()
    assert ran >= least_tests
    assert shown >= least_shown
