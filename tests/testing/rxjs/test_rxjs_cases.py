"""The cases of RxJS's own tests, run on the kit against RxPY's operators."""

from collections.abc import Mapping
from typing import Any

import pytest

from rxvoice.testing import marbles
from tests.testing.rxjs.cases import Case, load
from tests.testing.rxjs.differences import DIFFERENCES
from tests.testing.rxjs.meanings import meanings
from tests.testing.rxjs.recipes import build
from tests.testing.rxjs.stage import TICK, Stage

CASES = load()
CHANGED = [case for case in CASES if case.id in DIFFERENCES]
REMEDIED = [case for case in CHANGED if DIFFERENCES[case.id].remedied]


def name(case: Case) -> str:
    return case.id


def run(
    case: Case,
    output: str,
    windows: Mapping[str, tuple[str, ...]],
    inners: Mapping[str, str],
    values: Mapping[str, Any],
    *,
    remedied: bool = False,
) -> None:
    """Run a case, and compare what came out and when each source was subscribed."""
    meaning = meanings(case.id)
    with marbles(tick=TICK) as m:
        stage = Stage(m, case, meaning, remedied=remedied)
        stage.expect_inners(output, inners, meaning.get("inners", {}))
        m.expect(build(stage), case.subscription).to_be(
            output, {**meaning.get("expected", {}), **values}, stage.error
        )
        for source, expected in windows.items():
            m.expect_subscriptions(stage.sources[source], *expected)


def run_as_rxjs(case: Case, *, remedied: bool = False) -> None:
    run(case, case.expected, case.windows, case.inners, {}, remedied=remedied)


@pytest.mark.parametrize("case", [c for c in CASES if c.id not in DIFFERENCES], ids=name)
def test_dx04_rxpy_does_what_rxjs_does(case: Case) -> None:
    run_as_rxjs(case)


@pytest.mark.parametrize("case", CHANGED, ids=name)
def test_the_kit_shows_what_rxpy_does_differently(case: Case) -> None:
    with pytest.raises(AssertionError):
        run_as_rxjs(case)
    actual = DIFFERENCES[case.id]
    windows = {**case.windows, **actual.windows}
    if not actual.unhandled:
        run(case, actual.output, windows, actual.inners, actual.values)
        return
    with pytest.raises(AssertionError, match=actual.unhandled) as failure:
        run(case, actual.output, windows, actual.inners, actual.values)
    assert "is not what it should be" not in str(failure.value)
    assert "was not subscribed as expected" not in str(failure.value)


@pytest.mark.parametrize("case", REMEDIED, ids=name)
def test_what_the_page_advises_makes_rxpy_do_what_rxjs_does(case: Case) -> None:
    run_as_rxjs(case, remedied=True)


def test_all_cases_are_there() -> None:
    assert len(CASES) == len({case.id for case in CASES}) == 153
    assert {case.id for case in CASES} >= set(DIFFERENCES)
