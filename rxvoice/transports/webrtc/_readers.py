"""Reading the tracks of the far end; needs aiortc."""

from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from numpy.typing import NDArray

from ._jitter import JitterBuffer

_BUFFER = "_RTCRtpReceiver__jitter_buffer"


def shorten(receiver: RTCRtpReceiver, reserve: int) -> bool:
    """Give a receiver of audio a buffer that holds less back, and nothing more after a loss.

    Args:
        receiver: Before anything has come.
        reserve: In packets.

    Returns:
        Whether it could be done: a receiver of another release may have another one.
    """
    if not hasattr(receiver, _BUFFER):
        return False
    buffer = JitterBuffer(reserve, lambda one: JitterFrame(one._data, one.timestamp))
    setattr(receiver, _BUFFER, buffer)
    return True


async def read_sound(
    track: MediaStreamTrack, give: Callable[[NDArray[np.int16], int, float], None]
) -> None:
    """Read a track to its end.

    Args:
        track: One of audio.
        give: Gets mono samples, how many there are a second, and the time of the first.
    """
    while True:
        try:
            frame: Any = await _next(track)
        except MediaStreamError:
            return
        samples: NDArray[np.int16] = frame.to_ndarray().reshape(-1)
        channels = len(frame.layout.channels)
        if channels > 1:
            samples = np.rint(samples.reshape(-1, channels).mean(axis=1)).astype(np.int16)
        give(samples, frame.sample_rate, frame.time or 0.0)


async def read_pictures(track: MediaStreamTrack, give: Callable[[Any], None]) -> None:
    """Read a track to its end.

    Args:
        track: One of video.
        give: Gets each picture, as aiortc has it.
    """
    while True:
        try:
            give(await _next(track))
        except MediaStreamError:
            return


def _next(track: MediaStreamTrack) -> Awaitable[Any]:
    return track.recv()  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


__all__ = ["read_pictures", "read_sound", "shorten"]
