"""The half of a socket transport that plays and sends."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Final

from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice.aio._drain import start
from rxvoice.items import (
    AudioFrame,
    BotSpeechStopped,
    ClearAudio,
    ReplyEnded,
    SendMessage,
    To,
)
from rxvoice.session import Session

from ._contract import TransportError
from ._early import Early
from ._link import Link
from ._player import Player

logger = logging.getLogger(__name__)

GOODBYE: Final = 3.0
"""Seconds that the far end may take to leave once it was asked to."""

APOLOGY: Final = 0.5
"""Seconds in which it is told that this side has failed."""

READY: Final = 10.0
"""Seconds that the far end may take to be ready when there is only a rest to be said."""

FADE: Final = 0.02
"""Seconds from `ClearAudio` to audio that is the end of what was said, falling to silence."""

NOTHING: Final = 1e-6
"""Seconds of audio by which sums of floats may differ."""

DESTINATIONS: Final = 100
"""Unknown ones that are complained of."""


class Sending:
    """One subscription to what the far end is to hear and to be told.

    Args:
        link: To the far end.
        session: Whose.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait.
        heard: Is told how far the far end has heard the bot; None when it tells so itself.
        is_heeded: Tells whether anybody hears of it when the far end leaves.
    """

    def __init__(
        self,
        link: Link,
        session: Session,
        *,
        packet: float,
        capacity: float,
        heard: Callable[[float], None] | None,
        is_heeded: Callable[[], bool],
    ) -> None:
        self._link = link
        self._session = session
        self._player = Player(
            session.scheduler, self._leave_player, packet=packet, capacity=capacity, heard=heard
        )
        self._is_heeded = is_heeded
        self._early: Early | None = Early(capacity)
        self._subscription: abc.DisposableBase = Disposable()
        self._over = asyncio.Event()
        self._error: Exception | None = None
        self._failing: asyncio.Timeout | None = None
        self._hurrying: asyncio.Timeout | None = None
        self._dropped = 0.0
        self._unknown: set[str] = set()
        self._cleared = -math.inf
        self._is_fade = False

    def start(self, stream: Observable[object]) -> Awaitable[None]:
        """Subscribe; what is returned is done when all was sent."""
        name = f"{self._link.name}: send"
        done = start(self._session.scope, self._run, name=name)
        self._subscription = self._session.subscribe(stream, self._take, self._end, self._end)
        return done

    async def _run(self) -> None:
        link = self._link
        try:
            async with asyncio.timeout(None) as self._failing:
                self._give_up()
                async with link.used(self._session.scope):
                    link.senders += 1
                    try:
                        await self._serve()
                    finally:
                        link.senders -= 1
        except TimeoutError:
            if self._error is None:
                raise
            raise self._error from None
        finally:
            self._failing = None
            self._subscription.dispose()
            self._player.close()
            self._report()

    async def _serve(self) -> None:
        try:
            await self._until_ready()
            self._link.out.when_gone(self._left)
            await self._over.wait()
            if self._error is not None:
                await asyncio.Event().wait()  # until `_give_up` takes effect
            await self._until_silent()
        except asyncio.CancelledError:
            self._player.close()
            self._link.out.clear_sound()
            if self._error is not None:
                self._link.farewell = (1011, "internal error")
                await self._say_goodbye("error", APOLOGY)
            raise
        self._link.out.flush()
        await self._say_goodbye("completed", GOODBYE)

    async def _until_ready(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None) as self._hurrying:
                self._hurry()
                await self._link.ready.wait()
        self._hurrying = None
        early, self._early = self._early, None
        if early is not None and self._link.ready.is_set():
            self._dropped = early.dropped
            for item in early.taken():
                self._take(item)

    async def _until_silent(self) -> None:
        """Wait until the far end has heard all, or will hear no more."""
        silent = asyncio.Event()
        self._link.out.when_gone(silent.set)
        self._player.when_idle(silent.set)
        await silent.wait()

    async def _say_goodbye(self, reason: str, patience: float) -> None:
        if self._link.senders == 1:  # the others have still something to say
            await self._link.say_goodbye(reason, patience)

    def _left(self) -> None:
        self._player.close()
        if not self._over.is_set() and not self._is_heeded():
            self._end(TransportError(f"{self._link.name}: the connection has ended"))

    def _end(self, error: Exception | None = None) -> None:
        self._error = self._error or error
        self._over.set()
        self._give_up()
        self._hurry()

    def _give_up(self) -> None:
        if self._error is not None and self._failing is not None:
            self._failing.reschedule(self._now())

    def _hurry(self) -> None:
        if self._over.is_set() and self._hurrying is not None:
            self._hurrying.reschedule(self._now() + READY)

    def _now(self) -> float:
        return self._session.scheduler.loop.time()

    def _take(self, item: object) -> None:
        if self._link.out.gone.is_set():
            return
        if self._early is not None:
            self._early.put(item)
        else:
            self._say(item)

    def _say(self, item: object) -> None:
        match item:
            case AudioFrame():
                self._is_fade = self._now() - self._cleared < FADE
                self._player.take(item)
            case ClearAudio():
                self._cleared = self._now()
                # First what was said is forgotten, so that nothing that waits behind it brings
                # the last of it along.
                self._link.out.clear_sound()
                self._link.out.put(item)
                self._player.clear()
            case BotSpeechStopped() | ReplyEnded() | SendMessage(urgent=False):
                self._player.put_behind(item)
            case To():
                self._complain_of(item.destination)
            case _:
                self._link.out.put(item, urgent=isinstance(item, SendMessage))

    def _leave_player(self, item: object) -> None:
        sound = isinstance(item, AudioFrame)
        ends = isinstance(item, BotSpeechStopped | ReplyEnded) or self._player.waiting < NOTHING
        if not sound and ends:  # what the codec holds back is before it, too
            self._link.out.flush()
        self._link.out.put(item, sound=sound)
        if self._is_fade and self._player.waiting < NOTHING:  # nothing follows for now
            self._link.out.flush()

    def _complain_of(self, destination: str) -> None:
        if destination not in self._unknown and len(self._unknown) < DESTINATIONS:
            self._unknown.add(destination)
            told = {"transport": self._link.name, "destination": destination}
            logger.warning("there is no such destination", extra=told)

    def _report(self) -> None:
        seconds = self._player.dropped + self._dropped
        if seconds or self._link.out.dropped:
            dropped = {
                "transport": self._link.name,
                "seconds": seconds,
                "packets": self._link.out.dropped,
            }
            logger.warning("audio was dropped", extra=dropped)


__all__ = ["Sending"]
