"""What an operator begins before it subscribes to its source."""

from types import TracebackType

from reactivex import abc


class begun:  # it reads as a function, and a generator would take twice as long
    """Dispose of what was begun when the block, which subscribes to the source, raises.

    Otherwise a source that emits at once to a subscriber that raises would leave it running: nobody
    has the subscription yet.

    Args:
        parts: What was begun.
    """

    __slots__ = ("_parts",)

    def __init__(self, *parts: abc.DisposableBase) -> None:
        self._parts = parts

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            for part in self._parts:
                part.dispose()
