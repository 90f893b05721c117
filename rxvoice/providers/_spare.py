"""A program that has been started before there is anything to speak."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from rxvoice.errors import ProviderError
from rxvoice.providers._program import Program

logger = logging.getLogger(__name__)

Start: TypeAlias = Callable[[], Awaitable[Program]]


class Spare:
    """At most one program that loads its model, or has, and waits for a text.

    Args:
        start: Starts one.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._waiting: Program | None = None
        self._filling = False
        self._closed = False

    async def take(self) -> tuple[Program, bool]:
        """Return the one that waits, or a new one, and whether it is new.

        Raises:
            ProviderError: When none can be started.
        """
        program, self._waiting = self._waiting, None
        if program is not None:
            if program.is_running:
                return program, False
            await program.aclose()
        return await self._start(), True

    async def refill(self) -> None:
        """Start one that waits, unless there is one; that it cannot be is only logged."""
        if self._filling or self._closed:
            return
        self._filling = True
        try:
            if self._waiting is not None and self._waiting.is_running:
                return
            program, _ = await self.take()
        except ProviderError as error:
            logger.debug("no spare: %s", error)
            return
        finally:
            self._filling = False
        if self._closed or self._waiting is not None:
            await program.aclose()
        else:
            self._waiting = program

    async def aclose(self) -> None:
        """End the one that waits; there is none after it."""
        self._closed = True
        program, self._waiting = self._waiting, None
        if program is not None:
            await program.aclose()


__all__ = ["Spare"]
