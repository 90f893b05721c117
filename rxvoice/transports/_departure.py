"""The end, and who has to know of it."""

import asyncio
from collections.abc import Callable


class Departure:
    """Happens once."""

    def __init__(self) -> None:
        self._over = asyncio.Event()
        self._actions: list[Callable[[], None]] = []

    @property
    def over(self) -> bool:
        """Whether it has happened."""
        return self._over.is_set()

    async def wait(self) -> None:
        """Wait for it."""
        await self._over.wait()

    def when(self, action: Callable[[], None]) -> None:
        """Call a function then; at once if it has happened."""
        if self.over:
            action()
        else:
            self._actions.append(action)

    def tell(self) -> None:
        """Let it happen."""
        self._over.set()
        actions, self._actions = self._actions, []
        for action in actions:
            action()


__all__ = ["Departure"]
