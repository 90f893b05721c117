"""Scripts that are used up, one entry a request."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeAlias, TypeVar

from ._exchange import Exchange

T = TypeVar("T")

Lines: TypeAlias = Iterable[T] | Callable[[Exchange], T]


class Script(Generic[T]):
    """Hands out one entry after the other.

    Args:
        name: What the script is called, for the error.
        entries: The entries; or a function that makes one for a request.
    """

    def __init__(self, name: str, entries: "Lines[T]") -> None:
        self._name = name
        self._make = entries if callable(entries) else None
        self._entries: Iterator[T] = iter(()) if callable(entries) else iter(entries)

    def take(self, exchange: Exchange) -> T:
        """Return the entry for a request.

        Raises:
            LookupError: When the script is used up.
        """
        if self._make is not None:
            return self._make(exchange)
        for entry in self._entries:
            return entry
        raise LookupError(
            f"{self._name} has nothing left for request {exchange.number} ({exchange.path})"
        )


__all__ = ["Lines", "Script"]
