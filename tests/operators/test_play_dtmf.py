"""AU15, AU16: keys that the bot presses."""

from typing import Any

import numpy as np
import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice.audio import dtmf_tone
from rxvoice.errors import BufferOverflow
from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    DtmfOut,
    Event,
    ReplyEnded,
    ReplyStarted,
    Turn,
    TurnStarted,
    Word,
)
from rxvoice.operators import interrupt_at_once, interruptible, pace, play_dtmf
from rxvoice.testing import Marbles, OnCompleted, OnError, OnNext, feed, marbles, tone
from tests.audio.keypad import dialled
from tests.operators.loudspeaker import Log, played

RATE = 8_000
TURN = Turn("Call the bank.", 1)


def call(
    diagram: str, reply: str, values: dict[str, Any], *, fade: float = 0.0, **options: Any
) -> Log:
    """Answer turns with a reply that is paced, and play the keys behind it."""
    with marbles(tick=0.1) as m:
        answer = m.cold(reply, values)
        source = m.hot(diagram, {"U": TURN, "S": TurnStarted(2), **values})
        talk = interruptible(
            lambda _: answer.pipe(pace(lead=0.04)), policy=interrupt_at_once(), fade_out=fade
        )
        log = m.record(source.pipe(talk, play_dtmf(**options)))
        m.run()
    return log


def voice(duration: float, pts: float = 0.0) -> AudioFrame:
    """Audio whose samples tell their place."""
    first = round(pts * RATE)
    count = round(duration * RATE)
    return AudioFrame(np.arange(first + 1, first + count + 1).astype(np.int16), RATE, pts)


def only_voice(heard: np.ndarray[Any, np.dtype[np.int16]]) -> list[int]:
    """Return where the audio of `voice` is heard: the places of a sample and its successor."""
    return np.flatnonzero(np.diff(heard.astype(int)) == 1).tolist()


def times(log: Log, kind: type) -> list[float]:
    return [at for at, note in log if isinstance(note, OnNext) and isinstance(note.value, kind)]


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
def test_au16_keys_become_tones_in_their_order_with_gaps(rate: int, urgent: bool) -> None:
    with marbles() as m:
        source = m.hot("-d|", {"d": DtmfOut("110#", urgent)})
        log = m.record(source.pipe(play_dtmf(rate=rate)))
        m.run()
    heard = played(log)
    assert dialled(heard, rate) == "1 1 0 #"
    gap = np.zeros(rate // 10, np.int16)
    keys = [part for key in "110#" for part in (dtmf_tone(key, rate=rate), gap)]
    assert np.array_equal(heard[round(0.02 * rate) :], np.concatenate(keys))
    assert log[-1] == (pytest.approx(0.82), OnCompleted())


def test_au16_the_lengths_can_be_chosen() -> None:
    with marbles() as m:
        source = m.hot("d|", {"d": DtmfOut("12")})
        log = m.record(source.pipe(play_dtmf(duration=0.2, gap=0.06, lead=0.0)))
        m.run()
    assert dialled(played(log, lead=0.0), RATE) == "1 2"
    assert log[-1][0] == pytest.approx(0.52)


def test_au16_without_other_audio_the_telephone_sets_the_rate_else_the_bot() -> None:
    alone = feed(play_dtmf(), [DtmfOut("1")])
    assert {item.rate for _, item in alone if isinstance(item, AudioFrame)} == {8_000}
    behind = feed(play_dtmf(), [tone(0.1, 24_000), 0.2, DtmfOut("1")])
    assert {item.rate for _, item in behind if isinstance(item, AudioFrame)} == {24_000}


def test_au15_ordered_keys_wait_until_the_reply_was_heard() -> None:
    """They come at once, before the audio that stands before them, for `pace` holds audio back."""
    log = call("U|", "(ad)|", {"a": voice(0.5), "d": DtmfOut("12")})
    heard = played(log)
    assert only_voice(heard) == list(range(3_999))
    assert dialled(heard[4_000:], RATE) == "1 2"
    assert times(log, ReplyEnded) == pytest.approx([0.5])


def test_au15_urgent_keys_go_first_and_no_word_is_lost() -> None:
    log = call("U-u|", "a|", {"a": voice(0.8), "u": DtmfOut("7", urgent=True)})
    heard = played(log)
    places = only_voice(heard)
    before = sum(place < 0.3 * RATE for place in places)
    assert 0.2 * RATE < before < 0.29 * RATE  # the key waits for no more than was sent
    assert heard[heard != 0][-1] == 0.8 * RATE
    assert len(heard) == RATE  # 0.8 s of voice and 0.2 s for a key
    assert dialled(heard[before + 1 : before + 1_601], RATE) == "7"
    assert [heard[place] for place in places if place < before] == list(range(1, before + 1))


def test_au15_what_waited_is_heard_later_only_until_the_next_pause() -> None:
    values = {"a": voice(0.3), "b": voice(0.2, 0.3), "u": DtmfOut("7", urgent=True)}
    with marbles(tick=0.1) as m:
        source = m.hot("aub-----c-|", {**values, "c": voice(0.1, 0.8)})
        log = m.record(source.pipe(play_dtmf()))
        m.run()
    starts = [note.value.pts for _, note in log if isinstance(note, OnNext)]
    assert starts[0] == 0.0
    assert starts[-2:] == pytest.approx([0.5, 0.8])


def test_au15_without_a_reply_ordered_keys_follow_the_audio_under_way() -> None:
    log = feed(play_dtmf(), [voice(0.5), 0.1, DtmfOut("7")])
    assert [at for at, item in log if isinstance(item, AudioFrame)][1] == pytest.approx(0.5)


def test_au15_an_interruption_drops_ordered_keys_that_wait() -> None:
    log = call("U--S--|", "(ad)|", {"a": voice(0.8), "d": DtmfOut("12")})
    heard = played(log)
    assert len(heard) == 0.3 * RATE
    assert times(log, ReplyEnded) == pytest.approx([0.3])


@pytest.mark.parametrize("fade", [0.0, 0.02])
def test_au15_urgent_keys_go_on_when_the_reply_is_interrupted(fade: float) -> None:
    """What was sent early and cleared with the voice is sent again, to the sample.

    The fading end of the voice is left out: behind the keys it would be a shred.
    """
    values = {"a": voice(0.8), "u": DtmfOut("78", urgent=True)}
    log = call("U-uS--|", "a|", values, fade=fade)
    heard = played(log)
    begin = int(np.flatnonzero(np.diff(heard.astype(int)) != 1)[0]) + 1
    gap = np.zeros(800, np.int16)
    keys = dtmf_tone("7", rate=RATE), gap, dtmf_tone("8", rate=RATE), gap
    assert np.array_equal(heard[begin:], np.concatenate(keys))
    assert times(log, ClearAudio) == pytest.approx([0.3])


def test_au16_a_reply_that_comes_while_keys_sound_waits_for_their_end() -> None:
    log = call("u-U|", "a|", {"a": voice(0.3), "u": DtmfOut("12", urgent=True)})
    heard = played(log)
    assert dialled(heard[: round(0.4 * RATE)], RATE) == "1 2"
    assert np.array_equal(heard[round(0.4 * RATE) :], voice(0.3).samples)


def test_au16_a_sink_that_presses_keys_itself_gets_the_items_at_their_time() -> None:
    values = {"a": voice(0.5), "d": DtmfOut("12"), "u": DtmfOut("7", urgent=True)}
    log = call("U-u|", "(ad)|", values, native=True)
    keys = [
        (at, n.value) for at, n in log if isinstance(n, OnNext) and isinstance(n.value, DtmfOut)
    ]
    assert keys == [(pytest.approx(0.2), values["u"]), (pytest.approx(0.5), values["d"])]
    assert only_voice(played(log)) == list(range(3_999))


def test_au16_other_items_pass_at_once(marbles: Marbles) -> None:
    values: dict[str, Event] = {
        "u": DtmfOut("1", urgent=True),
        "w": Word("Hi", 0.0, 0.1),
        "R": ReplyStarted(1),
        "F": ReplyEnded(1),
        "C": ClearAudio(1),
        "T": TurnStarted(2),
    }
    stream = marbles.hot("-u-R-w-(F C)T-|", values).pipe(play_dtmf())
    others = stream.pipe(ops.filter(lambda item: not isinstance(item, AudioFrame)))
    marbles.expect(others).to_be("---R-w-(F C)T--|", values)


def test_never_empty_and_errors_stay_so(marbles: Marbles) -> None:
    values: dict[str, Event] = {"s": voice(0.02), "u": DtmfOut("1", urgent=True)}
    for diagram in ("---", "|", "#", "-s|"):
        marbles.expect(marbles.cold(diagram, values).pipe(play_dtmf())).to_be(diagram, values)


def test_an_error_ends_it_in_the_midst_of_a_key() -> None:
    with marbles(tick=0.1) as m:
        source = m.hot("u#", {"u": DtmfOut("12", urgent=True)}, error=OSError("hung up"))
        log = m.record(source.pipe(play_dtmf()))
        m.run()
    assert log[-1] == (pytest.approx(0.1), OnError(OSError("hung up")))
    assert len(log) == 5  # 40 ms each, with a lead of 40 ms


def test_unsubscribing_stops_the_tones(marbles: Marbles) -> None:
    source = marbles.hot("-u-----------|", {"u": DtmfOut("12", urgent=True)})
    log = marbles.record(source.pipe(play_dtmf(lead=0.0)), "^--!")
    marbles.expect_subscriptions(source, "^--!")
    marbles.run()
    assert [at for at, _ in log] == [pytest.approx(0.02)]


def test_two_subscribers_dial_apart() -> None:
    with marbles(tick=0.1) as m:
        stream = m.hot("--u--|", {"u": DtmfOut("1", urgent=True)}).pipe(play_dtmf())
        logs = [m.record(stream), m.record(stream, "-^")]
        m.run()
    assert logs[0] == logs[1]
    assert dialled(played(logs[0])[1_600:], RATE) == "1"


def test_audio_that_would_wait_without_end_is_an_error() -> None:
    keys = DtmfOut("1", urgent=True)
    with pytest.raises(BufferOverflow, match="more than 60 s"):
        feed(play_dtmf(gap=10.0), [keys, voice(3.0), voice(58.0, 3.0)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 1_000}, "rate must be"),
        ({"duration": 0.02}, "duration must be"),
        ({"gap": 0.0}, "gap must be"),
        ({"gap": float("nan")}, "gap must be"),
        ({"lead": -0.1}, "lead must be"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        play_dtmf(**options)


def test_it_works_at_the_end_of_any_stream() -> None:
    out = feed(rx.compose(play_dtmf(rate=16_000)), [DtmfOut(button="5")])
    heard = played([(at, OnNext(item)) for at, item in out])
    assert dialled(heard, 16_000) == "5"
