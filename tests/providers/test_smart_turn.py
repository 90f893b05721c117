import asyncio
import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.contracts import EndOfTurn
from rxvoice.items import AudioFrame
from rxvoice.providers._melspec import log_mel
from rxvoice.providers.smart_turn import smart_turn
from rxvoice.testing import run_virtual, silence, tone

from .recordings import cut, hiss, joined, needs_recordings, recording


def judged(*turns: AudioFrame) -> list[float]:
    judge: EndOfTurn = smart_turn()

    async def main() -> list[float]:
        return [await judge(turn) for turn in turns]

    return asyncio.run(main())


@needs_recordings
@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("LJ001-0013", 1.8),
        ("cmu_arctic_us_aew_a0003", 1.8),
        ("jfk", 4.2),
        ("librivox-0920", 3.4),
        ("lk-weather_question", 1.2),
        ("sb-spk1_snt4", 1.6),
    ],
)
def test_tu14_a_sentence_is_complete_and_the_same_cut_in_a_phrase_is_not(
    name: str, end: float
) -> None:
    audio = recording(f"stt/{name}", rate=16_000)
    complete, incomplete = judged(audio, joined(cut(audio, 0.0, end), hiss(0.1, 5.0)))
    assert complete > 0.5  # eight-bit arithmetic differs from processor to processor
    assert incomplete < 0.3


@needs_recordings
def test_tu14_shorter_audio_counts_as_preceded_by_silence() -> None:
    audio = recording("stt/librivox-0930")
    short, padded = judged(audio, joined(silence(8.0 - audio.duration), audio))
    assert short == padded


@needs_recordings
def test_tu14_only_the_last_8_s_count() -> None:
    audio = cut(recording("stt/jfk"), 0.0, 8.0)
    recent, after_more = judged(audio, joined(hiss(5.0, 3000.0), audio))
    assert recent == after_more


@needs_recordings
@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
def test_tu14_other_rates_are_resampled(rate: int) -> None:
    audio = recording("stt/librivox-0920")
    there = recording("stt/librivox-0920", rate=rate)
    at_16_khz, other = judged(audio, there)
    assert other == pytest.approx(at_16_khz, abs=0.1)


def test_a_turn_without_audio_is_complete() -> None:
    assert judged(AudioFrame(np.empty(0, np.int16), 16_000)) == [1.0]


def test_silence_noise_and_a_single_sample_give_a_probability() -> None:
    clipped = AudioFrame(np.tile(np.array([32767, -32768], np.int16), 8000), 16_000)
    single = AudioFrame(np.array([7], np.int16), 44_100)
    for probability in judged(silence(3.0), hiss(9.0, 3000.0), clipped, single, tone(1.0)):
        assert 0.0 <= probability <= 1.0


@needs_recordings
def test_sessions_at_once_get_the_same_answers() -> None:
    clip = recording("stt/librivox-0920")
    turns = [cut(clip, 0.0, end) for end in (2.0, 3.0, 4.0, 6.0)]
    judge = smart_turn()

    async def main() -> list[float]:
        return await asyncio.gather(*(judge(turn) for turn in turns))

    assert asyncio.run(main()) == judged(*turns)


def test_it_answers_on_a_virtual_loop() -> None:
    loud = replace(tone(1.0), pts=3.0)
    assert run_virtual(partial(smart_turn(), loud)()) == judged(loud)[0]


def picture_by_definition(samples: NDArray[np.float64], frame: int) -> NDArray[np.float64]:
    """One column of the picture, before it is brought to 8 decades below the loudest."""
    wave = np.concatenate([np.zeros(128_000 - len(samples)), samples])
    wave = (wave - wave.mean()) / np.sqrt(wave.var() + 1e-7)
    at = np.abs(np.arange(frame * 160 - 200, frame * 160 + 200))
    at = np.where(at > 127_999, 2 * 127_999 - at, at)
    heard = wave[at] * np.sin(np.pi * np.arange(400) / 400) ** 2
    turns = np.outer(np.arange(201), np.arange(400)) / 400
    power = np.abs(np.exp(-2j * np.pi * turns) @ heard) ** 2
    top = 15.0 + 27.0 * math.log(8.0, 6.4)
    mels = [top * corner / 81 for corner in range(82)]
    corners = [mel * 200 / 3 if mel < 15.0 else 1000 * 6.4 ** ((mel - 15.0) / 27.0) for mel in mels]
    lines = np.arange(201) * 40.0
    bands = np.empty(80)
    for band in range(80):
        low, middle, high = corners[band : band + 3]
        weights = np.interp(lines, [low, middle, high], [0.0, 2.0 / (high - low), 0.0])
        bands[band] = weights @ power
    return np.log10(np.maximum(bands, 1e-10))


@pytest.mark.parametrize("length", [128_000, 127_900, 100_000, 20_000, 400, 1])
def test_tu14_the_picture_is_what_its_definition_says(length: int) -> None:
    samples = np.random.default_rng(length).normal(0.0, 0.1, length)
    picture = log_mel(samples.astype(np.float32))
    assert picture.shape == (80, 800)
    assert picture.dtype == np.float32
    first = max(0, (128_000 - length) // 160)
    for frame in {0, 1, max(0, first - 2), max(0, first - 1), min(first, 799), 798, 799}:
        column = (np.maximum(picture_by_definition(samples, frame), 0.0) + 4.0) / 4.0
        lifted = np.maximum(picture[:, frame], 1.0)  # where the floor of either cannot matter
        assert lifted == pytest.approx(np.maximum(column, 1.0), abs=1e-3)


def test_tu14_a_tone_stands_in_its_band_and_silence_is_even() -> None:
    picture = log_mel((tone(2.0, frequency=1000.0).samples / 32768).astype(np.float32))
    middle = picture[:, 700]
    assert abs(int(middle.argmax()) - 26) <= 1
    assert np.ptp(picture[:, :599], axis=1) == pytest.approx(np.zeros(80), abs=1e-6)
    assert float(picture.max() - picture.min()) <= 2.0 + 1e-6
