"""A track on which the bot speaks."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from rxvoice.items import AudioFrame

from ._tap import Tap
from ._waiting import Action, Handed, Waiting

PIECE: Final = 0.02
"""Seconds of audio that the SDK is handed at once."""

UNHEARD: Final = 10.0
"""Seconds that audio waits for somebody to subscribe to the track."""

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
        self._tap: Tap | None = None
        self._news = asyncio.Event()
        self._wanted = asyncio.Event()
        self._idle = True
        self._held = False
        self._closed = False
        self._told: float | None = None
        self._when_idle: list[Action] = []

    @property
    def waiting(self) -> float:
        """Seconds of audio that wait; what the SDK holds is not among them."""
        return self._waiting.seconds

    def take(self, frame: AudioFrame) -> None:
        """Play audio behind what waits."""
        if self._closed:
            return
        room = max(round((self._capacity - self._waiting.seconds) * frame.rate), 0)
        if len(frame.samples) > room:
            kept = AudioFrame(frame.samples[:room], frame.rate, frame.pts)
            self.dropped += frame.duration - kept.duration
            frame = kept
        if len(frame.samples):
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
        if self._tap is not None:
            self._tap.clear()
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

    def be_wanted(self, wanted: bool = True) -> None:
        """Hear that somebody has subscribed to the track, or that nobody has any more."""
        if wanted:
            self._wanted.set()
            self._news.set()
        else:
            self._wanted.clear()

    def hold(self, held: bool) -> None:
        """Hand the SDK nothing for a while, since nobody would hear it, or go on."""
        self._held = held
        self._news.set()

    async def run(self, participant: Any, options: Any) -> None:
        """Publish the track and play until this is cancelled.

        Args:
            participant: The SDK's for this side.
            options: Its own for the publication.

        Raises:
            Exception: Of the SDK, when the track cannot be published or takes no audio.
        """
        tap = Tap(self._rtc, self._rate, self._reserve)
        try:
            track = self._rtc.LocalAudioTrack.create_audio_track(self.name, tap.source)
            await participant.publish_track(track, options)
            self._tap = tap
            await self._play(tap)
        finally:
            self.close()
            await tap.aclose()

    def close(self) -> None:
        """Drop everything, and take nothing more."""
        self._tap = None
        self._closed = True
        self._waiting.clear()
        self._rest()

    async def _until_wanted(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(UNHEARD):
                await self._wanted.wait()
        self._wanted.set()

    async def _play(self, tap: Tap) -> None:
        while True:
            if self._waiting and not (self._held or self._wanted.is_set()):
                await self._until_wanted()
            self._tell()
            piece = None if self._held else self._waiting.next_audio(PIECE)
            if piece is not None:
                self._handed.add(piece)
                await tap.hand(piece.samples)
            elif (left := tap.left) > _NOTHING:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, PIECE)):
                        await self._hear_news()
            elif (action := self._waiting.next_action()) is not None:
                action()
            elif self._waiting.flush():
                continue
            elif missing := tap.missing:
                await tap.hand(np.zeros(missing, np.int16))
            else:
                if not self._waiting:
                    self._rest()
                await self._hear_news()

    async def _hear_news(self) -> None:
        await self._news.wait()
        self._news.clear()

    def _tell(self) -> None:
        """Tell how far the far end has heard the track."""
        if self._tap is not None:
            played = self._handed.played(self._tap.left)
            if played is not None and played != self._told:
                self._told = played
                self._heard(played)

    def _rest(self) -> None:
        """Have nothing to play."""
        self._handed.clear()
        self._told = None
        self._idle = True
        actions, self._when_idle = self._when_idle, []
        for action in actions:
            action()


__all__ = ["PIECE", "UNHEARD", "Mouth"]
