"""One subscription for several subscribers: `share`."""

import contextlib
from typing import assert_type

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import SerialDisposable
from reactivex.subject import Subject

from rxvoice import Operator
from rxvoice.aio import from_async
from rxvoice.clock import loop_scheduler
from rxvoice.operators import share
from rxvoice.testing import VirtualLoop, marbles


class TestSharing:
    def test_the_source_is_subscribed_once(self) -> None:
        with marbles() as m:
            source = m.cold("-a-b-c|")
            shared = source.pipe(share())
            m.expect(shared).to_be("-a-b-c|")
            m.expect(shared).to_be("-a-b-c|")
            m.expect_subscriptions(source, "^-----!")

    def test_a_later_subscriber_gets_what_comes_from_then_on(self) -> None:
        with marbles() as m:
            source = m.cold("-a-b-c|")
            shared = source.pipe(share())
            m.expect(shared).to_be("-a-b-c|")
            m.expect(shared, "--^").to_be("---b-c|")
            m.expect_subscriptions(source, "^-----!")

    def test_never_empty_and_error(self) -> None:
        with marbles() as m:
            m.expect(m.cold("---").pipe(share())).to_be("---")
            m.expect(m.cold("--|").pipe(share())).to_be("--|")
            failing = m.cold("-a#").pipe(share())
            m.expect(failing).to_be("-a#")
            m.expect(failing).to_be("-a#")

    def test_two_uses_of_one_operator_value_are_independent(self) -> None:
        """State belongs to the shared stream, not to the operator."""
        operator: Operator[str, str] = share()
        with marbles() as m:
            m.expect(m.cold("-a|").pipe(operator)).to_be("-a|")
            m.expect(m.cold("b--|").pipe(operator)).to_be("b--|")

    def test_its_type_is_known(self) -> None:
        assert_type(rx.of(1).pipe(share()), Observable[int])

    def test_the_scheduler_is_handed_on(self) -> None:
        with marbles() as m:
            shared = rx.timer(0.04).pipe(share())
            m.expect(shared).to_be("--(v |)", {"v": 0})
            m.expect(shared).to_be("--(v |)", {"v": 0})

    def test_a_generator_runs_once(self) -> None:
        with marbles() as m:
            words = m.agen("a-b|")
            shared = from_async(words).pipe(share())
            m.expect(shared).to_be("a-b|")
            m.expect(shared).to_be("a-b|")
            m.expect_subscriptions(words, "^--!")


class TestConnecting:
    def test_the_last_one_to_leave_disconnects(self) -> None:
        with marbles() as m:
            source = m.cold("-a-b-c|")
            shared = source.pipe(share())
            m.expect(shared, "^-!").to_be("-a-")
            m.expect(shared, "^---!").to_be("-a-b")
            m.expect_subscriptions(source, "^---!")

    def test_anew_after_the_last_one_has_left(self) -> None:
        with marbles() as m:
            source = m.cold("-a-b-c|")
            shared = source.pipe(share())
            m.expect(shared, "^-!").to_be("-a-")
            m.expect(shared, "----^").to_be("-----a-b-c|")
            m.expect_subscriptions(source, "^-!", "----^-----!")

    def test_anew_after_a_completion(self) -> None:
        """RxPY's own stays dead."""
        with marbles() as m:
            source = m.cold("-a|")
            shared = source.pipe(share())
            m.expect(shared).to_be("-a|")
            m.expect(shared, "---^").to_be("----a|")
            m.expect_subscriptions(source, "^-!", "---^-!")

    def test_anew_after_an_error(self) -> None:
        with marbles() as m:
            source = m.cold("-a#")
            shared = source.pipe(share())
            m.expect(shared).to_be("-a#")
            m.expect(shared, "---^").to_be("----a#")

    def test_anew_by_retry_and_repeat(self) -> None:
        """They subscribe in the very turn of the end, before all have heard of it."""
        with marbles() as m:
            failing = m.cold("-a#").pipe(share())
            m.expect(failing.pipe(ops.retry(2))).to_be("-a-a#")
            m.expect(failing).to_be("-a#")
            ending = m.cold("-a|").pipe(share())
            m.expect(ending.pipe(ops.repeat(2))).to_be("-a-a|")
            m.expect(ending).to_be("-a|")

    def test_those_who_leave_late_do_not_disturb_the_next_connection(self) -> None:
        """They hear of the end after ``retry`` has connected anew."""
        with marbles() as m:
            source = m.cold("-a--b#")
            shared = source.pipe(share())
            m.expect(shared.pipe(ops.retry(2))).to_be("-a--b-a--b#")
            m.expect(shared).to_be("-a--b#")
            m.expect(shared, "-------^").to_be("---------b#")
            m.expect_subscriptions(source, "^----!", "-----^----!")

    def test_a_source_that_ends_while_it_is_subscribed(self) -> None:
        with marbles() as m:
            shared = rx.of("a", "b").pipe(share())
            m.expect(shared).to_be("(a b |)")
            m.expect(shared).to_be("(a b |)")
            failing: Observable[str] = rx.throw(ValueError("no line"))
            m.expect(failing.pipe(share())).to_be("#", error=ValueError("no line"))

    def test_leaving_while_the_source_is_subscribed(self) -> None:
        """A source that emits at once, and a subscriber that wants one item."""
        with marbles() as m:
            left: list[str] = []

            def emit(
                observer: abc.ObserverBase[str], _: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                observer.on_next("a")
                observer.on_next("b")
                return SerialDisposable()

            source: Observable[str] = rx.create(emit)
            shared = source.pipe(ops.finally_action(lambda: left.append("left")), share())
            m.expect(shared.pipe(ops.take(1))).to_be("(a |)")
            m.expect(shared, "--^").to_be("--(a b)")
            m.run()
            assert left == ["left", "left"]

    def test_leaving_twice_counts_once(self) -> None:
        source: Subject[int] = Subject()
        shared = source.pipe(share())
        got: list[int] = []
        first = shared.subscribe()
        shared.subscribe(got.append)
        first.dispose()
        first.dispose()
        source.on_next(1)
        assert got == [1]

    def test_leaving_inside_of_on_next(self) -> None:
        with marbles() as m:
            source = m.cold("-a-b-c|")
            shared = source.pipe(share())
            m.expect(shared.pipe(ops.take(1))).to_be("-(a |)")
            m.expect(shared.pipe(ops.take(2))).to_be("-a-(b |)")
            m.expect_subscriptions(source, "^--!")


class TestASubscriberThatRaises:
    """Rule: a Subject would starve its siblings and reach the producer."""

    def test_gets_its_exception_back_and_the_others_go_on(self) -> None:
        source: Subject[int] = Subject()
        shared = source.pipe(share())
        log: list[str] = []

        def fail(item: int) -> None:
            raise LookupError(f"cannot take {item}")

        shared.subscribe(lambda item: log.append(f"before {item}"))
        shared.subscribe(fail, lambda error: log.append(str(error)))
        shared.subscribe(lambda item: log.append(f"after {item}"))
        source.on_next(1)
        source.on_next(2)
        assert log == ["before 1", "cannot take 1", "after 1", "before 2", "after 2"]

    def test_alone_it_disconnects(self) -> None:
        source: Subject[int] = Subject()

        def fail(item: int) -> None:
            raise LookupError(f"cannot take {item}")

        source.pipe(share()).subscribe(fail, lambda _: None)
        source.on_next(1)
        assert source.observers == []

    def test_without_an_error_handler_the_loop_hears_of_it(self) -> None:
        source: Subject[int] = Subject()
        got: list[int] = []

        def fail(item: int) -> None:
            raise LookupError(f"cannot take {item}")

        async def main() -> None:
            shared = source.pipe(share())
            shared.subscribe(fail, scheduler=loop_scheduler())
            shared.subscribe(got.append, scheduler=loop_scheduler())
            source.on_next(1)

        loop = VirtualLoop()
        with contextlib.closing(loop):
            loop.run_until_complete(main())
            assert [str(context["exception"]) for context in loop.unhandled] == ["cannot take 1"]
        assert got == [1]

    def test_without_a_loop_the_producer_does(self) -> None:
        source: Subject[int] = Subject()

        def fail(item: int) -> None:
            raise LookupError(f"cannot take {item}")

        source.pipe(share()).subscribe(fail)
        with pytest.raises(LookupError, match="cannot take 1"):
            source.on_next(1)

    def test_at_the_end_does_not_keep_the_others_from_it(self) -> None:
        log: list[str] = []

        def fail(*_: object) -> None:
            raise LookupError("callback")

        async def main() -> None:
            for failing in (False, True):
                source: Subject[int] = Subject()
                shared = source.pipe(share())
                shared.subscribe(None, fail, fail)
                shared.subscribe(None, lambda e: log.append(str(e)), lambda: log.append("end"))
                if failing:
                    source.on_error(ValueError("broken"))
                else:
                    source.on_completed()

        loop = VirtualLoop()
        with contextlib.closing(loop):
            loop.run_until_complete(main())
            assert [str(context["exception"]) for context in loop.unhandled] == ["callback"] * 2
        assert log == ["end", "broken"]
