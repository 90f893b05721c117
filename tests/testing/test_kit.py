"""The kit as a whole: its names, its page of help, and what it costs to be installed."""

import inspect
import subprocess
import sys
import textwrap
from typing import Any

import pytest

import rxvoice.testing


def test_all_names_are_there_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    exec("from rxvoice.testing import *", names)
    assert set(rxvoice.testing.__all__) <= set(names)
    assert set(rxvoice.testing.__all__) <= set(dir(rxvoice.testing))
    with pytest.raises(AttributeError, match="has no attribute 'marble'"):
        _ = rxvoice.testing.marble  # pyright: ignore
    with pytest.raises(ImportError, match="cannot import name 'marble'"):
        exec("from rxvoice.testing import marble", {})


def test_names_are_imported_when_they_are_used() -> None:
    """Pytest imports the plugin in every run of everybody who has rxvoice installed."""
    code = """
        import sys
        import pytest
        import rxvoice
        before = set(sys.modules)
        import rxvoice.testing.plugin
        print(len(set(sys.modules) - before), "rxvoice.testing._marbles" in sys.modules)
        from rxvoice.testing import marbles, conversation
        print("rxvoice.testing._marbles" in sys.modules)
    """
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    count, *rest = told.stdout.split()
    assert rest == ["False", "True"]
    assert int(count) < 20, "the plugin imports too much"


def test_the_examples_of_the_help_are_true() -> None:
    page = inspect.getdoc(rxvoice.testing) or ""
    blocks = [
        textwrap.dedent(block.split("\n\nLeaving")[0].split("\n\nOne stream")[0])
        for block in page.split("::\n\n")[1:]
    ]
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


def test_a_name_does_not_outlive_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pytest's pytester unloads the modules that were imported in its runs."""
    before = rxvoice.testing.MarbleFailure
    monkeypatch.delitem(sys.modules, "rxvoice.testing._failure")
    after = rxvoice.testing.MarbleFailure
    assert after is not before
    assert sys.modules["rxvoice.testing._failure"].MarbleFailure is after
