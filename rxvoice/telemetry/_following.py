"""What is told of the spans of one call."""

from collections.abc import Callable

from rxvoice.clock import LoopScheduler

from ._span import SpanEvent
from ._trace import Trace


class Following:
    """Follows the events of one call, and tells of its spans.

    Args:
        trace: Makes the spans.
        tell: Called with what is new.
        clock: Of the session.

    Attributes:
        over: Whether nothing is told any more.
    """

    def __init__(
        self, trace: Trace, tell: Callable[[SpanEvent], None], clock: LoopScheduler
    ) -> None:
        self.over = False
        self._trace = trace
        self._tell = tell
        self._clock = clock

    def begin(self) -> None:
        """Begin the conversation."""
        self._tell_all(self._trace.begin(self._clock.now_seconds))

    def knows(self, item: object) -> bool:
        """Return whether an item may mean something."""
        return not self.over and self._trace.knows(item)

    def take(self, item: object) -> None:
        """Take an item."""
        if self.knows(item):
            self._tell_all(self._trace.take(item, self._clock.now_seconds))

    def end(self, *, error: str = "", cancelled: bool = False) -> None:
        """End everything, once.

        Args:
            error: Why the stream failed; empty when it did not.
            cancelled: Whether it was unsubscribed before its end.
        """
        if not self.over:
            self.over = True
            now = self._clock.now_seconds
            self._tell_all(self._trace.end(now, error=error, cancelled=cancelled))

    def give_up(self) -> None:
        """Tell nothing any more."""
        self.over = True

    def _tell_all(self, events: list[SpanEvent]) -> None:
        for event in events:
            self._tell(event)


__all__ = ["Following"]
