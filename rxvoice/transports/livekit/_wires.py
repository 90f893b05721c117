"""The SDK's events."""

import asyncio
from collections.abc import Callable
from typing import Any

from rxvoice.aio._report import report


class Wires:
    """Functions that are called at a room's events, until they are cut.

    What one of them raises reaches the loop's exception handler. The SDK would log it together
    with the event, and so with what somebody has said.

    Args:
        room: The SDK's.
        name: Told in errors.
    """

    def __init__(self, room: Any, name: str) -> None:
        self._room = room
        self._name = name
        self._loop = asyncio.get_running_loop()
        self._held: list[tuple[str, Callable[..., None]]] = []

    def on(self, event: str, action: Callable[..., object]) -> None:
        """Call a function at an event, with what the SDK gives."""

        def call(*given: Any) -> None:
            try:
                action(*given)
            except Exception as error:
                report(self._loop, f"{self._name}: what follows {event} failed", error)

        self._room.on(event, call)
        self._held.append((event, call))

    def cut(self) -> None:
        """Call none of them any more."""
        held, self._held = self._held, []
        for event, call in held:
            self._room.off(event, call)


__all__ = ["Wires"]
