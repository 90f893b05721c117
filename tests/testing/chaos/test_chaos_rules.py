"""What all chaos operators have in common: they are operators like all others."""

import inspect
from collections.abc import Callable
from typing import Any, assert_type

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.disposable import SerialDisposable
from reactivex.subject import Subject

from rxvoice import Operator
from rxvoice.testing import chaos, check_example, marbles, timers_left
from rxvoice.testing.chaos import delayed, disconnect_at, echo, jitter, lossy, noise

MILD: dict[str, Callable[[], Operator[Any, Any]]] = {
    "delayed": lambda: delayed(0.0),
    "disconnect_at": lambda: disconnect_at(9.0, items=99),
    "echo": lambda: echo(rx.never()),
    "jitter": lambda: jitter(0.0),
    "lossy": lambda: lossy(0.0, only=object),
    "noise": lambda: noise(level_db=-90.0),
}
WILD: dict[str, Callable[[], Operator[Any, Any]]] = {
    "delayed": lambda: delayed(0.05),
    "disconnect_at": lambda: disconnect_at(0.09),
    "echo": lambda: echo(rx.interval(0.01)),
    "jitter": lambda: jitter(0.05, seed=3),
    "lossy": lambda: lossy(0.5, burst=2.0, only=object),
    "noise": lambda: noise(snr_db=3.0),
}
mild = pytest.mark.parametrize("made", MILD.values(), ids=MILD)
wild = pytest.mark.parametrize("made", WILD.values(), ids=WILD)


def test_all_operators_are_looked_at() -> None:
    assert sorted(MILD) == sorted(WILD) == chaos.__all__


@pytest.mark.parametrize("name", chaos.__all__)
def test_the_marbles_in_the_docstring_are_true(name: str) -> None:
    check_example(getattr(chaos, name))


@pytest.mark.parametrize("name", chaos.__all__)
def test_the_docstring_has_its_parts(name: str) -> None:
    text = inspect.getdoc(getattr(chaos, name)) or ""
    places = [text.index(part) for part in ("Marbles (", "Args:", "Returns:", "Raises:")]
    assert places == sorted(places)


@mild
@pytest.mark.parametrize("diagram", ["---", "|", "--|", "-a-(b c)-|", "-a-#", "#"])
def test_never_empty_values_and_error_pass(
    made: Callable[[], Operator[Any, Any]], diagram: str
) -> None:
    with marbles() as m:
        m.expect(m.cold(diagram).pipe(made()), "^-----!").to_be(diagram)
        m.expect(m.hot(diagram).pipe(made()), "^-----!").to_be(diagram)


@mild
def test_the_source_is_left_at_its_end_or_when_the_result_is(
    made: Callable[[], Operator[Any, Any]],
) -> None:
    with marbles() as m:
        ending, failing, going_on = m.cold("-a|"), m.cold("-a-#"), m.hot("-a-b-c-d")
        m.expect(ending.pipe(made())).to_be("-a|")
        m.expect(failing.pipe(made())).to_be("-a-#")
        m.expect(going_on.pipe(made()), "^---!").to_be("-a-b")
        m.expect_subscriptions(ending, "^-!")
        m.expect_subscriptions(failing, "^--!")
        m.expect_subscriptions(going_on, "^---!")


@wild
@pytest.mark.parametrize("after", range(8))
def test_nothing_is_left_after_unsubscribing_at_any_instant(
    made: Callable[[], Operator[Any, Any]], after: int
) -> None:
    line: Subject[str] = Subject()
    subscription = SerialDisposable()
    left: list[object] = []

    with marbles() as m:

        def enter() -> None:
            subscription.disposable = line.pipe(made()).subscribe(
                on_error=lambda _: None, scheduler=m.scheduler
            )

        def leave() -> None:
            subscription.dispose()
            left.extend(timers_left(m.loop))

        m.at(0, enter)
        for at, letter in enumerate("abcdefg"[:after]):
            m.at(at, lambda letter=letter: line.on_next(letter))
        m.at(after, leave)
    assert left == []
    assert line.observers == []


@wild
def test_nothing_comes_after_unsubscribing(made: Callable[[], Operator[Any, Any]]) -> None:
    for after in range(1, 8):
        with marbles() as m:
            source = m.hot("ab(c d)e-f|")
            log = m.record(source.pipe(made()), f"^{'-' * (after - 1)}!")
        assert all(at <= after * 0.02 for at, _ in log)


@wild
def test_two_subscribers_get_the_same_and_do_not_disturb_each_other(
    made: Callable[[], Operator[Any, Any]],
) -> None:
    with marbles() as m:
        operator = made()
        one = m.record(m.cold("ab(c d)e-f|").pipe(operator))
        other = m.record(m.cold("ab(c d)e-f|").pipe(operator))
        m.record(m.cold("ab(c d)e-f|").pipe(operator), "^-!")
    assert one == other
    assert one


@mild
def test_a_callback_that_fails_ends_it(made: Callable[[], Operator[Any, Any]]) -> None:
    def fail(letter: str) -> str:
        raise LookupError(letter)

    with marbles() as m:
        source = m.hot("-a-b-c-|")
        m.expect(source.pipe(made(), ops.map(fail))).to_be("-#", error=LookupError("a"))
        m.expect_subscriptions(source, "^!")


@mild
def test_the_scheduler_is_handed_on(made: Callable[[], Operator[Any, Any]]) -> None:
    with marbles() as m:
        m.expect(rx.timer(0.04).pipe(made())).to_be("--(v |)", {"v": 0})


def test_their_types_are_known() -> None:
    source = rx.of(1)
    assert_type(source.pipe(delayed(1.0)), Observable[int])
    assert_type(source.pipe(disconnect_at(1.0)), Observable[int])
    assert_type(source.pipe(echo(source)), Observable[int])
    assert_type(source.pipe(jitter(1.0)), Observable[int])
    assert_type(source.pipe(lossy(0.1)), Observable[int])
    assert_type(source.pipe(noise(level_db=-40.0)), Observable[int])
