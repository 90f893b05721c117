"""`loaded`."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable
from concurrent import futures
from typing import Generic, TypeVar, cast

import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.aio._edge import edge
from rxvoice.aio._from_async import from_coroutine
from rxvoice.aio._from_awaitable import NEVER_RUN
from rxvoice.clock import LoopScheduler, loop_scheduler

T = TypeVar("T")


def loaded(
    opened: T | Awaitable[T],
    /,
    *,
    name: str,
    timeout: float | None = None,
    late: Exception | None = None,
) -> Observable[T]:
    """Emit a local model to one subscriber: at once when it is there, else when it is loaded.

    A tape keeps only when it came, and that only if it was waited for. A replay gives the model at
    that time, and really loads it when it is not there, while the loop stands still. So it makes
    no difference whether the process that records or the one that replays had loaded it before.

    Args:
        opened: The model, or what to wait for.
        name: Of the task.
        timeout: Seconds after which to give up; None for never. A replay never does.
        late: What the stream fails with then.
    """

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        model = _Model(opened)
        called, waits = _place(clock, name, waits=not model.is_there)

        def give(_: object = None) -> None:
            try:
                found = model.get()
            except Exception as error:
                observer.on_error(error)
            else:
                observer.on_next(found)

        if not waits:
            give()
            observer.on_completed()
            return Disposable()
        source = from_coroutine(model.wait, name=name)
        if timeout is not None:
            source = source.pipe(ops.timeout(timeout, rx.throw(late or TimeoutError(name))))
        if called is not None:
            source = edge(source, called)
        inner = source.subscribe(give, observer.on_error, observer.on_completed, scheduler=clock)
        return CompositeDisposable(inner, Disposable(model.close))

    return Stream(subscribe)


def _place(clock: LoopScheduler, name: str, *, waits: bool) -> tuple[str | None, bool]:
    """Return the name of the edge, if there is one, and whether the graph waits for the model."""
    tape = clock.tape
    called = None if tape is None else tape.loading(name)
    if tape is None or called is None:
        return None, waits
    return called, tape.holds(called) or (waits and not tape.answers(called))


class _Model(Generic[T]):
    def __init__(self, opened: T | Awaitable[T]) -> None:
        self._opened = opened
        self._found: list[T] = []
        if not inspect.isawaitable(opened):
            self._found.append(cast("T", opened))

    @property
    def is_there(self) -> bool:
        return bool(self._found)

    async def wait(self) -> None:
        if not self._found:
            self._found.append(await cast("Awaitable[T]", self._opened))

    def get(self) -> T:
        """Return it; load it on a loop of its own when it is not there."""
        if not self._found:
            done: futures.Future[None] = futures.Future()
            threading.Thread(target=self._load, args=(done,), name="rxvoice load").start()
            done.result()
        return self._found[0]

    def close(self) -> None:
        """Let nobody be warned that nobody has waited for it."""
        waiting = self._opened
        if inspect.iscoroutine(waiting) and inspect.getcoroutinestate(waiting) == NEVER_RUN:
            waiting.close()

    def _load(self, done: futures.Future[None]) -> None:
        try:
            asyncio.run(self.wait())
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)


__all__ = ["loaded"]
