"""A simple gate, to judge voice detectors by."""

import numpy as np

from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame


def listen(detector: VoiceDetector, audio: AudioFrame) -> list[float]:
    """Judge all whole windows of a recording."""
    assert audio.rate == detector.rate
    size = detector.window
    ends = range(size, len(audio.samples) + 1, size)
    return [detector(audio.samples[end - size : end]) for end in ends]


def intervals(
    detector: VoiceDetector, audio: AudioFrame, *, threshold: float = 0.5
) -> list[tuple[float, float]]:
    """Stretches of speech: begun by 0.1 s of it, ended by 0.2 s without."""
    length = detector.window / detector.rate
    found: list[tuple[float, float]] = []
    speaking, count, begun = False, 0, 0.0
    probabilities = listen(detector, audio)
    for number, probability in enumerate(probabilities, 1):
        count = count + 1 if (probability >= threshold) != speaking else 0
        if count * length >= (0.2 if speaking else 0.1) - 1e-9:
            at = (number - count) * length
            if speaking:
                found.append((begun, at))
            speaking, count, begun = not speaking, 0, at
    if speaking:
        found.append((begun, len(probabilities) * length))
    return found


def longest_gap(probabilities: list[float], *, threshold: float = 0.5) -> int:
    """The most windows below the threshold between two that are not."""
    high = np.flatnonzero(np.array(probabilities) >= threshold)
    return int(np.diff(high).max(initial=1)) - 1
