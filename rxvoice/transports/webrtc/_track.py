"""The track that the far end hears; needs aiortc."""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Final

import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame
from numpy.typing import NDArray

from ._voice import PACKET, RATE, SAMPLES

_BASE: Final = Fraction(1, RATE)

_LATE: Final = 0.1
"""Seconds of lateness after which what follows is not sent faster to make up for it."""


class BotTrack(MediaStreamTrack):
    """Gives a packet when it is due, every 20 ms from the first on.

    A packet that is late does not move the ones after it. After a longer stall the times of what
    follows jump by it, so that the far end hears a gap and no delay.

    Args:
        packet: Returns the samples of a packet, which leaves at the given time.

    Attributes:
        kind: What aiortc wants to know.
        latest: Greatest lateness of a packet so far, in seconds.
    """

    kind: str = "audio"

    def __init__(self, packet: Callable[[float], NDArray[np.int16]]) -> None:
        super().__init__()
        self.latest: float = 0.0
        self._packet = packet
        self._began: float | None = None
        self._count = 0

    async def recv(self) -> AudioFrame:
        """Return the next packet, when it is due."""
        if self.readyState != "live":
            raise MediaStreamError
        clock = asyncio.get_running_loop()
        if self._began is None:
            self._began = clock.time()
        due = self._began + self._count * PACKET
        wait = due - clock.time()
        if wait > 0.0:
            await asyncio.sleep(wait)
        late = clock.time() - due
        self.latest = max(self.latest, late)
        if late > _LATE:
            self._count += int(late / PACKET)
            due = self._began + self._count * PACKET
        samples = self._packet(due)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.time_base = _BASE
        frame.pts = self._count * SAMPLES
        self._count += 1
        return frame


__all__ = ["BotTrack"]
