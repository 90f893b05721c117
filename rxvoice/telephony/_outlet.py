"""The bot's audio, in the pieces that a line takes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import StreamResampler
from rxvoice.items import AudioFrame

_JUMP: Final = 0.01
"""Seconds between two frames from which they are not one signal any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Samples of one message.

    Attributes:
        samples: Shape ``(n,)``, ``int16``.
        end: Time just after the last of them, as in the bot's frames.
    """

    samples: NDArray[np.int16]
    end: float


@dataclass(frozen=True, slots=True)
class Shape:
    """What a vendor wants of a message with audio.

    Attributes:
        least: Seconds that it has at least, but at the end of a signal.
        block: Seconds of which it has a whole number; 0 for any length. What is missing at the
            end of a signal is silence.
        most: Seconds that it has at most.
    """

    least: float = 0.0
    block: float = 0.0
    most: float = 0.2


class Outlet:
    """Brings frames of any rate to the rate of a line, and cuts them.

    Args:
        rate: Samples a second of the line.
        shape: Of the messages.
    """

    def __init__(self, rate: int, shape: Shape) -> None:
        self._rate = rate
        self._block = max(round(shape.block * rate), 1)
        self._least = max(round(shape.least * rate), self._block)
        self._most = max(round(shape.most * rate) // self._block * self._block, self._block)
        self._resampler: StreamResampler | None = None
        self._from_rate = rate
        self._held: NDArray[np.int16] = np.empty(0, np.int16)
        self._end = 0.0
        self._due: float | None = None

    def push(self, frame: AudioFrame) -> tuple[list[Piece], list[Piece]]:
        """Take a frame; return what is ready of a signal that ended before it, and of its own."""
        if not len(frame.samples):
            return [], []
        jumps = self._due is not None and abs(frame.pts - self._due) > _JUMP
        ended = self.flush() if jumps or frame.rate != self._from_rate else []
        self._due = frame.end
        if frame.rate == self._rate and self._is_whole(len(frame.samples)):
            self._from_rate, self._resampler = frame.rate, None
            return ended, [Piece(frame.samples, frame.end)]
        return ended, [piece for part in self._resampled(frame) for piece in self._taken(part)]

    def flush(self) -> list[Piece]:
        """Return what was held back, because nothing follows for now."""
        pieces: list[Piece] = []
        for part in self._resampler.flush() if self._resampler else ():
            pieces.extend(self._taken(part))
        count = len(self._held)
        if count:
            silence = np.zeros(-count % self._block, np.int16)
            pieces.append(Piece(np.concatenate([self._held, silence]), self._end))
            self._held = self._held[:0]
        self._due = None
        return pieces

    def clear(self) -> None:
        """Forget what was held back."""
        if self._resampler is not None:
            self._resampler.clear()
        self._held = self._held[:0]
        self._due = None

    def _is_whole(self, count: int) -> bool:
        """Tell whether so many samples are a piece as they are, with nothing before them."""
        return (
            self._least <= count <= self._most and not count % self._block and not len(self._held)
        )

    def _resampled(self, frame: AudioFrame) -> list[AudioFrame]:
        if frame.rate != self._from_rate:
            self._from_rate = frame.rate
            self._resampler = None
        if frame.rate == self._rate:
            return [frame]
        if self._resampler is None:
            self._resampler = StreamResampler(self._rate, clear_after=math.inf, low_delay=True)
        return self._resampler.push(frame)

    def _taken(self, frame: AudioFrame) -> Iterator[Piece]:
        held = np.concatenate([self._held, frame.samples]) if len(self._held) else frame.samples
        self._end = frame.end
        while len(held) >= self._least:
            size = min(len(held) - len(held) % self._block, self._most)
            piece, held = held[:size], held[size:]
            yield Piece(piece, self._end - len(held) / self._rate)
        self._held = held


__all__ = ["Outlet", "Piece", "Shape"]
