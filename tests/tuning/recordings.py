"""Recordings made by the tests: a tone is speech for the `energy` detector."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import WavWriter
from rxvoice.items import AudioFrame
from rxvoice.testing import tone
from rxvoice.tuning import LabelledTurn, Labels, Recording

RATE = 16_000
HANGOVER = 0.04
"""Seconds for which `energy` hears speech after it has ended: it averages over 60 ms."""


def tones(spans: Sequence[tuple[float, float]], duration: float) -> NDArray[np.int16]:
    """Return audio in which somebody speaks at these times."""
    samples = np.zeros(round(duration * RATE), np.int16)
    for start, end in spans:
        at = round(start * RATE)
        spoken = tone(end - start).samples
        samples[at : at + len(spoken)] = spoken
    return samples


def write_wav(path: Path, *channels: NDArray[np.int16], rate: int = RATE) -> Path:
    writer = WavWriter(path, rate, channels=len(channels))
    for index, samples in enumerate(channels):
        writer.write(samples, 0, channel=index)
    writer.close()
    return path


def recording(
    *turns: LabelledTurn,
    duration: float,
    name: str = "made",
    also: Sequence[tuple[float, float]] = (),
) -> Recording:
    """Return a recording in which just these turns are spoken, but for their pauses.

    Args:
        turns: What is labelled.
        duration: In seconds.
        name: Its name.
        also: Noise that nobody labelled.
    """
    spans = list(also)
    for turn in turns:
        bounds = [turn.start, *(at for pause in turn.pauses for at in pause), turn.end]
        spans += zip(bounds[::2], bounds[1::2], strict=True)
    return Recording(name, Labels(turns), AudioFrame(tones(spans, duration), RATE))
