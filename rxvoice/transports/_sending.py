"""The half of a socket transport that plays and sends."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

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

from ._contract import Channel
from ._player import Player

logger = logging.getLogger(__name__)

GOODBYE: Final = 3.0
"""Seconds that the far end may take to leave once it was asked to."""

EARLY: Final = 1000
"""Items that may wait for the far end to be ready."""


class FarEnd(Protocol):
    """What `Sending` needs of its transport."""

    name: str

    @property
    def ready(self) -> asyncio.Event: ...
    @property
    def gone(self) -> bool: ...
    def when_gone(self, action: Callable[[], None]) -> None: ...
    @property
    def listened_to(self) -> bool: ...
    @property
    def heard(self) -> Callable[[float], None] | None: ...
    def used(self) -> AbstractAsyncContextManager[Channel]: ...
    async def write(self, channel: Channel) -> None: ...
    def put(self, item: object, *, sound: bool = False) -> None: ...
    def clear_sound(self) -> None: ...
    async def finish(self, channel: Channel, patience: float) -> None: ...
    async def discard(self) -> None: ...


class Sending:
    """One subscription to what the far end is to hear and to be told.

    Args:
        far_end: To whom.
        session: Whose.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait.
    """

    def __init__(self, far_end: FarEnd, session: Session, packet: float, capacity: float) -> None:
        self._far_end = far_end
        self._session = session
        self._player = Player(
            session.scheduler,
            self._leave_player,
            packet=packet,
            capacity=capacity,
            heard=far_end.heard,
        )
        self._early: deque[object] | None = deque(maxlen=EARLY)
        self._subscription: abc.DisposableBase = Disposable()
        self._over = asyncio.Event()
        self._error: Exception | None = None
        self._told: set[str] = set()

    def start(self, stream: Observable[object]) -> Awaitable[None]:
        """Subscribe; what is returned is done when all was sent."""
        name = f"{self._far_end.name}: send"
        done = start(self._session.scope, self._run, name=name)
        self._subscription = self._session.subscribe(stream, self._take, self._end, self._end)
        return done

    async def _run(self) -> None:
        far_end, scope = self._far_end, self._session.scope
        try:
            async with far_end.used() as channel:
                writing = scope.spawn(lambda: far_end.write(channel), name=f"{far_end.name}: write")
                try:
                    async with self._reading():
                        await self._until_ready()
                        await self._until_over()
                        if self._error is not None:
                            raise self._error
                        await far_end.finish(channel, GOODBYE)
                finally:
                    scope.end(writing)
        finally:
            self._subscription.dispose()
            self._player.close()
            if self._player.dropped:
                dropped = {"transport": far_end.name, "seconds": self._player.dropped}
                logger.warning("audio was dropped", extra=dropped)

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[None]:
        """Read what comes if nobody else does."""
        if self._far_end.listened_to:
            yield
            return
        scope = self._session.scope
        reading = scope.spawn(self._far_end.discard, name=f"{self._far_end.name}: discard")
        try:
            yield
        finally:
            scope.end(reading)

    async def _until_ready(self) -> None:
        await self._far_end.ready.wait()
        early, self._early = self._early, None
        for item in early or ():
            self._take(item)

    async def _until_over(self) -> None:
        await self._over.wait()
        if self._error is None:
            silent = asyncio.Event()
            self._far_end.when_gone(silent.set)
            self._player.when_idle(silent.set)
            await silent.wait()

    def _end(self, error: Exception | None = None) -> None:
        self._error = error
        self._over.set()

    def _take(self, item: object) -> None:
        if self._far_end.gone:
            self._player.close()
        elif self._early is not None:
            self._wait_with(self._early, item)
        else:
            self._say(item)

    def _wait_with(self, early: deque[object], item: object) -> None:
        if isinstance(item, ClearAudio):
            kept = [one for one in early if not isinstance(one, AudioFrame)]
            early.clear()
            early.extend(kept)
        else:
            early.append(item)

    def _say(self, item: object) -> None:
        match item:
            case AudioFrame():
                self._player.take(item)
            case ClearAudio():
                self._player.clear()
                self._far_end.clear_sound()
                self._far_end.put(item)
            case BotSpeechStopped() | ReplyEnded() | SendMessage(urgent=False):
                self._player.put_behind(item)
            case To():
                self._complain_of(item.destination)
            case _:
                self._far_end.put(item)

    def _leave_player(self, item: object) -> None:
        self._far_end.put(item, sound=isinstance(item, AudioFrame))

    def _complain_of(self, destination: str) -> None:
        if destination not in self._told:
            self._told.add(destination)
            logger.warning(
                "there is no such destination",
                extra={"transport": self._far_end.name, "destination": destination},
            )


__all__ = ["Sending"]
