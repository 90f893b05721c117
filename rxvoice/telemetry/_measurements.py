"""`measurements` and `collect`."""

import inspect
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice._types import Operator
from rxvoice.items import Event, Metric, ResponseLatency, Usage

from ._meter import zeros

logger = logging.getLogger(__name__)

Measurement: TypeAlias = Metric | Usage | ResponseLatency
"""What is a number, or some."""

_MEASURED: Final = Metric, Usage, ResponseLatency

Collector: TypeAlias = Callable[[Measurement], object]
"""Is told of measurements."""


def measurements(
    *, services: Sequence[str] = ("stt", "llm", "tts"), only_first_ttfb: bool = False
) -> Operator[Event, Measurement]:
    """Pick what is measured out of the events of a call.

    First come a ``ttfb`` and a ``processing`` of 0 for each service, so that whoever shows them
    knows what there will be.

    Marbles (one column is 100 ms)::

        events  ---m-t--u-m--|
        measurements(services=["llm"], only_first_ttfb=True)
        out     (a b)--m----u----|

        m: Metric("llm", "ttfb", 0.2)  t: Token("Hi.")  u: Usage("llm", 10, 2)
        a: Metric("llm", "ttfb", 0.0)  b: Metric("llm", "processing", 0.0)

    Args:
        services: Sources of metrics.
        only_first_ttfb: Whether the times to the first byte are told once for each source; the
            zeros do not count.

    Returns:
        The operator.
    """

    def picked(source: Observable[Event]) -> Observable[Measurement]:
        def subscribed(_: Any) -> Observable[Measurement]:
            told: set[str] = set()

            def wanted(item: Event) -> bool:
                if not isinstance(item, _MEASURED):
                    return False
                if not only_first_ttfb or not (isinstance(item, Metric) and item.name == "ttfb"):
                    return True
                again = item.source in told
                told.add(item.source)
                return not again

            picked: Observable[Any] = source.pipe(ops.filter(wanted))
            return picked.pipe(ops.start_with(*zeros(services)))

        return rx.defer(subscribed)

    return picked


def collect(collector: Collector, /) -> Operator[Event, Event]:
    """Give what is measured to a collector, and let everything pass.

    What the collector returns does not matter, and when it raises, that is logged once and the call
    goes on: whoever stands behind it sees all the same.

    Args:
        collector: Called with each `rxvoice.Metric`, `rxvoice.Usage` and
            `rxvoice.ResponseLatency`, on the event loop: what takes long belongs elsewhere.

    Returns:
        The operator.

    Raises:
        TypeError: When the collector cannot be called, or nobody would await what it returns.
    """
    if not callable(collector) or inspect.iscoroutinefunction(collector):
        raise TypeError(f"collector must be a function that is not async, got {collector!r}")

    def collected(source: Observable[Event]) -> Observable[Event]:
        def subscribed(_: Any) -> Observable[Event]:
            failed = False

            def give(item: Event) -> None:
                nonlocal failed
                if not isinstance(item, _MEASURED):
                    return
                try:
                    collector(item)
                except Exception as error:
                    if not failed:
                        logger.warning("a collector of metrics failed", exc_info=error)
                    failed = True

            return source.pipe(ops.do_action(give))

        return rx.defer(subscribed)

    return collected


__all__ = ["Collector", "Measurement", "collect", "measurements"]
