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
        kinds: What they may be.
    """

    def __init__(self, name: str, entries: "Lines[T]", *kinds: type) -> None:
        if isinstance(entries, str | bytes):
            raise TypeError(f"{name} must have one entry a request: [{entries!r}]")
        self._name = name
        self._kinds = kinds
        self._make = entries if callable(entries) else None
        self._entries: Iterator[T] = iter(()) if callable(entries) else iter(entries)

    def take(self, exchange: Exchange) -> T:
        """Return the entry for a request.

        Raises:
            LookupError: When the script is used up.
            TypeError: When the entry is none.
        """
        if self._make is not None:
            return self._checked(self._make(exchange))
        for entry in self._entries:
            return self._checked(entry)
        raise LookupError(
            f"{self._name} has nothing left for request {exchange.number} ({exchange.path})"
        )

    def _checked(self, entry: T) -> T:
        if not isinstance(entry, self._kinds):
            names = " or ".join(kind.__name__ for kind in self._kinds)
            raise TypeError(f"{self._name} must be made of {names}, got {entry!r}")
        return entry


__all__ = ["Lines", "Script"]
