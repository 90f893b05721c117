"""Streams that do what a diagram says, and remember who used them when."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from reactivex import Observable, abc
from reactivex.disposable import Disposable

from ._loop import VirtualLoop
from ._notation import END, ERROR, Diagram, Mark, microseconds
from ._notifications import MarbleError

T = TypeVar("T")


@dataclass(slots=True)
class Life:
    """One use of a source.

    Attributes:
        began: When it was subscribed, or its generator made its first step.
        stopped: When it was unsubscribed, or told to end, or ended by itself.
        ended: When its clean-up was over.
    """

    began: float
    stopped: float | None = None
    ended: float | None = None


@dataclass(slots=True)
class Script:
    """What a source does.

    Attributes:
        loop: Whose time counts.
        text: The diagram as it was written.
        diagram: The diagram.
        values: What its letters mean.
        error: What ``#`` means.
    """

    loop: VirtualLoop
    text: str
    diagram: Diagram
    values: dict[str, Any]
    error: BaseException | None

    def value(self, mark: Mark) -> Any:
        """Return what a mark stands for."""
        return mark.key if mark.quoted else self.values.get(mark.key, mark.key)

    def failure(self) -> Exception:
        """Return what ``#`` raises."""
        return cast(Exception, self.error or MarbleError())

    def tell(self, observer: abc.ObserverBase[Any], mark: Mark) -> None:
        """Make an observer hear a mark."""
        if mark.kind == END:
            observer.on_completed()
        elif mark.kind == ERROR:
            observer.on_error(self.failure())
        elif mark.kind == "value":
            observer.on_next(self.value(mark))


class MarbleStream(Observable[T]):
    """A stream that does what a diagram says.

    Attributes:
        script: The diagram and what it means.
        lives: Its subscriptions, in order.
        emitted: What it did: seconds and mark.
    """

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script
        self.lives: list[Life] = []
        self.emitted: list[tuple[float, Mark]] = []

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.script.text.strip()!r})"

    def _open(self) -> tuple[Life, Callable[[], None]]:
        loop = self.script.loop
        life = Life(loop.time())
        self.lives.append(life)

        def close() -> None:
            if life.stopped is None:
                life.stopped = life.ended = loop.time()

        return life, close


class ColdStream(MarbleStream[T]):
    """Starts anew for every subscriber."""

    def _subscribe_core(
        self, observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        script = self.script
        loop = script.loop
        _, close = self._open()
        start = microseconds(loop.time())

        def emit(mark: Mark) -> None:
            if mark.kind != "value":
                close()
            self.emitted.append((loop.time(), mark))
            script.tell(observer, mark)

        timers = loop.call_together(
            ((start + at) / 1_000_000, partial(emit, mark)) for at, mark in script.diagram.marks
        )

        def dispose() -> None:
            close()
            for timer in timers:
                timer.cancel()

        return Disposable(dispose)


class HotStream(MarbleStream[T]):
    """Goes on whether or not somebody listens; who comes late has missed what was."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self._listeners: dict[object, tuple[abc.ObserverBase[T], Callable[[], None]]] = {}
        self._last: Mark | None = None

    def calls(self) -> "list[tuple[float, Callable[[], None]]]":
        """Return what it does, and when, in seconds; the past excepted."""
        now = microseconds(self.script.loop.time())
        return [
            (at / 1_000_000, partial(self._emit, mark))
            for at, mark in self.script.diagram.marks
            if at >= now and mark.kind not in "^!"
        ]

    def _emit(self, mark: Mark) -> None:
        self.emitted.append((self.script.loop.time(), mark))
        listeners = list(self._listeners.items())
        if mark.kind != "value":
            self._last = mark
            self._listeners.clear()
        for key, (observer, close) in listeners:
            if mark.kind != "value":
                close()
            elif key not in self._listeners:  # a listener before it unsubscribed it
                continue
            self.script.tell(observer, mark)

    def _subscribe_core(
        self, observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        _, close = self._open()
        if self._last is not None:
            close()
            self.script.tell(observer, self._last)
            return Disposable()
        key = object()
        self._listeners[key] = (observer, close)

        def dispose() -> None:
            self._listeners.pop(key, None)
            close()

        return Disposable(dispose)


__all__ = ["ColdStream", "HotStream", "Life", "MarbleStream", "Script"]
