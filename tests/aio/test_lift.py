"""Async generator functions as operators: `lift`."""

from collections.abc import AsyncIterator
from typing import Any, assert_type

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Operator
from rxvoice.aio import Pulled, lift
from rxvoice.errors import BufferOverflow
from rxvoice.testing import marbles, pause


async def upper(words: Pulled[str]) -> AsyncIterator[str]:
    """Say each word aloud."""
    async for word in words:
        yield word.upper()


class TestItems:
    def test_values_and_completion(self) -> None:
        with marbles() as m:
            m.expect(m.hot("-a-(b c)-d|").pipe(lift(upper))).to_be("-A-(B C)-D|")

    def test_never_empty_and_error(self) -> None:
        with marbles() as m:
            m.expect(m.hot("---").pipe(lift(upper))).to_be("---")
            m.expect(m.hot("--|").pipe(lift(upper))).to_be("--|")
            m.expect(m.hot("-(a #)").pipe(lift(upper))).to_be("-(A #)")

    def test_two_subscriptions_are_independent(self) -> None:
        async def numbered(words: Pulled[str]) -> AsyncIterator[str]:
            number = 0
            async for word in words:
                number += 1
                yield f"{word}{number}"

        with marbles() as m:
            stream = m.hot("-a-b-c|").pipe(lift(numbered))
            m.expect(stream).to_be("-x-y-z|", {"x": "a1", "y": "b2", "z": "c3"})
            m.expect(stream, "--^").to_be("---y-z|", {"y": "b1", "z": "c2"})

    def test_its_types_are_known(self) -> None:
        async def lengths(words: Pulled[str]) -> AsyncIterator[int]:
            async for word in words:
                yield len(word)

        assert_type(lift(lengths), Operator[str, int])
        assert_type(rx.of("a").pipe(lift(lengths)), Observable[int])


class TestErrorsOfTheSource:
    def test_are_raised_inside_of_the_generator(self) -> None:
        async def excused(words: Pulled[str]) -> AsyncIterator[str]:
            try:
                async for word in words:
                    yield word
            except ValueError as error:
                yield f"sorry: {error}"

        with marbles() as m:
            words = m.hot("a-(b #)", error=ValueError("line dead"))
            m.expect(words.pipe(lift(excused))).to_be("a-(b 'sorry: line dead' |)")

    def test_of_a_source_that_fails_while_it_is_subscribed(self) -> None:
        with marbles() as m:
            failing: Observable[str] = rx.throw(ValueError("no line"))
            m.expect(failing.pipe(lift(upper))).to_be("#", error=ValueError("no line"))


class TestSynchronousSources:
    def test_items_wait_until_the_generator_runs(self) -> None:
        with marbles() as m:
            m.expect(rx.of("a", "b").pipe(lift(upper))).to_be("(A B |)")
            many = rx.of(*"abcdefgh").pipe(lift(upper, capacity=8))
            m.expect(many).to_be("(A B C D E F G H |)")

    def test_one_that_emits_more_than_the_capacity_overflows(self) -> None:
        """What cannot wait has to be given room, or be allowed to lose items."""
        with marbles() as m:
            letters = rx.of(*"abcd")
            overflow = BufferOverflow("upper: more than 3 items are waiting")
            m.expect(letters.pipe(lift(upper, capacity=3))).to_be("(A B C #)", error=overflow)
            newest = lift(upper, capacity=3, policy="drop_newest")
            m.expect(letters.pipe(newest)).to_be("(A B C |)")
            oldest = lift(upper, capacity=3, policy="drop_oldest")
            m.expect(letters.pipe(oldest)).to_be("(B C D |)")


class TestEnding:
    def test_an_early_end_unsubscribes_the_source(self) -> None:
        async def two(words: Pulled[str]) -> AsyncIterator[str]:
            yield await anext(words)
            yield await anext(words)

        with marbles() as m:
            words = m.hot("-a-b-c-d|")
            m.expect(words.pipe(lift(two))).to_be("-a-(b |)")
            m.expect_subscriptions(words, "^--!")

    def test_an_error_of_the_generator_unsubscribes_the_source(self) -> None:
        async def picky(words: Pulled[str]) -> AsyncIterator[str]:
            async for word in words:
                if word == "b":
                    raise LookupError(word)
                yield word

        with marbles() as m:
            words = m.hot("-a-b-c-d|")
            m.expect(words.pipe(lift(picky))).to_be("-a-#", error=LookupError("b"))
            m.expect_subscriptions(words, "^--!")

    def test_unsubscribing_cancels_and_unsubscribes(self) -> None:
        log: list[str] = []

        async def slow(words: Pulled[str]) -> AsyncIterator[str]:
            try:
                async for word in words:
                    yield word
            finally:
                await pause(0.1)
                log.append("cleaned up")

        with marbles() as m:
            words = m.hot("-a-b-c-d|")
            m.expect(words.pipe(lift(slow)), "^---!").to_be("-a-b")
            m.expect_subscriptions(words, "^---!")
        assert log == ["cleaned up"]

    def test_unsubscribing_inside_of_on_next(self) -> None:
        log: list[str] = []

        async def slow(words: Pulled[str]) -> AsyncIterator[str]:
            try:
                async for word in words:
                    yield word
            finally:
                await pause(0.1)
                log.append("cleaned up")

        with marbles() as m:
            words = m.hot("-(a b)-c|")
            m.expect(words.pipe(lift(slow), ops.take(1))).to_be("-(a |)")
            m.expect_subscriptions(words, "^!")
        assert log == ["cleaned up"]

    def test_a_clean_up_may_walk_through_the_items(self) -> None:
        """After unsubscribing the iterator has ended; waiting for more would last for ever."""
        log: list[str] = []

        async def flushing(words: Pulled[str]) -> AsyncIterator[str]:
            try:
                async for word in words:
                    yield word
            finally:
                log.extend([word async for word in words])
                log.append("flushed")

        with marbles() as m:
            m.expect(m.hot("-a-b-c|").pipe(lift(flushing)), "^--!").to_be("-a-")
        assert log == ["flushed"]

    def test_a_function_that_raises(self) -> None:
        def broken(words: Pulled[str]) -> AsyncIterator[str]:
            raise LookupError("no model")

        with marbles() as m:
            words = m.hot("-a-b|")
            m.expect(words.pipe(lift(broken))).to_be("#", error=LookupError("no model"))


class TestArguments:
    def test_bad_ones_are_refused_where_it_is_called(self) -> None:
        bad: Any = "wait"
        with pytest.raises(ValueError, match="capacity must be at least 1, got 0"):
            lift(upper, capacity=0)
        with pytest.raises(ValueError, match=r"policy must be one of .*, got 'wait'"):
            lift(upper, policy=bad)

    def test_the_name_is_told(self) -> None:
        with marbles() as m:
            overflow = BufferOverflow("shout: more than 1 items are waiting")
            stream = rx.of("a", "b").pipe(lift(upper, capacity=1, name="shout"))
            m.expect(stream).to_be("(A #)", error=overflow)
