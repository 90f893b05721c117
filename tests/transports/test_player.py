"""Packets leave like from a sound card (TR15), in virtual time."""

import asyncio
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reactivex import abc

from rxvoice import AudioFrame
from rxvoice.clock import LoopScheduler
from rxvoice.testing import run_virtual
from rxvoice.transports import Player

RATE = 16_000


def sound(seconds: float, first: int = 0, *, rate: int = RATE, pts: float = 0.0) -> AudioFrame:
    """Audio whose samples are counted."""
    at = np.arange(first, first + round(seconds * rate)) % 30_000
    return AudioFrame(at.astype(np.int16), rate, pts)


class Busy(LoopScheduler):
    """The time of a loop that does something else for a while.

    Args:
        start: Seconds since the beginning at which it is busy, …
        end: … until then.
    """

    def __init__(self, start: float, end: float) -> None:
        super().__init__()
        self.busy = (start, end)

    def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase:
        start, end = self.busy
        return super().call_at(end if start < when < end else when, action)


class Line:
    """A player, and when what left it did, or was heard.

    Attributes:
        log: Seconds since the beginning, and what left.
        heard: Seconds since the beginning, and up to what time of the frames all was heard.
        react: Is called with what leaves, after it was noted.
    """

    def __init__(self, busy: tuple[float, float] = (0.0, 0.0), **options: Any) -> None:
        self.clock = Busy(*busy)
        self.log: list[tuple[float, object]] = []
        self.heard: list[tuple[float, float]] = []
        self.react: Callable[[object], None] = lambda item: None
        self.react_heard: Callable[[float], None] = lambda until: None
        self.player = Player(self.clock, self._send, heard=self._hear, **options)

    def _send(self, item: object) -> None:
        self.log.append((round(self.clock.now_seconds, 6), item))
        self.react(item)

    def _hear(self, until: float) -> None:
        self.heard.append((round(self.clock.now_seconds, 6), round(until, 6)))
        self.react_heard(until)

    @property
    def packets(self) -> list[tuple[float, AudioFrame]]:
        return [(at, item) for at, item in self.log if isinstance(item, AudioFrame)]

    @property
    def samples(self) -> list[int]:
        return [int(each) for _, packet in self.packets for each in packet.samples]


def play(script: Callable[[Line], Any], *, rest: float = 3.0, **options: Any) -> Line:
    """Run a script, which may await, and wait until all has left."""
    lines: list[Line] = []

    async def main() -> None:
        line = Line(**options)
        lines.append(line)
        waiting = script(line)
        if waiting is not None:
            await waiting
        await asyncio.sleep(rest)

    run_virtual(main())
    return lines[0]


def test_tr15_packets_leave_by_deadlines_that_do_not_drift() -> None:
    line = play(lambda line: line.player.take(sound(900.0)), capacity=900.0, rest=901.0)
    times = [at for at, _ in line.packets]
    assert len(times) == 45_000
    assert max(abs(at - k * 0.02) for k, at in enumerate(times)) < 2e-6


def test_tr15_what_comes_in_bursts_leaves_evenly() -> None:
    async def script(line: Line) -> None:
        for burst in range(10):
            for part in range(5):
                first = (burst * 5 + part) * 480
                line.player.take(sound(0.03, first, pts=first / RATE))
            await asyncio.sleep(0.13)

    line = play(script)
    assert [at for at, _ in line.packets] == pytest.approx([k * 0.02 for k in range(75)])
    assert line.samples == list(range(24_000))
    assert [packet.pts for _, packet in line.packets] == pytest.approx(
        [k * 0.02 for k in range(75)]
    )


def test_tr15_a_loop_that_was_late_keeps_the_deadlines() -> None:
    """The far end's reserve is the same as before."""

    line = play(lambda line: line.player.take(sound(0.4)), busy=(0.05, 0.125))
    due = [k * 0.02 for k in range(20)]
    assert [at for at, _ in line.packets] == pytest.approx(
        [at if at < 0.05 else max(at, 0.125) for at in due]
    )
    assert line.player.latest == pytest.approx(0.065)
    assert line.samples == list(range(6_400))


def test_tr15_after_a_long_stall_nothing_is_sent_faster() -> None:
    line = play(lambda line: line.player.take(sound(0.4)), busy=(0.05, 1.05))
    assert [at for at, _ in line.packets] == pytest.approx(
        [0.0, 0.02, 0.04, *(1.05 + k * 0.02 for k in range(17))]
    )


def test_the_last_packet_is_as_short_as_what_is_left() -> None:
    line = play(lambda line: line.player.take(sound(0.05)))
    assert [len(packet.samples) for _, packet in line.packets] == [320, 320, 160]
    assert line.heard == [(0.02, 0.02), (0.04, 0.04), (0.05, 0.05)]


def test_another_rate_begins_a_packet_of_its_own() -> None:
    def script(line: Line) -> None:
        line.player.take(sound(0.03))
        line.player.take(sound(0.03, rate=8_000, pts=0.03))

    line = play(script)
    assert [(at, len(packet.samples), packet.rate) for at, packet in line.packets] == [
        (0.0, 320, 16_000),
        (0.02, 160, 16_000),
        (0.03, 160, 8_000),
        (0.05, 80, 8_000),
    ]


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_packets_of_rates_that_do_not_divide_have_whole_samples_and_their_own_time(
    rate: int,
) -> None:
    line = play(lambda line: line.player.take(sound(1.0, rate=rate)))
    assert line.samples == [each % 30_000 for each in range(rate)]
    for (left, packet), (after, _) in pairwise(line.packets):
        assert after - left == pytest.approx(packet.duration, abs=3e-6)


def test_what_waits_behind_audio_leaves_when_that_has_been_heard() -> None:
    def script(line: Line) -> None:
        line.player.put_behind("first")
        line.player.take(sound(0.03))
        line.player.put_behind("then")
        line.player.take(sound(0.02))

    line = play(script)
    assert [at for at, _ in line.log] == [0.0, 0.0, 0.02, 0.03, 0.03]
    assert [item for _, item in line.log if isinstance(item, str)] == ["first", "then"]
    assert line.log[3][1] == "then"


def test_tr15_an_interruption_cancels_what_has_not_left() -> None:
    async def script(line: Line) -> None:
        line.player.take(sound(5.0))
        line.player.put_behind("end")
        await asyncio.sleep(0.05)
        line.player.clear()

    line = play(script)
    assert [at for at, _ in line.log] == [0.0, 0.02, 0.04, 0.05]
    assert line.log[-1][1] == "end"
    assert line.heard[-1] == (0.05, 0.05)
    assert line.player.waiting == 0.0


def test_audio_behind_a_clear_begins_at_once() -> None:
    async def script(line: Line) -> None:
        line.player.take(sound(1.0))
        await asyncio.sleep(0.03)
        line.player.clear()
        line.player.take(sound(0.04, 20_000))

    line = play(script)
    assert [at for at, _ in line.packets] == [0.0, 0.02, 0.03, 0.05]
    assert line.samples[640:] == list(range(20_000, 20_640))


def test_clearing_nothing_does_nothing() -> None:
    line = play(lambda line: line.player.clear())
    assert (line.log, line.heard) == ([], [])


def test_what_does_not_fit_is_dropped_and_counted() -> None:
    def script(line: Line) -> None:
        line.player.take(sound(0.5))
        line.player.take(sound(0.7, 8_000))
        line.player.take(sound(0.1, 30))

    line = play(script, capacity=1.0)
    assert line.samples == list(range(16_320))  # a packet had left
    assert line.player.dropped == pytest.approx(0.28)
    assert line.player.waiting == 0.0


@pytest.mark.parametrize("again", [False, True])
def test_whoever_is_given_a_packet_may_clear_and_say_something_else(again: bool) -> None:
    def script(line: Line) -> None:
        def react(item: object) -> None:
            if len(line.log) == 3:
                line.player.clear()
                if again:
                    line.player.take(sound(0.04, 20_000))

        line.react = react
        line.player.take(sound(1.0))

    line = play(script)
    times = [0.0, 0.02, 0.04, *([0.04, 0.06] if again else [])]
    assert [at for at, _ in line.packets] == times
    assert line.samples[960:] == (list(range(20_000, 20_640)) if again else [])


def test_whoever_hears_that_a_packet_was_heard_may_clear_and_say_something_else() -> None:
    def script(line: Line) -> None:
        def react(until: float) -> None:
            if len(line.heard) == 2:
                line.player.clear()
                line.player.take(sound(0.04, 20_000, pts=9.0))

        line.react_heard = react
        line.player.take(sound(1.0))

    line = play(script)
    assert [at for at, _ in line.packets] == [0.0, 0.02, 0.04, 0.06]
    assert line.heard == [(0.02, 0.02), (0.04, 0.04), (0.06, 9.02), (0.08, 9.04)]


def test_whoever_is_told_something_behind_audio_may_say_something_else() -> None:
    idle: list[float] = []

    async def script(line: Line) -> None:
        line.react = lambda item: line.player.take(sound(0.04)) if item == "end" else None
        line.player.take(sound(1.0))
        line.player.put_behind("end")
        line.player.when_idle(lambda: idle.append(round(line.clock.now_seconds, 6)))
        await asyncio.sleep(0.01)
        line.player.clear()

    line = play(script)
    assert [at for at, _ in line.log] == [0.0, 0.01, 0.01, 0.03]
    assert idle == [0.05]


def test_a_send_that_raises_stops_nothing() -> None:
    async def main() -> list[float]:
        problems: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: problems.append(context))
        line = Line()

        def react(item: object) -> None:
            if len(line.log) == 2:
                raise RuntimeError("a codec's bug")

        line.react = react
        line.player.take(sound(0.08))
        await asyncio.sleep(1.0)
        assert len(problems) == 1
        return [at for at, _ in line.packets]

    assert run_virtual(main()) == [0.0, 0.02, 0.04, 0.06]


def test_it_is_idle_when_all_was_heard_and_at_once_when_nothing_plays() -> None:
    idle: list[float] = []

    def script(line: Line) -> None:
        def note() -> None:
            idle.append(round(line.clock.now_seconds, 6))

        line.player.when_idle(note)
        line.player.take(sound(0.05))
        line.player.when_idle(note)

    play(script)
    assert idle == [0.0, 0.05]


def test_closing_forgets_all_and_calls_nobody() -> None:
    idle: list[None] = []

    async def script(line: Line) -> None:
        line.player.take(sound(1.0))
        line.player.put_behind("end")
        line.player.when_idle(lambda: idle.append(None))
        await asyncio.sleep(0.03)
        line.player.close()

    line = play(script)
    assert [at for at, _ in line.log] == [0.0, 0.02]
    assert (idle, line.heard) == ([], [(0.02, 0.02)])


DOINGS = st.one_of(
    st.tuples(st.just("take"), st.sampled_from([1, 7, 160, 320, 321, 1_000, 9_000])),
    st.tuples(st.just("wait"), st.sampled_from([0, 1, 10, 20, 33, 500])),
    st.tuples(st.sampled_from(["clear", "behind"]), st.just(0)),
)


@settings(max_examples=150)
@given(st.lists(DOINGS, max_size=30))
def test_tr15_no_sample_is_lost_doubled_or_swapped_and_none_leaves_after_a_clear(
    doings: list[tuple[str, int]],
) -> None:
    wanted: list[int] = []
    waiting: list[int] = []
    said: list[int] = []

    async def script(line: Line) -> None:
        count = messages = 0
        for what, much in doings:
            if what == "take":
                line.player.take(sound(much / RATE, count, pts=count / RATE))
                waiting.extend(each % 30_000 for each in range(count, count + much))
                count += much
            elif what == "wait":
                await asyncio.sleep(much / 1_000)
            elif what == "behind":
                line.player.put_behind(messages)
                said.append(messages)
                messages += 1
            else:
                sent = len(line.samples) - len(wanted)
                wanted.extend(waiting[:sent])
                waiting.clear()
                line.player.clear()
                assert line.player.waiting == 0.0
        wanted.extend(waiting)

    line = play(script)
    assert line.samples == wanted
    assert [item for _, item in line.log if isinstance(item, int)] == said
    cleared = any(what == "clear" for what, _ in doings)
    for (left, packet), (after, _) in pairwise(line.packets):
        assert cleared or after >= left + packet.duration - 3e-6
    heard = [until for _, until in line.heard]
    assert all(after >= before - 2e-6 for before, after in pairwise(heard))
    if line.packets and not cleared:
        assert heard[-1] == pytest.approx(line.packets[-1][1].end, abs=1e-5)


@settings(max_examples=50)
@given(st.lists(st.sampled_from([1, 50, 160, 320, 500, 2_000]), min_size=1), st.integers(5, 60))
def test_tr15_each_packet_leaves_when_all_before_it_have_been_heard_whatever_the_frames(
    sizes: list[int], milliseconds: int
) -> None:
    def script(line: Line) -> None:
        count = 0
        for size in sizes:
            line.player.take(sound(size / RATE, count))
            count += size

    length = milliseconds / 1_000
    line = play(script, packet=length, rest=30.0)
    lengths = [len(packet.samples) for _, packet in line.packets]
    assert [at for at, _ in line.packets] == pytest.approx(
        [before / RATE for before in accumulate([0, *lengths[:-1]])], abs=3e-6
    )
    assert set(lengths[1:-1]) <= {round(length * RATE)}
    assert line.samples == list(range(sum(sizes)))
