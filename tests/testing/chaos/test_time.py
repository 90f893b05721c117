"""Items that come late: `delayed` and `jitter`."""

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.items import AudioFrame
from rxvoice.testing import OnCompleted, OnNext, frames, marbles, silence, timers_left
from rxvoice.testing.chaos import delayed, jitter

sent = st.lists(st.integers(0, 400), min_size=1, max_size=12).map(sorted)


class Letter:
    """An item whose life can be watched."""


class TestDelayed:
    def test_everything_comes_later_by_as_much(self) -> None:
        with marbles() as m:
            source = m.cold("a-(b c)-d|")
            m.expect(source.pipe(delayed(0.06))).to_be("---a-(b c)-d|")
            m.expect_subscriptions(source, "^----!")

    def test_what_was_sent_before_an_error_still_arrives(self) -> None:
        with marbles() as m:
            m.expect(m.cold("ab#").pipe(delayed(0.1))).to_be("-----ab#")
            m.expect(m.cold("#").pipe(delayed(0.1))).to_be("-----#")

    def test_the_end_is_late_even_without_items(self) -> None:
        with marbles() as m:
            m.expect(m.cold("|").pipe(delayed(0.1))).to_be("-----|")

    def test_unsubscribing_forgets_what_is_under_way(self) -> None:
        with marbles() as m:
            source = m.hot("abcdef|")
            m.expect(source.pipe(delayed(0.06)), "^---!").to_be("---a")
            m.expect_subscriptions(source, "^---!")

    def test_the_last_item_may_unsubscribe(self) -> None:
        with marbles() as m:
            m.expect(m.hot("(a b c)").pipe(delayed(0.06), ops.take(2))).to_be("---(a b |)")

    def test_there_is_one_timer_however_many_items_are_under_way(self) -> None:
        line: Subject[int] = Subject()
        counts: list[int] = []

        def flood() -> None:
            counts.append(len(timers_left(m.loop)))
            for number in range(100):
                line.on_next(number)
            counts.append(len(timers_left(m.loop)))

        with marbles() as m:
            log = m.record(line.pipe(delayed(0.1)), "^----------!")
            for when in (1, 2, 3):
                m.at(when, flood)
        assert len(log) == 300
        assert counts[1] - counts[0] == 1
        assert counts[3] == counts[2]
        assert counts[5] == counts[4]

    def test_an_item_may_make_another_one_come_in(self) -> None:
        line: Subject[int] = Subject()

        def again(number: int) -> None:
            if number < 3:
                line.on_next(number + 1)

        with marbles() as m:
            answered = line.pipe(delayed(0.04), ops.do_action(again))
            m.expect(answered, "^--------!").to_be("--a-b-c", {"a": 1, "b": 2, "c": 3})
            m.at(0, lambda: line.on_next(1))

    def test_an_item_that_makes_another_one_come_in_at_once_comes_first(self) -> None:
        line: Subject[int] = Subject()
        heard: list[int] = []

        def again(number: int) -> None:
            if number < 3:
                line.on_next(number + 1)
            heard.append(number)

        with marbles() as m:
            m.record(line.pipe(delayed(0.0), ops.do_action(again)), "^-!")
            m.at(0, lambda: line.on_next(1))
        assert heard == [1, 2, 3]

    def test_what_was_under_way_is_let_go(self) -> None:
        item = Letter()
        kept = weakref.ref(item)
        line: Subject[Letter] = Subject()
        with marbles() as m:
            subscription = line.pipe(delayed(5.0)).subscribe(scheduler=m.scheduler)
            line.on_next(item)
            subscription.dispose()
            del item
            gc.collect()
            assert kept() is None

    @pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf")])
    def test_seconds_make_sense(self, seconds: float) -> None:
        with pytest.raises(ValueError, match="seconds"):
            delayed(seconds)


class TestJitter:
    def test_items_come_irregularly_and_in_order(self) -> None:
        with marbles(tick=0.001) as m:
            source = m.cold("a---------b---------c---------d---|")
            m.expect(source.pipe(jitter(0.015, seed=2))).to_be(
                "---------------a---------(b c)-----d--|"
            )
            m.expect_subscriptions(source, "^---------------------------------!")

    def test_end_and_error_come_after_the_last_item(self) -> None:
        with marbles(tick=0.001) as m:
            m.expect(m.cold("a|").pipe(jitter(0.015, seed=2))).to_be("-" * 15 + "(a|)")
            m.expect(m.cold("a#").pipe(jitter(0.015, seed=2))).to_be("-" * 15 + "(a#)")
            m.expect(m.cold("--|").pipe(jitter(0.015))).to_be("--|")
            m.expect(m.cold("--#").pipe(jitter(0.015))).to_be("--#")

    def test_other_items_pass_at_once(self) -> None:
        frame = silence(0.02)
        with marbles(tick=0.001) as m:
            source = m.cold("f-x|", {"f": frame})
            m.expect(source.pipe(jitter(0.015, seed=2, only=AudioFrame))).to_be(
                "--x------------(f|)", {"f": frame}
            )

    @given(sent, st.integers(0, 60), st.integers(0, 5), st.booleans())
    def test_nothing_is_lost_or_later_than_the_most(
        self, times: list[int], most: int, seed: int, reorder: bool
    ) -> None:
        with marbles() as m:
            line: Subject[int] = Subject()
            log = m.record(line.pipe(jitter(most / 1_000, seed=seed, reorder=reorder)))
            for number, at in enumerate(times):
                m.at(at / 1_000, lambda number=number: line.on_next(number))
            m.at(times[-1] / 1_000, line.on_completed)
        came: list[tuple[float, int]] = [(at, n.value) for at, n in log if isinstance(n, OnNext)]
        assert sorted(number for _, number in came) == [*range(len(times))]
        late = [at - times[number] / 1_000 for at, number in came]
        assert -1e-6 <= min(late) <= max(late) <= most / 1_000 + 1e-6
        assert reorder or [number for _, number in came] == [*range(len(times))]
        assert log[-1] == (max(at for at, _ in came), OnCompleted())

    def test_all_times_are_equally_likely(self) -> None:
        with marbles(tick=0.01) as m:
            log = m.record(m.cold("x*1000 |").pipe(jitter(0.004, seed=1)))
        late = [round(at * 1_000) % 10 for at, n in log if isinstance(n, OnNext)]
        assert {ms: 150 < late.count(ms) < 250 for ms in late} == dict.fromkeys(range(5), True)

    def test_packets_may_overtake_each_other(self) -> None:
        with marbles(tick=0.001) as m:
            log = m.record(m.cold("abcdefgh|").pipe(jitter(0.02, seed=1, reorder=True)))
        came = [n.value for _, n in log if isinstance(n, OnNext)]
        assert came != sorted(came) == [*"abcdefgh"]

    def test_another_seed_is_another_network(self) -> None:
        with marbles() as m:
            logs = [m.record(m.cold("abc|").pipe(jitter(0.1, seed=seed))) for seed in (1, 2)]
        assert logs[0] != logs[1]

    def test_the_frames_keep_their_pts(self) -> None:
        sound = frames(silence(0.2))
        with marbles() as m:
            values = dict(zip("abcdefghij", sound, strict=True))
            log = m.record(m.cold("abcdefghij|", values).pipe(jitter(0.05)))
        assert [n.value for _, n in log if isinstance(n, OnNext)] == sound

    @pytest.mark.parametrize("most", [-0.1, float("nan"), float("inf")])
    def test_most_makes_sense(self, most: float) -> None:
        with pytest.raises(ValueError, match="most"):
            jitter(most)

    def test_only_takes_types(self) -> None:
        with pytest.raises(TypeError, match="only must be a type"):
            jitter(0.1, only="audio")  # pyright: ignore[reportArgumentType]
