"""Edges and outlets of a session that is recorded."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reactivex import abc

from ._kinds import Kind
from ._varint import put

if TYPE_CHECKING:
    from ._recorder import Recorder


class RecordedEdge(abc.ObserverBase[Any]):
    """Notes what enters the graph, and makes a moment of it.

    What a source emits while it is subscribed belongs to that moment. What it emits while another
    moment lasts, because the graph or a sink pushes it, waits for the next turn of the loop.

    Args:
        recorder: Of the session.
        number: Of the edge.
        observer: Of the graph.
        source: Whether it emits also while it is subscribed.

    Attributes:
        subscribing: Whether it is being subscribed.
    """

    def __init__(
        self, recorder: "Recorder", number: int, observer: abc.ObserverBase[Any], *, source: bool
    ) -> None:
        self.subscribing = source
        self._recorder = recorder
        self._number = number
        self._observer = observer
        self._waiting = 0

    def on_next(self, value: Any) -> None:
        recorder = self._recorder
        if recorder.now is not None or self._waiting:
            self._enter(Kind.NEXT, value, lambda: self._observer.on_next(value))
            return
        body = recorder.begin()
        put(body, self._number)
        recorder.put(body, recorder.keep(value))
        recorder.write(Kind.NEXT, body)
        try:
            self._observer.on_next(value)
        finally:
            recorder.end()

    def on_error(self, error: Exception) -> None:
        self._enter(Kind.ERROR, error, lambda: self._observer.on_error(error))

    def on_completed(self) -> None:
        self._enter(Kind.DONE, None, self._observer.on_completed)

    def _enter(self, kind: Kind, value: Any, tell: Callable[[], None]) -> None:
        recorder = self._recorder
        if recorder.now is not None and self.subscribing:
            body = bytearray()
            recorder.inside = True
            try:
                self._write(Kind(kind + SYNC), body, value)
                tell()
            finally:
                recorder.inside = False
        elif recorder.now is not None or self._waiting:
            self._waiting += 1
            recorder.soon(lambda: self._later(kind, value, tell))
        else:
            self._moment(kind, value, tell)

    def _later(self, kind: Kind, value: Any, tell: Callable[[], None]) -> None:
        self._waiting -= 1
        self._moment(kind, value, tell)

    def _moment(self, kind: Kind, value: Any, tell: Callable[[], None]) -> None:
        recorder = self._recorder
        self._write(kind, recorder.begin(), value)
        try:
            tell()
        finally:
            recorder.end()

    def _write(self, kind: Kind, body: bytearray, value: Any) -> None:
        recorder = self._recorder
        put(body, self._number)
        if kind not in (Kind.DONE, Kind.SYNC_DONE):
            recorder.put(body, recorder.keep(value))
        recorder.write(kind, body)


class RecordedOutlet:
    """Notes what leaves the graph; an `rxvoice.aio._taping.Outlet`.

    Args:
        recorder: Of the session.
        number: Of the subscription; None when it belongs to a sink.
    """

    def __init__(self, recorder: "Recorder", number: int | None) -> None:
        self._recorder = recorder
        self._number = number
        self._ended = False

    def enter(self, subscribe: Callable[[], abc.DisposableBase]) -> abc.DisposableBase:
        recorder = self._recorder
        if recorder.now is not None:
            return subscribe()  # a sink of another stream: it is told what that one is
        body = recorder.begin()
        put(body, 0 if self._number is None else self._number + 1)
        recorder.write(Kind.ENTER, body)
        recorder.aside = self._number is None
        try:
            return subscribe()
        finally:
            recorder.end()

    def on_next(self, item: Any, then: Callable[[Any], object] | None) -> None:
        recorder = self._recorder
        if self._number is not None:
            if recorder.inside:
                body = bytearray()
                put(body, self._number)
                recorder.put(body, recorder.show(item))
                recorder.write(Kind.OUT, body)
            else:
                recorder.stray(self._number, item)
        if then is not None:
            inside, recorder.inside = recorder.inside, False
            try:
                then(item)
            finally:
                recorder.inside = inside

    def on_end(self, error: Exception | None, then: Callable[[], object]) -> None:
        self._ended = True
        recorder = self._recorder
        if self._number is not None:
            if recorder.now is None:
                recorder.warn("the end of its stream")
            body = bytearray()
            put(body, self._number)
            if error is not None:
                recorder.put(body, recorder.keep(error))
            recorder.write(Kind.OUT_DONE if error is None else Kind.OUT_ERROR, body)
        with recorder.outside():
            then()

    def leave(self, dispose: Callable[[], object]) -> None:
        recorder = self._recorder
        if self._ended or self._number is None:
            dispose()
            return
        self._ended = True
        if recorder.now is not None:
            body = bytearray()
            put(body, self._number)
            recorder.write(Kind.LEFT, body)
            dispose()
            return
        body = recorder.begin()
        put(body, self._number)
        recorder.write(Kind.LEAVE, body)
        try:
            dispose()
        finally:
            recorder.end()


SYNC = Kind.SYNC - Kind.NEXT

__all__ = ["RecordedEdge", "RecordedOutlet"]
