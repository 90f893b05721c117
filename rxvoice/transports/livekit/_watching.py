"""What single participants say and show, beside what the whole room gives."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.aio import Pulled, Scope, in_thread
from rxvoice.items import AudioFrame, ImageFrame

from ._stay import Stay

Source: TypeAlias = Literal["camera", "screen"]
"""Which of a participant's tracks is captured."""

WAITING: Final = 250
"""Frames of audio that may wait for whoever listens."""

QUALITY: Final = 80
"""Of JPEG pictures."""


async def audio(stay: Stay, who: str, scope: Scope) -> AsyncIterator[AudioFrame]:
    """Give what one participant says, until they leave.

    Args:
        stay: In the room.
        who: Identity.
        scope: Owner of the tasks.
    """
    async with stay.used(scope):
        frames: Pulled[AudioFrame] = Pulled(WAITING, "drop_oldest", f"{stay.settings.name}: {who}")

        def fits(participant: Any, _: Any) -> bool:
            return participant.identity == who

        def left(participant: Any) -> None:
            if participant.identity == who:
                frames.close()

        following = stay.hearing.listen_to(stay.room, fits, frames.on_next, scope)
        wires = stay.hearing.wires(stay.room)
        wires.on("participant_disconnected", left)
        stay.gone.when(frames.close)
        following.start()
        try:
            async for frame in frames:
                yield frame
        finally:
            wires.cut()
            following.close()


async def pictures(
    stay: Stay, who: str, source: Source, scope: Scope, *, every: float, longest: int
) -> AsyncIterator[ImageFrame]:
    """Give a picture now and then, until nobody is in the room any more.

    Args:
        stay: In the room.
        who: Identity; whoever is heard if empty.
        source: Which track.
        scope: Owner of the tasks.
        every: Seconds between two pictures.
        longest: Pixels of the longer side.
    """
    sources = stay.rtc.TrackSource
    wanted = sources.SOURCE_CAMERA if source == "camera" else sources.SOURCE_SCREENSHARE

    def fits(participant: Any, publication: Any) -> bool:
        return publication.source == wanted and participant.identity == (who or stay.people.heard)

    async with stay.used(scope):
        eye = _Eye(stay, scope)
        following = stay.hearing.follow(stay.room, fits, eye.look_at)
        stay.gone.when(eye.close)
        following.start()
        try:
            while (seen := await eye.next()) is not None:
                data = await in_thread(_jpeg, stay.rtc, seen[0], longest)
                yield ImageFrame(data, "image/jpeg", seen[1])
                await asyncio.sleep(every)
        finally:
            following.close()


class _Eye:
    """Looks at a track, and keeps what it saw last."""

    def __init__(self, stay: Stay, scope: Scope) -> None:
        self._stay = stay
        self._scope = scope
        self._looking: asyncio.Task[None] | None = None
        self._latest: tuple[Any, float] | None = None
        self._news = asyncio.Event()
        self._closed = False

    def look_at(self, track: Any | None) -> None:
        """Look at a track, or at nothing."""
        looking, self._looking = self._looking, None
        if looking is not None:
            self._scope.end(looking)
        if track is not None:
            name = f"{self._stay.settings.name}: see"
            self._looking = self._scope.spawn(lambda: self._read(track), name=name)

    def close(self) -> None:
        """Look no more."""
        self._closed = True
        self._news.set()

    async def next(self) -> tuple[Any, float] | None:
        """Return what was seen since, and when; None when nothing more will be."""
        while self._latest is None and not self._closed:
            self._news.clear()
            await self._news.wait()
        latest, self._latest = self._latest, None
        return None if self._closed else latest

    async def _read(self, track: Any) -> None:
        stream = self._stay.rtc.VideoStream.from_track(track=track, capacity=1)
        try:
            async for event in stream:
                self._latest = event, self._stay.timeline.now
                self._news.set()
        finally:
            await stream.aclose()


def _jpeg(rtc: Any, event: Any, longest: int) -> bytes:
    from PIL import Image

    frame = event.frame.convert(rtc.VideoBufferType.RGB24)
    pixels: NDArray[np.uint8] = np.frombuffer(frame.data, np.uint8)
    upright = np.rot90(pixels.reshape(frame.height, frame.width, 3), -int(event.rotation))
    picture = Image.fromarray(np.ascontiguousarray(upright))
    picture.thumbnail((longest, longest))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


__all__ = ["QUALITY", "WAITING", "Source", "audio", "pictures"]
