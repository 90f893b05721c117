"""The half of the transport that plays and sends."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

from reactivex import Observable, abc

from rxvoice._disposables import Disposable
from rxvoice.aio._drain import start
from rxvoice.items import (
    AudioFrame,
    BotSpeechStopped,
    ClearAudio,
    DtmfOut,
    Fault,
    ReplyEnded,
    SendMessage,
    To,
)
from rxvoice.session import Session
from rxvoice.transports._contract import TransportError

from ._errands import Errands
from ._mouth import Mouth
from ._stay import Stay

logger = logging.getLogger(__name__)

GOODBYE: Final = 3.0
"""Seconds that what is left to be sent may take at the end."""

MESSAGES: Final = 1000
"""Messages, and presses of keys, that may wait."""


class Speaking:
    """One subscription to what the room is to hear and to be told.

    Args:
        stay: In the room.
        session: Whose.
        tell: Is given faults.
        is_heeded: Tells whether anybody hears of it when nobody is there any more.
    """

    def __init__(
        self,
        stay: Stay,
        session: Session,
        tell: Callable[[Fault], None],
        is_heeded: Callable[[], bool],
    ) -> None:
        self._stay = stay
        self._session = session
        self._tell = tell
        self._is_heeded = is_heeded
        self._name = stay.settings.name
        self._mouth = stay.mouths.of(stay.settings.track)
        self._used: set[Mouth] = set()
        self._messages: Errands[SendMessage] = Errands(
            self._send, self._complain, capacity=MESSAGES, name=f"{self._name}: messages"
        )
        self._keys: Errands[DtmfOut] = Errands(
            self._press, self._complain, capacity=MESSAGES, name=f"{self._name}: keys"
        )
        self._subscription: abc.DisposableBase = Disposable()
        self._over = asyncio.Event()
        self._error: Exception | None = None
        self._images_told = False

    def start(self, stream: Observable[object]) -> Awaitable[None]:
        """Subscribe; what is returned is done when all was played and sent."""
        done = start(self._session.scope, self._run, name=f"{self._name}: speak")
        self._subscription = self._session.subscribe(stream, self._take, self._end, self._end)
        return done

    async def _run(self) -> None:
        said = unheard = False
        try:
            async with self._stay.used(self._session.scope), self._errands():
                await self._over.wait()
                if self._error is not None:
                    raise self._error
                await self._until_played()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GOODBYE):
                        await self._messages.done()
                        await self._keys.done()
                said, unheard = True, self._stay.gone.over and not self._is_heeded()
        finally:
            self._subscription.dispose()
            if not said:
                for mouth in self._used:
                    mouth.clear()
        if unheard:
            raise TransportError("nobody is in the room any more")

    @contextlib.asynccontextmanager
    async def _errands(self) -> AsyncGenerator[None]:
        scope = self._session.scope
        running = [
            scope.spawn(lambda: self._run_errands(self._messages), name=f"{self._name}: send"),
            scope.spawn(lambda: self._run_errands(self._keys), name=f"{self._name}: press"),
        ]
        try:
            yield
        finally:
            for task in running:
                scope.end(task)

    async def _run_errands(self, errands: "Errands[SendMessage] | Errands[DtmfOut]") -> None:
        with self._session.scope.queues.showing(errands):
            await self._stay.ready.wait()
            await errands.run()

    async def _until_played(self) -> None:
        """Wait until all was played, or there is nobody who would hear it."""
        gone = asyncio.Event()
        self._stay.gone.when(gone.set)
        left = len(self._used)

        def one_less() -> None:
            nonlocal left
            left -= 1
            if left <= 0:
                gone.set()

        for mouth in self._used:
            mouth.when_idle(one_less)
        if left:
            await gone.wait()

    def _end(self, error: Exception | None = None) -> None:
        self._error = error
        self._over.set()

    def _take(self, item: object) -> None:
        if self._stay.gone.over:
            return
        match item:
            case AudioFrame():
                self._play(self._mouth, item)
            case ClearAudio():
                self._mouth.clear()
            case BotSpeechStopped() | ReplyEnded():
                self._mouth.flush()
            case SendMessage(urgent=False):
                self._mouth.put_behind(lambda: self._messages.put(item))
            case SendMessage():
                self._messages.put(item)
            case DtmfOut(urgent=False):
                self._mouth.put_behind(lambda: self._keys.put(item))
            case DtmfOut():
                self._keys.put(item)
            case To():
                self._take_to(item)
            case _:
                pass

    def _take_to(self, item: To) -> None:
        match item.item:
            case AudioFrame():
                self._play(self._stay.mouths.of(item.destination), item.item)
            case ClearAudio():
                self._stay.mouths.of(item.destination).clear()
            case _:
                if not self._images_told:
                    self._images_told = True
                    logger.warning("pictures are not sent", extra={"transport": self._name})

    def _play(self, mouth: Mouth, frame: AudioFrame) -> None:
        self._used.add(mouth)
        mouth.take(frame)

    async def _send(self, message: SendMessage) -> None:
        await self._stay.letters.send(message)

    async def _press(self, keys: DtmfOut) -> None:
        await self._stay.letters.press(keys.keys)

    def _complain(self, error: Exception) -> None:
        if not self._stay.gone.over:
            why = str(error) if isinstance(error, ValueError) else type(error).__name__
            self._tell(Fault(self._name, f"a message was not sent: {why}", cause=error))


__all__ = ["GOODBYE", "MESSAGES", "Speaking"]
