"""The loudspeaker in the microphone: `echo`."""

import gc
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame, ClearAudio, Word
from rxvoice.operators import pace
from rxvoice.testing import MarbleError, OnNext, frames, marbles, silence, tone
from rxvoice.testing.chaos import echo
from rxvoice.testing.chaos._echo_path import EchoPath
from tests.operators.fakes import chop

RATE = 16_000
sizes = st.lists(st.integers(1, 700), min_size=1, max_size=12)


def audio(items: Sequence[Any]) -> NDArray[np.int16]:
    return np.concatenate([item.samples for item in items if isinstance(item, AudioFrame)])


def heard(said: Sequence[Any], played: Sequence[Any], **options: float) -> NDArray[np.int16]:
    """Return what the microphone hears when all was played before anything is said."""
    with marbles() as m:
        values = {"s": said, "p": played}
        mic = m.hot("-s|", values).pipe(ops.flat_map(rx.from_iterable))
        of = m.hot("p-|", values).pipe(ops.flat_map(rx.from_iterable))
        log = m.record(mic.pipe(echo(of, **options)))
    return audio([n.value for _, n in log if isinstance(n, OnNext)])


def test_it_is_quieter_and_later_and_sample_exact() -> None:
    said, played = silence(0.3), tone(0.1, level=0.8)
    out = heard([said], [played], gain_db=-6.0, delay=0.05)
    expected = np.zeros(4_800)
    expected[800:2_400] = played.samples * 10 ** (-6.0 / 20.0)
    assert np.array_equal(out, np.rint(expected))


def test_it_is_added_to_what_is_said_and_saturates() -> None:
    said, played = tone(0.1, level=1.0), tone(0.1, level=1.0)
    out = heard([said], [played], gain_db=0.0, delay=0.0)
    expected = np.clip(said.samples.astype(int) * 2, -32_768, 32_767)
    assert np.array_equal(out, expected)


def test_when_frames_come_does_not_matter() -> None:
    said, played = frames(tone(0.1, frequency=200.0)), frames(tone(0.04), duration=0.01)
    with marbles() as m:
        mic = m.hot("-a b c d e -----|", dict(zip("abcde", said, strict=True)))
        of = m.hot("(p q r s)", dict(zip("pqrs", played, strict=True)))
        log = m.record(mic.pipe(echo(of, delay=0.03)))
    got = [n.value for _, n in log if isinstance(n, OnNext)]
    assert [frame.pts for frame in got] == [frame.pts for frame in said]
    assert np.array_equal(audio(got), heard(said, played, delay=0.03))


@given(sizes, sizes, st.integers(0, 1_600))
def test_how_audio_is_cut_into_frames_does_not_matter(
    mine: list[int], others: list[int], delay: int
) -> None:
    said, played = tone(0.2, frequency=100.0), tone(0.15, pts=0.01)
    whole = heard([said], [played], delay=delay / RATE)
    pieces = heard(chop(said, mine), chop(played, others), delay=delay / RATE)
    assert np.array_equal(pieces, whole)


def test_a_frame_without_echo_passes_untouched() -> None:
    frame = tone(0.02, pts=5.0)
    with marbles() as m:
        log = m.record(m.hot("f|", {"f": frame}).pipe(echo(m.hot("p", {"p": tone(0.1)}))))
    first = log[0][1]
    assert isinstance(first, OnNext)
    assert first.value is frame


def test_overlapping_replies_add_up() -> None:
    one, other = tone(0.1, frequency=300.0), tone(0.1, pts=0.05, frequency=500.0)
    out = heard([silence(0.2)], [one, other], gain_db=0.0, delay=0.0)
    expected = np.zeros(3_200)
    expected[:1_600] += one.samples
    expected[800:2_400] += other.samples
    assert np.array_equal(out, expected)


def test_a_gap_in_what_is_said_keeps_the_echo_in_its_place() -> None:
    said, played = frames(silence(0.1)), tone(0.1)
    out = heard([said[0], said[2], said[4]], [played], gain_db=0.0, delay=0.0)
    assert np.array_equal(out, audio([frames(played)[i] for i in (0, 2, 4)]))


def test_the_clocks_may_differ() -> None:
    played = tone(0.1, pts=10.0)
    out = heard([silence(0.1)], [played], gain_db=0.0, delay=0.0, offset=10.0)
    assert np.array_equal(out, played.samples)


def test_what_is_played_too_late_is_not_heard() -> None:
    said = frames(silence(0.06))
    with marbles() as m:
        mic = m.hot("abc|", dict(zip("abc", said, strict=True)))
        of = m.hot("-p", {"p": tone(0.06)})
        log = m.record(mic.pipe(echo(of, gain_db=0.0, delay=0.0)))
    out = audio([n.value for _, n in log if isinstance(n, OnNext)])
    assert not out[:320].any()
    assert np.array_equal(out[640:], tone(0.06).samples[640:])


def test_an_interruption_takes_back_what_is_not_played_yet() -> None:
    with marbles() as m:
        mic = m.hot("-----s|", {"s": silence(0.2)})
        of = m.hot("p-x", {"p": tone(0.2), "x": ClearAudio()})
        log = m.record(mic.pipe(echo(of, gain_db=0.0, delay=0.05)))
    out = audio([n.value for _, n in log if isinstance(n, OnNext)])
    assert np.array_equal(out[800 : 800 + 640], tone(0.2).samples[:640])
    assert not out[800 + 640 :].any()


def test_an_interruption_before_anything_is_nothing() -> None:
    with marbles() as m:
        mic = m.hot("-s|", {"s": silence(0.02)})
        m.expect(mic.pipe(echo(m.hot("x", {"x": ClearAudio()})))).to_be("-s|", {"s": silence(0.02)})


def test_paced_audio_comes_back_on_the_session_clock() -> None:
    """The bot's audio goes through `pace` to the room, and from there to the microphone."""
    said = frames(silence(0.4))
    with marbles() as m:
        room: Subject[Any] = Subject()
        letters = "abcdefghijklmnopqrst"
        mic = m.hot(f"{letters}|", dict(zip(letters, said, strict=True)))
        log = m.record(mic.pipe(echo(room, gain_db=0.0, delay=0.06)))
        bot = m.cold("---p|", {"p": tone(0.1)}).pipe(pace(), ops.do_action(room.on_next))
        m.record(bot)
    out = audio([n.value for _, n in log if isinstance(n, OnNext)])
    expected = np.zeros(6_400)
    expected[1_920 : 1_920 + 1_600] = tone(0.1).samples
    assert np.array_equal(out, expected)


def test_what_waits_is_bounded() -> None:
    second = tone(1.0, level=0.5)
    played = [AudioFrame(second.samples, RATE, 100.0 + at) for at in range(65)]
    with marbles() as m:
        mic = m.hot("-s|", {"s": silence(66.0, pts=100.0)})
        of = m.hot("p", {"p": played}).pipe(ops.flat_map(rx.from_iterable))
        log = m.record(mic.pipe(echo(of, gain_db=0.0, delay=0.0)))
    out = audio([n.value for _, n in log if isinstance(n, OnNext)])
    assert not out[: 5 * RATE].any()
    assert np.array_equal(out[5 * RATE : 6 * RATE], second.samples)


def test_what_has_sounded_is_let_go() -> None:
    samples = np.ones(320, np.int16)
    kept = weakref.ref(samples)
    path = EchoPath(1.0, 0.0)
    path.play(AudioFrame(samples, RATE))
    path.play(AudioFrame(np.ones(320, np.int16), RATE, 0.02))
    path.hear(silence(0.02))
    del samples
    gc.collect()
    assert kept() is None


def test_other_items_pass_and_do_not_sound() -> None:
    word = Word("hello", 0.0)
    with marbles() as m:
        of = m.hot("w", {"w": word})
        m.expect(m.hot("-w|", {"w": word}).pipe(echo(of))).to_be("-w|", {"w": word})


def test_both_are_left_together() -> None:
    with marbles() as m:
        mic, of = m.hot("a-b|"), m.hot("-")
        m.expect(mic.pipe(echo(of))).to_be("a-b|")
        m.expect(mic.pipe(echo(of)), "^-!").to_be("a-")
        m.expect_subscriptions(mic, "^--!", "^-!")
        m.expect_subscriptions(of, "^--!", "^-!")


def test_the_end_of_what_is_played_is_no_end_and_its_error_is() -> None:
    with marbles() as m:
        mic = m.hot("a-b|")
        m.expect(mic.pipe(echo(m.hot("-|")))).to_be("a-b|")
        m.expect(mic.pipe(echo(m.hot("-#")))).to_be("a#")
        m.expect_subscriptions(mic, "^--!", "^!")


def test_the_rates_must_be_the_same() -> None:
    with marbles() as m:
        mic, of = m.hot("-s-", {"s": silence(0.02)}), m.hot("p-", {"p": tone(0.02, rate=8_000)})
        said = "echo has 8000 Hz and cannot take 16000 Hz from the source; resample it"
        m.expect(mic.pipe(echo(of))).to_be("-#", error=AudioFormatError(said))
        late = m.hot("--p", {"p": tone(0.02, rate=8_000)})
        said = "echo has 16000 Hz and cannot take 8000 Hz from of; resample it"
        m.expect(m.hot("-s-", {"s": silence(0.02)}).pipe(echo(late))).to_be(
            "-s#", {"s": silence(0.02)}, error=AudioFormatError(said)
        )


def test_a_failing_microphone_fails() -> None:
    with marbles() as m:
        m.expect(m.hot("a#").pipe(echo(m.hot("-")))).to_be("a#", error=MarbleError())


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"gain_db": float("nan")}, "gain_db"),
        ({"delay": -0.1}, "delay"),
        ({"delay": float("inf")}, "delay"),
        ({"offset": float("nan")}, "offset"),
    ],
)
def test_its_arguments_make_sense(options: dict[str, float], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        echo(rx.never(), **options)
