"""What providers open once and keep: clients with their connections."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rxvoice.aio import Scope, default_scope
from rxvoice.aio._scope import current_scope

T = TypeVar("T")


@dataclass(slots=True)
class _Held(Generic[T]):
    value: T
    over: asyncio.Event = field(default_factory=asyncio.Event)
    keepers: dict[Scope, "asyncio.Task[None]"] = field(
        default_factory=dict[Scope, "asyncio.Task[None]"]
    )
    pinned: bool = False


class Kept(Generic[T]):
    """Something that is opened when it is first needed on a loop, and shared from then on.

    It is closed when the last session has ended that used it, or by `aclose`; what was pinned waits
    for `aclose`.

    Args:
        open_: Opens it, at once, on the running loop.
        close: Closes it.
        name: Of the tasks that close it with a session.

    Attributes:
        make: As given, for somebody who keeps what it opens himself.
    """

    def __init__(
        self, open_: Callable[[], T], close: Callable[[T], Awaitable[object]], *, name: str
    ) -> None:
        self.make: Callable[[], T] = open_
        self._close = close
        self._name = name
        self._held: dict[asyncio.AbstractEventLoop, _Held[T]] = {}

    def get(self, *, pin: bool = False) -> T:
        """Return what is open on the running loop; open it if need be.

        Args:
            pin: Whether it outlives the sessions that use it.
        """
        loop = asyncio.get_running_loop()
        for other in [known for known in self._held if known.is_closed()]:
            del self._held[other]
        held = self._held.get(loop)
        if held is None:
            held = self._held[loop] = _Held(self.make())
        held.pinned = held.pinned or pin
        scope = current_scope.get()
        if scope is not None and scope is not default_scope(loop) and scope not in held.keepers:
            with contextlib.suppress(RuntimeError):  # it is closing, and keeps nothing any more
                held.keepers[scope] = scope.spawn(
                    lambda: self._keep(loop, held, scope), name=f"{self._name}: keep"
                )
        return held.value

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncGenerator[T]:
        """Give what is kept; to those who belong to no session, unless it is pinned, their own."""
        loop, scope = asyncio.get_running_loop(), current_scope.get()
        held = self._held.get(loop)
        inside = scope is not None and scope is not default_scope(loop)
        if inside or (held is not None and held.pinned):
            yield self.get()
            return
        own = self.make()
        try:
            yield own
        finally:
            await self._close(own)

    def holds(self, value: T) -> bool:
        """Return whether this is what is kept, and not somebody's own."""
        return any(held.value is value for held in self._held.values())

    async def aclose(self) -> None:
        """Close what is open on the running loop; what is used again is opened again."""
        held = self._held.pop(asyncio.get_running_loop(), None)
        if held is None:
            return
        held.over.set()
        try:
            await self._close(held.value)
        finally:
            keepers = set(held.keepers.values()) - {asyncio.current_task()}
            if keepers:
                await asyncio.wait(keepers)

    async def _keep(self, loop: asyncio.AbstractEventLoop, held: _Held[T], scope: Scope) -> None:
        try:
            await held.over.wait()
        finally:
            held.keepers.pop(scope, None)
            last = not held.keepers and not held.pinned and not held.over.is_set()
            if last and self._held.get(loop) is held:
                del self._held[loop]
                await self._close(held.value)


__all__ = ["Kept"]
