"""A call with one caller, told to a recogniser in the time it lasts."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from reactivex.subject import Subject

from rxvoice.contracts import Heard, Transcriber
from rxvoice.items import SpeechStarted, SpeechStopped, Transcript
from rxvoice.testing import run_virtual, silence
from rxvoice.testing.servers import FakeServer

T = TypeVar("T")
S = TypeVar("S", bound=FakeServer)

FRAME = 0.1
"""Seconds of audio in a frame."""

START, STOP = "start", "stop"
"""What a voice detector says."""


class Call:
    """What one recogniser is told, and what it tells.

    Attributes:
        items: What it told, with the loop's time.
        error: What it failed with.
        completed: Whether it completed.
    """

    def __init__(self, stt: Transcriber) -> None:
        self.items: list[tuple[float, Any]] = []
        self.error: Exception | None = None
        self.completed = False
        self._loop = asyncio.get_running_loop()
        self._source: Subject[Heard] = Subject()
        self._position = 0.0
        self._over = asyncio.Event()
        self._subscription = stt(self._source).subscribe(self._note, self._fail, self._complete)

    @property
    def told(self) -> list[Any]:
        """What it told."""
        return [item for _, item in self.items]

    @property
    def finals(self) -> list[Transcript]:
        """The final transcripts with text."""
        return [item for item in self.of(Transcript) if item.is_final and item.text]

    def of(self, kind: type[T]) -> list[T]:
        """Return what it told of a kind."""
        return [item for item in self.told if isinstance(item, kind)]

    def when(self, item: object) -> float:
        """Return when it told an item."""
        return next(at for at, one in self.items if one == item)

    async def say(self, *script: float | str) -> None:
        """Tell it what is heard: so many seconds of quiet audio, `START` or `STOP`."""
        for entry in script:
            if isinstance(entry, str):
                kind = SpeechStarted if entry == START else SpeechStopped
                self._source.on_next(kind(pts=self._position))
                continue
            for _ in range(round(entry / FRAME)):
                await asyncio.sleep(FRAME)
                self._source.on_next(silence(FRAME, 16_000, pts=self._position))
                self._position = round(self._position + FRAME, 6)

    async def end(self) -> None:
        """End what is heard, and wait until it is recognised."""
        self._source.on_completed()
        await self._over.wait()

    def leave(self) -> None:
        """Hear no more of it."""
        self._subscription.dispose()

    def _note(self, item: Any) -> None:
        self.items.append((self._loop.time(), item))

    def _fail(self, error: Exception) -> None:
        self.error = error
        self._over.set()

    def _complete(self) -> None:
        self.completed = True
        self._over.set()


def called(fake: S, make: Callable[[S], Transcriber], *script: float | str) -> Call:
    """Make a call, and return what came of it.

    Args:
        fake: The vendor's server.
        make: Makes the recogniser.
        script: What is heard; see `Call.say`.
    """

    async def main() -> Call:
        async with fake as server:
            call = Call(make(server))
            await call.say(*script)
            await call.end()
            return call

    return run_virtual(main(), real_io=True)
