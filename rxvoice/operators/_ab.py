"""`ab`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import reactivex as rx
from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.aio._fan import Fan
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.operators._answer import answer_of
from rxvoice.operators._comparison import Comparison, Side
from rxvoice.operators._comparison_recorder import Recorder
from rxvoice.operators._ensemble import Ensemble
from rxvoice.operators._shadow import Shadow

S = TypeVar("S")
T = TypeVar("T")


class Compared(Ensemble[S, T]):
    """What `ab` returns: a provider of the same kind.

    Attributes:
        report: What is known so far.
    """

    def __init__(
        self, name: str, members: Sequence[tuple[str, Callable[[S], T]]], live: Side, grace: float
    ) -> None:
        super().__init__(name, members)
        self.report: Comparison = Comparison(live)
        self._live: Side = live
        self._other: Side = "b" if live == "a" else "a"
        self._grace = grace

    def _answer(self, request: S) -> Observable[Any]:
        answers = [answer_of(m, request, f"{self.name} {n}") for m, n in self._both()]

        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            return self._run(observer, loop_scheduler(scheduler), answers, lambda recorder: None)

        return Stream(subscribe)

    def _transform(self, source: Observable[Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            feeds: list[Fan[Any]] = [Fan(), Fan()]
            streams = [
                rx.defer(lambda _, member=member, feed=feed: _operator(member)(feed))
                for (member, _), feed in zip(self._both(), feeds, strict=True)
            ]

            def feed(recorder: Recorder) -> abc.DisposableBase:
                def on_next(item: Any) -> None:
                    recorder.ask(item)
                    for each in feeds:
                        each.on_next(item)

                def on_error(error: Exception) -> None:
                    feeds[1].on_completed()
                    feeds[0].on_error(error)

                def on_completed() -> None:
                    feeds[1].on_completed()
                    feeds[0].on_completed()

                subscription = source.subscribe(on_next, on_error, on_completed, scheduler=clock)
                return CompositeDisposable(subscription, Disposable(feeds[1].on_completed))

            return self._run(observer, clock, streams, feed)

        return Stream(subscribe)

    def _both(self) -> list[tuple[Callable[[S], T], str]]:
        """Return provider and name: first the one that is heard, then its shadow."""
        order = (0, 1) if self._live == "a" else (1, 0)
        return [(self._members[place], self.names[place]) for place in order]

    def _run(
        self,
        observer: abc.ObserverBase[Any],
        clock: LoopScheduler,
        streams: Sequence[Observable[Any]],
        feed: Callable[[Recorder], abc.DisposableBase | None],
    ) -> abc.DisposableBase:
        recorder = Recorder(self.report, lambda: clock.now_seconds)
        shadow = Shadow(clock, recorder, self._other, self._grace)
        over = False

        def on_next(item: Any) -> None:
            recorder.said(self._live, item)
            observer.on_next(item)

        def on_error(error: Exception) -> None:
            nonlocal over
            over = True
            recorder.ended(self._live, error)
            observer.on_error(error)

        def on_completed() -> None:
            nonlocal over
            over = True
            recorder.ended(self._live)
            observer.on_completed()

        def leave() -> None:
            if not over:
                recorder.cut(self._live)
            shadow.linger()

        own = CompositeDisposable(Disposable(leave))
        with begun(own):
            heard = streams[0].subscribe(on_next, on_error, on_completed, scheduler=clock)
            own.add(heard)
            shadow.start(streams[1])
            given = feed(recorder)
            if given is not None:
                own.add(given)
        return own


def _operator(member: Callable[..., Any]) -> Callable[[Any], Observable[Any]]:
    return member


def ab(
    a: Callable[[S], T],
    b: Callable[[S], T],
    /,
    *,
    live: Side = "a",
    grace: float = 5.0,
    name: str = "ab",
) -> Compared[S, T]:
    """Ask two providers of any kind the same, let one be heard, and compare.

    Both are asked at once. The answer of the one that is not heard goes into the report and nowhere
    else: what it says, how long it took to its first item and to its end, its usage and its
    failures. It disturbs nothing: not by being slow, and not by failing. When the other one has
    ended or was unsubscribed, it may go on for ``grace`` seconds, and no longer than the session
    lives. A recogniser is compared speech by speech, by its final transcripts, from the end of each
    speech; a voice reply by reply, from the first sentence; anything else request by request.

    Marbles (one column is 100 ms)::

        turns  -T---------|
        big     --a---b|
               -^------!
        small   -c|
               -^-!
        respond(ab(big, small, live="a"))
        out    -1-(m a)---be--|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  m: Metric("llm", "ttfb", 0.2)
        a: Token("Good")  b: Token(" day.")  e: ResponseEnded(1, "Good day.", failed=False)
        c: Token("Hi.")

    Args:
        a: One of them.
        b: The other one.
        live: Which one is heard.
        grace: Seconds that the other one has, once the one that is heard has ended.
        name: Of the tasks.

    Returns:
        A provider of the same kind. Its ``report`` holds pairs of answers and medians; as text, it
        is a small table.

    Raises:
        TypeError: When a provider is no function.
        ValueError: When ``live`` is neither, or ``grace`` is negative or not finite.
    """
    if live not in ("a", "b"):
        raise ValueError(f"live must be 'a' or 'b', got {live!r}")
    if not 0.0 <= grace < math.inf:
        raise ValueError(f"grace must be finite and not negative, got {grace}")
    return Compared(name, [("a", a), ("b", b)], live, grace)


__all__ = ["Compared", "ab"]
