"""What a probe tells, and whom."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Literal, Protocol, TypeAlias

from reactivex import abc

from rxvoice.clock import LoopScheduler

Sign: TypeAlias = Literal["^", "next", "|", "#", "!"]
"""Subscribed, an item, completed, failed, unsubscribed."""


class Probing(Protocol):
    """Takes down what probes tell."""

    def lane(
        self, name: str, order: int, scheduler: abc.SchedulerBase | None
    ) -> Callable[[Sign, Any], None]:
        """Begin a segment of a lane: one subscription.

        Args:
            name: Of the probe.
            order: Tells which probe was made first.
            scheduler: Of the subscription.

        Returns:
            Takes the signs of the segment, and the item or the error that belongs to them.
        """
        ...


current_probes: ContextVar[Probing | None] = ContextVar("rxvoice_probes", default=None)
"""Who takes down what is subscribed in this context."""


def probing(scheduler: abc.SchedulerBase | None) -> list[Probing]:
    """Return who watches the session of a subscription, and who watches the context."""
    session = scheduler.probes if isinstance(scheduler, LoopScheduler) else None
    context = current_probes.get()
    found = [session, None if context is session else context]
    return [probes for probes in found if probes is not None]


__all__ = ["Probing", "Sign", "current_probes", "probing"]
