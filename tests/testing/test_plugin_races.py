"""Tests that pytest runs with many seeds."""

import pytest

pytest_plugins = ["pytester"]

TEXT = """
import asyncio
import pytest
import reactivex as rx
from reactivex import operators as ops
from rxvoice.testing import marbles as bench
from rxvoice.testing import pause

def race(m):
    order = []
    once = rx.timer(1.0)
    twice = rx.timer(0.4).pipe(ops.flat_map(rx.timer(0.6)))
    for name, timer in (("a", once), ("b", twice)):
        m.record(timer.pipe(ops.do_action(lambda _, name=name: order.append(name))))
    m.run()
    assert order == ["a", "b"]

MARK
def test_fixture(marbles):
    race(marbles)

MARK
def test_bench():
    with bench() as m:
        race(m)

MARK
@pytest.mark.virtual_time
async def test_coroutine():
    order = []
    asyncio.get_running_loop().call_later(1.0, order.append, "a")
    await pause(0.4)
    asyncio.get_running_loop().call_later(0.6, order.append, "b")
    await pause(2.0)
    assert order == ["a", "b"]

MARK
def test_without_time():
    pass
"""


def run(pytester: pytest.Pytester, mark: str, *args: str) -> pytest.RunResult:
    pytester.makepyfile(TEXT.replace("MARK", mark))
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error", *args)


def test_without_the_mark_a_test_is_run_once(pytester: pytest.Pytester) -> None:
    run(pytester, "").assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("mark", "args"), [("@pytest.mark.search_races(8)", ()), ("", ("--race-seeds=8",))]
)
def test_each_seed_is_a_test(pytester: pytest.Pytester, mark: str, args: tuple[str, ...]) -> None:
    result = run(pytester, mark, *args)
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] + outcomes["failed"] == 4 * 9
    assert outcomes["failed"] >= 3
    text = result.stdout.str()
    for name in ("test_fixture", "test_bench", "test_coroutine"):
        assert f"::{name}[seed" in text
        assert f"::{name}[in-order]" not in text
    assert "test_without_time" not in text
    result.stdout.fnmatch_lines(["E*seed=* orders the timers with equal deadlines as they were*"])


def test_a_round_can_be_selected(pytester: pytest.Pytester) -> None:
    result = run(pytester, "@pytest.mark.search_races", "-k", "test_without_time and seed19")
    result.assert_outcomes(passed=1, deselected=4 * 21 - 1)


@pytest.mark.parametrize("mark", ["search_races('x')", "search_races(0)", "search_races(n=1)"])
def test_a_bad_number_is_refused(pytester: pytest.Pytester, mark: str) -> None:
    result = run(pytester, f"@pytest.mark.{mark}")
    result.stdout.fnmatch_lines(["*search_races takes a number of seeds*"])
