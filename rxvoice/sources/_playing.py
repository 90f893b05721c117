"""Audio that is there already, played in its time."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame

A = TypeVar("A")

SLICE = 5
"""Frames a turn of the loop when nothing paces them."""


class Playing(abc.DisposableBase, Generic[A]):
    """One subscription to items of which the audio has its time.

    Args:
        items: What is played. One that is audio comes when its last sample would have been
            captured, any other at once behind the one before it.
        speed: Seconds of audio that are played a second; as fast as the loop turns if None.
        observer: Gets them.
        scheduler: Whose clock counts.
        close: Called in the end, however that comes, and perhaps again.
        start: Time of the items at which playing begins.
    """

    def __init__(
        self,
        items: Iterator[A],
        speed: float | None,
        observer: abc.ObserverBase[A],
        scheduler: LoopScheduler,
        close: Callable[[], object] = lambda: None,
        *,
        start: float = 0.0,
    ) -> None:
        self._items = items
        self._speed = speed
        self._observer = observer
        self._scheduler = scheduler
        self._close = close
        self._began = scheduler.now_seconds
        self._start = start
        self._turn = SerialDisposable()
        self._ended = False
        self._plan()

    def dispose(self) -> None:
        """Play no further."""
        self._ended = True
        self._turn.dispose()
        self._close()

    def _plan(self) -> None:
        if self._speed is None:
            self._turn.disposable = self._scheduler.call_later(0.0, self._play_slice)
            return
        item = next(self._items, None)
        due = self._scheduler.now_seconds
        if isinstance(item, AudioFrame):
            due = self._began + (item.end - self._start) / self._speed
        self._turn.disposable = self._scheduler.call_at(due, lambda: self._play_due(item))

    def _play_slice(self) -> None:
        for _ in range(SLICE):
            self._play(next(self._items, None))
            if self._ended:
                return
        self._plan()

    def _play_due(self, item: A | None) -> None:
        self._play(item)
        if not self._ended:
            self._plan()

    def _play(self, item: A | None) -> None:
        if item is None:
            self.dispose()
            self._observer.on_completed()
            return
        try:
            self._observer.on_next(item)
        except BaseException:
            self.dispose()
            raise


__all__ = ["Playing"]
