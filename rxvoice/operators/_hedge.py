"""`hedge`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import reactivex as rx
from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.aio._fan import Fan
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, Sentence, SpeechStarted, SpeechStopped
from rxvoice.operators._answer import answer_of
from rxvoice.operators._contest import Contest
from rxvoice.operators._ensemble import Ensemble, named
from rxvoice.operators._unanswered_audio import UnansweredAudio

S = TypeVar("S")
T = TypeVar("T")

KEEP = 30.0
SENTENCES = 1_024


class Hedge(Ensemble[S, T]):
    """What `hedge` and `race` return: a provider of the same kind."""

    def __init__(
        self, name: str, members: Sequence[tuple[str, Callable[[S], T]]], after: float
    ) -> None:
        super().__init__(name, members)
        self._after = after

    def _answer(self, request: S) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            answers = [
                answer_of(member, request, f"{self.name} {name}")
                for member, name in zip(self._members, self.names, strict=True)
            ]
            clock = loop_scheduler(scheduler)
            contest = Contest(observer, clock, answers, self._after, self._lost)
            contest.start()
            contest.hurry()
            return contest.subscription

        return Stream(subscribe)

    def _transform(self, source: Observable[Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            run = _Run(self._members)
            contest = Contest(
                observer, loop_scheduler(scheduler), run.streams, self._after, self._lost, run.won
            )

            def on_next(item: Any) -> None:
                asks = isinstance(item, Sentence | SpeechStopped) and not run.asked
                run.on_next(item)
                if asks:
                    run.asked = True
                    contest.hurry()

            def on_error(error: Exception) -> None:
                contest.subscription.dispose()
                observer.on_error(error)

            with begun(contest.subscription):
                contest.start()
                subscription = source.subscribe(
                    on_next, on_error, run.on_completed, scheduler=scheduler
                )
            return CompositeDisposable(subscription, contest.subscription)

        return Stream(subscribe)


class _Run:
    """One subscription to operators: what each of them is given, the later ones from the start."""

    def __init__(self, members: Sequence[Callable[[Any], Any]]) -> None:
        self.asked = False
        self.streams = [self._stream(index, member) for index, member in enumerate(members)]
        self._feeds: dict[int, Fan[Any]] = {}
        self._audio: UnansweredAudio | None = UnansweredAudio(KEEP)
        self._text: list[Sentence] = []
        self._ended = False

    def on_next(self, item: Any) -> None:
        """Give an item to all, and keep it for who comes later."""
        if self._audio is not None:
            if isinstance(item, Sentence):
                self._text = [*self._text, item][-SENTENCES:]
            elif isinstance(item, AudioFrame | SpeechStarted | SpeechStopped):
                self._audio.take(item)
        for feed in list(self._feeds.values()):
            feed.on_next(item)

    def on_completed(self) -> None:
        """Complete for all."""
        self._ended = True
        for feed in list(self._feeds.values()):
            feed.on_completed()

    def won(self, index: int) -> None:
        """Keep nothing any more."""
        self._audio, self._text = None, []
        self._feeds = {other: feed for other, feed in self._feeds.items() if other == index}

    def _stream(self, index: int, member: Callable[[Any], Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            feed: Fan[Any] = Fan()
            made = rx.defer(lambda _: member(feed))
            subscription = made.subscribe(observer, scheduler=scheduler)
            kept = [] if self._audio is None else [*self._audio.replay(), *self._text]
            self._feeds[index] = feed
            for item in kept:
                feed.on_next(item)
            if self._ended:
                feed.on_completed()
            return subscription

        return Stream(subscribe)


def hedge(
    first: Callable[[S], T],
    second: Callable[[S], T],
    /,
    *others: Callable[[S], T],
    after: float = 0.8,
    names: Sequence[str] | None = None,
    name: str = "hedge",
) -> Hedge[S, T]:
    """Ask a second provider of any kind when the first one is slow, and hear who answers first.

    The next one is asked when nobody has said anything for ``after`` seconds, and at once when all
    before have failed. The first one to say something is heard from then on, and all others are
    unsubscribed before its first item. Faults, metrics and usage are no answer; they are held back,
    and come when their provider has won. When all fail, the error of the last one goes on, if
    possible one that is not fatal. An answer without an item counts when nobody says anything.

    *Operators* (`Transcriber`, `Synthesizer`) are asked, once in a subscription, by the first
    `Sentence` or `SpeechStopped`: from there the time counts. Whoever is asked later is given what
    came before: the sentences, or the last 30 s of audio with its marks.

    Marbles (one column is 100 ms)::

        turns  -T------------|
        big     -----------a
               -^--------!
        small           -b|
               ---------^-!
        respond(hedge(big, small, after=0.8))
        out    -1--------(m b)e--|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  m: Metric("llm", "ttfb", 0.9)
        a: Token("Good day.")  b: Token("Hi.")  e: ResponseEnded(1, "Hi.", failed=False)

    Args:
        first: Asked first.
        second: Asked when that is slow.
        others: Asked in turn, each ``after`` seconds later.
        after: Seconds.
        names: Of the providers; their places, counted from 1, unless given.
        name: Source of what ``events`` tells.

    Returns:
        A provider of the same kind. Its ``events`` tell of failures that others have made up for.

    Raises:
        TypeError: When a provider is no function, or its parentheses are missing.
        ValueError: When ``after`` is not positive and finite, or ``names`` are not one for each.
    """
    if not 0.0 < after < math.inf:
        raise ValueError(f"after must be positive and finite, got {after}")
    return Hedge(name, named(first, [second, *others], names), after)


__all__ = ["Hedge", "hedge"]
