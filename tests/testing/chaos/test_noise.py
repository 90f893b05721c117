"""Noise under the audio: `noise`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rxvoice.audio import loudness
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame, Word
from rxvoice.testing import OnNext, frames, marbles, silence, tone
from rxvoice.testing.chaos import noise
from tests.operators.fakes import chop

KINDS: list[Any] = ["white", "pink", "brown"]


def noisy(audio: Sequence[Any], **options: Any) -> NDArray[np.int16]:
    """Return all samples that come out."""
    with marbles() as m:
        letters = {chr(0x4E00 + at): item for at, item in enumerate(audio)}
        log = m.record(m.cold("".join(letters) + "|", letters).pipe(noise(**options)))
    return np.concatenate([n.value.samples for _, n in log if isinstance(n, OnNext)])


def joined(*parts: AudioFrame) -> AudioFrame:
    return AudioFrame(np.concatenate([part.samples for part in parts]), parts[0].rate)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [-50.0, -20.0])
def test_it_is_as_loud_as_was_said(kind: str, level: float) -> None:
    loud = loudness(noisy([silence(20.0)], level_db=level, kind=kind))
    assert loud == pytest.approx(level, abs=1.0 if kind == "brown" else 0.3)


@pytest.mark.parametrize(("kind", "slope"), [("white", 0.0), ("pink", -3.0), ("brown", -6.0)])
def test_its_colour_is_the_power_that_an_octave_less_has(kind: str, slope: float) -> None:
    samples = noisy([silence(10.0)], level_db=-12.0, kind=kind) / 32_768.0
    windows = np.lib.stride_tricks.sliding_window_view(samples, 2_048)[::1_024] * np.hanning(2_048)
    power = np.mean(np.abs(np.fft.rfft(windows)) ** 2, axis=0)
    octaves = [10.0 * np.log10(power[at : 2 * at].mean()) for at in (8, 16, 32, 64, 128, 256)]
    assert np.polyfit(range(len(octaves)), octaves, 1)[0] == pytest.approx(slope, abs=0.4)


@given(
    st.lists(st.integers(1, 5_000), min_size=1, max_size=8),
    st.sampled_from(KINDS),
    st.booleans(),
)
def test_how_audio_is_cut_into_frames_does_not_matter(
    sizes: list[int], kind: str, ratio: bool
) -> None:
    audio = joined(silence(0.1), tone(0.3), silence(0.1))
    options = {"snr_db": 10.0} if ratio else {"level_db": -30.0}
    whole = noisy([audio], kind=kind, **options)
    assert np.array_equal(noisy(chop(audio, sizes), kind=kind, **options), whole)


def test_each_subscription_hears_the_same_and_another_seed_is_another_noise() -> None:
    one, same, other = (noisy([silence(0.1)], level_db=-20.0, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_it_is_added_and_saturates() -> None:
    loud = AudioFrame(np.tile(np.array([32_767, -32_768], np.int16), 800), 16_000)
    bare = noisy([silence(0.1)], level_db=-20.0)
    expected = np.clip(loud.samples.astype(int) + bare, -32_768, 32_767)
    assert np.array_equal(noisy([loud], level_db=-20.0), expected)


@pytest.mark.parametrize("level", [0.05, 0.3])
def test_with_a_ratio_it_is_so_far_below_the_speech_pauses_not_counted(level: float) -> None:
    pause = tone(0.7, level=level / 30.0)
    said = joined(*[part for _ in range(10) for part in (tone(0.3, level=level), pause)])
    added = noisy([said], snr_db=12.0).astype(int) - said.samples
    speech = loudness(tone(0.3, level=level).samples)
    assert loudness(added[16_000:].astype(np.int16)) == pytest.approx(speech - 12.0, abs=0.5)


def test_before_any_speech_the_ratio_is_to_that_of_a_telephone() -> None:
    assert loudness(noisy([silence(1.0)], snr_db=10.0)) == pytest.approx(-36.0, abs=0.3)
    hiss = noisy([silence(1.0)], level_db=-70.0)
    with_hiss = noisy([AudioFrame(hiss, 16_000)], snr_db=10.0)
    assert loudness(with_hiss) == pytest.approx(-36.0, abs=0.3)


def test_frames_keep_rate_and_pts_and_other_items_pass() -> None:
    a, b = frames(tone(0.04, rate=8_000, pts=3.0))
    word = Word("hm", 0.0)
    with marbles() as m:
        source = m.hot("awb|", {"a": a, "w": word, "b": b})
        log = m.record(source.pipe(noise(level_db=-30.0)))
        m.expect_subscriptions(source, "^--!")
    first, second, third, _ = [n for _, n in log]
    assert isinstance(first, OnNext)
    assert (first.value.rate, first.value.pts) == (8_000, 3.0)
    assert second == OnNext(word)
    assert isinstance(third, OnNext)
    assert third.value.pts == b.pts
    assert not np.array_equal(third.value.samples, b.samples)


def test_an_empty_frame_stays_empty() -> None:
    assert len(noisy([silence(0.0)], snr_db=5.0)) == 0


def test_the_rate_may_change() -> None:
    parts = [tone(0.03), tone(0.05, rate=8_000), tone(0.05)]
    for options in ({"snr_db": 5.0}, {"level_db": -30.0}):
        assert len(noisy(parts, **options)) == 480 + 400 + 800


class TestRecordings:
    def test_it_is_played_over_and_over(self) -> None:
        recording = tone(0.05, level=0.1)
        out = noisy([silence(0.2)], level_db=-30.0, kind=recording, seed=3)
        assert np.array_equal(out[:800], out[800:1_600])
        assert loudness(out) == pytest.approx(-30.0, abs=0.05)

    def test_it_begins_where_the_seed_says(self) -> None:
        options: dict[str, Any] = {"level_db": -30.0, "kind": tone(1.0, frequency=3.0)}
        one, other = (noisy([silence(0.2)], seed=seed, **options) for seed in (1, 2))
        assert not np.array_equal(one, other)

    @given(st.lists(st.integers(1, 3_000), min_size=1, max_size=6))
    def test_how_audio_is_cut_into_frames_does_not_matter(self, sizes: list[int]) -> None:
        options: dict[str, Any] = {"level_db": -30.0, "kind": tone(0.03, frequency=333.0)}
        whole = noisy([silence(0.3)], **options)
        assert np.array_equal(noisy(chop(silence(0.3), sizes), **options), whole)

    def test_its_rate_must_be_that_of_the_audio(self) -> None:
        with marbles() as m:
            recorded = noise(level_db=-30.0, kind=tone(0.1, rate=8_000))
            m.expect(m.hot("-s|", {"s": silence(0.02)}).pipe(recorded)).to_be(
                "-#", error=AudioFormatError
            )


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({}, "either level_db or snr_db"),
        ({"level_db": -30.0, "snr_db": 10.0}, "either level_db or snr_db"),
        ({"level_db": 1.0}, "level_db must be 0 at most"),
        ({"level_db": float("nan")}, "level_db must be 0 at most"),
        ({"snr_db": float("inf")}, "snr_db must be finite"),
        ({"level_db": -30.0, "kind": "blue"}, "kind must be one of white, pink, brown"),
        ({"level_db": -30.0, "kind": silence(0.1)}, "something"),
        ({"level_db": -30.0, "seed": -1}, "seed must be in"),
    ],
)
def test_its_arguments_make_sense(options: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        noise(**options)
