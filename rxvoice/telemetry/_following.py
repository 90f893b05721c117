"""What is told of the spans of one call."""

from collections.abc import Callable
from functools import partial

from rxvoice.clock import LoopScheduler

from ._span import SpanEvent
from ._trace import Trace


class Following:
    """Follows the events of one call, and tells of its spans.

    Args:
        trace: Makes the spans.
        tell: Called with what is new.
        clock: Of the session.

    What raises goes to the caller, and nothing is told after it: a span whose parent is not known
    belongs to nothing.

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
        self._tell_all(self._trace.begin)

    def knows(self, item: object) -> bool:
        """Return whether an item may mean something."""
        return not self.over and self._trace.knows(item)

    def take(self, item: object) -> None:
        """Take an item."""
        if self.knows(item):
            self._tell_all(partial(self._trace.take, item))

    def end(self, *, error: str = "", cancelled: bool = False) -> None:
        """End everything, once.

        Args:
            error: Why the stream failed; empty when it did not.
            cancelled: Whether it was unsubscribed before its end.
        """
        if not self.over:
            self.over = True
            self._tell_all(partial(self._trace.end, error=error, cancelled=cancelled))

    def _tell_all(self, happened: Callable[[float], list[SpanEvent]]) -> None:
        try:
            for event in happened(self._clock.now_seconds):
                self._tell(event)
        except BaseException:
            self.over = True
            raise


__all__ = ["Following"]
