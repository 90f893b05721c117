"""Interruptions that are decided: pausing, going on, fading, protected replies, reports."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable
from reactivex.subject import Subject

from rxvoice import (
    AudioFrame,
    BotSpeechStarted,
    ClearAudio,
    Event,
    Fault,
    Interrupt,
    InterruptionRejected,
    Pause,
    Played,
    Reject,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    Resume,
    SpeechStarted,
    SpeechStopped,
    Token,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Uninterruptible,
    Word,
)
from rxvoice.backchannels import Meaning
from rxvoice.contracts import FloorInput, InterruptionPolicy
from rxvoice.operators import (
    interrupt_never,
    interruptible,
    pace,
    pause_and_decide,
    uninterruptible,
)
from rxvoice.testing import OnError, OnNext, approx, like, marbles, tone

RATE = 16_000
UNSURE = Transcript("stop", is_final=True, is_finalized=True, confidence=0.3)
FLOOR: dict[str, Event] = {
    "A": Turn("first", 1),
    "S": SpeechStarted(1.0),
    "E": SpeechStopped(2.0),
    "T": TurnStarted(2),
    "B": Turn("stop", 2),
    "M": Turn("uh-huh", 2),
    "D": TurnDropped(2, "no text"),
    "U": TurnStarted(3),
    "C": Turn("hello?", 3),
    "h": Transcript("uh-huh", is_final=True, is_finalized=True),
    "w": Transcript("stop", is_final=True, is_finalized=True),
    "n": Transcript("", is_final=True, is_finalized=True),
    "u": Transcript("two people", is_final=True, is_finalized=True),
    "V": Turn("two people", 2),
    "c": UNSURE,
    "X": Turn("stop", 2, transcripts=(UNSURE,)),
}
VERDICTS: dict[str, Any] = {"p": Pause(), "r": Resume(), "x": Interrupt(), "k": Reject("so")}


def ramp(duration: float) -> AudioFrame:
    """Return audio whose samples count, so that each piece tells where it belongs."""
    return AudioFrame(np.arange(1, round(duration * RATE) + 1, dtype=np.int16), RATE)


def speaking(duration: float = 1.0, words: int = 4) -> Callable[[Turn], Observable[Event]]:
    """Answer with one piece of audio, paced, and words that are spread evenly."""
    each = duration / words
    items: list[Event] = [
        Word(f"w{index}", index * each, (index + 1) * each) for index in range(words)
    ]
    items.append(ramp(duration))
    return lambda _: rx.from_iterable(items).pipe(pace())


def by(verdicts: Observable[Any]) -> InterruptionPolicy:
    """Decide as a diagram says, whatever the user does."""
    return lambda floor: rx.merge(verdicts, floor.pipe(ops.ignore_elements()))


def sounds(log: Sequence[tuple[float, Any]]) -> list[tuple[float, AudioFrame]]:
    return items(log, AudioFrame)


def items(log: Sequence[tuple[float, Any]], *kinds: type) -> list[tuple[float, Any]]:
    notes = [(round(at, 6), note.value) for at, note in log if isinstance(note, OnNext)]
    return [(at, item) for at, item in notes if isinstance(item, kinds)]


def heard(log: Sequence[tuple[float, Any]]) -> NDArray[np.int16]:
    """Return what was heard: what each `ClearAudio` took back is left out."""
    out = np.zeros(RATE * 10, np.int16)
    for at, item in items(log, AudioFrame, ClearAudio):
        if isinstance(item, ClearAudio):
            out[round(at * RATE) :] = 0
        else:
            start = round(item.pts * RATE)
            out[start : start + len(item.samples)] = item.samples
    return out


def run(
    turns: str,
    project: Callable[[Turn], Observable[Event]],
    *,
    policy: InterruptionPolicy | None = None,
    verdicts: str | None = None,
    played: Observable[Played] | None = None,
    **options: Any,
) -> list[tuple[float, Any]]:
    """Return all that came of a reply, one column being 0.1 s."""
    with marbles(0.1) as m:
        if verdicts is not None:
            policy = by(m.cold(verdicts, VERDICTS))
        answered = interruptible(project, policy=policy, played=played, **options)
        return m.record(m.hot(turns, FLOOR).pipe(answered))


def test_a_paused_voice_goes_on_at_the_very_sample_at_which_it_stopped() -> None:
    """Nothing is lost and nothing is heard twice, but for the faded edges."""
    log = run("A 3s |", speaking(1.0), verdicts="----p--r", fade_out=0.0)
    out = heard(log)
    first, rest = out[: round(0.4 * RATE)], out[round(0.7 * RATE) : round(1.3 * RATE)]
    assert np.array_equal(np.concatenate((first, rest)), ramp(1.0).samples)
    assert not out[round(0.4 * RATE) : round(0.7 * RATE)].any()
    assert items(log, ReplyPaused, ReplyResumed) == [(0.4, ReplyPaused(1)), (0.7, ReplyResumed(1))]
    assert items(log, ClearAudio) == [(0.4, ClearAudio(1))]


def test_it_may_be_paused_several_times() -> None:
    log = run("A 3s |", speaking(1.0), verdicts="--p-r-p--r-p-r", fade_out=0.0)
    out = heard(log)
    spans = [(0.0, 0.2), (0.4, 0.6), (0.9, 1.1), (1.3, 1.7)]
    pieces = [out[round(a * RATE) : round(b * RATE)] for a, b in spans]
    assert np.array_equal(np.concatenate(pieces), ramp(1.0).samples)
    assert items(log, ReplyEnded)[0][0] == approx(1.7)


def test_words_wait_with_the_voice_and_count_once() -> None:
    log = run("A 3s |", speaking(1.0, words=4), verdicts="----p--r")
    came = [(at, word.text, round(word.pts, 6)) for at, word in items(log, Word)]
    assert came == [
        (0.125, "w0", 0.0),
        (0.375, "w1", 0.25),
        (0.925, "w2", 0.8),
        (1.175, "w3", 1.05),
    ]
    assert items(log, ReplyEnded) == [(approx(1.3), ReplyEnded(1, "w0 w1 w2 w3"))]


def test_a_paused_voice_that_is_cut_has_spoken_what_was_heard_before() -> None:
    log = run("A 3s |", speaking(1.0), verdicts="----p--x")
    assert items(log, ClearAudio, ReplyEnded) == [
        (0.4, ClearAudio(1)),
        (0.7, ReplyEnded(1, "w0 w1", interrupted=True)),
    ]
    assert not heard(log)[round(0.42 * RATE) :].any()


@pytest.mark.parametrize("verdict", ["p", "x"])
def test_a_voice_that_stops_falls_to_silence_within_20_ms(verdict: str) -> None:
    """Not within a sample, which would click."""
    loud = AudioFrame(np.full(RATE, 8_000, np.int16), RATE)
    log = run("A 2s |", lambda _: rx.just(loud).pipe(pace()), verdicts=f"----{verdict}--r")
    out = heard(log).astype(int)
    end = round(0.42 * RATE)
    tail = out[round(0.4 * RATE) : end]
    assert np.abs(np.diff(out[round(0.3 * RATE) : end + 10])).max() < 8_000 * 2 / len(tail)
    assert tail[0] > 7_900
    assert 0 < tail[-1] < 100
    assert not out[end : round(0.7 * RATE)].any()


def test_a_voice_that_goes_on_rises_from_silence() -> None:
    loud = AudioFrame(np.full(RATE, 8_000, np.int16), RATE)
    log = run("A 2s |", lambda _: rx.just(loud).pipe(pace()), verdicts="----p--r")
    begins = heard(log)[round(0.7 * RATE) : round(0.75 * RATE)].astype(int)
    assert begins[0] < 100
    assert np.abs(np.diff(begins)).max() < 8_000 * 2 / (0.02 * RATE)
    assert begins[-1] == 8_000


def test_a_reply_that_is_not_heard_yet_is_kept_from_beginning() -> None:
    late = speaking(0.5)
    log = run(
        "A 2s |",
        lambda turn: rx.timer(0.2).pipe(ops.flat_map(lambda _: late(turn))),
        verdicts="-p---r",
    )
    assert items(log, ClearAudio) == []
    assert items(log, ReplyPaused, ReplyResumed) == [(0.1, ReplyPaused(1)), (0.5, ReplyResumed(1))]
    assert sounds(log)[0][0] == approx(0.5)
    assert sounds(log)[0][1].pts == approx(0.5)
    assert items(log, ReplyEnded)[0][0] == approx(1.0)


def test_what_is_no_sound_passes_while_the_voice_is_paused() -> None:
    with marbles(0.1) as m:
        reply = m.cold("a--t---|", {"a": tone(0.1), "t": Token("shown")})
        turns = m.hot("A---------", FLOOR)
        policy = by(m.cold("-p---r", VERDICTS))
        out = turns.pipe(interruptible(lambda _: reply, policy=policy))
        shown = out.pipe(ops.filter(lambda item: isinstance(item, Token)))
        m.expect(shown).to_be("---t------", {"t": Token("shown")})


def test_a_pause_that_comes_twice_and_a_resume_without_one_change_nothing() -> None:
    plain = run("A 2s |", speaking(0.5), verdicts="--")
    assert run("A 2s |", speaking(0.5), verdicts="-r--r") == plain
    once = run("A 2s |", speaking(0.5), verdicts="--p--r")
    assert run("A 2s |", speaking(0.5), verdicts="--pp-rr") == once


def test_the_reply_stays_subscribed_while_it_is_paused_and_no_longer_when_it_is_cut() -> None:
    """A rejected interruption leaves the model's stream alone."""
    with marbles(0.1) as m:
        reply = m.cold("a---------", {"a": tone(0.1)})
        turns = m.hot("A---------", FLOOR)
        m.record(
            turns.pipe(interruptible(lambda _: reply, policy=by(m.cold("-p-r-p-x", VERDICTS))))
        )
        m.expect_subscriptions(reply, "^------!")


def test_turns_wait_until_it_is_decided_and_take_their_course_when_it_is_one() -> None:
    log = run("A-T-B----- 2s |", speaking(2.0), verdicts="-----x")
    assert items(log, ReplyEnded, TurnStarted, Turn, ReplyStarted)[2:6] == [
        (0.5, ReplyEnded(1, "w0", interrupted=True)),
        (0.5, TurnStarted(2)),
        (0.5, Turn("stop", 2)),
        (0.5, ReplyStarted(2)),
    ]


def test_a_rejected_turn_leaves_no_trace_but_one() -> None:
    log = run("A-T-M----- 2s |", speaking(1.0), verdicts="-----k")
    assert items(log, InterruptionRejected) == [(0.5, InterruptionRejected(2, "uh-huh", "so"))]
    assert items(log, TurnStarted, Turn) == [(0.0, Turn("first", 1))]
    assert items(log, ReplyEnded) == [(approx(1.0), ReplyEnded(1, "w0 w1 w2 w3"))]


def test_a_turn_that_is_not_complete_is_not_rejected_and_passes_when_the_reply_is_over() -> None:
    log = run("A-T----------------M---|", speaking(1.0), verdicts="-----k")
    assert items(log, InterruptionRejected) == []
    assert items(log, TurnStarted) == [(approx(1.0), TurnStarted(2))]
    assert items(log, Turn)[1:] == [(1.9, Turn("uh-huh", 2))]


def test_what_nobody_decides_is_answered_when_the_reply_is_over() -> None:
    """An answer that begins within the bot's last word is not swallowed."""
    log = run("A-T-B----- 2s |", speaking(1.0), policy=interrupt_never())
    assert items(log, ReplyEnded, Turn, ReplyStarted)[2:5] == [
        (approx(1.0), ReplyEnded(1, "w0 w1 w2 w3")),
        (approx(1.0), Turn("stop", 2)),
        (approx(1.0), ReplyStarted(2)),
    ]


def test_what_was_said_and_waits_is_told_when_the_source_fails() -> None:
    log = run("A-T-B-#", speaking(1.0), policy=interrupt_never())
    assert items(log, ReplyEnded, TurnStarted, Turn)[1:] == [
        (0.6, ReplyEnded(1, "w0 w1", interrupted=True)),
        (0.6, TurnStarted(2)),
        (0.6, Turn("stop", 2)),
    ]
    assert isinstance(log[-1][1], OnError)


def test_it_completes_once_when_the_last_replies_end_at_one_instant() -> None:
    """By an observer without the guard that a subscription has."""
    seen: list[str] = []

    class Strict(abc.ObserverBase[Event]):
        def on_next(self, value: Event) -> None: ...

        def on_completed(self) -> None:
            seen.append("|")

        def on_error(self, error: Exception) -> None:
            seen.append("#")

    def at_once(observer: abc.ObserverBase[Event], _: Any = None) -> abc.DisposableBase:
        observer.on_completed()
        return Disposable()

    def reply(turn: Turn) -> Observable[Event]:
        return rx.never() if turn.number == 1 else Observable(at_once)

    def late(floor: Observable[FloorInput]) -> Observable[Any]:
        return rx.merge(
            floor.pipe(ops.ignore_elements()), rx.just(Interrupt()).pipe(ops.delay(0.7))
        )

    with marbles(0.1) as m:
        source = m.hot("-A-T-B|", FLOOR)
        core = source.pipe(interruptible(reply, policy=late))
        m.at(0, lambda: core._subscribe_core(Strict(), m.scheduler))  # pyright: ignore
    assert seen == ["|"]


def test_a_dropped_turn_that_has_waited_is_told_as_a_rejected_interruption() -> None:
    log = run("A-T-D----- 2s |", speaking(1.0), policy=interrupt_never())
    assert items(log, InterruptionRejected) == [(0.4, InterruptionRejected(2, "", "no text"))]
    assert items(log, TurnStarted, TurnDropped) == []


def test_a_turn_that_was_open_before_the_reply_is_closed_when_it_is_rejected() -> None:
    """Brackets stay whole where a reply begins in the midst of a turn."""
    nudge = Turn("say something", 9)
    with marbles(0.1) as m:
        turns = m.hot("T-N-M---------|", {**FLOOR, "N": nudge})
        policy = by(m.cold("---k", VERDICTS))
        log = m.record(turns.pipe(interruptible(speaking(0.5), policy=policy)))
    assert items(log, TurnStarted, TurnDropped) == [
        (0.0, TurnStarted(2)),
        (0.5, TurnDropped(2, "so")),
    ]


def test_nothing_interrupts_a_protected_part_and_what_was_decided_holds_at_its_end() -> None:
    def reply(_: Turn) -> Observable[Event]:
        legal = rx.just(ramp(0.5)).pipe(pace(), uninterruptible())
        return rx.concat(legal, rx.just(ramp(1.0)).pipe(pace()))

    log = run("A 3s |", reply, verdicts="-p-x")
    assert items(log, Uninterruptible, ReplyPaused, ReplyEnded) == [
        (0.0, Uninterruptible(True)),
        (approx(0.5), Uninterruptible(False)),
        (approx(0.5), ReplyEnded(1, "", interrupted=True)),
    ]


def test_what_was_taken_back_within_a_protected_part_does_not_hold() -> None:
    def reply(_: Turn) -> Observable[Event]:
        return rx.just(ramp(0.5)).pipe(pace(), uninterruptible())

    log = run("A 3s |", reply, verdicts="-p-r")
    assert items(log, ReplyPaused) == []
    assert items(log, ReplyEnded) == [(approx(0.5), ReplyEnded(1, ""))]


def test_a_part_that_fails_is_no_longer_protected() -> None:
    failing: Observable[Event] = rx.throw(RuntimeError("no"))
    log = run("A 3s |", lambda _: failing.pipe(uninterruptible()), policy=interrupt_never())
    assert [mark for _, mark in items(log, Uninterruptible)] == [
        Uninterruptible(True),
        Uninterruptible(False),
    ]


def test_a_policy_that_fails_is_a_fault_and_the_reflex_takes_its_place() -> None:
    def broken(_: Observable[FloorInput]) -> Observable[Any]:
        raise LookupError("no policy")

    log = run("A-T--- 2s |", speaking(1.0), policy=broken)
    assert [fault.source for _, fault in items(log, Fault)] == ["interruption"]
    assert items(log, ReplyEnded) == [(0.2, ReplyEnded(1, "w0", interrupted=True))]


def test_what_a_policy_has_paused_goes_on_when_it_fails_or_ends() -> None:
    for ending in ("#", "|"):
        with marbles(0.1) as m:
            verdicts: Observable[Any] = m.cold(f"--p--{ending}", VERDICTS)
            answered = interruptible(speaking(1.0), policy=lambda _, ends=verdicts: ends)
            log = m.record(m.hot("A 2s |", FLOOR).pipe(answered))
        resumed = [at for at, _ in items(log, ReplyResumed)]
        assert resumed == [0.5]
        assert items(log, ReplyEnded)[0][1].spoken == "w0 w1 w2 w3"


def test_a_turn_that_waits_is_put_to_the_policy_that_takes_over() -> None:
    log = run("A-T--- 2s |", speaking(1.0), verdicts="----#")
    assert items(log, TurnStarted) == [(0.4, TurnStarted(2))]


def test_when_nobody_can_speak_any_more_the_reply_goes_on() -> None:
    log = run("A----|", speaking(1.0), verdicts="--p")
    assert items(log, ReplyResumed) == [(0.5, ReplyResumed(1))]
    assert items(log, ReplyEnded)[0][1] == ReplyEnded(1, "w0 w1 w2 w3")


def test_the_policy_is_told_when_the_reply_begins_to_be_heard_and_asked_anew_for_each() -> None:
    seen: list[list[Any]] = []

    def watching(floor: Observable[FloorInput]) -> Observable[Any]:
        mine: list[Any] = []
        seen.append(mine)
        return floor.pipe(
            ops.do_action(mine.append),
            ops.filter(lambda item: isinstance(item, Turn)),
            ops.map(lambda _: Interrupt()),
        )

    run("A--S-T-B--- 2s |", speaking(1.0), policy=watching)
    first, second = seen
    assert first == [
        BotSpeechStarted(1, 0.0),
        SpeechStarted(1.0),
        TurnStarted(2),
        Turn("stop", 2),
    ]
    assert second == [like(BotSpeechStarted, number=2)]


# What was really heard


def test_with_reports_a_word_counts_when_the_sink_has_played_half_of_it() -> None:
    """A sink with a buffer of 0.2 s: all words are that much later."""
    played: Subject[Played] = Subject()
    with marbles(0.1) as m:
        for tick in range(40):
            m.at(tick, lambda at=tick / 10: played.on_next(Played(at - 0.2)))
        turns = m.hot("A 3s |", FLOOR)
        log = m.record(turns.pipe(interruptible(speaking(1.0), played=played)))
    assert [(round(at, 1), word.text) for at, word in items(log, Word)] == [
        (0.4, "w0"),
        (0.6, "w1"),
        (0.9, "w2"),
        (1.1, "w3"),
    ]
    assert items(log, ReplyEnded) == [(approx(1.2), ReplyEnded(1, "w0 w1 w2 w3"))]


def test_with_reports_an_interrupted_reply_holds_no_word_that_was_not_heard() -> None:
    played: Subject[Played] = Subject()
    with marbles(0.1) as m:
        for tick in range(40):
            m.at(tick, lambda at=tick / 10: played.on_next(Played(at - 0.3)))
        turns = m.hot("A 3s |", FLOOR)
        policy = by(m.cold("------x", VERDICTS))
        log = m.record(turns.pipe(interruptible(speaking(1.0), policy=policy, played=played)))
    assert items(log, ReplyEnded) == [(0.6, ReplyEnded(1, "w0", interrupted=True))]


def test_with_reports_a_paused_voice_goes_on_where_the_sink_had_stopped() -> None:
    """What the sink still held was taken back, and is sent once more."""
    played: Subject[Played] = Subject()
    with marbles(0.1) as m:
        for tick in range(5):
            m.at(tick, lambda at=tick / 10: played.on_next(Played(at - 0.2)))
        turns = m.hot("A 3s |", FLOOR)
        policy = by(m.cold("----p--r", VERDICTS))
        made = interruptible(speaking(1.0), policy=policy, played=played, fade_out=0.0)
        log = m.record(turns.pipe(made))
    resumed = [frame for at, frame in sounds(log) if at == approx(0.7)]
    assert resumed[0].samples[0] == ramp(1.0).samples[round(0.2 * RATE)]


def test_a_sink_that_reports_no_end_is_not_waited_for_without_end() -> None:
    played: Subject[Played] = Subject()
    with marbles(0.1) as m:
        log = m.record(m.hot("A 6s |", FLOOR).pipe(interruptible(speaking(0.5), played=played)))
    assert [fault.source for _, fault in items(log, Fault)] == ["played"]
    assert items(log, ReplyEnded) == [(approx(2.5), ReplyEnded(1, ""))]


def test_reports_that_fail_do_not_end_the_conversation() -> None:
    reports: Observable[Played] = rx.throw(RuntimeError("no"))
    log = run("A 6s |", speaking(0.5), played=reports)
    assert len(items(log, ReplyEnded)) == 1


def test_a_negative_fade_is_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="fade_out"):
        interruptible(speaking(), fade_out=-0.1)


# The policy that pauses


def decisions(floor: str, **options: Any) -> list[tuple[float, Any]]:
    with marbles(0.1) as m:
        source: Observable[Any] = m.hot(floor, {**FLOOR, "b": BotSpeechStarted(1)})
        log = m.record(source.pipe(pause_and_decide(**options)))
    return items(log, object)


@pytest.mark.parametrize(
    ("floor", "expected"),
    [
        ("b-(S T)--E--w------|", [(0.2, Pause()), (0.8, Interrupt())]),
        ("b-(S T)-w----------|", [(0.2, Pause()), (0.4, Interrupt())]),
        ("b-(S T)--E-h--M----|", [(0.2, Pause()), (0.7, Resume()), (1.0, Reject("backchannel"))]),
        ("b-(S T)-h-E---M----|", [(0.2, Pause()), (0.6, Resume()), (1.0, Reject("backchannel"))]),
        ("b-(S T)--E-n--D----|", [(0.2, Pause()), (0.7, Resume())]),
        ("b-(S T)--E---------|", [(0.2, Pause()), (0.8, Resume())]),
        ("b-(S T)------------|", [(0.2, Pause()), (0.7, Interrupt())]),
        ("b-(S T)--E------w--|", [(0.2, Pause()), (0.8, Resume()), (1.2, Interrupt())]),
        ("b-(S T)--E------B--|", [(0.2, Pause()), (0.8, Resume()), (1.2, Interrupt())]),
        ("b-S----------------|", [(0.2, Pause()), (0.7, Resume())]),
        ("b-T----------------|", [(0.2, Interrupt())]),
        ("b-C----------------|", [(0.2, Interrupt())]),
        ("b-hT---------------|", [(0.3, Pause()), (0.8, Resume())]),
        ("--(S T)------------|", [(0.2, Pause())]),
        ("--(S T)-----E------|", [(0.2, Pause()), (1.1, Resume())]),
        ("--(S T)-----En-----|", [(0.2, Pause()), (0.9, Resume())]),
        ("--(S T)---w-E------|", [(0.2, Pause()), (0.6, Interrupt())]),
        ("--(S T)---h-E---M--|", [(0.2, Pause()), (0.8, Resume()), (1.2, Reject("backchannel"))]),
    ],
    ids=[
        "words after the speech",
        "words within it",
        "a backchannel",
        "a backchannel that is recognised early",
        "the recogniser finds nothing",
        "the recogniser says nothing",
        "speech without words",
        "words that come late",
        "a turn that comes late",
        "speech that no strategy takes for a turn",
        "a turn that somebody else starts",
        "a turn that needed no start",
        "a backchannel without speech marks",
        "pending: speech goes on",
        "pending: a cough",
        "pending: the recogniser finds nothing",
        "pending: words",
        "pending: a backchannel",
    ],
)
def test_what_the_user_does_is_decided_as_it_should(
    floor: str, expected: list[tuple[float, Any]]
) -> None:
    """TU02, TU07: the voice stops at once, and half a second later at the latest it is decided."""
    assert decisions(floor) == expected


def test_a_noise_that_stays_does_not_keep_a_reply_from_beginning_for_ever() -> None:
    assert decisions("--(S T) 7s |") == [(0.2, Pause()), (5.2, Resume())]


def test_a_sink_that_is_late_may_be_paused_after_the_reply_has_ended_for_the_clock() -> None:
    """A second of buffer: what it had not played is sent again, and heard to its end."""
    played: Subject[Played] = Subject()
    with marbles(0.1) as m:
        for tick in range(12):
            m.at(tick, lambda at=tick / 10: played.on_next(Played(at - 0.8)))
        for tick in range(20, 60):
            m.at(tick, lambda at=tick / 10: played.on_next(Played(at - 0.1)))
        turns = m.hot("A 8s |", FLOOR)
        policy = by(m.cold("1.1s p 800ms r", VERDICTS))
        made = interruptible(speaking(1.0), policy=policy, played=played, fade_out=0.0)
        log = m.record(turns.pipe(made))
    assert items(log, Fault) == []
    assert items(log, ReplyEnded)[0][1] == ReplyEnded(1, "w0 w1 w2 w3")


def test_one_may_go_on_when_it_is_not_clear() -> None:
    """A recogniser with interim transcripts would have found words in speech."""
    assert decisions("b-(S T)------------|", unsure="resume") == [(0.2, Pause()), (0.7, Resume())]


def test_a_second_utterance_is_decided_anew_within_the_same_turn() -> None:
    """ "Uh-huh … stop" is an interruption, although it began as none."""
    assert decisions("b-(S T)-E-h--S-E-w--|") == [
        (0.2, Pause()),
        (0.6, Resume()),
        (0.9, Pause()),
        (1.3, Interrupt()),
    ]


def test_unclear_words_let_the_voice_go_on_and_are_answered_afterwards() -> None:
    """A short answer is not swallowed, and does not cut the bot off."""
    assert decisions("b-(S T)-E-u--V---|") == [(0.2, Pause()), (0.6, Resume())]
    log = run("A-(S T)-E-u--V-- 2s |", speaking(2.0))
    assert [turn.text for _, turn in items(log, Turn)] == ["first", "two people"]
    assert [reply.interrupted for _, reply in items(log, ReplyEnded)] == [False, False]
    assert items(log, InterruptionRejected) == []


def test_few_words_of_which_the_recogniser_is_not_sure_count_as_none() -> None:
    assert decisions("b-(S T)-E-c--X---|") == [
        (0.2, Pause()),
        (0.6, Resume()),
        (0.9, Reject("backchannel")),
    ]
    assert decisions("b-(S T)-E-c--X---|", min_confidence=0.2)[1:] == [(0.6, Interrupt())]


def test_words_of_a_turn_that_came_to_nothing_do_not_count_for_the_next() -> None:
    assert decisions("b-wE---(S T)--E---|") == [(0.7, Pause()), (1.3, Resume())]


@pytest.mark.parametrize("takes", [0.1, 0.3])
def test_a_judge_may_take_its_time(takes: float) -> None:
    """TU07: a model decides, once for each text."""
    asked: list[str] = []

    with marbles(0.1) as m:

        async def judge(text: str) -> Meaning:
            asked.append(text)
            await rx.timer(takes, scheduler=m.scheduler)
            return "backchannel" if text == "uh-huh" else "interruption"

        floor = "b-(S T)-E-h------M------|"
        source: Observable[Any] = m.hot(floor, {**FLOOR, "b": BotSpeechStarted(1)})
        log = m.record(source.pipe(pause_and_decide(judge)))
    found = items(log, object)
    assert asked == ["uh-huh", "uh-huh"]
    assert found == [
        (0.2, Pause()),
        (approx(min(0.7, 0.6 + takes)), Resume()),
        (approx(1.3 + takes), Reject("backchannel")),
    ]


@pytest.mark.parametrize(
    ("options", "name"),
    [({"within": -1.0}, "within"), ({"patience": -1.0}, "patience"), ({"unsure": "x"}, "unsure")],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        pause_and_decide(**options)
