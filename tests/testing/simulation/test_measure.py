"""What is counted, on calls that are written down by hand."""

import math
from collections.abc import Sequence

import pytest

from rxvoice import (
    AudioFrame,
    ClearAudio,
    Event,
    Fault,
    Metric,
    ReplyEnded,
    ReplyStarted,
    SpeechStopped,
    Stamped,
    Token,
    Turn,
    TurnStarted,
)
from rxvoice.reports import heard_audio, interruptions, latencies
from rxvoice.testing import silence
from rxvoice.testing.calls import Act, Intent
from rxvoice.testing.simulation import Outcome
from rxvoice.testing.simulation._joined import joined
from rxvoice.testing.simulation._measure import measure


def act(intent: Intent, begin: float, end: float, *, pause: tuple[float, float] = (0, 0)) -> Act:
    spans = [(begin, pause[0]), (pause[1], end)] if pause != (0, 0) else [(begin, end)]
    return Act(intent, begin, end, "hello", spans)


def voice(begin: float, end: float) -> list[tuple[float, Event]]:
    """The bot is heard; it releases frames of 0.1 s when they are due."""
    count = round((end - begin) / 0.1)
    return [(begin + n / 10, silence(0.1, pts=begin + n / 10)) for n in range(count)]


def reply(
    number: int, turn: float, begin: float, end: float, *, cut: bool = False
) -> list[tuple[float, Event]]:
    events: list[tuple[float, Event]] = [
        (turn, Turn("hello", number)),
        (turn, ReplyStarted(number)),
        *voice(begin, end),
    ]
    if cut:
        started: Event = TurnStarted(number + 1)
        return [
            *events,
            (end, ClearAudio(number)),
            (end, ReplyEnded(number, "", True)),
            (end, started),
        ]
    return [*events, (end, ReplyEnded(number))]


def outcome(
    events: Sequence[tuple[float, Event]], acts: Sequence[Act], duration: float = 20.0
) -> Outcome:
    stamped = [Stamped(at, item) for at, item in sorted(events, key=lambda event: event[0])]
    return measure(1, stamped, acts, duration, patience=5.0)


def test_a_call_that_goes_well() -> None:
    found = outcome(reply(1, 2.0, 2.5, 4.0), [act("says", 0.0, 1.0)])
    assert found == Outcome(1, 20.0, said=1, turns=1, replies=1)


def test_an_interruption_counts_from_its_speech_to_the_end_of_the_voice() -> None:
    events = reply(1, 2.0, 2.5, 4.0, cut=True)
    found = outcome(events, [act("says", 0.0, 1.0), act("interrupts", 3.7, 5.0)])
    assert (found.interruptions, found.by_noise, found.attempts, found.missed) == (1, 0, 1, 0)
    assert found.stops == (pytest.approx(0.3),)


@pytest.mark.parametrize("noise", ["coughs", "backchannels"])
def test_noise_that_was_begun_last_is_to_blame(noise: Intent) -> None:
    events = reply(1, 2.0, 2.5, 4.0, cut=True)
    found = outcome(events, [act("says", 0.0, 1.0), act(noise, 3.7, 4.1)])
    assert (found.interruptions, found.by_noise, found.noises) == (1, 1, 1)
    assert found.stops == ()


def test_keys_may_interrupt() -> None:
    events = reply(1, 2.0, 2.5, 4.0, cut=True)
    found = outcome(events, [act("says", 0.0, 1.0), act("presses", 3.7, 4.1)])
    assert (found.interruptions, found.by_noise, found.stops) == (1, 0, ())


def test_who_goes_on_after_a_pause_interrupts_from_there_on() -> None:
    events = [*reply(1, 1.4, 1.6, 2.3, cut=True), *reply(2, 4.0, 4.5, 5.0)]
    found = outcome(events, [act("says", 0.0, 3.0, pause=(1.0, 2.0))])
    assert found.cut_offs == 1
    assert found.stops == (pytest.approx(0.3),)
    assert found.answered_twice == 1
    assert found.attempts == 0


@pytest.mark.parametrize(("end", "missed"), [(4.7, 0), (4.8, 1)])
def test_a_bot_that_is_heard_for_a_second_longer_has_missed_the_interruption(
    end: float, missed: int
) -> None:
    found = outcome(reply(1, 2.0, 2.5, end), [act("says", 0.0, 1.0), act("interrupts", 3.7, 4.0)])
    assert (found.attempts, found.missed) == (1, missed)


@pytest.mark.parametrize(("turn", "count"), [(0.0, 0), (0.5, 1), (0.99, 1), (1.0, 0), (1.2, 0)])
def test_a_turn_that_is_taken_while_the_caller_speaks_is_a_cut_off(turn: float, count: int) -> None:
    assert outcome([(turn, Turn("hel"))], [act("says", 0.0, 1.0)]).cut_offs == count


def test_a_turn_during_a_cough_is_no_cut_off() -> None:
    assert outcome([(0.5, Turn("hel"))], [act("coughs", 0.0, 1.0)]).cut_offs == 0


@pytest.mark.parametrize(("begin", "count"), [(5.9, 0), (6.1, 1)])
def test_no_answer_within_the_patience_is_dead_air(begin: float, count: int) -> None:
    events = reply(1, 2.0, begin, begin + 1.0)
    assert outcome(events, [act("says", 0.0, 1.0)]).dead_air == count


def test_who_says_something_sooner_has_not_waited_for_an_answer() -> None:
    assert outcome([], [act("says", 0.0, 1.0), act("says", 5.9, 6.0)], 8.0).dead_air == 0
    assert outcome([], [act("says", 0.0, 1.0), act("says", 6.0, 7.0)], 8.0).dead_air == 1
    assert outcome([], [act("says", 0.0, 1.0), act("coughs", 3.0, 3.2)], 8.0).dead_air == 1


def test_who_hangs_up_sooner_has_not_waited() -> None:
    assert outcome([], [act("says", 0.0, 1.0)], 5.0).dead_air == 0


def test_a_voice_that_goes_on_is_not_silent() -> None:
    events = reply(1, 0.0, 0.5, 4.0)
    assert outcome(events, [act("says", 2.0, 3.0)]).dead_air == 0


def test_two_replies_to_one_sentence_are_one_too_many() -> None:
    events = [*reply(1, 2.0, 2.5, 3.0), *reply(2, 4.0, 4.5, 5.0)]
    assert outcome(events, [act("says", 0.0, 1.0)]).answered_twice == 1
    noisy = [act("says", 0.0, 1.0), act("backchannels", 3.5, 3.8)]
    assert outcome(events, noisy).answered_twice == 0


def test_audio_after_the_end_of_an_interrupted_reply_is_stale() -> None:
    cut = reply(1, 2.0, 2.5, 4.0, cut=True)
    stale = [(4.0, silence(0.1, pts=4.0)), (4.1, silence(0.1, pts=4.1))]
    stamped = [Stamped(at, item) for at, item in [*cut, *stale, *reply(2, 6.0, 6.5, 7.0)]]
    assert measure(1, stamped, [], 20.0, 5.0).stale_frames == 2
    assert outcome(cut, []).stale_frames == 0


def test_a_reply_that_was_never_heard_is_none() -> None:
    events: list[tuple[float, Event]] = [
        (2.0, Turn("hello")),
        (2.0, ReplyStarted(1)),
        (2.3, ReplyEnded(1, "", True)),
        (2.3, TurnStarted(2)),
    ]
    found = outcome(events, [act("says", 0.0, 1.0), act("says", 2.1, 3.0)])
    assert (found.turns, found.replies, found.interruptions) == (1, 0, 0)


def test_what_is_heard_outside_of_replies_counts_until_a_silence() -> None:
    events = [*voice(0.5, 1.5), *voice(2.0, 3.0), *voice(5.0, 6.0)]
    assert outcome(events, []).replies == 2


def test_latencies_are_those_of_answered_turns() -> None:
    events: list[tuple[float, Event]] = [
        (1.2, SpeechStopped(1.2, 0.2)),
        (1.8, Turn("hello")),
        (1.8, ReplyStarted(1)),
        (2.0, Token("Hi")),
        (2.3, Metric("tts", "ttfb", 0.1)),
        *voice(2.4, 3.0),
        (3.0, ReplyEnded(1)),
        (9.2, SpeechStopped(9.2, 0.2)),
        (9.8, Turn("hello", 2)),
        (9.8, ReplyStarted(2)),
        (9.9, ReplyEnded(2)),
    ]
    found = outcome(events, [act("says", 0.0, 1.0), act("says", 8.0, 9.0)])
    assert found.latencies == (pytest.approx((0.8, 0.2, 0.3, 0.1, 1.4)),)


def test_faults_are_kept_by_source_in_any_order() -> None:
    events: list[tuple[float, Event]] = [(1.0, Fault("tts", "x")), (2.0, Fault("llm", "y"))]
    assert outcome(events, []).faults == ("llm", "tts")


def test_an_act_that_the_end_of_the_call_cut_short_does_not_count_as_waiting() -> None:
    unfinished = Act("says", 1.0, math.inf, "hello")
    found = outcome([(2.0, Turn("hel"))], [unfinished])
    assert (found.said, found.dead_air, found.cut_offs) == (1, 0, 1)


def test_frames_that_follow_each_other_are_joined_and_nothing_else_is_found_out() -> None:
    events = [
        *reply(1, 2.0, 2.5, 4.0, cut=True),
        *reply(2, 6.0, 6.5, 7.0),
        *voice(7.5, 8.0),
        (8.2, silence(0.1, pts=8.0)),  # too late
        (8.3, silence(0.1, pts=8.1)),
        (8.3, silence(0.1, rate=8_000, pts=8.2)),
    ]
    stamped = [Stamped(at, item) for at, item in events]
    fewer = joined(stamped)
    assert sum(isinstance(event.item, AudioFrame) for event in fewer) == 6
    assert [e for e in fewer if not isinstance(e.item, AudioFrame)] == [
        e for e in stamped if not isinstance(e.item, AudioFrame)
    ]
    assert interruptions(fewer) == interruptions(stamped)
    assert latencies(fewer) == latencies(stamped)
    assert _heard(fewer) == _heard(stamped)


def test_frames_are_not_joined_across_a_clear() -> None:
    cut: list[tuple[float, Event]] = [*voice(0.5, 1.0), (0.95, ClearAudio()), *voice(1.0, 1.2)]
    stamped = [Stamped(at, item) for at, item in cut]
    assert _heard(joined(stamped)) == _heard(stamped)


def test_frames_without_samples_are_not_heard() -> None:
    empty = AudioFrame(silence(0.0).samples, 16_000, 1.0)
    assert outcome([(1.0, empty)], []).replies == 0


def _heard(events: Sequence[Stamped]) -> dict[int, tuple[float, float]]:
    """When the first and the last sample of each reply is heard."""
    spans: dict[int, tuple[float, float]] = {}
    for frame in heard_audio(events):
        begin, _ = spans.get(frame.reply, (frame.start, 0.0))
        spans[frame.reply] = (begin, pytest.approx(frame.end))  # pyright: ignore
    return spans
