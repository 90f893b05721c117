"""Items that do not come: `lossy` and `disconnect_at`."""

from itertools import groupby
from typing import Any, Literal

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable

from rxvoice.items import AudioFrame, Word
from rxvoice.testing import MarbleError, frames, marbles, silence
from rxvoice.testing.chaos import disconnect_at, lossy

MANY = 20_000


def lost(rate: float, burst: float | None = None, seed: int = 0, count: int = MANY) -> list[bool]:
    """Say of each of many items whether it is lost."""
    passed: set[int] = set()
    numbers = rx.from_iterable(range(count))
    numbers.pipe(lossy(rate, burst=burst, seed=seed, only=int)).subscribe(passed.add)
    return [number not in passed for number in range(count)]


def runs(flags: list[bool]) -> float:
    """Return the mean length of the runs in which something is lost."""
    lengths = [len([*group]) for is_lost, group in groupby(flags) if is_lost]
    return sum(lengths) / len(lengths)


class TestLossy:
    @pytest.mark.parametrize(
        ("rate", "burst"),
        [(0.05, None), (0.3, None), (0.5, 1.0), (0.05, 1.0), (0.05, 3.0), (0.2, 5.0), (0.7, 4.0)],
    )
    def test_as_much_is_lost_as_was_said_and_in_bursts_of_that_length(
        self, rate: float, burst: float | None
    ) -> None:
        flags = lost(rate, burst)
        assert sum(flags) / MANY == pytest.approx(rate, rel=0.1)
        assert runs(flags) == pytest.approx(burst or 1.0 / (1.0 - rate), rel=0.1)

    def test_the_ends_of_the_range(self) -> None:
        assert not any(lost(0.0))
        assert not any(lost(0.0, burst=4.0))
        assert all(lost(1.0))
        assert all(lost(1.0, burst=4.0))
        assert lost(0.5, burst=1.0, count=6) in ([True, False] * 3, [False, True] * 3)

    def test_the_first_item_is_lost_as_often_as_any(self) -> None:
        first = [lost(0.4, burst=5.0, seed=seed, count=1)[0] for seed in range(500)]
        assert sum(first) / 500 == pytest.approx(0.4, abs=0.06)

    def test_each_subscription_loses_the_same_and_another_seed_others(self) -> None:
        assert lost(0.3, 2.0, seed=1, count=100) == lost(0.3, 2.0, seed=1, count=100)
        assert lost(0.3, 2.0, seed=1, count=100) != lost(0.3, 2.0, seed=2, count=100)

    def test_only_audio_is_lost_and_leaves_its_place_empty(self) -> None:
        a, b, c = frames(silence(0.06))
        values: dict[str, Any] = {"a": a, "b": b, "c": c, "w": Word("hm", 0.0)}
        with marbles() as m:
            source = m.hot("awbwcw|", values)
            m.expect(source.pipe(lossy(0.5, burst=1.0, seed=3))).to_be("-wbw-w|", values)
            m.expect(source.pipe(lossy(1.0))).to_be("-w-w-w|", values)
            m.expect(source.pipe(lossy(1.0, only=(AudioFrame, Word)))).to_be("------|")
            m.expect(source.pipe(lossy(1.0, only=AudioFrame | Word))).to_be("------|")
            m.expect_subscriptions(source, *["^-----!"] * 4)

    @given(st.lists(st.sampled_from("ax"), max_size=30), st.integers(0, 3))
    def test_other_items_do_not_change_what_is_lost(self, letters: list[str], seed: int) -> None:
        """The draws count the items that may be lost, and no others."""
        numbered: list[int | str] = [
            at if letter == "a" else "x" for at, letter in enumerate(letters)
        ]
        passed: list[int | str] = []
        source = rx.from_iterable(numbered)
        source.pipe(lossy(0.5, seed=seed, only=int)).subscribe(passed.append)
        flags = iter(lost(0.5, seed=seed, count=len(numbered)))
        assert passed == [item for item in numbered if item == "x" or not next(flags)]

    @pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
    def test_the_rate_makes_sense(self, rate: float) -> None:
        with pytest.raises(ValueError, match="rate must be in"):
            lossy(rate)

    @pytest.mark.parametrize(("rate", "burst"), [(0.1, 0.5), (0.8, 3.0), (0.1, float("nan"))])
    def test_the_burst_can_be_had(self, rate: float, burst: float) -> None:
        with pytest.raises(ValueError, match="burst must be at least"):
            lossy(rate, burst=burst)

    def test_only_takes_types(self) -> None:
        with pytest.raises(TypeError, match="only must be a type"):
            lossy(0.1, only="audio")  # pyright: ignore[reportArgumentType]


class TestDisconnectAt:
    def test_at_a_time_it_fails_and_what_comes_then_is_lost(self) -> None:
        with marbles() as m:
            source = m.hot("a-bcdef|")
            m.expect(source.pipe(disconnect_at(0.08))).to_be(
                "a-bc#", error=ConnectionError("disconnected")
            )
            m.expect_subscriptions(source, "^---!")

    def test_the_end_comes_too_late_at_that_time(self) -> None:
        with marbles() as m:
            m.expect(m.hot("ab|").pipe(disconnect_at(0.04))).to_be("ab#", error=ConnectionError)
            m.expect(m.hot("ab#").pipe(disconnect_at(0.04))).to_be("ab#", error=ConnectionError)
            m.expect(m.hot("ab|").pipe(disconnect_at(0.05))).to_be("ab|")
            m.expect(m.hot("ab#").pipe(disconnect_at(0.05))).to_be("ab#")

    def test_a_silent_source_is_cut_off_too(self) -> None:
        with marbles() as m:
            source = m.hot("-")
            m.expect(source.pipe(disconnect_at(0.06))).to_be("---#", error=ConnectionError)
            m.expect_subscriptions(source, "^--!")

    def test_after_some_items(self) -> None:
        with marbles() as m:
            source = m.cold("a-bc|")
            m.expect(source.pipe(disconnect_at(items=2))).to_be("a-(b#)", error=ConnectionError)
            m.expect_subscriptions(source, "^-!")

    def test_whichever_comes_first(self) -> None:
        with marbles() as m:
            source = m.hot("abcd|")
            by_time, by_items = disconnect_at(0.02, items=3), disconnect_at(0.06, items=1)
            m.expect(source.pipe(by_time)).to_be("a#", error=ConnectionError)
            m.expect(source.pipe(by_items)).to_be("(a#)", error=ConnectionError)

    def test_before_anything(self) -> None:
        with marbles() as m:
            source = m.hot("a-b|")
            m.expect(source.pipe(disconnect_at(items=0))).to_be("#", error=ConnectionError)
            m.expect(source.pipe(disconnect_at(items=0, how="complete"))).to_be("|")
            m.expect_subscriptions(source)

    def test_with_an_error_of_ones_own(self) -> None:
        with marbles() as m:
            cut = disconnect_at(0.02, error=MarbleError("gone"))
            m.expect(m.hot("ab|").pipe(cut)).to_be("a#", error=MarbleError("gone"))

    def test_it_may_complete(self) -> None:
        with marbles() as m:
            source = m.hot("abc#")
            m.expect(source.pipe(disconnect_at(0.04, how="complete"))).to_be("ab|")
            m.expect(source.pipe(disconnect_at(items=1, how="complete"))).to_be("(a|)")
            m.expect_subscriptions(source, "^-!", "(^!)")

    @pytest.mark.parametrize("end", ["|", "#", "-"])
    def test_it_may_fall_silent_and_nobody_knows(self, end: str) -> None:
        with marbles() as m:
            source = m.cold(f"abcd{end}")
            m.expect(source.pipe(disconnect_at(0.04, how="silence")), "^---------!").to_be("ab")
            m.expect(source.pipe(disconnect_at(items=0, how="silence")), "^---------!").to_be("-")
            used = "^---------!" if end == "-" else "^---!"
            m.expect_subscriptions(source, used, used)

    def test_a_second_attempt_at_the_same_time_succeeds(self) -> None:
        with marbles() as m:
            source = m.hot("abcdef|")
            m.expect(source.pipe(disconnect_at(0.05), ops.retry(2))).to_be("abcdef|")
            m.expect_subscriptions(source, "^ 30ms !", "50ms ^ 50ms !")

    def test_the_items_of_each_attempt_are_counted(self) -> None:
        with marbles() as m:
            source = m.hot("abcdef|")
            m.expect(source.pipe(disconnect_at(items=2), ops.retry(2))).to_be(
                "abc(d#)", error=ConnectionError
            )
            m.expect_subscriptions(source, "^!", "-^-!")

    @pytest.mark.parametrize("how", ["fail", "complete"])
    def test_the_source_is_left_before_anybody_knows(
        self, how: Literal["fail", "complete"]
    ) -> None:
        """A second attempt finds the first one's connection closed."""
        said: list[str] = []

        def connect(observer: abc.ObserverBase[str], _: object = None) -> abc.DisposableBase:
            observer.on_next("item")
            return Disposable(lambda: said.append("closed"))

        with marbles() as m:
            cut = Observable(connect).pipe(
                disconnect_at(0.02, how=how),
                ops.do_action(
                    said.append, lambda _: said.append("fail"), lambda: said.append("complete")
                ),
            )
            m.record(cut)
        assert said == ["item", "closed", how]

    def test_an_item_may_unsubscribe_just_before_the_cut(self) -> None:
        with marbles() as m:
            m.expect(m.hot("ab").pipe(disconnect_at(items=1), ops.take(1))).to_be("(a|)")

    @pytest.mark.parametrize(
        ("options", "word"),
        [
            ({}, "when or items"),
            ({"items": -1}, "items must not be negative"),
            ({"items": 1, "how": "explode"}, "how must be"),
            ({"items": 1, "how": "complete", "error": MarbleError()}, "needs how='fail'"),
        ],
    )
    def test_its_arguments_make_sense(self, options: dict[str, Any], word: str) -> None:
        with pytest.raises(ValueError, match=word):
            disconnect_at(**options)

    @pytest.mark.parametrize("when", [-0.1, float("nan"), float("inf")])
    def test_the_time_makes_sense(self, when: float) -> None:
        with pytest.raises(ValueError, match="when must not be negative"):
            disconnect_at(when)
