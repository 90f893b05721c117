"""A provider that is made of others of its kind."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from reactivex import Observable

from rxvoice.aio._fan import Fan
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, ProviderSwitched
from rxvoice.operators._answer import Answer
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._latency_of import longest_latency
from rxvoice.operators._provider import ANYTHING, check_provider

S = TypeVar("S")
T = TypeVar("T")

logger = logging.getLogger(__name__)


class Ensemble(Generic[S, T]):
    """A provider that is made of others of its kind, and is one itself.

    Every kind of provider is a function. One that is called with a stream is an operator; any other
    is called with a request, and what its answer is shows what kind it is of.

    Args:
        name: Source of what it tells.
        members: Name and provider, in order.

    Attributes:
        name: As given.
        names: Of the members, in order.
        events: What is told of the members beside the conversation: a `Fault` for each failure that
            nobody else hears of, and a `ProviderSwitched` for each switch. It never ends: see
            `with_events`.

    Raises:
        TypeError: When a member is no function of one thing.
    """

    def __init__(self, name: str, members: Sequence[tuple[str, Callable[[S], T]]]) -> None:
        for _, member in members:
            check_provider("a provider", member, ANYTHING)
        self.name = name
        self.names: tuple[str, ...] = tuple(known for known, _ in members)
        self.events: Observable[Fault | ProviderSwitched] = Fan()
        self._members = [member for _, member in members]

    @property
    def latency(self) -> float | None:
        """Seconds in which 99 % of final transcripts come; None when no member says so."""
        return longest_latency(self._members)

    def __call__(self, subject: S, /) -> T:
        """Be what the members are."""
        if isinstance(subject, Observable):
            return cast(T, self._transform(cast("Observable[Any]", subject)))
        return cast(T, Answer(lambda: self._answer(subject), self.name))

    def _answer(self, request: S) -> Observable[Any]:
        """Answer a request."""
        raise NotImplementedError

    def _transform(self, source: Observable[Any]) -> Observable[Any]:
        """Stand in the pipe where the members would."""
        raise NotImplementedError

    def _tell(self, item: Fault | ProviderSwitched) -> None:
        cast("Fan[Fault | ProviderSwitched]", self.events).on_next(item)

    def _fault(self, index: int, error: Exception) -> Fault:
        """Make the fault of a member that the others stand in for: it is never fatal."""
        source = error.provider if isinstance(error, ProviderError) else self.names[index]
        fault = fault_of(source, error)
        return Fault(fault.source, fault.message, cause=error)

    def _lost(self, index: int, error: Exception) -> None:
        """Tell of a failure that the others make up for."""
        fault = self._fault(index, error)
        logger.warning("%s: %s failed", self.name, fault.source, extra={"fault": fault.message})
        self._tell(fault)


def named(
    first: Callable[[S], T], others: Sequence[Callable[[S], T]], names: Sequence[str] | None
) -> list[tuple[str, Callable[[S], T]]]:
    """Give providers names: those given, or their places, counted from 1.

    Raises:
        ValueError: When there are not as many names, or one stands twice.
    """
    members = [first, *others]
    given = [str(place) for place in range(1, len(members) + 1)] if names is None else list(names)
    if len(given) != len(members) or len(set(given)) != len(given):
        raise ValueError(f"names must be {len(members)} different names, got {given}")
    return list(zip(given, members, strict=True))


__all__ = ["Ensemble", "named"]
