"""docs/rxjs-differences.md says what the tests show."""

import re
from pathlib import Path

import pytest

from tests.testing.rxjs.cases import PATH, load
from tests.testing.rxjs.differences import DIFFERENCES

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "rxjs-differences.md"
SHARED = ROOT.parent / "shared" / "data" / "cases" / "rxjs_marbles.json"

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the pages are not part of the package")

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_PAIR = re.compile(r"^(\S+) +RxJS +(\S+)\n +RxPY +(\S+)$", re.MULTILINE)


def told() -> list[tuple[str, str, str, str]]:
    """Return heading, case, and both outputs, as the page has them."""
    _, *parts = _HEADING.split(PAGE.read_text(encoding="utf-8"))
    sections = zip(parts[::2], parts[1::2], strict=True)
    return [(title, *pair) for title, text in sections for pair in _PAIR.findall(text)]


def test_the_page_tells_every_difference_once_and_under_its_reason() -> None:
    assert sorted((id, reason) for reason, id, _, _ in told()) == sorted(
        (id, difference.reason) for id, difference in DIFFERENCES.items()
    )


def test_the_page_shows_what_the_tests_pin() -> None:
    expected = {case.id: case.expected for case in load()}
    assert {id: (rxjs, rxpy) for _, id, rxjs, rxpy in told()} == {
        id: (expected[id], difference.output) for id, difference in DIFFERENCES.items()
    }


def test_the_page_counts_right() -> None:
    text = PAGE.read_text(encoding="utf-8")
    different = len(DIFFERENCES)
    alike = len(load()) - different
    assert f"{alike} of them come out alike, {different} do not" in text


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not here")
def test_the_copy_of_the_cases_is_true() -> None:
    assert PATH.read_bytes() == SHARED.read_bytes()
