"""Late input, in virtual time: order, pace, losses, clocks that differ (TR15)."""

import asyncio
import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given, settings
from hypothesis import strategies as st
from reactivex import Observable, abc
from reactivex.subject import Subject

from rxvoice import AudioFrame, Event, Session
from rxvoice.clock import LoopScheduler
from rxvoice.items import Connected, Disconnected, Dtmf, Metric
from rxvoice.operators import dejitter
from rxvoice.testing import OnCompleted, marbles, run_virtual, timers_left
from rxvoice.testing.chaos import jitter, lossy
from tests.telephony.lines import TWILIO

RATE = 8_000
PACKET = 0.02
SIZE = 160
GRAIN = 0.005

Arrival = tuple[float, Event]


def frame(number: int, *, rate: int = RATE, count: int = SIZE) -> AudioFrame:
    """A frame whose samples are their own places in the stream."""
    at = np.arange(number * count, (number + 1) * count)
    return AudioFrame((at % 30_000).astype(np.int16), rate, number * count / rate)


def play(arrivals: Sequence[Arrival], **options: Any) -> list[Arrival]:
    """Return what comes out and when, of items that come at given times."""
    out: list[Arrival] = []

    async def main() -> None:
        async with Session() as session:
            clock: LoopScheduler = session.scheduler
            source: Subject[Event] = Subject()
            for at, item in arrivals:
                clock.call_at(at, lambda item=item: source.on_next(item))
            end = max((at for at, _ in arrivals), default=0.0) + 1.0
            clock.call_at(end, source.on_completed)
            session.subscribe(
                source.pipe(dejitter(**options)),
                lambda item: out.append((round(clock.now_seconds, 6), item)),
            )
            await asyncio.sleep(end)

    run_virtual(main())
    return out


def sound(out: Sequence[Arrival]) -> list[tuple[float, AudioFrame]]:
    return [(at, item) for at, item in out if isinstance(item, AudioFrame)]


def metrics(out: Sequence[Arrival], name: str) -> float:
    return sum(item.value for _, item in out if isinstance(item, Metric) and item.name == name)


def on_time(count: int, first: int = 0) -> list[Arrival]:
    return [((number + 1) * PACKET, frame(number)) for number in range(first, first + count)]


class Counting(LoopScheduler):
    """A scheduler that counts its timers."""

    timers: int = 0

    def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase:
        self.timers += 1
        return super().call_at(when, action)


def test_tr15_an_even_line_is_left_alone_and_costs_no_timer() -> None:
    arrivals = [(at + 0.004 * (index % 2), item) for index, (at, item) in enumerate(on_time(50))]
    assert play(arrivals) == [(pytest.approx(at), item) for at, item in arrivals]

    async def main() -> int:
        clock = Counting()
        source: Subject[Event] = Subject()
        source.pipe(dejitter()).subscribe(scheduler=clock)
        for at, item in arrivals:
            await asyncio.sleep(at - clock.now_seconds)
            source.on_next(item)
        return clock.timers

    assert run_virtual(main()) == 0


def test_tr15_a_burst_leaves_at_the_pace_of_playback() -> None:
    """Three come at once every 60 ms; once that is known, each leaves in its turn."""
    arrivals: list[Arrival] = [((n // 3 + 1) * 3 * PACKET, frame(n)) for n in range(300)]
    out = sound(play(arrivals))
    assert [item for _, item in out] == [item for _, item in arrivals]
    late = [b - a for (a, _), (b, _) in pairwise(out[200:])]
    assert max(abs(step - PACKET) for step in late) < GRAIN
    waits = [left - came for (left, _), (came, _) in zip(out, arrivals, strict=True)]
    assert max(waits) < 2 * PACKET + GRAIN


def test_tr15_late_packets_get_their_place_again() -> None:
    arrivals: list[Arrival] = on_time(100)
    for number in range(10, 90, 7):
        arrivals[number] = (arrivals[number][0] + 0.03, arrivals[number][1])
    out = play(arrivals, delay=0.04)
    assert [item for _, item in out] == [frame(number) for number in range(100)]


def test_tr15_what_was_lost_for_being_late_is_waited_for_from_then_on() -> None:
    arrivals: list[Arrival] = on_time(100)
    for number in (10, 20, 30):
        arrivals[number] = (arrivals[number][0] + 0.05, arrivals[number][1])
    out = play(arrivals)
    assert metrics(out, "late") == pytest.approx(PACKET)
    assert metrics(out, "concealed") == pytest.approx(PACKET)
    whole = [item for _, item in sound(out)]
    assert whole[11:] == [frame(number) for number in range(11, 100)]


def test_tr15_a_stall_of_the_network_loses_nothing() -> None:
    """TCP brings all that was under way at once."""
    arrivals: list[Arrival] = [(max(at, 1.5 if at > 0.5 else at), item) for at, item in on_time(90)]
    out = sound(play(arrivals))
    assert [item for _, item in out] == [frame(number) for number in range(90)]
    assert out[74][0] < 1.5 + 1e-3
    assert out[-1][0] < arrivals[-1][0] + GRAIN


def test_a_pause_without_a_gap_in_the_samples_adds_no_delay() -> None:
    """The far end's microphone was off for 3 s, and it counts only what it sends."""
    arrivals = [(at + (3.0 if at > 1.0 else 0.0), item) for at, item in on_time(100)]
    out = play(arrivals)
    assert out == [(pytest.approx(at), item) for at, item in arrivals]


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_tr15_a_short_gap_is_made_up(lost: int) -> None:
    gone = [frame(number) for number in range(10, 10 + lost)]
    arrivals = [(at, item) for at, item in on_time(30) if item not in gone]
    out = play(arrivals, delay=0.06)
    frames = [item for _, item in sound(out)]
    assert all(after.pts == pytest.approx(before.end) for before, after in pairwise(frames))
    assert len(frames) == 30
    made = np.concatenate([item.samples for item in frames[10 : 10 + lost]]).astype(int)
    around = np.concatenate([frames[9].samples[-1:], made, frames[10 + lost].samples[:1]])
    assert np.abs(np.diff(around)).max() < 30
    assert metrics(out, "concealed") == pytest.approx(lost * PACKET)
    assert [at for at, _ in sound(out)] == pytest.approx(
        [(number + 1) * PACKET + 0.06 for number in range(30)], abs=GRAIN + 1e-3
    )


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
@pytest.mark.parametrize("pitch", [85, 110, 210, 390])
def test_a_vowel_goes_on_through_a_gap(rate: int, pitch: int) -> None:
    """What is made up of a steady voice is what is missing."""
    size = rate // 50
    at = np.arange(30 * size) * 2 * np.pi * pitch / rate
    voice = (6_000 * np.sin(at) + 3_000 * np.sin(2 * at + 1) + 1_000 * np.sin(5 * at)).astype(
        np.int16
    )
    cut = [AudioFrame(voice[n * size : (n + 1) * size], rate, n * PACKET) for n in range(30)]
    out = play([(item.end, item) for n, item in enumerate(cut) if n not in (10, 11)])
    made = np.concatenate([item.samples for _, item in sound(out)[10:12]])
    missing = voice[10 * size : 12 * size]
    assert np.corrcoef(made, missing)[0, 1] > 0.9
    assert np.std(made) > 0.9 * np.std(missing)


@pytest.mark.parametrize("lost", [4, 50, 1_000])
def test_tr15_a_long_gap_or_a_pause_stays_a_gap(lost: int) -> None:
    arrivals = [*on_time(10), *on_time(10, first=10 + lost)]
    out = play(arrivals, delay=0.04)
    assert [item for _, item in out] == [item for _, item in arrivals]
    assert [at for at, _ in out] == pytest.approx([at + 0.04 for at, _ in arrivals])


def test_nothing_is_made_up_where_that_is_not_wanted() -> None:
    arrivals = [*on_time(10), *on_time(10, first=11)]
    assert [item for _, item in play(arrivals, max_gap=0.0)] == [item for _, item in arrivals]


def test_tr15_what_comes_twice_leaves_once() -> None:
    arrivals = [(at + 0.03 * again, item) for at, item in on_time(50) for again in (0, 1)]
    out = play(sorted(arrivals, key=lambda pair: pair[0]), delay=0.02)
    assert [item for _, item in out] == [frame(number) for number in range(50)]


def test_a_frame_half_of_which_has_been_before_gives_the_other_half() -> None:
    first = frame(0)
    again = AudioFrame(np.arange(80, 240, dtype=np.int16), RATE, 0.01)
    out = [item for _, item in sound(play([(0.02, first), (0.03, again)]))]
    assert out[1] == AudioFrame(np.arange(160, 240, dtype=np.int16), RATE, 0.02)


@pytest.mark.parametrize("drift", [1e-3, -1e-3, 1e-2, -1e-2])
def test_tr15_a_clock_that_is_fast_or_slow_costs_no_sample_and_no_delay(drift: float) -> None:
    arrivals = [(at * (1.0 + drift), item) for at, item in on_time(15_000)]  # five minutes
    out = play(arrivals, delay=0.02)
    assert [item for _, item in out] == [item for _, item in arrivals]
    waits = [left - came for (left, _), (came, _) in zip(out, arrivals, strict=True)]
    assert min(waits) >= -1e-9
    assert max(waits) < 0.02 + 4.0 * abs(drift) + GRAIN


def test_tr15_the_pace_stays_even_while_clocks_differ_and_packets_jitter() -> None:
    draw = random.Random(1).random
    came = [at * 1.0005 + 0.03 * draw() for at, _ in on_time(5_000)]
    arrivals = [(max(came[: n + 1][-2:]), frame(n)) for n in range(5_000)]
    out = sound(play(arrivals))
    assert len(out) == 5_000
    steps = np.diff([at for at, _ in out[500:]])
    assert np.percentile(np.abs(steps - PACKET), 95) < GRAIN
    assert np.percentile(np.abs(np.diff([at for at, _ in arrivals[500:]]) - PACKET), 95) > 2 * GRAIN


def test_tr15_the_delay_goes_back_when_the_line_is_good_again() -> None:
    draw = random.Random(2).random
    arrivals = [
        (at + (0.15 * draw() if number < 500 else 0.0), item)
        for number, (at, item) in enumerate(on_time(2_000))
    ]
    arrivals.sort(key=lambda pair: pair[0])
    out = sound(play(arrivals))
    waits = {item.pts: at - item.end for at, item in out}
    assert waits[frame(490).pts] > 0.08
    assert waits[frame(1_900).pts] < GRAIN


def test_a_source_that_is_faster_than_real_time_is_not_held_back() -> None:
    arrivals: list[Arrival] = [(0.001 * number, frame(number)) for number in range(3_000)]
    out = play(arrivals, delay=0.1)
    assert [item for _, item in out] == [item for _, item in arrivals]
    left = {item.pts: at for at, item in sound(out)}
    held = [
        sum(came <= at < left[item.pts] for came, item in sound(arrivals))
        for at in np.arange(0.5, 2.5, 0.1)
    ]
    assert max(held) * PACKET <= 0.2 + PACKET


@pytest.mark.parametrize("rate", [RATE, 16_000])
def test_a_count_that_begins_anew_is_followed(rate: int) -> None:
    first = on_time(1_000)
    again: list[Arrival] = [
        (20.0 + (n + 1) * PACKET, frame(n, rate=rate, count=rate // 50)) for n in range(200)
    ]
    out = [item for _, item in play([*first, *again], delay=0.04)]
    assert out == [item for _, item in [*first, *again]]


def test_a_count_that_begins_anew_soon_is_followed_after_a_second() -> None:
    again = [(at + 3.0, item) for at, item in on_time(300)]
    out = [item for _, item in play([*on_time(150), *again])]
    assert len(out) >= 150 + 300 - 51
    assert out[-1] == frame(299)


def test_one_frame_with_a_wrong_time_does_not_stop_the_rest() -> None:
    wrong: Arrival = (0.5, AudioFrame(np.ones(SIZE, np.int16), RATE, 3_600.0))
    arrivals = sorted([*on_time(100), wrong], key=lambda pair: pair[0])
    out = [item for _, item in sound(play(arrivals))]
    assert [item for item in out if item.pts < 3_600.0] == [item for _, item in on_time(100)]


def test_another_rate_in_the_midst_passes() -> None:
    faster = [AudioFrame(np.ones(320, np.int16), 16_000, 1.0 + n * PACKET) for n in range(10)]
    arrivals = [*on_time(50), *((item.end, item) for item in faster)]
    assert [item for _, item in play(arrivals, delay=0.03)] == [item for _, item in arrivals]


def test_other_items_stay_behind_the_audio_before_them() -> None:
    arrivals: list[Arrival] = [(0.0, Connected()), *on_time(3)]
    arrivals += [(0.06, Dtmf("1")), *on_time(1, first=3), (0.081, Disconnected())]
    out = play(arrivals, delay=0.05)
    assert out[0] == (0.0, Connected())
    assert [item for _, item in out[1:]] == [
        *[frame(0), frame(1), frame(2)], Dtmf("1"), frame(3), Disconnected(),
    ]  # fmt: skip
    assert [at for at, _ in out[1:]] == pytest.approx([0.07, 0.09, 0.11, 0.11, 0.13, 0.13])


def test_an_item_that_comes_while_another_one_is_heard_keeps_its_place() -> None:
    source, out = Subject[Event](), list[Event]()

    def hear(item: Event) -> None:
        out.append(item)
        if item == frame(0):
            source.on_next(Dtmf("1"))
            source.on_next(frame(1))

    async def main() -> None:
        async with Session() as session:
            session.subscribe(source.pipe(dejitter()), hear)
            source.on_next(frame(0))
            source.on_completed()

    run_virtual(main())
    assert out == [frame(0), Dtmf("1"), frame(1)]


def test_the_end_lets_go_of_what_is_held() -> None:
    with marbles() as m:
        sounds: dict[str, Event] = {"a": frame(0), "b": frame(1)}
        log = m.record(m.hot("-ab|", sounds).pipe(dejitter(delay=0.2)))
    assert [at for at, _ in log] == pytest.approx([0.06, 0.06, 0.06])
    assert log[-1][1] == OnCompleted()


def test_unsubscribing_takes_the_timer_along() -> None:
    left: list[object] = []
    with marbles() as m:
        source = m.hot("-a-----", {"a": frame(0)})
        m.record(source.pipe(dejitter(delay=0.2)), subscription="^--!")
        m.expect_subscriptions(source, "^--!")
        m.at(0.08, lambda: left.extend(timers_left(m.loop)))
    assert left == []


def test_metrics_come_every_five_seconds_at_most() -> None:
    arrivals = [(at, item) for n, (at, item) in enumerate(on_time(1_000)) if n % 10 != 5]
    told = [(at, item.value) for at, item in play(arrivals) if isinstance(item, Metric)]
    assert [at for at, _ in told] == pytest.approx([0.12, 5.13, 10.13, 15.14, 20.98], abs=0.2)
    assert sum(value for _, value in told) == pytest.approx(100 * PACKET)


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[float, int, int]]:
    """When which samples come: late by up to 0.1 s, lost, twice."""
    at, found = 0, list[tuple[float, int, int]]()
    count = draw(st.sampled_from([SIZE, SIZE, 37, 400]))
    for _ in range(draw(st.integers(1, 40))):
        at += draw(st.sampled_from([0] * 9 + [SIZE, 400, 8_000]))
        for _ in range(draw(st.sampled_from([1, 1, 1, 0, 2]))):
            late = draw(st.sampled_from([0.0, 0.0, 0.003, 0.021, 0.1]))
            found.append(((at + count) / RATE + late, at, count))
        at += count
    return sorted(found)


@settings(max_examples=200)
@given(deliveries(), st.sampled_from([0.0, 0.02, 0.1]), st.sampled_from([0.0, 0.06]))
def test_tr15_no_sample_leaves_twice_or_in_disorder_and_none_is_lost_that_came_in_time(
    packets: list[tuple[float, int, int]], delay: float, max_gap: float
) -> None:
    def cut(at: int, count: int) -> AudioFrame:
        return AudioFrame((np.arange(at, at + count) % 30_000).astype(np.int16), RATE, at / RATE)

    arrivals = [(when, cut(at, count)) for when, at, count in packets]
    longest = 0.2
    out = play(arrivals, delay=delay, max_delay=longest, max_gap=max_gap)
    left = np.zeros(60 * RATE, int)
    end = 0
    for _, item in sound(out):
        start = round(item.pts * RATE)
        assert start >= end
        end = start + len(item.samples)
        left[start:end] += (item.samples == np.arange(start, end) % 30_000).astype(int)
    came = np.zeros_like(left)
    for _, at, count in packets:
        came[at : at + count] = 1
    missing = np.sum((came == 1) & (left == 0))
    assert missing <= round(metrics(out, "late") * RATE) + 1
    if delay == 0.1:
        assert missing == 0
    if not max_gap:
        assert np.array_equal(left, left * came)
    came_at = {at / RATE: when for when, at, _ in reversed(packets)}
    for at, item in sound(out):
        if item.pts in came_at:
            assert at <= came_at[item.pts] + longest + 2 * GRAIN


TIMES = st.one_of(
    st.integers(0, 100).map(lambda n: n * PACKET),
    st.floats(-20.0, 20.0),
    st.sampled_from([-1e300, -1e9, 3_600.0, 1e9, 1e300]),
)
RATES = st.sampled_from([RATE, RATE, 16_000, 1, 768_000])
COUNTS = st.sampled_from([SIZE, SIZE, 0, 1, 5_000])


@given(st.lists(st.tuples(TIMES, RATES, COUNTS), max_size=60))
def test_whatever_times_a_line_makes_up_it_is_heard_again_and_nothing_stays(
    told: list[tuple[float, int, int]],
) -> None:
    wild: list[Arrival] = [
        (n * 0.013, AudioFrame(np.ones(count, np.int16), rate, pts))
        for n, (pts, rate, count) in enumerate(told)
    ]
    calm: list[Arrival] = [(at + 1.0, item) for at, item in on_time(150)]
    out = [item for _, item in sound(play([*wild, *calm], delay=0.02))]
    assert out[-95:] == [item for _, item in calm[-95:]]


def test_tr15_a_bad_line_of_the_chaos_kit_is_put_right() -> None:
    out: list[Event] = []

    def source(clock: LoopScheduler) -> Observable[Event]:
        subject: Subject[Event] = Subject()
        for at, item in on_time(2_000):
            clock.call_at(at, lambda item=item: subject.on_next(item))
        clock.call_at(41.0, subject.on_completed)
        return subject

    async def main() -> None:
        async with Session() as session:
            line = rx.compose(lossy(0.03, burst=1.5), jitter(0.06, reorder=True))
            heard = source(session.scheduler).pipe(line, dejitter(delay=0.06))
            session.subscribe(heard, out.append)
            await asyncio.sleep(41.5)

    run_virtual(main())
    frames = [item for item in out if isinstance(item, AudioFrame)]
    gaps = [round(b.pts - a.end, 6) for a, b in pairwise(frames)]
    assert min(gaps) == 0.0
    assert sum(gap > 0.0 for gap in gaps) < 5  # longer than 60 ms
    assert not [item for item in out if isinstance(item, Metric) and item.name == "late"]


def test_tr15_a_phone_line_that_swaps_loses_and_doubles_packets_is_heard_whole() -> None:
    tone = (8_000 * np.sin(np.arange(50 * SIZE) * 2 * np.pi * 200 / RATE)).astype(np.int16)
    coded = [TWILIO.encode(tone[n * SIZE : (n + 1) * SIZE]) for n in range(50)]
    draw, codec = random.Random(3).random, TWILIO.codec()
    under_way = [((n + 1) * PACKET + 0.05 * draw(), n) for n in range(50) if n not in (20, 33)]
    under_way += [(at + 0.01, n) for at, n in under_way if n % 10 == 9]
    arrivals = [
        (at, item)
        for at, n in sorted(under_way)
        for item in codec.decode(TWILIO.media(n + 1, coded[n]))
        if isinstance(item, AudioFrame)
    ]
    assert [item.pts for _, item in arrivals] != sorted(item.pts for _, item in arrivals)
    out = [item for _, item in sound(play(arrivals, delay=0.06))]
    whole = np.concatenate([item.samples for item in out])
    assert [round(item.pts / PACKET) for item in out] == list(range(len(out)))
    assert np.corrcoef(whole, tone[-len(whole) :])[0, 1] > 0.99


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"delay": -0.1}, "delay"),
        ({"delay": 0.3}, "delay"),
        ({"max_delay": float("inf")}, "delay"),
        ({"max_gap": -1.0}, "max_gap"),
        ({"max_gap": float("nan")}, "max_gap"),
    ],
)
def test_arguments_out_of_range_are_refused(options: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        dejitter(**options)
