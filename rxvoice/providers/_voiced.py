"""What local voices share: silence at the ends cut off, short frames, and times for words."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import AudioFrame, Word
from rxvoice.operators._spread import Spread

_FRAME: Final = 0.1
_WINDOW: Final = 0.01
_LEAD: Final = 0.03
_FADE: Final = 0.005
_QUIET: Final = 0.02  # of the loudest window
_SILENT: Final = 0.002


def voiced(wave: NDArray[np.float32], rate: int, pause: float) -> NDArray[np.int16]:
    """Cut off the silence at the ends, but for 0.03 s before the sound and a pause after it.

    Args:
        wave: From −1 to 1, shape ``(n,)``.
        rate: Samples a second.
        pause: Longest silence at the end, in seconds.

    Returns:
        No sample of what is silence alone.
    """
    size = round(_WINDOW * rate)
    count = -(-len(wave) // size)
    windows = np.zeros((count, size), np.float32)
    windows.reshape(-1)[: len(wave)] = wave
    loud = np.sqrt(np.mean(np.square(windows), axis=1))
    heard = np.flatnonzero(loud > max(_SILENT, _QUIET * float(loud.max(initial=0.0))))
    if not len(heard):
        return np.empty(0, np.int16)
    start = max(0, int(heard[0]) * size - round(_LEAD * rate))
    kept = wave[start : (int(heard[-1]) + 1) * size + round(pause * rate)].astype(np.float32)
    fade = min(round(_FADE * rate), len(kept) // 2)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    kept[:fade] *= ramp
    kept[len(kept) - fade :] *= ramp[::-1]
    return np.rint(np.clip(kept, -1.0, 1.0) * 32767.0).astype(np.int16)


def in_order(
    text: str, samples: NDArray[np.int16], rate: int, *, start: float = 0.0, pause: float = 0.0
) -> Iterator[AudioFrame | Word]:
    """Cut speech into frames of at most 0.1 s, each after the words that begin in it.

    The words are laid over the audio by their share of the characters.

    Args:
        text: What is said.
        samples: All of it.
        rate: Samples a second.
        start: When the first sample is heard.
        pause: Seconds at the end in which no word is said.
    """
    spread = Spread()
    spread.add(text)
    duration = len(samples) / rate
    words = spread.rest(max(0.5 * duration, duration - pause))
    size = round(_FRAME * rate)
    for at in range(0, len(samples), size):
        frame = AudioFrame(samples[at : at + size], rate, start + at / rate)
        while words and words[0].pts < (at + len(frame.samples)) / rate:
            word = words.pop(0)
            yield Word(word.text, start + word.pts, start + word.end)
        yield frame


__all__ = ["in_order", "voiced"]
