"""Audio."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from numpy.typing import NDArray

from rxvoice.items import AudioFrame
from rxvoice.testing._items import tone

from ._diagrams import endings
from ._timeline import Ending, Timeline

RATES = (16_000, 8_000, 24_000, 48_000)
DURATIONS = (0.02, 0.01, 0.032, 0.1, 0.0)


@st.composite
def audio_frames(
    draw: st.DrawFn,
    *,
    rates: Sequence[int] = RATES,
    durations: Sequence[float] = DURATIONS,
    pts: float = 0.0,
) -> AudioFrame:
    """Frames of a tone or of digital silence; one of no length has no samples.

    Args:
        draw: Given by Hypothesis, which prefers what stands first.
        rates: Samples a second.
        durations: Lengths in seconds.
        pts: Time of the first sample.
    """
    rate, duration = draw(st.sampled_from(rates)), draw(st.sampled_from(durations))
    return frame(draw(st.booleans()), round(rate * duration), rate, pts)


@st.composite
def audio(
    draw: st.DrawFn,
    *,
    rate: int = 16_000,
    tick: float = 0.02,
    max_segments: int = 4,
    ending: SearchStrategy[Ending] | None = None,
) -> Timeline[AudioFrame]:
    """What a microphone hears, in real time: segments of speech and of silence.

    Each frame takes a tick and comes when its last sample was captured; a tone stands for speech.
    Sometimes nothing comes for a while, as when the microphone is muted: then ``pts`` jumps, too.

    Args:
        draw: Given by Hypothesis.
        rate: Samples a second.
        tick: Length of a frame in seconds.
        max_segments: The most segments.
        ending: How it ends; any way unless given.
    """
    kinds = st.sampled_from(("silence", "speech", "hole"))
    lengths = st.one_of(st.integers(1, 6), st.sampled_from([10, 15, 60]))
    segments = draw(st.lists(st.tuples(kinds, lengths), max_size=max_segments))
    size = round(rate * tick)
    items: list[tuple[int, AudioFrame]] = []
    now = 0
    for kind, length in segments:
        if kind != "hole":
            items += [
                (at + 1, frame(kind == "speech", size, rate, round(at * tick, 9)))
                for at in range(now, now + length)
            ]
        now += length
    return Timeline(tuple(items), now + 1, draw(endings() if ending is None else ending), tick)


def frame(sounds: bool, size: int, rate: int, pts: float) -> AudioFrame:
    """Return a frame of sound or of silence."""
    return AudioFrame(_samples(sounds, size, rate), rate, pts)


@lru_cache(64)
def _samples(sounds: bool, size: int, rate: int) -> NDArray[np.int16]:
    samples = tone(size / rate, rate).samples if sounds else np.zeros(size, np.int16)
    samples.flags.writeable = False
    return samples


__all__ = ["audio", "audio_frames", "frame"]
