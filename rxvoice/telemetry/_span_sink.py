"""`SpanSink`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice._types import Operator
from rxvoice.aio import in_thread
from rxvoice.aio._begun import begun
from rxvoice.aio._drain import start
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Event
from rxvoice.session import Session

from ._following import Following
from ._span import SpanEvent
from ._trace import Trace

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Export:
    """Where the spans of one call go.

    Attributes:
        trace: Makes them.
        tell: Called with what is new.
        flush: Sends what waits, at the end; called in a thread.
    """

    trace: Trace
    tell: Callable[[SpanEvent], None]
    flush: Callable[[], object] | None = None


class SpanSink:
    """Exports the spans of calls; what `to_otel` and `to_sentry` return.

    It is a sink for `rxvoice.Session.run`. Where the session is run by somebody else, as in
    `rxvoice.server`, `watch` gives an operator that does the same.

    Args:
        name: Of its task.
        make: Makes what one call needs.
    """

    def __init__(self, name: str, make: Callable[[LoopScheduler], Export]) -> None:
        self._name = name
        self._make = make

    def __call__(self, stream: Observable[object], session: Session) -> Awaitable[None]:
        """Export the spans of a stream, until it ends, fails or is given up.

        It fails when exporting does.
        """
        clock = session.scheduler
        told: asyncio.Future[None] = clock.loop.create_future()
        try:
            export = self._make(clock)
            following = Following(export.trace, export.tell, clock)
            following.begin()
        except Exception as error:
            told.set_exception(error)
            return told

        def on_error(error: Exception) -> None:
            self._safely(lambda: following.end(error=type(error).__qualname__))
            if not told.done():
                told.set_exception(error)

        def on_completed() -> None:
            try:
                following.end()
            except Exception as error:
                on_error(error)
            else:
                if not told.done():
                    told.set_result(None)

        subscription = session.subscribe(stream, following.take, on_error, on_completed)

        def stop(_: "asyncio.Future[None]") -> None:
            subscription.dispose()
            self._safely(lambda: following.end(cancelled=True))

        told.add_done_callback(stop)
        return told if export.flush is None else self._flushed(told, export.flush, clock)

    def watch(self) -> Operator[Event, Event]:
        """Return an operator that exports the spans of what passes.

        All items pass. When exporting fails, that is logged and the call goes on without. What is
        unsubscribed ends its spans as cancelled.
        """

        def watched(source: Observable[Event]) -> Observable[Event]:
            def subscribe(
                observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                clock = loop_scheduler(scheduler)
                try:
                    export = self._make(clock)
                except Exception as error:
                    logger.warning("%s failed", self._name, exc_info=error)
                    return source.subscribe(observer, scheduler=clock)
                following = Following(export.trace, export.tell, clock)
                finished = False

                def finish(error: str = "", *, cancelled: bool = False) -> None:
                    nonlocal finished
                    if not finished:
                        finished = True
                        self._safely(lambda: following.end(error=error, cancelled=cancelled))
                        self._flush_later(export.flush, clock)

                def on_next(item: Event) -> None:
                    if following.knows(item):
                        self._safely(lambda: following.take(item))
                    observer.on_next(item)

                def on_error(error: Exception) -> None:
                    finish(type(error).__qualname__)
                    observer.on_error(error)

                def on_completed() -> None:
                    finish()
                    observer.on_completed()

                self._safely(following.begin)
                end = Disposable(lambda: finish(cancelled=True))
                with begun(end):
                    inner = source.subscribe(on_next, on_error, on_completed, scheduler=clock)
                return CompositeDisposable(inner, end)

            return Observable(subscribe)

        return watched

    def _safely(self, act: Callable[[], object]) -> None:
        """Do something whose failure is logged, and disturbs nobody."""
        try:
            act()
        except Exception as error:
            logger.warning("%s failed", self._name, exc_info=error)

    def _flush_later(self, flush: Callable[[], object] | None, clock: LoopScheduler) -> None:
        if flush is not None:
            self._safely(lambda: clock.scope.spawn(lambda: self._flush(flush), name=self._name))

    def _flushed(
        self, told: "asyncio.Future[None]", flush: Callable[[], object], clock: LoopScheduler
    ) -> "asyncio.Future[None]":
        async def work() -> None:
            try:
                await told
            finally:
                await self._flush(flush)

        done = start(clock.scope, work, name=self._name)
        done.add_done_callback(lambda _: told.cancel())
        return done

    async def _flush(self, flush: Callable[[], object] | None) -> None:
        if flush is not None:
            await in_thread(flush, name=self._name)


__all__ = ["Export", "SpanSink"]
