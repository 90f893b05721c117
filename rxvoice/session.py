"""One call."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextvars import Token
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import Disposable
from rxvoice._outlets import Outlets
from rxvoice._subscribed import Subscribed
from rxvoice.aio import Scope
from rxvoice.aio._report import report
from rxvoice.aio._scope import current_scope
from rxvoice.clock import LoopScheduler
from rxvoice.errors import RxvoiceError

if TYPE_CHECKING:
    from rxvoice.aio._taping import Outlet

A = TypeVar("A")

Sink: TypeAlias = Callable[[Observable[A], "Session"], Awaitable[None]]
"""Subscribes to a stream before it returns; what it returns is done when all was written.

Cancelling what it returns makes it stop. It has to fail, or be done, when the stream fails.
"""


class Session:
    """One call: its clock, its subscriptions and all that they start.

    Sinks subscribe through a session, so that `aclose` can end everything: subscriptions, tasks,
    sockets (which tasks own) and thread jobs.

    Args:
        name: Told in errors and logs.
        grace: How long `aclose` waits for clean-up, in seconds.

    Attributes:
        name: As given.
        scheduler: The loop-clock scheduler for all subscriptions; its clock starts at 0 now.
        scope: Owner of all tasks.

    Raises:
        RuntimeError: When no event loop is running.
    """

    def __init__(self, *, name: str = "session", grace: float = 5.0) -> None:
        if grace <= 0.0:
            raise ValueError(f"grace must be positive, got {grace}")
        loop = asyncio.get_running_loop()
        self.name = name
        self.scope: Scope = Scope(loop, name=name)
        self.scheduler: LoopScheduler = LoopScheduler(loop, scope=self.scope)
        self._grace = grace
        self._subscriptions: dict[abc.DisposableBase, None] = {}
        self._closing: asyncio.Task[None] | None = None
        self._closed = False
        self._aside = False
        self._token: Token[Scope | None] | None = None

    @property
    def now(self) -> float:
        """Seconds since the session began."""
        return self.scheduler.now_seconds

    def subscribe(
        self,
        stream: Observable[A],
        on_next: Callable[[A], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        on_completed: Callable[[], object] | None = None,
    ) -> abc.DisposableBase:
        """Subscribe for as long as the session lives.

        An exception raised by ``on_next`` ends this subscription and goes to ``on_error``; without
        ``on_error``, errors are logged. What the other two raise reaches the loop's exception
        handler. When the session is closed, ``on_error`` gets a `RuntimeError`.

        Returns:
            Unsubscribes earlier.
        """
        outlet = self._outlet(stream)
        subscription = Subscribed(
            self.name, self.scheduler, outlet, on_next, on_error, on_completed, self._forget
        )
        if self._closed:
            subscription.failed(RuntimeError(f"{self.name} is closed, nothing can be subscribed"))
        else:
            self._subscriptions[subscription] = None
            subscription.start(stream)
        return subscription

    async def run(self, stream: Observable[A], /, *sinks: Sink[A]) -> None:
        """Subscribe once, feed all sinks and wait until the stream has ended and all are done.

        A sink that fails is logged and does not disturb the others; when all have failed, the
        stream is unsubscribed at once. A sink that raises when it is called ends everything before
        the stream is subscribed.

        Args:
            stream: The whole pipe.
            sinks: Each gets every item.

        Raises:
            Exception: What the stream failed with, else what the first failing sink failed with.
            RxvoiceError: When the session is closed meanwhile.
        """
        if self._closed:
            raise RuntimeError(f"{self.name} is closed, nothing can run")
        outlets: Outlets[A] = Outlets(self.scope, self.name)
        closed = RxvoiceError(f"{self.name} was closed while a stream was running")
        closing = Disposable(lambda: outlets.cancel(closed))
        self._subscriptions[closing] = None
        try:
            self._aside = True
            for sink in sinks:
                outlets.open(lambda items, sink=sink: sink(items, self))
            self._aside = False
            await outlets.feed(
                lambda: self.subscribe(
                    stream, outlets.on_next, outlets.on_error, outlets.on_completed
                )
            )
        finally:
            self._aside = False
            self._subscriptions.pop(closing, None)
            outlets.cancel()

    async def aclose(self) -> None:
        """Unsubscribe everything and wait until its clean-up has ended; idempotent.

        One of the session's own tasks that calls it is cancelled like the others, so that it does
        not return there.

        Raises:
            StragglerError: Names the tasks and thread jobs that did not end in time.
        """
        if self._closing is None:
            self._closed = True
            while self._subscriptions:
                subscription, _ = self._subscriptions.popitem()
                self._call(subscription.dispose)
            if self.scheduler.tape is not None:
                self._call(self.scheduler.tape.close)
            self._closing = self.scheduler.loop.create_task(
                self.scope.aclose(self._grace), name=f"{self.name}: aclose"
            )
        await asyncio.shield(self._closing)

    def _outlet(self, stream: Observable[Any]) -> "Outlet | None":
        """Return through what the items of a stream leave; None without a tape."""
        tape = self.scheduler.tape
        return None if tape is None else tape.outlet(aside=self._aside)

    def _forget(self, subscription: abc.DisposableBase) -> None:
        self._subscriptions.pop(subscription, None)

    def _call(self, function: Callable[..., object], *args: Any) -> None:
        try:
            function(*args)
        except Exception as error:
            report(self.scheduler.loop, f"{self.name}: a callback failed", error)

    async def __aenter__(self) -> "Session":
        self._token = current_scope.set(self.scope)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            with contextlib.suppress(ValueError):  # left in another context than entered
                current_scope.reset(self._token)
        await self.aclose()


async def run(stream: Observable[A], /, *sinks: Sink[A], **options: Any) -> None:
    """Run a pipe in a session of its own, until it ends, fails or is cancelled.

    Args:
        stream: The whole pipe.
        sinks: Each gets every item, as in `Session.run`.
        **options: As for `Session`.
    """
    async with Session(**options) as session:
        await session.run(stream, *sinks)


__all__ = ["Session", "Sink", "run"]
