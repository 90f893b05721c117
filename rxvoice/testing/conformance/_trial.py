"""One trial: a loop of its own, a provider, and what came of it."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from contextvars import copy_context
from typing import Any, Final, TypeAlias, TypeVar, cast

from reactivex import Observable

from rxvoice.session import Session

from ._diagram import Row, picture
from ._feed import Feed
from ._loop import TrialLoop, theirs
from ._probe import Probe

P = TypeVar("P")
T = TypeVar("T")

Make: TypeAlias = Callable[[], P | AbstractAsyncContextManager[P]]
"""Makes a provider, on the running loop of a trial.

It may return an async context manager that gives the provider, for instance around a fake server;
what this opens is not counted as the provider's, and it is left at the end of the trial.
"""

Scenario: TypeAlias = Callable[["Trial", Any], Awaitable[None]]
"""What is done with the provider."""

_GRACE: Final = 5.0
"""Virtual seconds that clean-up may take, as in a session."""

_LATER: Final = 1.0
"""Virtual seconds in which something may still come that should not."""


class Trial:
    """One loop and what happened on it.

    Args:
        title: What is tried, told in failures.
        loop: Its loop.
        patience: Virtual seconds that an answer may take.

    Attributes:
        feeds: The sources, in order.
        probes: The subscriptions, in order.
        session: The session.
        hung: Why it could not go on, when it could not.
        error: What the provider raised where nothing may be raised.
        early: What was open before anything was subscribed, when that was looked at.
        left: What was still there at the end.
        unheard: What reached only the loop's exception handler.
    """

    session: Session

    def __init__(self, title: str, loop: TrialLoop, patience: float) -> None:
        self.title = title
        self.loop = loop
        self.feeds: list[Feed] = []
        self.probes: list[Probe] = []
        self.hung = ""
        self.error: Exception | None = None
        self.early: list[str] | None = None
        self.left: list[str] = []
        self.unheard: list[str] = []
        self._asked: list[asyncio.Task[Any]] = []
        self._provider: Any = None
        self._patience = patience
        self._cleaning = False

    def __str__(self) -> str:
        rows: list[Row] = []
        for number, feed in enumerate(self.feeds, 1):
            name = "source" if len(self.feeds) == 1 else f"source {number}"
            rows.append(Row(name, feed.given, feed.end))
        for number, probe in enumerate(self.probes, 1):
            name = "stream" if len(self.probes) == 1 else f"stream {number}"
            rows.append(Row(name, probe.items, probe.end, probe.cut))
        return "\n".join([f"In the trial “{self.title}”:", *picture(rows)])

    async def idle(self) -> None:
        """Let some time pass in which nothing may be opened, for nobody has subscribed."""
        await self.pause()
        early = self.loop.opened()
        await self.pause(0.1)
        early += [line for line in self.loop.opened() if line not in early]
        if any(feed.subscribed for feed in self.feeds):
            early.append("a subscription to its source")
        self.early = early

    def feed(self) -> Feed:
        """Make a source."""
        feed = Feed(self.loop)
        self.feeds.append(feed)
        return feed

    def observe(
        self, make: Callable[[], Observable[Any]], *, cut_inside: int | None = None
    ) -> Probe:
        """Subscribe to what a function makes."""
        probe = Probe(self.loop, self.session.scheduler, cut_inside)
        self.probes.append(probe)
        probe.subscribe(make)
        return probe

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function of the provider, so that what it opens counts as the provider's."""
        context = copy_context()
        context.run(theirs.set, True)
        return context.run(function, *args)

    def ask(self, awaitable: Awaitable[T]) -> "asyncio.Task[T]":
        """Await what the provider returned, in a task that counts as the provider's."""

        async def answer() -> T:
            return await awaitable

        self.extend()
        coroutine = awaitable if inspect.iscoroutine(awaitable) else answer()
        task = self.call(lambda: self.loop.create_task(coroutine, name="the provider's answer"))
        self._asked.append(task)
        return task

    async def over(self, probe: Probe) -> None:
        """Wait until a subscription is over; a trial hangs when that takes too long."""
        self.extend()
        await probe.over()

    def extend(self) -> None:
        """Give the provider its full patience from now on."""
        self.loop.deadline = self.loop.time() + self._patience

    async def until(self, at: float) -> None:
        """Let virtual time pass."""
        self.loop.deadline = max(self.loop.deadline, at + self._patience)
        due = self.loop.create_future()
        self.loop.call_at(at, lambda: due.done() or due.set_result(None))
        await due

    async def pause(self, seconds: float = 0.0) -> None:
        """Let virtual time pass; 0 seconds are a turn of the loop."""
        await self.until(self.loop.time() + seconds)

    def release(self) -> None:
        """Unsubscribe and cancel all that has not ended."""
        for probe in self.probes:
            probe.dispose()
        for task in self._asked:
            task.cancel()

    async def settle(self) -> None:
        """Wait until the provider's tasks have ended."""
        self.extend()
        for _ in range(3):
            while tasks := self.loop.their_tasks():
                await asyncio.wait(tasks)
            await self.pause()

    async def clean(self) -> None:
        """Unsubscribe, and wait for the provider's clean-up; once.

        What keeps connections for the next call has ``aclose``, which closes them.
        """
        if self._cleaning:
            return
        self.release()
        self._cleaning = True
        began = self.loop.time()
        if inspect.iscoroutinefunction(aclose := getattr(self._provider, "aclose", None)):
            await self.call(aclose)
        await self.settle()
        self.note()
        took = self.loop.time() - began
        if took > _GRACE:
            self.left.append(f"clean-up that took {took:g} s, more than the {_GRACE:g} s it may")
        await self.pause(_LATER)
        for probe in self.probes:
            probe.deaf = True

    def note(self) -> None:
        """Note what is left."""
        self.left += self.loop.opened()
        for feed in self.feeds:
            if feed.listeners:
                self.left.append("the subscription to its source")

    async def play(self, make: Make[P], scenario: Scenario) -> None:
        """Do everything, from making the provider to closing the session."""
        async with AsyncExitStack() as stack:
            self.extend()
            made = self.call(make)
            if hasattr(made, "__aenter__"):
                provider: Any = await stack.enter_async_context(
                    cast("AbstractAsyncContextManager[P]", made)
                )
            else:
                provider = await made if inspect.iscoroutine(made) else made
            self._provider = provider
            self.session = Session(name="the trial")
            async with self.session:
                await scenario(self, provider)
                await self.clean()

    def stuck(self, reason: str) -> None:
        """Take note that it cannot go on."""
        if self._cleaning:
            self.note()
        else:
            lines = [line for line in reason.splitlines() if "'the check'" not in line]
            self.hung = "\n".join(lines)
            self.release()

    @property
    def cut(self) -> bool:
        """Whether something was unsubscribed before its end."""
        return any(probe.cut is not None for probe in self.probes)


__all__ = ["Make", "P", "Scenario", "Trial"]
