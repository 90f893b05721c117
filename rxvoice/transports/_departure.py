"""The end, and who has to know of it."""

import asyncio
from collections.abc import Callable


class Departure:
    """Happens once.

    Attributes:
        over: Whether it has happened.
    """

    def __init__(self) -> None:
        self.over: bool = False
        self._happens = asyncio.Event()
        self._actions: list[Callable[[], None]] = []

    async def wait(self) -> None:
        """Wait for it."""
        await self._happens.wait()

    def when(self, action: Callable[[], None]) -> None:
        """Call a function then; at once if it has happened."""
        if self.over:
            action()
        else:
            self._actions.append(action)

    def tell(self) -> None:
        """Let it happen."""
        self.over = True
        self._happens.set()
        actions, self._actions = self._actions, []
        for action in actions:
            action()


__all__ = ["Departure"]
