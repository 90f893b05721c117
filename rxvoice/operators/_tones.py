"""Keys that are being dialled."""

import numpy as np

from rxvoice.audio import dtmf_tone
from rxvoice.items import AudioFrame

CHUNK = 0.04


class Tones:
    """The tones of keys, and the gaps behind them, at one rate.

    Args:
        rate: Samples a second.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._samples = np.empty(0, np.int16)
        self._taken = 0
        self._end = 0.0

    @property
    def left(self) -> int:
        """How many samples were not taken yet."""
        return len(self._samples) - self._taken

    def add(self, key: str, duration: float, gap: float) -> None:
        """Put a key behind the others."""
        tone = dtmf_tone(key, rate=self._rate, duration=duration)
        silence = np.zeros(round(gap * self._rate), np.int16)
        self._samples = np.concatenate([self._samples, tone, silence])

    def take(self, pts: float) -> AudioFrame:
        """Return the next chunk, to be heard at a time."""
        size = min(round(CHUNK * self._rate), self.left)
        samples = self._samples[self._taken : self._taken + size]
        self._taken += size
        frame = AudioFrame(samples, self._rate, pts)
        self._end = frame.end
        return frame

    def rewind(self, now: float) -> None:
        """Take back what is not heard before a time."""
        self._taken -= min(max(round((self._end - now) * self._rate), 0), self._taken)
