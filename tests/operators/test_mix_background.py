"""AU13: a background under the bot's voice."""

from typing import Any

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from reactivex.subject import BehaviorSubject

from rxvoice.errors import AudioFormatError
from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Event,
    Fault,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    Turn,
    TurnStarted,
    Word,
)
from rxvoice.operators import interrupt_at_once, interruptible, mix_background, pace
from rxvoice.testing import (
    Marbles,
    OnCompleted,
    OnError,
    OnNext,
    frames,
    marbles,
    tone,
)
from tests.operators.loudspeaker import Log, played

NOTHING: dict[str, Event] = {}
LEVELS: dict[str, float] = {}
RATE = 8_000
FADE = RATE // 50
OFFICE = AudioFrame(np.arange(1, 5_001, dtype=np.int16), RATE)
"""Each sample tells its place; 0.625 s."""


def office(count: int, *, start: int = 0) -> NDArray[np.int16]:
    return OFFICE.samples.take(range(start, start + count), mode="wrap")


def voice(duration: float, pts: float = 0.0, level: int = 10_000) -> AudioFrame:
    return AudioFrame(np.full(round(duration * RATE), level, np.int16), RATE, pts)


def mixed(bot: str, values: dict[str, Any], sound: Any = OFFICE, **options: Any) -> Log:
    """Mix the background with a bot; a column is 0.1 s."""
    with marbles(tick=0.1) as m:
        options = {"rate": RATE, "volume": 1.0, **options}
        log = m.record(m.hot(bot, values).pipe(mix_background(sound, **options)))
        m.run()
    return log


def items(log: Log, kind: type) -> list[Any]:
    return [
        note.value for _, note in log if isinstance(note, OnNext) and isinstance(note.value, kind)
    ]


def test_au13_the_background_is_heard_all_the_time_at_its_time() -> None:
    log = mixed("---------------|", {})
    heard = played(log, lead=0.02)
    assert len(heard) >= 1.5 * RATE
    assert np.array_equal(heard[FADE:], office(len(heard) - FADE, start=FADE))
    assert np.all(heard[:FADE] <= office(FADE))
    assert log[-1] == (pytest.approx(1.5), OnCompleted())
    assert [at for at, _ in log[:4]] == pytest.approx([0.0, 0.0, 0.02, 0.04])


def test_au13_the_voice_is_heard_over_it_and_nothing_is_missing() -> None:
    log = mixed("---a------|", {"a": voice(0.3, 0.34)})
    expected = office(len(played(log))).astype(int)
    expected[round(0.34 * RATE) : round(0.64 * RATE)] += 10_000
    assert np.array_equal(played(log)[FADE:], expected[FADE:])


def test_au13_a_word_that_begins_within_what_was_sent_is_late_by_little() -> None:
    """And what follows it stays with it, sample by sample."""
    piece = voice(0.3)
    pieces = {key: each for key, each in zip("abc", frames(piece, duration=0.1), strict=True)}
    later = {key: AudioFrame(e.samples, RATE, e.pts + 0.3) for key, e in pieces.items()}
    heard = played(mixed("---abc----|", later))
    begin = int(np.flatnonzero(heard > 9_999)[0])
    assert 0.3 * RATE <= begin <= 0.34 * RATE
    assert np.array_equal(np.flatnonzero(heard > 9_999), np.arange(begin, begin + 2_400))


def test_au13_too_loud_is_clipped_and_never_wraps_around() -> None:
    loud = AudioFrame(np.full(8_000, 30_000, np.int16), RATE)
    heard = played(mixed("--a----|", {"a": voice(0.2, 0.24)}, loud))
    assert heard[round(0.24 * RATE) : round(0.44 * RATE)].tolist() == [32_767] * 1_600
    assert heard.min() >= 0


def answered(
    cut: float | None, *, lead: float = 0.02, early: float = 0.04, fade: float = 0.0
) -> Log:
    """A reply of 1 s from 0.3 s on, cut off somewhere, over the background."""
    with marbles(tick=0.1) as m:
        reply = m.cold("a|", {"a": voice(1.0)})
        diagram = "300ms U" + (" 1.7s |" if cut is None else f" {cut * 1000 - 100:g}ms S 1s |")
        source = m.hot(diagram, {"U": Turn("Hello.", 1), "S": TurnStarted(2)})
        talk = interruptible(
            lambda _: reply.pipe(pace(lead=early)), policy=interrupt_at_once(), fade_out=fade
        )
        background = mix_background(OFFICE, rate=RATE, volume=1.0, lead=lead)
        log = m.record(source.pipe(talk, background))
        m.run()
    return log


@given(
    cut=st.integers(100, 1_500).map(lambda ms: ms / 1_000),
    lead=st.sampled_from([0.0, 0.01, 0.02, 0.03]),
    early=st.sampled_from([0.04, 0.1, 0.3]),
)
@settings(max_examples=40)
def test_au13_an_interruption_leaves_no_gap_and_no_voice(
    cut: float, lead: float, early: float
) -> None:
    """Whatever was sent early is sent again without the voice, from the sample that was heard."""
    log = answered(cut, lead=lead, early=early)
    heard = played(log)
    alone = heard - np.where(heard > 9_999, 10_000, 0)
    assert np.array_equal(alone[FADE:], office(len(heard) - FADE, start=FADE))
    loud = np.flatnonzero(heard > 9_999)
    assert len(loud) == loud[-1] - loud[0] + 1
    if cut < 1.0:
        assert loud[-1] + 1 == round((0.3 + cut) * RATE)
        assert len(items(log, ClearAudio)) == 1
    else:
        assert len(loud) == RATE


def test_au13_a_reply_that_fades_out_is_heard_fading_over_the_background() -> None:
    """Its last frame follows `ClearAudio` at the same instant, before the background goes on."""
    heard = played(answered(0.5, fade=0.02)).astype(int)
    voiced = heard - office(len(heard))
    cut, silent = round(0.8 * RATE), round(0.82 * RATE)
    assert set(voiced[round(0.4 * RATE) : cut]) == {10_000}
    assert np.all(np.diff(voiced[cut - 1 : silent]) < 0)
    assert voiced[silent - 1] < 100
    assert not voiced[silent:].any()


def test_au13_a_reply_that_is_paused_and_resumed_goes_on_over_it() -> None:
    values = {
        "a": voice(0.4, 0.14),
        "p": ReplyPaused(1),
        "r": ReplyResumed(1),
        "C": ClearAudio(1),
        "b": voice(0.2, 0.64),
    }
    heard = played(mixed("-a-(C p)--(r b)---|", values))
    loud = [*range(1_120, 2_400), *range(5_120, 6_720)]
    assert np.flatnonzero(heard > 9_999).tolist() == loud
    quiet = np.where(heard > 9_999, heard - 10_000, heard)
    assert np.array_equal(quiet[FADE:], office(len(heard) - FADE, start=FADE))


def test_au13_the_volume_changes_without_a_click() -> None:
    steady = AudioFrame(np.full(8_000, 10_000, np.int16), RATE)
    volume = BehaviorSubject(0.5)
    with marbles(tick=0.1) as m:
        stream = m.hot("----------|", NOTHING).pipe(
            mix_background(steady, rate=RATE, volume=volume)
        )
        log = m.record(stream)
        m.at(0.5, lambda: volume.on_next(0.1))
        m.run()
    heard = played(log).astype(int)
    assert heard[FADE : round(0.5 * RATE)].tolist() == [5_000] * (round(0.5 * RATE) - FADE)
    assert heard[-1] == 1_000
    assert np.abs(np.diff(heard)).max() <= 10_000 / FADE + 1
    assert 0.5 <= np.flatnonzero(heard == 1_000)[FADE] / RATE <= 0.57


def test_au13_it_can_be_switched_off_and_on_and_keeps_its_place() -> None:
    with marbles(tick=0.1) as m:
        bot: dict[str, Event] = {"a": voice(0.1, 0.54)}
        switch = m.hot("---f----t---------", {"f": False, "t": True})
        source = m.hot("-----a-----------|", bot)
        log = m.record(source.pipe(mix_background(OFFICE, rate=RATE, volume=1.0, on=switch)))
        m.run()
    heard = played(log)
    off = FADE + np.flatnonzero((heard[FADE:] == 0) | (heard[FADE:] == 10_000))
    assert 0.3 * RATE <= off[0] <= 0.36 * RATE
    assert off[-1] == pytest.approx(0.8 * RATE, abs=2)
    again = heard[off[-1] + 1 + FADE :]
    assert np.array_equal(again, office(len(again), start=int(off[0]) + 1 + FADE))
    pts = [item.pts for item in items(log, AudioFrame)]
    assert 0.54 in pts, "without a background the voice keeps its very time"
    assert not any(0.4 < each < 0.8 and each != 0.54 for each in pts), "nothing is sent when off"


def test_au13_another_sound_fades_in_while_the_one_before_fades_out() -> None:
    first = AudioFrame(np.full(400, 3_000, np.int16), RATE)
    second = AudioFrame(np.full(400, -3_000, np.int16), RATE)
    with marbles(tick=0.1) as m:
        sound = m.hot("a---b------", {"a": first, "b": second})
        source = m.hot("----------|", NOTHING)
        log = m.record(source.pipe(mix_background(sound, rate=RATE, volume=1.0)))
        m.run()
    heard = played(log).astype(int)
    assert heard[2_000] == 3_000
    assert heard[-1] == -3_000
    assert np.abs(np.diff(heard)).max() <= 2 * 3_000 / FADE + 2


def test_au13_without_a_loop_there_is_silence_behind_the_end() -> None:
    log = mixed("---------a--|", {"a": voice(0.1, 0.94)}, loop=False)
    heard = played(log)
    assert heard[5_000 - 1] == 5_000
    assert np.flatnonzero(heard[5_000:]).tolist() == list(range(7_520 - 5_000, 8_320 - 5_000))
    assert items(log, AudioFrame)[-1] == voice(0.1, 0.94)


def test_au13_the_loop_can_be_ended_and_begun_while_it_runs() -> None:
    with marbles(tick=0.1) as m:
        loop = m.hot("-------f----------t---", {"f": False, "t": True})
        source = m.hot("---------------------|", NOTHING)
        log = m.record(source.pipe(mix_background(OFFICE, rate=RATE, volume=1.0, loop=loop)))
        m.run()
    heard = played(log)
    assert np.array_equal(heard[FADE:10_000], office(10_000 - FADE, start=FADE))
    silent = FADE + np.flatnonzero(heard[FADE:] == 0)
    assert silent[0] == 10_000, "the round that was begun is played to its end"
    assert silent[-1] == pytest.approx(1.8 * RATE, abs=2)


def test_au13_a_sound_of_another_rate_is_converted_when_it_is_given_at_once() -> None:
    fast = tone(1.0, 44_100, frequency=300.0)
    heard = played(mixed("-----|", {}, fast))
    ideal = tone(1.0, RATE, frequency=300.0).samples[: len(heard)].astype(int)
    assert np.abs(heard[FADE:] - ideal[FADE:]).max() < 100


@pytest.mark.parametrize(
    ("option", "bad", "message"),
    [
        ("volume", 1.5, "volume must be in 0…1, got 1.5"),
        ("volume", OSError("no knob"), "OSError: no knob"),
        ("sound", AudioFrame(OFFICE.samples, 16_000), "a sound must have 8000 Hz, got 16000 Hz"),
        ("sound", OSError("no file"), "OSError: no file"),
        ("on", OSError("no switch"), "OSError: no switch"),
        ("loop", OSError("no loop"), "OSError: no loop"),
    ],
    ids=str,
)
def test_au13_a_change_that_makes_no_sense_is_a_fault_and_changes_nothing(
    option: str, bad: Any, message: str
) -> None:
    good = {"volume": 1.0, "sound": OFFICE, "on": True, "loop": True}[option]
    failing = isinstance(bad, Exception)
    with marbles(tick=0.1) as m:
        change = m.hot("g--#" if failing else "g--b--", {"g": good, "b": bad}, error=bad)
        settings: dict[str, Any] = {"sound": OFFICE, "volume": 1.0, "rate": RATE, option: change}
        source = m.hot("------|", NOTHING)
        log = m.record(source.pipe(mix_background(settings.pop("sound"), **settings)))
        m.run()
    faults = [item for item in items(log, Fault) if item.source == "background"]
    assert [fault.message for fault in faults] == [message]
    heard, settled = played(log), 4 * FADE
    assert np.array_equal(heard[settled:], office(len(heard) - settled, start=settled))


def test_au13_what_changes_may_have_a_value_from_the_beginning() -> None:
    values = {"volume": BehaviorSubject(1.0), "on": BehaviorSubject(True), "loop": rx.just(True)}
    heard = played(mixed("---|", {}, BehaviorSubject(OFFICE), **values))
    assert np.array_equal(heard[FADE:], office(len(heard) - FADE, start=FADE))


def test_a_late_loop_goes_on_at_once_and_without_catching_up() -> None:
    with marbles(tick=0.1) as m:
        source = m.hot("----------|", NOTHING)
        log = m.record(source.pipe(mix_background(OFFICE, rate=RATE, volume=1.0)))
        m.at(0.31, lambda: vars(m.scheduler.loop).update(_now=0.51))  # somebody blocks the loop
        m.run()
    pts = [item.pts for item in items(log, AudioFrame)]
    steps = np.diff(pts)
    assert max(steps) == pytest.approx(0.2, abs=0.03)
    assert sorted(steps)[-2] == pytest.approx(0.02)
    samples = np.concatenate([item.samples for item in items(log, AudioFrame)])
    assert np.array_equal(samples[FADE:], office(len(samples) - FADE, start=FADE))


def test_audio_of_another_rate_ends_the_stream() -> None:
    log = mixed("-a-|", {"a": tone(0.1, 16_000)})
    message = "mix_background has 8000 Hz and cannot take 16000 Hz; give pace the same rate"
    assert log[-1] == (pytest.approx(0.1), OnError(AudioFormatError(message)))


def test_other_items_pass_at_once(marbles: Marbles) -> None:
    values: dict[str, Event] = {
        "w": Word("Hi", 0.0, 0.1),
        "F": ReplyEnded(1),
        "C": ClearAudio(1),
        "e": AudioFrame(np.empty(0, np.int16), RATE),
    }
    stream = marbles.hot("-w-(F C)-e|", values).pipe(mix_background(OFFICE, rate=RATE, on=False))
    marbles.expect(stream).to_be("-w-(F C)-e|", values)


def test_never_empty_and_errors_stay_so(marbles: Marbles) -> None:
    silent = mix_background(OFFICE, rate=RATE, volume=0.0)
    for diagram in ("---", "|", "-#"):
        marbles.expect(marbles.cold(diagram, NOTHING).pipe(silent)).to_be(diagram)


def test_unsubscribing_stops_it(marbles: Marbles) -> None:
    source = marbles.hot("----------|", NOTHING)
    volume = marbles.hot("----------", LEVELS)
    log = marbles.record(source.pipe(mix_background(OFFICE, rate=RATE, volume=volume)), "^--!")
    marbles.expect_subscriptions(source, "^--!")
    marbles.expect_subscriptions(volume, "^--!")
    marbles.run()
    assert [at for at, _ in log] == pytest.approx([0.0, 0.0, 0.02, 0.04])


def test_two_subscribers_hear_it_from_the_beginning() -> None:
    with marbles(tick=0.1) as m:
        stream = m.hot("----------|", NOTHING).pipe(mix_background(OFFICE, rate=RATE))
        logs = [m.record(stream), m.record(stream, "--^")]
        m.run()
    first, second = (items(log, AudioFrame) for log in logs)
    assert np.array_equal(first[5].samples, second[5].samples)
    assert second[5].pts == pytest.approx(first[5].pts + 0.2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 0}, "rate must be"),
        ({"volume": 1.1}, "volume must be"),
        ({"volume": -0.1}, "volume must be"),
        ({"volume": float("nan")}, "volume must be"),
        ({"chunk": 0.001}, "chunk must be"),
        ({"lead": -0.1}, "lead must be"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"rate": RATE, **options}
    with pytest.raises(ValueError, match=message):
        mix_background(OFFICE, **given)
