"""The code of docs/own-provider.md runs, and says what the page says that it says."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from .mutants import failed

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "own-provider.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "examples" / "own_provider.py").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.M | re.S)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.syspath_prepend(ROOT / "examples")  # pyright: ignore[reportUnknownMemberType]
    path = tmp_path / "page.py"
    path.write_text("\n\n".join(blocks("python")), encoding="utf-8")
    return runpy.run_path(str(path))


def test_the_provider_of_the_page_is_a_transcriber(page: dict[str, Any]) -> None:
    page["test_parrot_is_a_transcriber"]()


def test_the_voice_of_the_page_fails_as_it_says(page: dict[str, Any]) -> None:
    assert str(failed(page["test_beeper_is_a_voice"])) == blocks("text")[0].rstrip()


def test_what_the_page_shows_of_the_example_is_in_it() -> None:
    shown, _ = blocks("python no-run")
    for line in shown.splitlines():
        assert line in EXAMPLE
