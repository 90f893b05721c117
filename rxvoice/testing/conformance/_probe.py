"""Listening to a stream more closely than RxPY does."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, cast

from reactivex import Observable, abc
from reactivex.disposable import Disposable, SingleAssignmentDisposable
from reactivex.scheduler import CurrentThreadScheduler

from ._loop import TrialLoop, theirs


class Probe(abc.ObserverBase[Any]):
    """One subscription, and all that it was told.

    It subscribes like RxPY, but hears what RxPY's own observer would hide: what comes, in a later
    turn of the loop, after the end or after unsubscribing, and on which thread.

    Args:
        loop: The loop of the trial.
        scheduler: Given to the subscription.
        cut_inside: At which item, counted from 0, to unsubscribe from within.

    Attributes:
        items: Time and item.
        end: When it ended, and with what error; ``None`` while it has not.
        began: When it was subscribed.
        cut: When it was unsubscribed before its end.
        late: What came too late, in words.
        foreign: Names of the threads, other than the loop's, that called.
        deaf: Whether it takes nothing more, for the trial is over.
    """

    def __init__(
        self, loop: TrialLoop, scheduler: abc.SchedulerBase, cut_inside: int | None = None
    ) -> None:
        self.items: list[tuple[float, Any]] = []
        self.end: tuple[float, Any] | None = None
        self.began = loop.time()
        self.cut: float | None = None
        self.late: list[str] = []
        self.foreign: set[str] = set()
        self.deaf = False
        self._loop = loop
        self._scheduler = scheduler
        self._cut_inside = cut_inside
        self._over = False
        self._thread = threading.get_ident()
        self._subscription = SingleAssignmentDisposable()
        self._news = asyncio.Event()

    @property
    def values(self) -> list[Any]:
        """The items without their times."""
        return [item for _, item in self.items]

    @property
    def completed(self) -> bool:
        """Whether it has come to its end without an error."""
        return self.end is not None and self.end[1] is None

    @property
    def error(self) -> Any:
        """What it failed with, if it has."""
        return None if self.end is None else self.end[1]

    def subscribe(self, make: Callable[[], Observable[Any]]) -> None:
        """Subscribe to what a function makes; its exception counts as the stream's error."""
        context = copy_context()
        context.run(theirs.set, True)

        def core(*_: object) -> None:
            try:
                made: Any = make()._subscribe_core(self, self._scheduler)  # pyright: ignore
            except Exception as error:
                self.on_error(error)
            else:
                self._subscription.disposable = _disposable(made)

        trampoline = CurrentThreadScheduler.singleton()
        if trampoline.schedule_required():
            context.run(trampoline.schedule, cast("Any", core))
        else:
            context.run(core)

    def dispose(self) -> None:
        """Unsubscribe."""
        if self.cut is None and self.end is None:
            self.cut = self._loop.time()
            self._loop.call_soon(self._turn_over)
            self._release()
        self._tell()

    def on_next(self, value: Any) -> None:
        """Take an item."""
        if self._is_late(f"the item {value!r}"):
            return
        self.items.append((self._loop.time(), value))
        if self._cut_inside is not None and len(self.items) > self._cut_inside:
            if self._is_here():
                self.dispose()
            else:
                self._loop.call_soon_threadsafe(self.dispose)
        self._tell()

    def on_error(self, error: Any) -> None:
        """Take an error."""
        if not self._is_late(f"the error {error!r}"):
            self._finish(error)

    def on_completed(self) -> None:
        """Take the completion."""
        if not self._is_late("the completion"):
            self._finish(None)

    async def over(self) -> None:
        """Wait until it has ended or was unsubscribed."""
        await self.until(lambda: self.end is not None or self.cut is not None)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition, which is looked at whenever something came, or for the end."""
        while not condition() and self.end is None and self.cut is None:
            self._news.clear()
            await self._news.wait()

    def _finish(self, error: Any) -> None:
        self.end = self._loop.time(), error
        self._loop.call_soon_threadsafe(self._turn_over)
        self._release()
        self._tell()

    def _release(self) -> None:
        context = copy_context()
        context.run(theirs.set, True)
        context.run(self._subscription.dispose)

    def _is_late(self, what: str) -> bool:
        if self.deaf:
            return True
        if not self._is_here():
            self.foreign.add(threading.current_thread().name)
        if self._over and self.end is not None:
            kind = "its completion" if self.end[1] is None else "its error"
            self.late.append(f"{_short(what)} after {kind}")
        elif self._over:
            self.late.append(f"{_short(what)} after it was unsubscribed")
        return self.end is not None or self.cut is not None

    def _turn_over(self) -> None:
        self._over = True

    def _is_here(self) -> bool:
        return threading.get_ident() == self._thread

    def _tell(self) -> None:
        if self._is_here():
            self._news.set()
        else:
            self._loop.call_soon_threadsafe(self._news.set)


def _disposable(made: Any) -> abc.DisposableBase:
    return made if hasattr(made, "dispose") else Disposable(made)


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:89]}…"


__all__ = ["Probe"]
