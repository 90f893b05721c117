"""`switchable`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import reactivex as rx
from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import ProviderSwitched
from rxvoice.operators._answer import answer_of
from rxvoice.operators._ensemble import Ensemble
from rxvoice.operators._latency_of import LATENCY, latency_of
from rxvoice.operators._relay import Relay
from rxvoice.operators._relay_rules import Rules

S = TypeVar("S")
T = TypeVar("T")


class Switchable(Ensemble[S, T]):
    """What `switchable` returns: a provider of the same kind.

    Attributes:
        active: Name of the one that is asked now.
    """

    def __init__(
        self, name: str, members: Sequence[tuple[str, Callable[[S], T]]], keep: float
    ) -> None:
        super().__init__(name, members)
        self._keep = keep
        self._active = 0
        self._relays: dict[Relay, None] = {}

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

    def use(self, provider: str) -> bool:
        """Ask this one from now on.

        Requests that are being answered are answered to their end; operators are replaced at once.

        Args:
            provider: Its name. One that is not among the members changes nothing: it may belong to
                another stage.

        Returns:
            Whether it is one of the members.
        """
        if provider not in self.names:
            return False
        if provider != self.active:
            previous, self._active = self.active, self.names.index(provider)
            self._tell(ProviderSwitched(self.name, provider, previous, "asked"))
            for relay in list(self._relays):
                relay.switch(self._member())
        return True

    def _member(self) -> Callable[[Any], Any]:
        return self._members[self._active]

    def _answer(self, request: S) -> Observable[Any]:
        return rx.defer(lambda _: answer_of(self._member(), request, f"{self.name} {self.active}"))

    def _transform(self, source: Observable[Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            rules = Rules(failed=lambda error, answered: error)
            relay = Relay(observer, loop_scheduler(scheduler), rules, self._keep, self.name)
            self._relays[relay] = None
            leave = Disposable(partial(self._relays.pop, relay, None))
            own = CompositeDisposable(relay.subscription, leave)
            with begun(own):
                relay.start(self._member())
                own.add(
                    source.subscribe(
                        relay.on_next, relay.on_error, relay.on_completed, scheduler=scheduler
                    )
                )
            return own

        return Stream(subscribe)


def switchable(
    members: Mapping[str, Callable[[S], T]],
    /,
    *,
    keep: float = 30.0,
    name: str = "switchable",
) -> Switchable[S, T]:
    """Let several providers of any kind stand in one place, and choose among them by hand.

    The first one is active at the start; ``use("another")`` on what is returned makes another one
    so. Only the active one is given anything, and only what it gives comes out, its metrics
    included. Whatever a provider knows besides, it must know by itself: the tools of a model are in
    the `Context` of each request, and so known to all of them.

    *Requests* (`Chat`, `Recognise`, `Speak` …) go to whoever is active when they are made.
    *Operators* (`Transcriber`, `Synthesizer`) are replaced at once: the old one is unsubscribed,
    the next one subscribed and given what is not answered yet, as `failover` does. So it measures
    anew, and takes the latest of any settings that it is made with. Where a recogniser says how
    long it takes (``latency``), a `Metric` ``latency_p99`` tells that of the next one.

    Marbles (one column is 100 ms)::

        turns  -T---------|
        big     ---a|
               -^---!
        respond(switchable({"big": big, "small": llm}))
        out    -1--(m a)e-----|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  m: Metric("llm", "ttfb", 0.3)
        a: Token("Good day.")  e: ResponseEnded(1, "Good day.", failed=False)

    Args:
        members: Name and provider, all of the same kind.
        keep: Seconds of audio that are given again to another recogniser.
        name: Source of what ``events`` tells.

    Returns:
        A provider of the same kind. ``use`` switches; ``active`` is the name of the one that is
        asked; ``events`` tells of each switch.

    Raises:
        TypeError: When ``members`` is no mapping, or a provider no function, or its parentheses are
            missing.
        ValueError: When there is no member, or ``keep`` is not positive.
    """
    if not isinstance(members, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"members must be providers by name, got {members!r}")
    if not members:
        raise ValueError("members must hold at least one provider")
    if not 0.0 < keep < float("inf"):
        raise ValueError(f"keep must be positive and finite, got {keep}")
    return Switchable(name, list(members.items()), keep)


__all__ = ["Switchable", "switchable"]
