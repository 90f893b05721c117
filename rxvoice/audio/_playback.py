"""The queue in front of a loudspeaker."""

from collections import deque

import numpy as np
from numpy.typing import NDArray


class Playback:
    """Samples on their way to a loudspeaker: one thread puts, the device's thread takes.

    Neither ever waits for the other: only single, atomic operations touch what they share. Each of
    the counters is written by one of the threads alone.

    Args:
        capacity: How many samples may wait; what is beyond is dropped.
        end_silence: How many samples of silence follow the last one.
    """

    def __init__(self, capacity: int, end_silence: int) -> None:
        self._capacity = capacity
        self._silence = end_silence
        self._queue: deque[tuple[int, NDArray[np.int16]]] = deque()
        self._put = 0
        self._cleared = 0
        self._ending = False
        self._taken = 0
        self._head = np.empty(0, np.int16)

    @property
    def taken(self) -> int:
        """How many of the samples that were put have been played or dropped."""
        return max(self._taken, self._cleared)

    @property
    def waiting(self) -> int:
        """How many samples wait to be played."""
        return self._put - self.taken

    def put(self, samples: NDArray[np.int16]) -> int:
        """Add samples as far as there is room, and return how many were dropped."""
        kept = samples[: max(self._capacity - self.waiting, 0)]
        if len(kept):
            start, self._put = self._put, self._put + len(kept)
            self._queue.append((start, kept))
        return len(samples) - len(kept)

    def clear(self) -> None:
        """Drop what was not played yet."""
        self._cleared = self._put
        self._queue.clear()

    def end(self) -> None:
        """Say that nothing more will be put."""
        self._ending = True

    def fill(self, out: NDArray[np.int16]) -> bool:
        """Write the next samples, and silence where there are none; in the device's thread.

        Args:
            out: Shape ``(n,)``, ``int16``; all of it is written.

        Returns:
            Whether more will come.
        """
        ending = self._ending
        filled = 0
        while filled < len(out):
            if not len(self._head) or self._taken < self._cleared:
                try:
                    self._taken, self._head = self._queue.popleft()
                except IndexError:
                    self._head = self._head[:0]
                    break
                continue
            piece = self._head[: len(out) - filled]
            out[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._head = self._head[len(piece) :]
            self._taken += len(piece)
        out[filled:] = 0
        if not ending or filled == len(out):
            return True
        self._silence -= len(out) - filled
        return self._silence > 0


__all__ = ["Playback"]
