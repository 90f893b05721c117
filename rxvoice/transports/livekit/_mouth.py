"""A track on which the bot speaks."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import pcm_to_bytes
from rxvoice.items import AudioFrame

from ._waiting import Action, Handed, Waiting

PIECE: Final = 0.02
"""Seconds of audio that the SDK is handed at once."""

UNHEARD: Final = 10.0
"""Seconds that audio waits for somebody to subscribe to the track."""

_STEPS: Final = 100  # the SDK sends whole hundredths of a second
_NOTHING: Final = 1e-4


class Mouth:
    """Publishes a track and plays on it.

    The SDK is handed audio until it holds ``reserve`` seconds, so that a busy loop is not heard.
    What it holds is dropped with the rest by `clear`.

    Args:
        rtc: The SDK.
        name: Of the track.
        rate: Its samples a second; other audio is resampled.
        reserve: Seconds of audio that the SDK may hold.
        capacity: Seconds of audio that may wait besides; what is more is dropped.
        heard: Is told up to what time of the frames all was played.

    Attributes:
        name: As given.
        dropped: Seconds of audio that were.
    """

    def __init__(
        self,
        rtc: Any,
        name: str,
        *,
        rate: int,
        reserve: float,
        capacity: float,
        heard: Callable[[float], None],
    ) -> None:
        self.name = name
        self.dropped = 0.0
        self._rtc = rtc
        self._rate = rate
        self._reserve = reserve
        self._capacity = capacity
        self._heard = heard
        self._waiting = Waiting(rate)
        self._handed = Handed(reserve)
        self._source: Any | None = None
        self._handing = False
        self._spoiled = False
        self._odd = 0  # samples that the SDK keeps until they make up a whole hundredth
        self._news = asyncio.Event()
        self._wanted = asyncio.Event()
        self._idle = True
        self._closed = False
        self._told: float | None = None
        self._when_idle: list[Action] = []

    def take(self, frame: AudioFrame) -> None:
        """Play audio behind what waits."""
        if self._closed:
            return
        if self._waiting.seconds + frame.duration > self._capacity + _NOTHING:
            self.dropped += frame.duration
        elif len(frame.samples):
            self._waiting.put(frame)
            self._idle = False
            self._news.set()

    def flush(self) -> None:
        """Play all of what was taken, although no more follows."""
        self._waiting.flush()
        self._news.set()

    def put_behind(self, action: Action) -> None:
        """Call a function when all audio before it was played."""
        if self._closed:
            return
        if self._idle:
            action()
        else:
            self._waiting.put_behind(action)
            self._news.set()

    def clear(self) -> None:
        """Drop all audio that was not played; what waits behind it happens now."""
        self._tell()
        actions = self._waiting.clear()
        if self._source is not None:
            self._source.clear_queue()
            self._spoiled = self._handing  # what is on its way may come in after that
        self._rest()
        for action in actions:
            action()

    def when_idle(self, action: Action) -> None:
        """Call a function once, when all was played."""
        self.flush()
        if self._idle:
            action()
        else:
            self._when_idle.append(action)

    def be_wanted(self) -> None:
        """Hear that somebody has subscribed to the track."""
        self._wanted.set()
        self._news.set()

    async def run(self, participant: Any, options: Any) -> None:
        """Publish the track and play until this is cancelled.

        Args:
            participant: The SDK's for this side.
            options: Its own for the publication.

        Raises:
            Exception: Of the SDK, when the track cannot be published or takes no audio.
        """
        reserve = round(self._reserve * 1000)
        source = self._rtc.AudioSource(self._rate, 1, queue_size_ms=reserve)
        try:
            track = self._rtc.LocalAudioTrack.create_audio_track(self.name, source)
            await participant.publish_track(track, options)
            await self._until_wanted()
            self._source = source
            await self._play(source)
        finally:
            self.close()
            await source.aclose()

    def close(self) -> None:
        """Drop everything, and take nothing more."""
        self._source = None
        self._closed = True
        self._waiting.clear()
        self._rest()

    async def _until_wanted(self) -> None:
        while not self._waiting and not self._wanted.is_set():
            await self._hear_news()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(UNHEARD):
                await self._wanted.wait()

    async def _play(self, source: Any) -> None:
        while True:
            self._tell()
            piece = self._waiting.next_audio(PIECE)
            if piece is not None:
                self._handed.add(piece)
                await self._hand(source, piece.samples)
            elif (left := source.queued_duration) > _NOTHING:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, PIECE)):
                        await self._hear_news()
            elif (action := self._waiting.next_action()) is not None:
                action()
            elif self._waiting.flush():
                continue
            elif self._odd:
                missing = self._rate // _STEPS - self._odd
                await self._hand(source, np.zeros(missing, np.int16))
            else:
                self._rest()
                await self._hear_news()

    async def _hand(self, source: Any, samples: NDArray[np.int16]) -> None:
        """Hand audio to the SDK; it takes as long as that needs to have room for more."""
        count = len(samples)
        self._odd = (self._odd + count) % (self._rate // _STEPS)
        frame = self._rtc.AudioFrame(pcm_to_bytes(samples), self._rate, 1, count)
        self._handing = True
        try:
            await source.capture_frame(frame)
        finally:
            self._handing = False
        if self._spoiled:
            self._spoiled = False
            source.clear_queue()

    async def _hear_news(self) -> None:
        await self._news.wait()
        self._news.clear()

    def _tell(self) -> None:
        """Tell how far the far end has heard the track."""
        if self._source is not None:
            played = self._handed.played(self._source.queued_duration)
            if played is not None and played != self._told:
                self._told = played
                self._heard(played)

    def _rest(self) -> None:
        """Have nothing to play."""
        self._handed.clear()
        self._told = None
        self._odd = 0
        self._idle = True
        actions, self._when_idle = self._when_idle, []
        for action in actions:
            action()


__all__ = ["PIECE", "UNHEARD", "Mouth"]
