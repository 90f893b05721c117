"""`retry_with_backoff`."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.errors import classify
from rxvoice.operators._answer import answer_of
from rxvoice.operators._attempts import Attempts
from rxvoice.operators._ensemble import Ensemble
from rxvoice.operators._relay import Relay
from rxvoice.operators._relay_rules import Go, Rules

S = TypeVar("S")
T = TypeVar("T")

KEEP = 30.0


class Retried(Ensemble[S, T]):
    """What `retry_with_backoff` returns: a provider of the same kind."""

    def __init__(
        self,
        name: str,
        member: Callable[[S], T],
        pauses: Callable[[LoopScheduler], Pauses],
    ) -> None:
        super().__init__(name, [(name, member)])
        self._pauses = pauses

    def _answer(self, request: S) -> Observable[Any]:
        answer = answer_of(self._members[0], request, self.name)

        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            pauses = self._pauses(clock)

            def again(error: Exception, has_begun: bool) -> tuple[Observable[Any], float] | None:
                pause = None if has_begun else pauses.after(error)
                if pause is None:
                    return None
                self._lost(0, error)
                return answer, pause

            attempts = Attempts(observer, clock, again)
            attempts.start(answer)
            return attempts.subscription

        return Stream(subscribe)

    def _transform(self, source: Observable[Any]) -> Observable[Any]:
        member: Callable[[Any], Any] = self._members[0]

        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            pauses = self._pauses(clock)

            def failed(error: Exception, answered: bool) -> Go | Exception:
                if answered:
                    pauses.reset()
                pause = pauses.after(error)
                return error if pause is None else Go(member, pause, self._fault(0, error))

            relay = Relay(observer, clock, Rules(failed), KEEP, self.name)
            with begun(relay.subscription):
                relay.start(member)
                subscription = source.subscribe(
                    relay.on_next, relay.on_error, relay.on_completed, scheduler=scheduler
                )
            return CompositeDisposable(subscription, relay.subscription)

        return Stream(subscribe)


class Pauses:
    """How long is waited after each failure."""

    def __init__(
        self, tries: int, first: float, factor: float, longest: float, jitter: float, random: Random
    ) -> None:
        self._tries = tries
        self._first = first
        self._factor = factor
        self._longest = longest
        self._jitter = jitter
        self._random = random
        self._made = 1

    def reset(self) -> None:
        """Count anew: there was an answer."""
        self._made = 1

    def after(self, error: Exception) -> float | None:
        """Return the seconds to wait for; ``None`` when it is not tried again."""
        found = classify(error)
        asked = found.retry_after or 0.0
        if not found.retryable or self._made >= self._tries or asked > self._longest:
            return None
        grown = self._first * self._factor ** min(self._made - 1, 64)
        spread = 1.0 + self._jitter * self._random.uniform(-1.0, 1.0)
        self._made += 1
        return max(min(grown * spread, self._longest), asked)


def retry_with_backoff(
    provider: Callable[[S], T],
    /,
    *,
    tries: int = 3,
    first: float = 0.2,
    factor: float = 2.0,
    longest: float = 5.0,
    jitter: float = 0.2,
    random: Random | None = None,
    name: str = "retry",
) -> Retried[S, T]:
    """Ask a provider of any kind again when it fails for the moment.

    It is asked again after ``first`` seconds, then after ``factor`` times as many, and so on, at
    most ``longest``. What the provider itself asks to wait for is waited for; when that is longer
    than ``longest``, it is given up at once. Fatal errors, and those of the request itself, are
    never tried again; see `rxvoice.errors.classify`. An answer that has begun is not begun again.

    An *operator* (`Transcriber`, `Synthesizer`) that fails is started anew after the pause and
    given what it has not answered yet, as `failover` does, with 30 s of audio at most. What it
    answers makes the count begin anew. Each failure that is made up for is a `Fault`.

    Marbles (one column is 100 ms)::

        turns  -T-----------|
        llm     --#
               -^-!
        llm          --a|
               ------^--!
        respond(retry_with_backoff(llm, first=0.3, jitter=0.0))
        out    -1------(m a)e---|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  #: ConnectionError("lost")
        m: Metric("llm", "ttfb", 0.7)  a: Token("Hi.")  e: ResponseEnded(1, "Hi.", failed=False)

    Args:
        provider: The provider.
        tries: How often it is asked at most, the first time included.
        first: Seconds before the second try.
        factor: By how much each pause is longer than the one before.
        longest: Seconds.
        jitter: Part of each pause by which it is made longer or shorter at random, so that many
            sessions do not come back at the same instant.
        random: Where the jitter comes from; give a seeded one to have the same pauses every time. A
            session that is taped, or replayed, has its own otherwise.
        name: Source of what ``events`` tells, unless the error names its provider.

    Returns:
        A provider of the same kind. Its ``events`` tell of the failures of requests.

    Raises:
        TypeError: When the provider is no function.
        ValueError: When an argument is out of range.
    """
    if tries < 1:
        raise ValueError(f"tries must be at least 1, got {tries}")
    if not 0.0 <= first < math.inf:
        raise ValueError(f"first must be finite and not negative, got {first}")
    if not 1.0 <= factor < math.inf:
        raise ValueError(f"factor must be at least 1 and finite, got {factor}")
    if not first <= longest < math.inf:
        raise ValueError(f"longest must be finite and not below first, got {longest}")
    if not 0.0 <= jitter <= 1.0:
        raise ValueError(f"jitter must be between 0 and 1, got {jitter}")
    own = random or Random()

    def pauses(clock: LoopScheduler) -> Pauses:
        tape = clock.tape if random is None else None
        chance = own if tape is None else tape.chance
        return Pauses(tries, first, factor, longest, jitter, chance)

    return Retried(name, provider, pauses)


__all__ = ["Retried", "retry_with_backoff"]
