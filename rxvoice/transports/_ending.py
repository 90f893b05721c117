"""How a stream ends that is played and sent."""

import asyncio
from collections.abc import Awaitable


class Ending:
    """Is told how a stream has ended; a failure breaks off at once what is done with it.

    Attributes:
        error: With what it has failed first.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._over = asyncio.Event()
        self._failing: asyncio.Timeout | None = None

    @property
    def over(self) -> bool:
        """Whether the stream has ended."""
        return self._over.is_set()

    def come(self, error: Exception | None = None) -> None:
        """Note that the stream has ended, with an error or by completion."""
        self.error = self.error or error
        self._over.set()
        self._break_off()

    async def completed(self) -> None:
        """Wait until the stream has completed; after a failure this is broken off, too."""
        await self._over.wait()
        if self.error is not None:
            await asyncio.Event().wait()  # until `_break_off` takes effect

    async def heeded_by(self, work: Awaitable[None]) -> None:
        """Do something with the stream, which is cancelled when that fails.

        Raises:
            Exception: The stream's, or of what is done.
        """
        try:
            async with asyncio.timeout(None) as self._failing:
                self._break_off()
                await work
        except TimeoutError:
            if self.error is None:
                raise
            raise self.error from None
        finally:
            self._failing = None

    def _break_off(self) -> None:
        if self.error is not None and self._failing is not None:
            self._failing.reschedule(asyncio.get_running_loop().time())


__all__ = ["Ending"]
