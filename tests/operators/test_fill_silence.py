"""Silence while the bot is not heard (AU25)."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice.items import AudioFrame, ClearAudio, Event, ReplyEnded, Token, Turn, TurnStarted
from rxvoice.operators import fill_silence, interrupt_at_once, interruptible, pace
from rxvoice.testing import Notification, OnCompleted, OnError, OnNext, marbles, timers_left, tone

RATE = 16_000
NOTHING: dict[str, Event] = {}


def frames_of(log: list[tuple[float, Notification]]) -> list[tuple[float, AudioFrame]]:
    return [
        (round(at, 6), note.value)
        for at, note in log
        if isinstance(note, OnNext) and isinstance(note.value, AudioFrame)
    ]


def is_silent(frame: AudioFrame) -> bool:
    return not frame.samples.any()


def test_au25_an_idle_line_gets_silence_without_a_gap() -> None:
    with marbles() as m:
        stream = m.hot("-" * 20, NOTHING).pipe(fill_silence(rate=RATE))
        log = m.record(stream, subscription="^" + "-" * 19 + "!")
    sent = frames_of(log)
    assert [at for at, _ in sent] == pytest.approx([0.01 + k * 0.04 for k in range(10)])
    assert [frame.pts for _, frame in sent] == pytest.approx([k * 0.04 for k in range(10)])
    assert {len(frame.samples) for _, frame in sent} == {640}


def test_au25_after_the_end_come_two_seconds_of_silence() -> None:
    with marbles() as m:
        log = m.record(m.cold("a|", {"a": tone(0.02)}).pipe(fill_silence(rate=RATE)))
    quiet = [frame for _, frame in frames_of(log) if is_silent(frame)]
    assert sum(len(frame.samples) for frame in quiet) == pytest.approx(2.0 * RATE, abs=640)
    assert log[-1] == (pytest.approx(2.02), OnCompleted())


def test_the_end_may_follow_at_once() -> None:
    with marbles() as m:
        log = m.record(
            m.cold("aa|", {"a": tone(0.02)}).pipe(fill_silence(rate=RATE, end_silence=0))
        )
    assert log[-1] == (pytest.approx(0.04), OnCompleted())


def call(lead: float) -> list[tuple[float, Any]]:
    """Return what is sent to a line in a call with two replies, of which one is cut off."""
    turns: dict[str, Event] = {"A": Turn("a", 1), "B": Turn("b", 2), "S": TurnStarted(2)}

    def reply(_: Turn) -> Observable[Event]:
        said: Observable[Event] = rx.of(tone(0.5))
        return said.pipe(pace(lead=lead))

    with marbles(0.01) as m:
        answered = m.hot("- 110ms A 230ms S 330ms B 700ms |", turns).pipe(
            interruptible(reply, policy=interrupt_at_once(), fade_out=0.0)
        )
        log = m.record(answered.pipe(fill_silence(rate=RATE, end_silence=0.1)))
    return [(at, note.value) for at, note in log if isinstance(note, OnNext)]


@pytest.mark.parametrize("lead", [0.0, 0.04])
def test_au25_a_line_never_runs_dry_and_speech_is_never_broken(lead: float) -> None:
    items = call(lead)
    sent = [item for _, item in items if isinstance(item, AudioFrame)]
    loud = [index for index, frame in enumerate(sent) if not is_silent(frame)]
    runs = np.split(loud, np.flatnonzero(np.diff(loud) > 1) + 1)
    assert len(runs) == 2
    for frame, after in pairwise(sent):
        assert after.pts <= frame.end + 0.01 + 1e-6


def test_what_was_cleared_is_filled() -> None:
    """A sink drops what it has; the line is not left to run dry for that long."""
    with marbles(0.01) as m:
        source = m.hot("a---c------------", {"a": tone(1.0), "c": ClearAudio(1)})
        log = m.record(source.pipe(fill_silence(rate=RATE)), subscription="^ 120ms !")
    quiet = [at for at, frame in frames_of(log) if is_silent(frame)]
    assert quiet == pytest.approx([0.05, 0.09])


def test_other_items_pass_at_once() -> None:
    items = call(0.04)
    others: list[type[Any]] = [type(item) for _, item in items if not isinstance(item, AudioFrame)]
    assert others.count(ReplyEnded) == 2
    with marbles() as m:
        stream = m.hot("t", {"t": Token("t")}).pipe(fill_silence(rate=RATE))
        log = m.record(stream, subscription="^!")
    assert log[0] == (0.0, OnNext(Token("t")))


def test_a_failure_ends_it_at_once() -> None:
    with marbles() as m:
        log = m.record(m.cold("-#", NOTHING).pipe(fill_silence(rate=RATE)))
    assert isinstance(log[-1][1], OnError)
    assert log[-1][0] == pytest.approx(0.02)


def test_unsubscribing_takes_the_timer_along() -> None:
    left: list[object] = []
    with marbles() as m:
        source = m.hot("-", NOTHING)
        m.record(source.pipe(fill_silence(rate=RATE)), subscription="^---!")
        m.expect_subscriptions(source, "^---!")
        m.at(0.1, lambda: left.extend(timers_left(m.loop)))
    assert left == []


def test_two_subscribers_are_filled_each_on_their_own() -> None:
    with marbles() as m:
        stream = m.hot("-" * 8, NOTHING).pipe(fill_silence(rate=RATE))
        first = m.record(stream, subscription="^-------!")
        second = m.record(stream, subscription="---^----!")
    assert [at for at, _ in frames_of(first)] == pytest.approx([0.01, 0.05, 0.09, 0.13])
    assert [at for at, _ in frames_of(second)] == pytest.approx([0.07, 0.11, 0.15])


@pytest.mark.parametrize(
    ("options", "name"),
    [({"rate": 0}, "rate"), ({"chunk": 0.0}, "chunk"), ({"end_silence": -1.0}, "end_silence")],
)
def test_arguments_out_of_range_are_refused(options: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        fill_silence(**{"rate": RATE, **options})
