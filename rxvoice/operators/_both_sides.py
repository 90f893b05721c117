"""What both sides of a call said."""

import logging

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import Track
from rxvoice.audio._canvas import Canvas
from rxvoice.audio._track import Piece
from rxvoice.items import AudioFrame

logger = logging.getLogger(__name__)

AHEAD = 3_600.0
"""Seconds; a frame that is to be heard later than this has a time that makes no sense."""


class BothSides:
    """The audio of a call in memory, in seconds since the recording began.

    Args:
        channels: Two, the user and the bot, or one for the bot alone.
        rate: Samples a second; the first frame's unless given.

    Attributes:
        rate: As given or found; 0 before the first frame.
    """

    def __init__(self, channels: int, rate: int | None) -> None:
        self.rate: int = 0
        self._bot = channels - 1
        self._tracks: list[Track] = []
        self._canvas = Canvas(channels)
        if rate is not None:
            self._set_rate(rate)

    @property
    def end(self) -> float:
        """When the last sound has been heard."""
        return self._canvas.end / max(self.rate, 1)

    @property
    def bot_end(self) -> float:
        """When the bot's last sound has been heard."""
        return self._canvas.end_of(self._bot) / max(self.rate, 1)

    def hear(self, frame: AudioFrame, start: float, now: float) -> None:
        """Take what the user says."""
        self._place(frame, start, now, 0)

    def say(self, frame: AudioFrame, start: float, now: float) -> None:
        """Take what the bot says."""
        self._place(frame, start, now, self._bot)

    def cut(self, now: float) -> None:
        """Forget what the bot would have said from now on."""
        if self._tracks:
            pieces, at = self._tracks[self._bot].cut(now)
            self._write(pieces, self._bot)
            self._canvas.cut(at, self._bot)

    def flush(self) -> None:
        """Take what the resamplers hold back."""
        for channel, track in enumerate(self._tracks):
            self._write(track.flush(), channel)

    def read(self, start: float, end: float) -> NDArray[np.int16]:
        """Return what lies between two times, of shape ``(n, channels)``."""
        return self._canvas.read(round(start * self.rate), round(end * self.rate))

    def forget(self, until: float) -> None:
        """Let go of what lies before a time."""
        self._canvas.forget(round(until * self.rate))

    def _set_rate(self, rate: int) -> None:
        self.rate = rate
        self._tracks = [Track(rate) for _ in range(self._bot + 1)]

    def _place(self, frame: AudioFrame, start: float, now: float, channel: int) -> None:
        if start - now > AHEAD:
            logger.warning("a frame was left out of the recording, its time makes no sense")
            return
        if not self._tracks:
            self._set_rate(frame.rate)
        self._write(self._tracks[channel].place(frame, start), channel)

    def _write(self, pieces: list[Piece], channel: int) -> None:
        for at, samples in pieces:
            self._canvas.write(samples, at, channel)
