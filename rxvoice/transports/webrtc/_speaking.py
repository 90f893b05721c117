"""The half that plays and sends."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from reactivex import Observable, abc

from rxvoice._disposables import Disposable
from rxvoice.aio._drain import start
from rxvoice.items import AudioFrame, BotSpeechStopped, ClearAudio, ReplyEnded, SendMessage, To
from rxvoice.session import Session
from rxvoice.transports._contract import TransportError
from rxvoice.transports._ending import Ending

from ._mailbox import Mailbox
from ._playout import Playout

logger = logging.getLogger(__name__)

TAIL: Final = 0.2
"""Seconds that the last packet may need to the far end's loudspeaker."""


class FarEnd(Protocol):
    """What `Speaking` needs of its transport."""

    name: str

    playout: Playout
    mailbox: Mailbox

    @property
    def gone(self) -> bool: ...
    def when_gone(self, action: Callable[[], None]) -> None: ...
    def tell(self, item: object) -> None: ...


class Speaking:
    """One subscription to what the far end is to hear and to be told.

    Args:
        far_end: To whom.
        used: Holds the connection.
        session: Whose.
        is_heeded: Returns whether somebody hears of it when the far end leaves.
    """

    def __init__(
        self,
        far_end: FarEnd,
        used: Callable[[], AbstractAsyncContextManager[None]],
        session: Session,
        is_heeded: Callable[[], bool],
    ) -> None:
        self._far_end = far_end
        self._used = used
        self._session = session
        self._subscription: abc.DisposableBase = Disposable()
        self._ending = Ending()
        self._is_heeded = is_heeded
        self._spoke = False
        self._told: set[str] = set()

    def start(self, stream: Observable[object]) -> Awaitable[None]:
        """Subscribe; what is returned is done when all was sent."""
        done = start(self._session.scope, self._run, name=f"{self._far_end.name}: send")
        end = self._ending.come
        self._subscription = self._session.subscribe(stream, self._take, end, end)
        return done

    async def _run(self) -> None:
        try:
            await self._ending.heeded_by(self._hold())
        finally:
            self._subscription.dispose()
            if self._spoke:
                self._far_end.playout.clear()
            self._report()

    async def _hold(self) -> None:
        async with self._used():
            self._far_end.when_gone(self._left)
            await self._ending.completed()
            await self._until_silent()

    async def _until_silent(self) -> None:
        """Wait until the far end has heard all, or will hear no more."""
        silent = asyncio.Event()
        self._far_end.when_gone(silent.set)
        self._far_end.playout.when_idle(silent.set)
        await silent.wait()
        await self._far_end.mailbox.emptied()
        if self._spoke:
            gone = asyncio.Event()
            self._far_end.when_gone(gone.set)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TAIL):
                    await gone.wait()

    def _left(self) -> None:
        if not self._ending.over and not self._is_heeded():
            self._ending.come(TransportError(f"{self._far_end.name}: the connection has ended"))

    def _take(self, item: object) -> None:
        far_end = self._far_end
        if far_end.gone:
            return
        match item:
            case AudioFrame():
                self._spoke = True
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

    def _report(self) -> None:
        dropped = self._far_end.playout.dropped
        if self._spoke and dropped:
            told = {"transport": self._far_end.name, "seconds": dropped}
            logger.warning("audio was dropped", extra=told)

    def _complain_of(self, destination: str) -> None:
        if destination not in self._told:
            self._told.add(destination)
            logger.warning(
                "there is no such destination",
                extra={"transport": self._far_end.name, "destination": destination},
            )


__all__ = ["TAIL", "FarEnd", "Speaking"]
