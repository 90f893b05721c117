"""The marbles of docs/concepts/*.md are true, drawn and shown."""

import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rxvoice.testing import check_example

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "concepts.py"
PAGES = sorted((ROOT / "docs" / "concepts").glob("*.md"))
pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="the pages are part of the checkout only")


def shown() -> Iterator[Any]:
    """Give the functions that the pages define."""
    if TOOL.exists():
        functions = runpy.run_path(str(TOOL))["functions"]
        for page in PAGES:
            for function in functions(page):
                yield pytest.param(function, id=f"{page.stem}-{function.__name__}")


@pytest.mark.parametrize("function", list(shown()))
def test_what_the_page_shows_is_what_happens(function: Callable[..., Any]) -> None:
    check_example(function)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_a_diagram(page: Path) -> None:
    assert "Marbles (one column" in page.read_text(encoding="utf-8")


def test_the_pictures_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_diagram_that_is_not_true_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "wrong.md"
    text = (ROOT / "docs" / "concepts" / "one-owner.md").read_text(encoding="utf-8")
    page.write_text(text.replace("out    --a-b--x-y----|", "out    --a-b-cx-y----|"))
    wrong = [f for f in runpy.run_path(str(TOOL))["functions"](page) if f.__name__ == "give_way"]
    with pytest.raises(AssertionError, match="give_way"):
        check_example(wrong[0])
