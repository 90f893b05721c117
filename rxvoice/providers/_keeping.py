"""What providers that keep connections have in common."""

from types import TracebackType
from typing import Any, Self

from rxvoice.providers._kept import Kept


class Keeping:
    """Keeps connections within a session, or within a block that entered this."""

    __slots__ = ()

    def _connections(self) -> Kept[Any]:
        """Return what is kept."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close the connections of the running loop; what is used again opens new ones."""
        await self._connections().aclose()

    async def __aenter__(self) -> Self:
        self._connections().get(pin=True)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


__all__ = ["Keeping"]
