"""AU12: RNNoise, the real library, on real speech in real noise."""

import numpy as np
import pytest
import reactivex as rx

from rxvoice.audio import convert_rate, pcm_to_float
from rxvoice.contracts import AudioFilter
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame
from rxvoice.operators import filter_audio
from rxvoice.providers import rnnoise as module
from rxvoice.providers.rnnoise import rnnoise
from rxvoice.testing import OnNext, marbles
from tests.operators.fakes import chop

from .noisy import NOISES, likeness, noisy, through
from .recordings import needs_recordings


@needs_recordings
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_au12_noisy_speech_comes_nearer_to_what_was_said(noise: str, rate: int) -> None:
    """AU12: by the levels of its bands over time; a filter that does nothing gains nothing."""
    said, mixed = noisy(noise, snr=5.0, rate=rate)
    before = likeness(said, mixed.samples)
    after = likeness(said, through(rnnoise(), mixed).samples)
    assert after > before + 0.08


@needs_recordings
def test_au12_the_pauses_become_silent() -> None:
    _, mixed = noisy("hiss", snr=10.0)
    clear = through(rnnoise(), mixed)
    pause = slice(round(0.3 * mixed.rate), round(0.7 * mixed.rate))  # nobody speaks yet
    before, after = (float(np.std(audio.samples[pause])) for audio in (mixed, clear))
    assert after < before / 10.0


@needs_recordings
@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("size", [160, 333, 4_000])
def test_au12_each_sample_keeps_its_place_at_any_rate(rate: int, size: int) -> None:
    """AU12: as many samples as before; with no strength they are the same, but for resampling."""
    said, _ = noisy("hiss", snr=5.0, rate=rate)
    audio = AudioFrame(said[: 2 * rate], rate)
    same = through(rnnoise(strength=0.0), audio, size=size)
    assert len(same.samples) == len(audio.samples)
    place = np.fft.irfft(
        np.fft.rfft(pcm_to_float(same.samples)) * np.fft.rfft(pcm_to_float(audio.samples)).conj()
    ).argmax()
    assert min(place, len(audio.samples) - place) <= 0.0004 * rate


@needs_recordings
def test_au12_the_strength_is_tuned_while_it_runs() -> None:
    _, mixed = noisy("hiss", snr=5.0, rate=48_000)
    opened = rnnoise()()
    opened.start(48_000)
    opened.tune({"strength": 0.0})
    samples = mixed.samples[:48_000]
    same = np.concatenate((opened(samples), opened.flush()))
    assert np.array_equal(same, samples)
    opened.tune({"strength": 1.0})
    assert not np.array_equal(np.concatenate((opened(samples), opened.flush())), samples)
    for wrong in ({"strength": 1.5}, {"depth": 1.0}):
        with pytest.raises(ValueError, match="strength"):
            opened.tune(wrong)
    opened.close()


@needs_recordings
def test_au12_a_setting_from_before_the_first_frame_is_kept() -> None:
    _, mixed = noisy("hiss", snr=5.0, rate=48_000)
    frames = chop(mixed, [960] * 50)[:50]
    with marbles() as m:
        quiet = rx.of({"strength": 0.0})
        log = m.record(rx.from_iterable(frames).pipe(filter_audio(rnnoise(), settings=quiet)))
    came = [note.value for _, note in log if isinstance(note, OnNext)]
    got = np.concatenate([frame.samples for frame in came])
    assert np.array_equal(got, mixed.samples[: len(got)])


def test_au12_its_memory_is_given_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """AU12: released when the stream ends."""
    library = module._library()  # pyright: ignore[reportPrivateUsage]
    alive: list[int] = []

    class Counting:
        rnnoise_process_frame = library.rnnoise_process_frame

        @staticmethod
        def rnnoise_create(model: None) -> int:
            alive.append(library.rnnoise_create(model))
            return alive[-1]

        @staticmethod
        def rnnoise_destroy(state: int) -> None:
            alive.remove(state)
            library.rnnoise_destroy(state)

    monkeypatch.setattr(module, "_library", Counting)
    opened: AudioFilter = rnnoise()()
    assert alive == []
    opened.start(16_000)
    opened(np.zeros(1_600, np.int16))
    opened.start(8_000)
    assert len(alive) == 1
    opened.close()
    opened.close()
    assert alive == []


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    module._library.cache_clear()  # pyright: ignore[reportPrivateUsage]

    def nowhere(_: str) -> None:
        return None

    monkeypatch.setattr(module, "find_spec", nowhere)
    with pytest.raises(ModelError, match=r"rxvoice\[rnnoise\]"):
        rnnoise()


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="strength"):
        rnnoise(strength=strength)


def test_it_must_be_started() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        rnnoise()()(np.zeros(480, np.int16))


def test_the_helper_tells_noise_from_none() -> None:
    """The measure of the tests above: noise lowers it, and silence has none."""
    said = convert_rate((np.sin(np.arange(16_000) / 9.0) * 9_000).astype(np.int16), 16_000, 16_000)
    noise = np.random.default_rng(0).normal(0.0, 3_000.0, 16_000)
    mixed = (said + noise).clip(-32_768, 32_767).astype(np.int16)
    assert likeness(said, said) == pytest.approx(1.0)
    assert likeness(said, mixed) < 0.95
