"""What a participant says."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from rxvoice.aio import Scope
from rxvoice.items import AudioFrame

from ._timeline import Timeline

WAITING: Final = 100
"""Frames that may wait for the loop; when it stands still for longer, the oldest are dropped."""


class Ears:
    """Listens to the track of a participant, resampled by the SDK.

    Args:
        rtc: The SDK.
        give: Is given the audio.
        timeline: Times it.
        scope: Owner of the task that reads.
        rate: Samples a second.
        frame: Seconds of audio in a frame.
        name: Told in errors.
    """

    def __init__(
        self,
        rtc: Any,
        give: Callable[[AudioFrame], None],
        *,
        timeline: Timeline,
        scope: Scope,
        rate: int,
        frame: float,
        name: str,
    ) -> None:
        self._rtc = rtc
        self._give = give
        self._timeline = timeline
        self._scope = scope
        self._rate = rate
        self._frame = frame
        self._name = name
        self._reading: asyncio.Task[None] | None = None

    def listen_to(self, track: Any | None) -> None:
        """Listen to a track, or to nothing."""
        reading, self._reading = self._reading, None
        if reading is not None:
            self._scope.end(reading)
        if track is not None:
            name = f"{self._name}: hear"
            self._reading = self._scope.spawn(lambda: self._read(track), name=name)

    async def _read(self, track: Any) -> None:
        stream = self._rtc.AudioStream.from_track(
            track=track,
            sample_rate=self._rate,
            num_channels=1,
            frame_size_ms=round(self._frame * 1000),
            capacity=WAITING,
        )
        mine = asyncio.current_task()
        try:
            async for event in stream:
                if self._reading is not mine:
                    break
                samples = np.frombuffer(event.frame.data, np.int16)
                pts = self._timeline.place(len(samples) / self._rate)
                self._give(AudioFrame(samples, self._rate, pts))
        finally:
            await stream.aclose()


__all__ = ["WAITING", "Ears"]
