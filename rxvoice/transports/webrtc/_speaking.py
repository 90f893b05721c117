"""The half that plays and sends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice.aio._drain import start
from rxvoice.items import AudioFrame, BotSpeechStopped, ClearAudio, ReplyEnded, SendMessage, To
from rxvoice.session import Session

from ._playout import Playout

logger = logging.getLogger(__name__)

GOODBYE: Final = 1.0
"""Seconds that the far end may take to take the last messages."""


class FarEnd(Protocol):
    """What `Speaking` needs of its transport."""

    name: str

    playout: Playout

    @property
    def gone(self) -> bool: ...
    def when_gone(self, action: Callable[[], None]) -> None: ...
    def tell(self, item: object) -> None: ...
    async def finish(self, patience: float) -> None: ...


class Speaking:
    """One subscription to what the far end is to hear and to be told.

    Args:
        far_end: To whom.
        used: Holds the connection.
        session: Whose.
    """

    def __init__(
        self,
        far_end: FarEnd,
        used: Callable[[], AbstractAsyncContextManager[None]],
        session: Session,
    ) -> None:
        self._far_end = far_end
        self._used = used
        self._session = session
        self._subscription: abc.DisposableBase = Disposable()
        self._over = asyncio.Event()
        self._error: Exception | None = None
        self._told: set[str] = set()

    def start(self, stream: Observable[object]) -> Awaitable[None]:
        """Subscribe; what is returned is done when all was sent."""
        done = start(self._session.scope, self._run, name=f"{self._far_end.name}: send")
        self._subscription = self._session.subscribe(stream, self._take, self._end, self._end)
        return done

    async def _run(self) -> None:
        far_end = self._far_end
        try:
            async with self._used():
                await self._over.wait()
                if self._error is not None:
                    raise self._error
                silent = asyncio.Event()
                far_end.when_gone(silent.set)
                far_end.playout.when_idle(silent.set)
                await silent.wait()
                await far_end.finish(GOODBYE)
        finally:
            self._subscription.dispose()
            far_end.playout.close()
            if far_end.playout.dropped:
                dropped = {"transport": far_end.name, "seconds": far_end.playout.dropped}
                logger.warning("audio was dropped", extra=dropped)

    def _end(self, error: Exception | None = None) -> None:
        self._error = error
        self._over.set()

    def _take(self, item: object) -> None:
        far_end = self._far_end
        if far_end.gone:
            far_end.playout.close()
            return
        match item:
            case AudioFrame():
                far_end.playout.take(item)
            case ClearAudio():
                far_end.playout.clear(asyncio.get_running_loop().time())
                far_end.tell(item)
            case BotSpeechStopped() | ReplyEnded() | SendMessage(urgent=False):
                far_end.playout.put_behind(item)
            case To():
                self._complain_of(item.destination)
            case _:
                far_end.tell(item)

    def _complain_of(self, destination: str) -> None:
        if destination not in self._told:
            self._told.add(destination)
            logger.warning(
                "there is no such destination",
                extra={"transport": self._far_end.name, "destination": destination},
            )


__all__ = ["GOODBYE", "FarEnd", "Speaking"]
