"""Who is asked, and who stands in."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Fault, ProviderSwitched
from rxvoice.operators._answer import answer_of
from rxvoice.operators._attempts import Attempts, least_fatal
from rxvoice.operators._ensemble import Ensemble
from rxvoice.operators._latency_of import LATENCY, latency_of
from rxvoice.operators._relay import Relay
from rxvoice.operators._relay_rules import Go, Rules

S = TypeVar("S")
T = TypeVar("T")

logger = logging.getLogger(__name__)


class Failover(Ensemble[S, T]):
    """What `failover` returns: a provider of the same kind.

    Attributes:
        active: Name of the one that is asked now.
    """

    def __init__(
        self,
        name: str,
        members: Sequence[tuple[str, Callable[[S], T]]],
        recover: float | None,
        keep: float,
    ) -> None:
        super().__init__(name, members)
        self._recover = math.inf if recover is None else recover
        self._keep = keep
        self._active = 0
        self._since = 0.0

    @property
    def active(self) -> str:
        """Name of the one that is asked now."""
        return self.names[self._active]

    @property
    def latency(self) -> float | None:
        """Seconds in which 99 % of final transcripts come from the one that is asked now.

        None when no member says so.
        """
        if super().latency is None:
            return None
        latency = latency_of(self._members[self._active])
        return LATENCY if latency is None else latency

    def choose(self, clock: LoopScheduler) -> int:
        """Return who is to be asked; the first one again when it has had its time."""
        if self._active and clock.loop_seconds >= self._since + self._recover - 1e-9:
            self._switch(0, "recovered", clock)
        return self._active

    def leave(self, index: int, clock: LoopScheduler) -> int:
        """Leave one that has failed, when it is still the active one; return who is next."""
        if len(self.names) == 1:
            logger.warning("%s: %s has failed, and nobody stands in", self.name, self.active)
        elif index == self._active:
            self._switch((index + 1) % len(self.names), "failed", clock)
        return self._active

    def _switch(self, index: int, reason: Any, clock: LoopScheduler) -> None:
        previous, self._active = self.active, index
        self._since = clock.loop_seconds
        logger.warning("%s: %s is asked instead of %s", self.name, self.active, previous)
        self._tell(ProviderSwitched(self.name, self.active, previous, reason))

    def _answer(self, request: S) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            run = _Round(self, clock)

            def ask() -> Observable[Any]:
                member = self._members[run.index]
                return answer_of(member, request, f"{self.name} {self.names[run.index]}")

            def again(error: Exception, has_begun: bool) -> tuple[Observable[Any], float] | None:
                failed = run.index
                goes_on = run.go_on(error) and not has_begun
                if goes_on or (not has_begun and least_fatal(run.errors) is not error):
                    self._lost(failed, error)
                return (ask(), 0.0) if goes_on else None

            attempts = Attempts(observer, clock, again)
            attempts.start(ask())
            return attempts.subscription

        return Stream(subscribe)

    def _transform(self, source: Observable[Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            run = _Round(self, clock)

            def member() -> Callable[[Any], Any]:
                return self._members[run.index]

            def failed(error: Exception, answered: bool) -> Go | Exception:
                fault = self._fault(run.index, error)
                if run.go_on(error, answered=answered):
                    return Go(member(), fault=fault)
                return least_fatal(run.errors)

            def faulted(fault: Fault, answered: bool) -> Go | None:
                error = fault.cause if isinstance(fault.cause, Exception) else Exception(fault)
                if run.go_on(error, answered=answered):
                    return Go(member(), fault=replace(fault, fatal=False))
                return None

            def idle() -> Go | None:
                before, run.index = run.index, self.choose(clock)
                return Go(member()) if run.index != before else None

            relay = Relay(observer, clock, Rules(failed, faulted, idle), self._keep, self.name)
            with begun(relay.subscription):
                relay.start(member())
                subscription = source.subscribe(
                    relay.on_next, relay.on_error, relay.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, relay.subscription)

        return Stream(subscribe)


class _Round:
    """Who is asked, and who has failed since the last answer: nobody is asked twice."""

    def __init__(self, ensemble: Failover[Any, Any], clock: LoopScheduler) -> None:
        self.index = ensemble.choose(clock)
        self.errors: list[Exception] = []
        self._ensemble = ensemble
        self._clock = clock
        self._tried: set[int] = set()

    def go_on(self, error: Exception, *, answered: bool = False) -> bool:
        """Move to the next one; tell whether there is one that has not failed, too."""
        if answered:
            self._tried.clear()
            self.errors.clear()
        self._tried.add(self.index)
        self.errors.append(error)
        count = len(self._ensemble.names)
        following = self._ensemble.leave(self.index, self._clock)
        for place in range(count):
            index = (following + place) % count
            if index not in self._tried:
                self.index = index
                return True
        return False


__all__ = ["Failover"]
