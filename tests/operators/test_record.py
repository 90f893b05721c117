"""AU20: both sides of a call, in memory."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Event,
    Fault,
    Recording,
    ReplyEnded,
    ReplyStarted,
    Turn,
    TurnDropped,
    TurnStarted,
)
from rxvoice.operators import interrupt_at_once, interruptible, mix_background, pace, record
from rxvoice.testing import (
    Marbles,
    OnCompleted,
    OnError,
    OnNext,
    approx,
    feed,
    frames,
    like,
    marbles,
    tone,
)
from tests.operators.loudspeaker import Log, played

RATE = 8_000
Timed = list[tuple[float, Event]]
NOTHING: dict[str, Event] = {}


def level(number: int, pts: float, duration: float = 0.02, rate: int = RATE) -> AudioFrame:
    return AudioFrame(np.full(round(duration * rate), number, np.int16), rate, pts)


def spoken(number: int, start: float, end: float, *, clock: float = 0.0) -> Timed:
    """A microphone: frames of 20 ms that come when their last sample was captured."""
    count = round((end - start) / 0.02)
    times = [round(start + n * 0.02, 6) for n in range(count)]
    return [(round(at + 0.02, 6), level(number, clock + at)) for at in times]


def log_of(
    bot: Timed, user: Timed | None, *, end: float, fails: bool = False, **options: Any
) -> Log:
    """Record a call whose items come at their times."""
    with marbles() as m:
        said = stream(m, bot, end, fails=fails)
        heard = None if user is None else stream(m, user, end + 1.0)
        log = m.record(said.pipe(record(heard, **options)))
        m.run()
    return log


def stream(m: Marbles, items: Timed, end: float, *, fails: bool = False) -> Subject[Event]:
    """A hot stream whose items come at their times, in their order."""
    source: Subject[Event] = Subject()
    for at, item in items:
        m.at(at, lambda item=item: source.on_next(item))
    m.at(end, lambda: source.on_error(OSError("hung up")) if fails else source.on_completed())
    return source


def recordings(log: Log) -> list[Recording]:
    return [note.value for _, note in log if isinstance(note, OnNext)]


def channels(recording: Recording) -> list[list[int]]:
    return recording.samples.T.tolist()


def test_au20_the_user_is_left_and_the_bot_is_right_on_one_clock() -> None:
    """The user's own clock counts from 100."""
    user = spoken(3, 0.1, 0.4, clock=100.0)
    bot: Timed = [(0.45, level(7, 0.5, 0.2))]
    log = log_of(bot, user, end=1.0)
    (recording,) = recordings(log)
    left, right = channels(recording)
    assert left == [0] * 800 + [3] * 2_400 + [0] * 2_400
    assert right == [0] * 4_000 + [7] * 1_600
    assert (recording.pts, recording.number, recording.rate) == (0.0, 1, RATE)
    assert log[-1] == (pytest.approx(1.0), OnCompleted())


def test_au20_both_can_be_mixed_without_wrapping_around() -> None:
    log = log_of([(0.0, level(30_000, 0.0, 0.2))], spoken(10_000, 0.0, 0.1), end=0.5, layout="mono")
    assert recordings(log)[0].samples.tolist() == [32_767] * 800 + [30_000] * 800


def test_au20_without_a_user_it_is_the_bot_alone() -> None:
    (recording,) = recordings(log_of([(0.0, level(5, 0.1, 0.1))], None, end=0.5))
    assert recording.samples.tolist() == [0] * 800 + [5] * 800


def test_au20_no_silence_gets_into_speech_and_none_is_lost_between() -> None:
    shift = [0.0, 0.004, -0.004, 0.009, -0.009, 0.0, 0.002, 0.009, -0.003, 0.001]
    user: Timed = [(0.02 + n * 0.02, level(7, n * 0.02 + shift[n])) for n in range(10)]
    bot: Timed = [(n * 0.02, level(9, 0.1 + n * 0.02 + shift[n])) for n in range(10)]
    (recording,) = recordings(log_of(bot, user, end=1.0))
    left, right = channels(recording)
    assert left == [7] * 1_600 + [0] * 800
    assert right == [0] * 800 + [9] * 1_600


def test_au20_what_was_cleared_was_not_heard_and_what_fades_out_was() -> None:
    bot: Timed = [
        (0.0, level(7, 0.0, 1.0)),
        (0.3, ClearAudio(1)),
        (0.3, level(6, 0.3, 0.02)),
        (0.5, level(8, 0.5, 0.1)),
    ]
    (recording,) = recordings(log_of(bot, None, end=1.0))
    expected = [7] * 2_400 + [6] * 160 + [0] * 1_440 + [8] * 800
    assert recording.samples.tolist() == expected


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
def test_au20_frames_of_another_rate_are_resampled(rate: int) -> None:
    voice: Timed = [(0.0, tone(1.0, 24_000))]
    (recording,) = recordings(log_of(voice, None, end=1.0, rate=rate))
    assert recording.rate == rate
    ideal = tone(1.0, rate).samples.astype(int)
    assert np.abs(recording.samples[200:-200] - ideal[200:-200]).max() < 60


def test_au20_every_so_many_seconds_there_is_a_piece_and_together_they_are_the_call() -> None:
    user = spoken(3, 0.1, 2.3)
    bot: Timed = [(at, level(7, at, 0.1)) for at in (0.4, 1.45, 2.2)]
    whole = recordings(log_of(bot, user, end=2.6))[0]
    log = log_of(bot, user, end=2.6, every=1.0)
    pieces = recordings(log)
    assert [piece.number for piece in pieces] == [1, 2, 3]
    assert [piece.pts for piece in pieces] == [0.0, 1.0, 2.0]
    assert [len(piece.samples) for piece in pieces] == [8_000, 8_000, 2_400]
    assert np.array_equal(np.concatenate([piece.samples for piece in pieces]), whole.samples)
    assert [at for at, _ in log] == pytest.approx([1.5, 2.5, 2.6, 2.6])


def test_au20_a_piece_waits_for_audio_that_is_late() -> None:
    """The line stands still for 0.4 s; then all of it comes at once."""
    late: Timed = [
        (max(at, 1.3) if 0.9 < at < 1.3 else at, item) for at, item in spoken(3, 0.0, 2.0)
    ]
    pieces = recordings(log_of([], late, end=3.0, every=1.0))
    assert [channels(piece)[0] for piece in pieces] == [[3] * 8_000] * 2


def test_au20_silence_is_a_piece_too_while_the_call_goes_on() -> None:
    log = log_of([(0.0, level(5, 0.0)), (3.2, level(5, 3.2))], None, end=3.5, every=1.0)
    assert [piece.samples.any() for piece in recordings(log)] == [True, False, False, True]
    assert [at for at, _ in log] == pytest.approx([1.5, 2.5, 3.5, 3.5, 3.5])


def test_au20_pieces_before_the_first_sound_come_when_the_rate_is_known() -> None:
    log = log_of([(2.2, level(5, 2.2))], None, end=2.4, every=1.0)
    assert [(piece.rate, len(piece.samples)) for piece in recordings(log)] == [
        (RATE, 8_000),
        (RATE, 8_000),
        (RATE, 1_760),
    ]
    assert [at for at, _ in log] == pytest.approx([2.2, 2.4, 2.4, 2.4])
    early = log_of([], None, end=2.6, every=1.0, rate=RATE)
    assert [at for at, _ in early] == pytest.approx([1.5, 2.5, 2.6])


def test_au20_a_call_without_any_audio_has_no_recording() -> None:
    assert log_of([], [], end=1.0) == [(pytest.approx(1.0), OnCompleted())]


def two_turns() -> tuple[Timed, Timed]:
    """A question and its answer, a cough, another question that cuts the answer off."""
    user = [*spoken(1, 1.0, 1.5), *spoken(2, 4.0, 4.1), *spoken(3, 5.0, 5.5), *spoken(4, 7.0, 7.5)]
    bot: Timed = [
        (1.2, TurnStarted(1)),
        (1.9, Turn("one", 1)),
        (1.9, ReplyStarted(1)),
        (2.0, level(-1, 2.0, 0.5)),
        (2.5, ReplyEnded(1)),
        (4.1, TurnStarted(2)),
        (4.6, TurnDropped(2, "no text")),
        (5.2, TurnStarted(3)),
        (5.9, Turn("three", 3)),
        (5.9, ReplyStarted(3)),
        (6.0, level(-3, 6.0, 5.0)),
        (7.2, ClearAudio(3)),
        (7.2, level(-4, 7.2, 0.02)),
        (7.2, ReplyEnded(3, interrupted=True)),
        (7.2, TurnStarted(4)),
        (7.9, Turn("four", 4)),
    ]
    return bot, user


def test_au20_by_turn_there_is_one_for_each_turn_with_what_both_said() -> None:
    bot, user = two_turns()
    log = log_of(bot, user, end=9.0, by="turn")
    pieces = recordings(log)
    assert [piece.number for piece in pieces] == [1, 2, 3, 4]
    assert [piece.pts for piece in pieces] == pytest.approx([0.2, 3.1, 4.2, 6.2])
    assert [piece.end for piece in pieces] == pytest.approx([2.5, 4.6, 7.22, 7.5])
    assert [at for at, _ in log] == pytest.approx([3.0, 5.1, 7.72, 9.0, 9.0])
    voices = [({*left} - {0}, {*right} - {0}) for left, right in map(channels, pieces)]
    assert voices == [({1}, {-1}), ({2}, set()), ({3, 4}, {-3, -4}), ({4}, {-3, -4})]
    first, third = channels(pieces[0]), channels(pieces[2])
    assert sum(first[0]) == 1 * 0.5 * RATE
    assert first[1].count(-1) == 0.5 * RATE
    assert third[1].count(-3) == 1.2 * RATE
    assert third[1].count(-4) == 0.02 * RATE


def test_au20_the_padding_says_how_much_comes_before_a_turn() -> None:
    bot, user = two_turns()
    pieces = recordings(log_of(bot, user, end=9.0, by="turn", padding=0.3))
    assert [piece.pts for piece in pieces] == pytest.approx([0.9, 3.8, 4.9, 6.9])
    assert 1 in channels(pieces[0])[0]


def test_au20_a_greeting_that_no_turn_comes_before_is_recorded_likewise() -> None:
    bot: Timed = [(0.5, ReplyStarted(1)), (0.6, level(7, 0.6, 0.4)), (1.0, ReplyEnded(1))]
    (piece,) = recordings(log_of(bot, [], end=3.0, by="turn"))
    assert (piece.pts, piece.end, piece.number) == (pytest.approx(0.5), pytest.approx(1.0), 1)


def test_au20_a_turn_without_an_answer_ends_with_the_next_one() -> None:
    bot: Timed = [(1.0, TurnStarted(1)), (1.5, Turn("a", 1)), (3.0, TurnStarted(2))]
    pieces = recordings(log_of(bot, spoken(1, 0.0, 4.0), end=4.1, by="turn"))
    assert [(piece.pts, piece.end) for piece in pieces] == [approx((0.0, 3.0)), approx((2.0, 4.0))]


def test_au20_a_turn_late_in_a_long_call_is_whole() -> None:
    kept: list[int] = []
    with marbles() as m:
        source: Subject[Event] = Subject()
        tapped = source.pipe(
            record(by="turn"), ops.do_action(lambda piece: kept.append(len(piece.samples)))
        )
        log = m.record(tapped)
        for n in range(300):
            m.at(n * 1.0, lambda n=n: source.on_next(level(5, n * 1.0, 1.0)))
        m.at(300.0, lambda: source.on_next(TurnStarted(1)))
        m.at(300.5, lambda: source.on_next(TurnDropped(1)))
        m.at(302.0, source.on_completed)
        m.run()
    assert kept == [1.5 * RATE]
    assert recordings(log)[0].samples[:8_000].tolist() == [5] * 8_000


@given(cut=st.integers(1, 15), background=st.booleans())
@settings(max_examples=20)
def test_au20_it_holds_what_a_sink_made_audible(cut: int, background: bool) -> None:
    """Replies that are cut off and fade out, with and without a background that goes on."""
    with marbles(tick=0.1) as m:
        reply = m.cold("a|", {"a": tone(1.0, RATE)})
        source = m.hot(
            f"--U {cut * 100 - 100}ms S ----------|", {"U": Turn("hi", 1), "S": TurnStarted(2)}
        )
        talk = interruptible(lambda _: reply.pipe(pace()), policy=interrupt_at_once())
        office = tone(0.5, RATE, frequency=200.0)
        mixed = mix_background(office, rate=RATE, on=background)
        call: Subject[Event] = Subject()
        heard, log = m.record(call), m.record(call.pipe(record()))
        source.pipe(talk, mixed).subscribe(call, scheduler=m.scheduler)
        m.run()
    (recording,) = recordings(log)
    assert np.array_equal(recording.samples, played(heard))


def test_au20_when_the_stream_fails_what_was_recorded_comes_first() -> None:
    log = log_of([(0.0, level(5, 0.0, 0.1))], None, end=0.5, fails=True)
    assert [note for _, note in log] == [
        OnNext(like(Recording, duration=0.1)),
        OnError(OSError("hung up")),
    ]


def test_when_the_user_fails_or_ends_the_recording_goes_on() -> None:
    with marbles(tick=0.1) as m:
        user = m.hot("a#", {"a": level(3, 0.0, 0.1)}, error=OSError("no microphone"))
        source = m.hot("----b-|", {"b": level(7, 0.4, 0.1)})
        log = m.record(source.pipe(record(user)))
        m.run()
    assert channels(recordings(log)[0])[1][-1] == 7


def test_other_items_and_empty_frames_are_ignored() -> None:
    bot: Timed = [(0.0, Fault("llm", "no")), (0.0, level(5, 0.0, 0.0)), (0.1, level(5, 0.1))]
    (recording,) = recordings(log_of(bot, [(0.1, Turn("typed", 1))], end=0.5))
    assert np.count_nonzero(recording.samples) == 160


def test_a_frame_whose_time_makes_no_sense_takes_no_memory() -> None:
    bot: Timed = [(0.0, level(5, 0.0)), (0.1, level(6, 1e7)), (0.2, level(7, 0.2))]
    (recording,) = recordings(log_of(bot, None, end=0.5))
    assert {*recording.samples.tolist()} == {0, 5, 7}


def test_never_and_empty_stay_so(marbles: Marbles) -> None:
    for diagram in ("---", "|", "--#"):
        marbles.expect(marbles.cold(diagram, NOTHING).pipe(record())).to_be(diagram)


@pytest.mark.parametrize("options", [{}, {"every": 0.1}, {"by": "turn"}], ids=str)
def test_unsubscribing_leaves_nothing(options: dict[str, Any]) -> None:
    with marbles(tick=0.1) as m:
        user = m.hot("aaaaaaaa|", {"a": level(3, 0.0, 0.1)})
        source = m.hot(
            "TRbF----|",
            {
                "b": level(7, 0.2, 0.1),
                "T": TurnStarted(1),
                "R": ReplyStarted(1),
                "F": ReplyEnded(1),
            },
        )
        m.record(source.pipe(record(user, **options)), "^----!")
        m.expect_subscriptions(source, "^----!")
        m.expect_subscriptions(user, "^----!")


def test_two_subscribers_record_apart() -> None:
    with marbles(tick=0.1) as m:
        source = m.hot("a-b-|", {"a": level(3, 0.0, 0.1), "b": level(7, 0.2, 0.1)})
        stream = source.pipe(record())
        first, second = m.record(stream), m.record(stream, "-^")
        m.run()
    assert recordings(first)[0].samples.tolist() == [3] * 800 + [0] * 800 + [7] * 800
    assert recordings(second)[0].samples.tolist() == [0] * 800 + [7] * 800
    assert recordings(second)[0].pts == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layout": "quad"}, "layout must be"),
        ({"by": "word"}, "by must be"),
        ({"every": 0.0}, "every must be"),
        ({"every": 1.0, "by": "turn"}, "every must be"),
        ({"padding": -1.0}, "padding must be"),
        ({"rate": 0}, "rate must be"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(**options)


def test_frames_of_a_whole_recording_give_it_back() -> None:
    speech = tone(1.0, RATE)
    out = feed(record(), [each for frame in frames(speech) for each in (frame, 0.02)])
    assert np.array_equal(out[0][1].samples, speech.samples)
