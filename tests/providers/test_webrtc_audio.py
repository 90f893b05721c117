"""Issue "Turns and interruptions", 4: WebRTC's audio processing, the real library."""

import sys

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice.contracts import Operator
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame, Dtmf, Event
from rxvoice.providers.webrtc_audio import suppress_echo, suppress_noise
from rxvoice.testing import OnError, frames, marbles, silence, tone
from tests.operators.rooms import RATE, Room, audio, both, frame, gate, heard, starts, timed

from .noisy import NOISES, likeness, noisy, through
from .recordings import needs_recordings


def guarded(feedback: Observable[Event]) -> Operator[Event, Event]:
    return rx.compose(suppress_echo(feedback), gate())


@needs_recordings
@pytest.mark.parametrize("level", [-10.0, -20.0])
def test_the_bot_alone_starts_nothing_and_one_who_speaks_over_it_does(level: float) -> None:
    room = Room(21, level=level, delay=0.1)
    played = np.concatenate((np.zeros(RATE // 2), room.bot(6.0), np.zeros(RATE // 2)))
    echo, at = room.echo(played), 4.0
    assert starts(heard(lambda _: gate(), frame(echo), frame(played)))
    assert starts(heard(guarded, frame(echo), frame(played))) == []
    found = starts(heard(guarded, frame(both(echo, room.user(), at)), frame(played)))
    assert found
    assert at < found[0] < at + 1.0


@needs_recordings
@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
def test_echo_goes_at_other_rates_too(rate: int) -> None:
    room = Room(22, level=-10.0, delay=0.1, rate=rate)
    played = room.bot(5.0)
    echo = room.echo(played)
    clear = audio(heard(suppress_echo, frame(echo, rate), frame(played, rate)))
    late = slice(2 * rate, None)
    left = np.sum((clear[late] / 32768.0) ** 2) / np.sum(echo[late] ** 2)
    assert 10.0 * np.log10(left) < -15.0


@needs_recordings
@pytest.mark.parametrize("noise", NOISES[:1])
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_au12_noisy_speech_comes_nearer_to_what_was_said(noise: str, rate: int) -> None:
    """AU12: as a filter that can be switched."""
    said, mixed = noisy(noise, snr=5.0, rate=rate)
    after = through(suppress_noise(), mixed)
    assert len(after.samples) == len(mixed.samples)
    assert likeness(said, after.samples) > likeness(said, mixed.samples) + 0.02
    pause = slice(round(0.5 * rate), round(0.9 * rate))  # nobody speaks yet
    assert np.std(after.samples[pause]) < np.std(mixed.samples[pause]) / 3.0


def test_each_sample_comes_once_and_other_items_at_once() -> None:
    mic = tone(0.333, RATE, level=0.1)
    out = heard(suppress_echo, mic, silence(0.1), chunk=0.007)
    assert len(audio(out)) == len(mic.samples)
    with marbles() as m:
        line = m.hot("-k-|", {"k": Dtmf("1")}).pipe(suppress_echo(rx.never()))
        m.expect(line).to_be("-k-|", {"k": Dtmf("1")})


def test_never_and_early_unsubscription() -> None:
    with marbles() as m:
        fed, mic = m.hot("------", {"p": tone(0.1)}), m.hot("-s-s--", {"s": silence(0.02)})
        m.expect(mic.pipe(suppress_echo(fed)), "^--!").to_be("-s-", {"s": silence(0.02)})
        m.expect_subscriptions(fed, "^--!")
        m.expect_subscriptions(mic, "^--!")


def test_two_subscribers_have_a_processing_each() -> None:
    said = frames(tone(0.2, RATE, level=0.1))
    stream = timed([(f.end, f) for f in said], 0.3).pipe(suppress_echo(rx.never()))
    with marbles() as m:
        logs = [m.record(stream) for _ in range(2)]
    assert logs[0] == logs[1]


def test_a_rate_without_whole_pieces_fails_the_stream() -> None:
    odd = AudioFrame(np.zeros(221, np.int16), 11_025)
    with marbles() as m:
        log = m.record(rx.of(odd).pipe(suppress_echo(rx.never())))
    ((_, failure),) = log
    assert isinstance(failure, OnError)
    assert "11025 Hz" in str(failure.error)


def test_noise_suppression_has_nothing_to_tune() -> None:
    opened = suppress_noise()()
    opened.start(RATE)
    opened.tune({})
    with pytest.raises(ValueError, match="no settings"):
        opened.tune({"strength": 1.0})
    opened.close()


@pytest.mark.parametrize("make", [suppress_noise, lambda: suppress_echo(rx.never())])
def test_without_the_extra_it_says_how_to_get_it(
    make: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)
    assert callable(make)
    with pytest.raises(ModelError, match=r"rxvoice\[livekit\]"):
        make()
