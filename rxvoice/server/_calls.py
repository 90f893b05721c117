"""The work of a server that is under way."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any

from rxvoice.aio import Scope
from rxvoice.errors import CapacityError

from ._admission import Admission, Place
from ._limits import Excess, Limits

logger = logging.getLogger(__name__)


class Refused(CapacityError):
    """A limit was met.

    Attributes:
        excess: Which.
    """

    def __init__(self, excess: Excess) -> None:
        super().__init__(excess.message)
        self.excess: Excess = excess


class Calls:
    """Lets calls in, keeps their tasks, and knows when all have ended.

    Args:
        limits: How many there may be.
    """

    def __init__(self, limits: Limits) -> None:
        self._most = limits.max_sessions
        self._admission = Admission(limits)
        self._scope: Scope | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def draining(self) -> bool:
        """Whether nobody is let in any more."""
        return self._admission.draining

    @property
    def room(self) -> int:
        """How many more can be let in."""
        return 0 if self.draining else self._most - self._admission.active

    @contextmanager
    def admitted(self) -> Generator[None]:
        """Let one in while the context lasts.

        Raises:
            Refused: When there are enough.
        """
        place = self._enter()
        try:
            yield
        finally:
            self._leave(place)

    async def held(self, work: Callable[[], Awaitable[str]], name: str) -> str:
        """Do something to its end, also when whoever waits for it is cancelled.

        Args:
            work: What.
            name: Of its task.
        """
        result = ""

        async def run() -> None:
            nonlocal result
            result = await work()

        await asyncio.shield(self._spawn(run, name))
        return result

    def launch(self, work: Callable[[], Awaitable[str]], name: str) -> None:
        """Let one in, and do something for it.

        Args:
            work: What.
            name: Of its task.

        Raises:
            Refused: When there are enough.
        """
        place = self._enter()

        async def run() -> None:
            try:
                await work()
            finally:
                place.leave()

        self._spawn(run, name)

    def beside(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        """Do something beside a request.

        Args:
            work: What; an error is logged.
            name: Of its task, told in logs.
        """

        async def run() -> None:
            try:
                await work()
            except Exception:
                logger.exception("%s failed", name)

        self._spawn(run, name)

    def drain(self) -> None:
        """Let nobody in any more."""
        self._admission.drain()

    def cut_off(self) -> None:
        """Cancel what has not ended by itself."""
        for task in self._under_way:
            task.cancel()

    async def ended(self, patience: float) -> bool:
        """Wait until all have ended, and return whether they have.

        Args:
            patience: Seconds.
        """
        try:
            async with asyncio.timeout(patience):
                await self._quiet.wait()
        except TimeoutError:
            return False
        return True

    def _enter(self) -> Place:
        place = self._admission.enter()
        if isinstance(place, Excess):
            raise Refused(place)
        self._quiet.clear()
        return place

    def _leave(self, place: Place) -> None:
        place.leave()
        self._look()

    def _spawn(
        self, work: Callable[[], Coroutine[Any, Any, None]], name: str
    ) -> "asyncio.Task[None]":
        if self._scope is None:  # a server may be made before there is a loop
            self._scope = Scope(name="server")
        task = self._scope.spawn(work, name=name)
        self._under_way.add(task)
        self._quiet.clear()
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._look()

    def _look(self) -> None:
        if not self._admission.active and not self._under_way:
            self._quiet.set()


__all__ = ["Calls", "Refused"]
