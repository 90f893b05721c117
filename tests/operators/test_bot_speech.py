"""When the bot is heard (AU24)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import InterruptionPolicy
from rxvoice.items import (
    AudioFrame,
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    ClearAudio,
    Event,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    Token,
    Turn,
    TurnDropped,
    TurnStarted,
)
from rxvoice.operators import (
    bot_speech,
    interrupt_at_once,
    interruptible,
    pace,
    pause_and_decide,
)
from rxvoice.testing import Notification, OnNext, approx, marbles, silence, timers_left, tone

FRAME = 0.1
ITEMS: dict[str, Event] = {
    "1": ReplyStarted(1),
    "e": ReplyEnded(1),
    "i": ReplyEnded(1, interrupted=True),
    "c": ClearAudio(1),
    "p": ReplyPaused(1),
    "r": ReplyResumed(1),
    "a": tone(FRAME),
    "q": silence(FRAME),
    "t": Token("Hm."),
}
MARKS = BotSpeechStarted | BotSpeechOngoing | BotSpeechStopped


def marks(diagram: str, **options: Any) -> list[tuple[float, Any]]:
    """Return the marks that a stream of items of a tenth of a second leads to, and when."""
    return [(at, item) for at, item in all_of(diagram, **options) if isinstance(item, MARKS)]


def all_of(diagram: str, **options: Any) -> list[tuple[float, Any]]:
    with marbles(FRAME) as m:
        log = m.record(m.hot(diagram, ITEMS).pipe(bot_speech(**options)))
    return rounded(log)


def rounded(log: list[tuple[float, Notification]]) -> list[tuple[float, Any]]:
    """Return items with their times, and those of the marks, to the microsecond."""
    items = [(round(at, 6), note.value) for at, note in log if isinstance(note, OnNext)]
    return [
        (at, replace(item, pts=round(item.pts, 6)) if isinstance(item, MARKS) else item)
        for at, item in items
    ]


def test_au24_a_reply_is_heard_from_its_first_audio_to_its_end() -> None:
    assert marks("-1-taaa-e-|") == [
        (0.4, BotSpeechStarted(1, 0.4)),
        (0.6, BotSpeechOngoing(1, 0.6)),
        (0.8, BotSpeechStopped(1, 0.7)),
    ]


def test_au24_a_reply_without_audio_is_never_heard() -> None:
    assert marks("-1-t--e--1qqqe-|") == []


def test_au24_silence_that_fills_the_time_is_no_speech() -> None:
    """`pace` may send silence from the beginning on."""
    assert marks("qq1qqaae") == [
        (0.5, BotSpeechStarted(1, 0.5)),
        (0.7, BotSpeechStopped(1, 0.7)),
    ]


def test_au24_the_marks_stand_next_to_what_they_are_about() -> None:
    kinds: list[type[Any]] = [type(item) for _, item in all_of("1aace", ongoing_every=0.0)]
    assert kinds == [
        ReplyStarted,
        BotSpeechStarted,
        AudioFrame,
        AudioFrame,
        BotSpeechStopped,
        ClearAudio,
        ReplyEnded,
    ]


def test_au24_ongoing_comes_by_deadlines_however_frames_come() -> None:
    """Frames of 30 ms that come in time but never at the same instant as a mark."""
    values = {"1": ReplyStarted(1), **{chr(0x4E00 + k): tone(0.03) for k in range(100)}}
    with marbles(0.03) as m:
        log = m.record(m.hot("".join(values), values).pipe(bot_speech(ongoing_every=0.2)))
    ongoing = [(at, item.pts) for at, item in rounded(log) if isinstance(item, BotSpeechOngoing)]
    assert ongoing == [(round(0.03 + k * 0.2, 6),) * 2 for k in range(1, 16)]


def test_au24_frames_do_not_touch_the_timer() -> None:
    calls: list[float] = []

    class Counting(LoopScheduler):
        def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase:
            calls.append(when)
            return super().call_at(when, action)

    with marbles(0.01) as m:
        heard = m.cold("1a*1000e|", {**ITEMS, "a": tone(0.01)}).pipe(bot_speech())
        m.at(0.0, lambda: heard.subscribe(scheduler=Counting(m.loop)))
    assert len(calls) == 50  # one each 0.2 s of 10 s


def test_au24_raw_speech_has_stopped_after_a_silence() -> None:
    assert marks("-aa------a--|", ongoing_every=0.0) == [
        (0.1, BotSpeechStarted(0, 0.1)),
        (0.65, BotSpeechStopped(0, 0.3)),
        (0.9, BotSpeechStarted(0, 0.9)),
        (1.2, BotSpeechStopped(0, 1.0)),
    ]


def test_au24_frames_of_silence_are_silence() -> None:
    assert marks("-aaqqqqqqqqaqaa|", ongoing_every=0.0) == [
        (0.1, BotSpeechStarted(0, 0.1)),
        (0.65, BotSpeechStopped(0, 0.3)),
        (1.1, BotSpeechStarted(0, 1.1)),
        (1.5, BotSpeechStopped(0, 1.5)),
    ]


def test_au24_within_a_reply_silence_may_last_three_seconds() -> None:
    assert marks("1aa 2.9s aa 3.3s a--e", ongoing_every=0.0) == [
        (0.1, BotSpeechStarted(1, 0.1)),
        (6.4, BotSpeechStopped(1, 3.4)),
        (6.7, BotSpeechStarted(1, 6.7)),
        (7.0, BotSpeechStopped(1, 6.8)),
    ]


def test_there_is_no_ongoing_while_nothing_is_heard() -> None:
    ongoing = [at for at, item in marks("1aa---aaaae") if isinstance(item, BotSpeechOngoing)]
    assert ongoing == [0.3, 0.7, 0.9]


TURNS: dict[str, Event] = {
    "A": Turn("Go on.", 1),
    "S": TurnStarted(2),
    "s": SpeechStarted(1.0),
    "e": SpeechStopped(2.0),
    "D": TurnDropped(2),
}


def in_a_call(diagram: str, policy: InterruptionPolicy) -> list[tuple[float, Any]]:
    """Return what is said around the audio when the user does that; one column is 10 ms."""
    with marbles(0.01) as m:
        reply = m.cold("--a|", {"a": tone(1.0)}).pipe(pace())
        answered = m.hot(diagram, TURNS).pipe(interruptible(lambda _: reply, policy=policy))
        log = m.record(answered.pipe(bot_speech(ongoing_every=0.0)))
    return [(at, item) for at, item in rounded(log) if not isinstance(item, AudioFrame)]


def test_au24_an_interruption_stops_it_at_once() -> None:
    assert in_a_call("-A 500ms S-", interrupt_at_once()) == [
        (0.01, TURNS["A"]),
        (0.01, ReplyStarted(1)),
        (0.03, BotSpeechStarted(1, 0.03)),
        (0.52, BotSpeechStopped(1, 0.52)),
        (0.52, ClearAudio(1)),
        (0.52, ReplyEnded(1, interrupted=True)),
        (0.52, TURNS["S"]),
    ]


def test_au24_a_decision_that_takes_its_time_stops_it_until_it_goes_on() -> None:
    """The piece in which the voice falls to silence is no new start."""
    marks: list[tuple[float, Any]] = [
        (at, item)
        for at, item in in_a_call("-A 500ms (s S)-eD 1.5s |", pause_and_decide())
        if isinstance(item, ClearAudio | ReplyPaused | ReplyResumed | ReplyEnded | MARKS)
    ]
    assert [type(item) for _, item in marks] == [
        BotSpeechStarted,
        BotSpeechStopped,
        ClearAudio,
        ReplyPaused,
        ReplyResumed,
        BotSpeechStarted,
        BotSpeechStopped,
        ReplyEnded,
    ]
    resumed = next(at for at, item in marks if isinstance(item, ReplyResumed))
    assert marks[5][1].pts == approx(resumed)
    assert marks[1] == (0.52, BotSpeechStopped(1, 0.52))


def test_au24_a_reply_that_is_paused_is_not_heard_until_it_goes_on() -> None:
    assert marks("1aa(c p)--r--aae", ongoing_every=0.0) == [
        (0.1, BotSpeechStarted(1, 0.1)),
        (0.3, BotSpeechStopped(1, 0.3)),
        (0.9, BotSpeechStarted(1, 0.9)),
        (1.1, BotSpeechStopped(1, 1.1)),
    ]


def test_without_replies_the_fall_to_silence_is_no_new_start() -> None:
    assert marks("-aa(c a)---aa|", ongoing_every=0.0) == [
        (0.1, BotSpeechStarted(0, 0.1)),
        (0.3, BotSpeechStopped(0, 0.3)),
        (0.7, BotSpeechStarted(0, 0.7)),
        (0.9, BotSpeechStopped(0, 0.9)),
    ]


def test_a_paused_reply_that_is_cut_off_has_stopped_once() -> None:
    assert len(marks("1aap--i-", ongoing_every=0.0)) == 2


def test_what_is_cut_off_is_not_heard_beyond_the_cut() -> None:
    """A frame of half a second was sent, and dropped after a tenth."""
    with marbles(FRAME) as m:
        source = m.hot("1ac", {**ITEMS, "a": tone(0.5)})
        stops = source.pipe(bot_speech(), ops.filter(lambda i: isinstance(i, BotSpeechStopped)))
        m.expect(stops).to_be("--s", {"s": approx(BotSpeechStopped(1, 0.2))})


def test_marks_carry_the_time_at_which_frames_are_heard() -> None:
    """A frame leaves `pace` up to ``lead`` early; the mark comes with it and tells the time."""
    late = AudioFrame(tone(0.1).samples, 16_000, 0.34)
    with marbles(FRAME) as m:
        log = m.record(m.hot("1--a---|", {**ITEMS, "a": late}).pipe(bot_speech()))
    assert [(at, item) for at, item in rounded(log) if isinstance(item, MARKS)] == [
        (0.3, BotSpeechStarted(1, 0.34)),
        (0.7, BotSpeechStopped(1, 0.44)),
    ]


@pytest.mark.parametrize("end", ["|", "#"])
def test_when_the_source_ends_the_bot_is_not_heard_any_more(end: str) -> None:
    with marbles(FRAME) as m:
        heard = m.hot(f"1a{end}", ITEMS).pipe(bot_speech())
        values = {
            **ITEMS,
            "B": approx(BotSpeechStarted(1, 0.1)),
            "E": approx(BotSpeechStopped(1, 0.2)),
        }
        m.expect(heard).to_be(f"1(B a)(E {end})", values)


def test_unsubscribing_takes_the_timer_along() -> None:
    left: list[object] = []
    with marbles(FRAME) as m:
        source = m.hot("1aaaa", ITEMS)
        values = {**ITEMS, "B": BotSpeechStarted(1, 0.1)}
        m.expect(source.pipe(bot_speech()), "^-!").to_be("1(B a)", values)
        m.expect_subscriptions(source, "^-!")
        m.at(0.25, lambda: left.extend(timers_left(m.loop)))
    assert len(left) == 2  # of the two items that the source has still to give


def test_two_subscribers_have_marks_of_their_own() -> None:
    with marbles(FRAME) as m:
        heard = m.hot("1a---e|", ITEMS).pipe(bot_speech(ongoing_every=0.0))
        values = {
            **ITEMS,
            "B": BotSpeechStarted(1, 0.1),
            "E": approx(BotSpeechStopped(1, 0.2)),
            "D": approx(BotSpeechStarted(0, 0.1)),
        }
        m.expect(heard).to_be("1(B a)---(E e)|", values)
        m.expect(heard, "-^").to_be("-(D a)---(G e)|", {**values, "G": BotSpeechStopped(0, 0.2)})


def test_never_and_empty() -> None:
    with marbles() as m:
        m.expect(m.hot("----", ITEMS).pipe(bot_speech())).to_be("----")
        m.expect(m.cold("|", ITEMS).pipe(bot_speech())).to_be("|")


def test_a_subscriber_that_raises_at_the_first_mark_leaves_no_timer() -> None:
    def fail(item: Event) -> None:
        if isinstance(item, BotSpeechStarted):
            raise ArithmeticError("no")

    with marbles() as m:
        stream: Observable[Event] = rx.of(ITEMS["a"], ITEMS["a"]).pipe(bot_speech())

        def subscribe() -> None:
            with pytest.raises(ArithmeticError):
                stream.subscribe(fail, scheduler=m.scheduler)

        m.at(0.0, subscribe)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ongoing_every", -0.1), ("min_silence", 0.0), ("timeout", 0.0), ("timeout", float("nan"))],
)
def test_arguments_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        bot_speech(**{name: value})
