"""The half of a socket transport that plays and sends."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from reactivex import Observable, abc

from rxvoice._disposables import Disposable
from rxvoice.aio._drain import start
from rxvoice.aio._playout_queue import PlayoutQueue
from rxvoice.session import Session

from ._contract import TransportError
from ._ending import Ending
from ._link import Link
from ._mouth import Mouth

GOODBYE: Final = 3.0
"""Seconds that the far end may take to leave once it was asked to."""

APOLOGY: Final = 0.5
"""Seconds in which it is told that this side has failed."""

READY: Final = 10.0
"""Seconds that the far end may take to be ready when there is only a rest to be said."""


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
        self._mouth = Mouth(
            link.out,
            session.scheduler,
            link.name,
            packet=packet,
            capacity=capacity,
            heard=heard,
        )
        self._waiting = PlayoutQueue(f"{link.name}: play", self._mouth, packet=packet)
        self._is_heeded = is_heeded
        self._subscription: abc.DisposableBase = Disposable()
        self._ending = Ending()
        self._hurrying: asyncio.Timeout | None = None

    def start(self, stream: Observable[object]) -> Awaitable[None]:
        """Subscribe; what is returned is done when all was sent."""
        name = f"{self._link.name}: send"
        done = start(self._session.scope, self._run, name=name)
        self._subscription = self._session.subscribe(stream, self._mouth.take, self._end, self._end)
        return done

    async def _run(self) -> None:
        try:
            with self._session.scope.queues.showing(self._waiting):
                await self._ending.heeded_by(self._hold())
        finally:
            self._subscription.dispose()
            self._mouth.close()
            self._mouth.report()

    async def _hold(self) -> None:
        link = self._link
        async with link.used(self._session.scope):
            link.senders += 1
            try:
                await self._serve()
            finally:
                link.senders -= 1

    async def _serve(self) -> None:
        try:
            await self._until_ready()
            self._link.out.gone.when(self._left)
            await self._ending.completed()
            await self._mouth.until_silent()
        except asyncio.CancelledError:
            self._mouth.close()
            self._link.out.clear_sound()
            if self._ending.error is not None:
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
        if self._link.ready.is_set():
            self._mouth.begin()

    async def _say_goodbye(self, reason: str, patience: float) -> None:
        if self._link.senders == 1:  # the others have still something to say
            await self._link.say_goodbye(reason, patience)

    def _left(self) -> None:
        self._mouth.close()
        if not self._ending.over and not self._is_heeded():
            self._end(TransportError(f"{self._link.name}: the connection has ended"))

    def _end(self, error: Exception | None = None) -> None:
        self._ending.come(error)
        self._hurry()

    def _hurry(self) -> None:
        if self._ending.over and self._hurrying is not None:
            self._hurrying.reschedule(asyncio.get_running_loop().time() + READY)


__all__ = ["Sending"]
