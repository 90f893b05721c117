"""Recording a session."""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any

from reactivex import abc
from reactivex.disposable import Disposable

from rxvoice.clock import LoopScheduler

from ._encode import Encoder
from ._framing import append, defining
from ._inside import Inside
from ._kinds import Kind
from ._recorded import RecordedEdge, RecordedOutlet
from ._reduce import Reduce
from ._timers import FAR
from ._varint import put
from ._writer import Writer

FLUSH = 0.25
"""Seconds for which what is recorded waits at most before it goes to the file."""

LARGE = 65_536
"""Bytes from which it does not wait."""

logger = logging.getLogger(__name__)


def not_held(name: str) -> None:
    """Log that a replay will not have the values of a class."""
    logger.warning("a tape does not hold a %s, but its name only", name)


class Recorder(Inside):
    """Keeps what crosses the edges of a session's graph; an `rxvoice.aio._taping.Taping`.

    Args:
        clock: Of the session.
        writer: Takes what is recorded.
        header: About the recording.
        keep: What is kept of what comes in.
        show: What is kept of what goes out.

    Attributes:
        aside: Whether the moment belongs to a sink.
    """

    def __init__(
        self,
        clock: LoopScheduler,
        writer: Writer,
        header: dict[str, Any],
        keep: Reduce,
        show: Reduce,
    ) -> None:
        super().__init__(header.get("seed"))
        self.aside = False
        self.keep = keep
        self.show = show
        self._clock = clock
        self._writer = writer
        self._buffer = bytearray()
        self._body = bytearray()
        self._encoder = Encoder(self._define, not_held)
        self._micros = 0
        self._index = -1
        self._made = 0
        self._set: list[float] = []
        self._outlets = 0
        self._edges: dict[str, int] = {}
        self._opened = 0
        self._flushing: asyncio.TimerHandle | None = None
        self._closed = False
        self._strayed = False
        self.note(Kind.HEADER, header)
        self.flush()

    def begin(self, at_least: float = 0.0) -> bytearray:
        """Begin a moment; return the body of its record, to be completed and written.

        Args:
            at_least: Seconds on the session's clock before which it cannot be.
        """
        now = max(self._clock.elapsed, at_least)
        micros = max(math.ceil(now * 1e6 - 1e-3), self._micros)
        body = self._body
        body.clear()
        put(body, micros - self._micros)
        self._micros = micros
        self.now = micros / 1e6
        self.inside = True
        self.aside: bool = False
        self._index += 1
        self._made = 0
        return body

    def end(self) -> None:
        """End the moment."""
        if self._set:
            self._tell_timers()
        self.now = None
        self.inside: bool = False

    def write(self, kind: Kind, body: bytearray) -> None:
        """Append a record."""
        if self._closed:
            return
        buffer = self._buffer
        append(buffer, kind, body)
        if self._flushing is None:
            self._flushing = self._clock.loop.call_later(FLUSH, self.flush)
        elif len(buffer) > LARGE:
            self.flush()

    def put(self, body: bytearray, value: Any) -> None:
        """Append a value to the body of a record."""
        self._encoder.put_whole(body, value)

    def note(self, kind: Kind, value: Any) -> None:
        """Append a record of one value."""
        body = bytearray()
        self._encoder.put(body, value)
        self.write(kind, body)

    def soon(self, action: Callable[[], None]) -> None:
        """Run something in the next turn of the loop."""
        self._clock.loop.call_soon(action)

    def warn(self, what: str) -> None:
        """Log, once, that something came from an edge that the tape does not know."""
        if not self._strayed:
            self._strayed = True
            logger.warning(
                "something entered the session from outside and is not on the tape; "
                "wrap its stream with `taped`",
                extra={"item": what},
            )

    def stray(self, outlet: int, item: Any) -> None:
        """Note an item that came from an edge that the tape does not know."""
        self.warn(type(item).__name__)
        body = bytearray()
        put(body, outlet)
        self.put(body, self.show(item))
        self.write(Kind.STRAY, body)

    def observe(
        self, name: str, observer: abc.ObserverBase[Any], *, source: bool = False
    ) -> abc.ObserverBase[Any]:
        """Stand between an edge and the graph."""
        if not self.inside:
            return observer
        nth = self._edges.get(name, 0)
        self._edges[name] = nth + 1
        number = self._opened
        self._opened += 1
        body = bytearray()
        put(body, nth)
        self._encoder.put(body, name)
        self.write(Kind.EDGE, body)
        return RecordedEdge(self, number, observer, source=source)

    def settle(self, told: abc.ObserverBase[Any]) -> None:
        """Take what the edge emits from now on for later."""
        if isinstance(told, RecordedEdge):
            told.subscribing = False

    def forget(self, observer: abc.ObserverBase[Any]) -> None:
        """Nothing to do."""

    def answers(self, name: str) -> bool:
        """Everything is live."""
        return False

    def holds(self, name: str) -> bool:
        """Nothing comes from the tape."""
        return False

    def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase | None:
        """Note when a timer of the graph rings."""
        if not self.inside:
            return None
        index, made, aside = self._index, self._made, self.aside
        self._made += 1
        if not aside:
            self._set.append(when)

        def ring() -> None:
            body = self.begin(when)
            put(body, self._index - index)
            put(body, made)
            put(body, int(aside))
            put(body, max(self._micros - round(when * 1e6), 0))
            self.write(Kind.TIMER, body)
            self.aside = aside
            try:
                action()
            finally:
                self.end()

        return Disposable(self._clock.call_loop_at(when, ring).cancel)

    def outlet(self, *, aside: bool) -> RecordedOutlet:
        """Return the next outlet."""
        if aside:
            return RecordedOutlet(self, None)
        self._outlets += 1
        return RecordedOutlet(self, self._outlets - 1)

    def flush(self) -> None:
        """Hand what was recorded over to the file."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._buffer:
            self._closed = not self._writer.put(bytes(self._buffer)) or self._closed
            self._buffer.clear()

    def close(self) -> None:
        """Complete the file; the session's scope waits for it."""
        if not self._closed:
            self.note(Kind.END, {"at": self._clock.elapsed})
            self.flush()
            self._closed = True
        self._writer.end()
        if hasattr(self._clock.loop, "run_inline"):  # in virtual time nobody can wait for a thread
            self._writer.join()
        else:
            self._clock.scope.adopt(self._writer.done, "tape")

    def _tell_timers(self) -> None:
        """Note for when the timers are that were set in this moment."""
        body = bytearray()
        for when in self._set:
            put(body, max(round(min(when, FAR) * 1e6) - self._micros, 0))
        self._set.clear()
        self.write(Kind.SET, body)

    def _define(self, number: int, name: str, names: tuple[str, ...]) -> None:
        self.write(Kind.CLASS, defining(self._encoder, number, name, names))
