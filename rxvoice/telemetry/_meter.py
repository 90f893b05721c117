"""`Meter`."""

from collections.abc import Iterable
from dataclasses import replace

from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    Metric,
    ReplyEnded,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    Turn,
    Usage,
)


class Meter:
    """What has been measured in a call so far, to be read at any time.

    Args:
        model: The source of the model's metrics.

    Attributes:
        turns: Turns of the user.
        interruptions: Replies that were cut off.
        faults: What went wrong.
        latencies: Of all responses so far, in seconds.
    """

    def __init__(self, *, model: str = "llm") -> None:
        self.turns: int = 0
        self.interruptions: int = 0
        self.faults: int = 0
        self.latencies: list[float] = []
        self._model = model
        self._last: dict[tuple[str, str], float] = {}
        self._usage: dict[str, Usage] = {}
        self._asked: float | None = None
        self._clock: LoopScheduler | None = None

    def ttfb(self, source: str = "llm") -> float | None:
        """Return the time to the first byte of a service, in seconds.

        While the model is asked and has not answered, it is the time that has passed; else that of
        the last request; None before the first one.
        """
        if source == self._model and self._asked is not None and self._clock is not None:
            return self._clock.now_seconds - self._asked
        return self.last(source, "ttfb")

    def last(self, source: str, name: str) -> float | None:
        """Return the last value of a `rxvoice.Metric`; None when there was none."""
        return self._last.get((source, name))

    def usage(self, source: str) -> Usage:
        """Return all that a provider has used."""
        return self._usage.get(source) or Usage(source)

    @property
    def sources(self) -> list[str]:
        """Providers that told what they used."""
        return sorted(self._usage)

    def watch(self) -> Operator[Event, Event]:
        """Return an operator that lets everything pass, and reads it; for one call."""

        def watched(source: Observable[Event]) -> Observable[Event]:
            def subscribe(
                observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                clock = self._clock = loop_scheduler(scheduler)

                def on_next(item: Event) -> None:
                    if type(item) is not AudioFrame:  # most are
                        self.take(item, clock.now_seconds)
                    observer.on_next(item)

                return source.subscribe(
                    on_next, observer.on_error, observer.on_completed, scheduler=clock
                )

            return Observable(subscribe)

        return watched

    def take(self, item: object, at: float) -> None:
        """Take an item.

        Args:
            item: Any.
            at: Seconds on the session's clock.
        """
        match item:
            case Metric(source=source, name=name, value=value):
                self._last[source, name] = value
                if source == self._model and name == "ttfb":
                    self._asked = None
            case Usage():
                self._usage[item.source] = added(self.usage(item.source), item)
            case ResponseStarted():
                self._asked = at
            case ResponseEnded():
                self._asked = None
            case ReplyEnded(interrupted=interrupted):
                self._asked = None
                self.interruptions += interrupted
            case ResponseLatency(value=value):
                self.latencies.append(value)
            case Turn():
                self.turns += 1
            case Fault():
                self.faults += 1
            case _:
                pass


def added(one: Usage, other: Usage) -> Usage:
    """Return the sum of what was used."""
    return replace(
        one,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        characters=one.characters + other.characters,
        audio=one.audio + other.audio,
        cached_tokens=one.cached_tokens + other.cached_tokens,
        reasoning_tokens=one.reasoning_tokens + other.reasoning_tokens,
    )


def zeros(services: Iterable[str]) -> list[Metric]:
    """Return what is told of services before anything was measured."""
    return [Metric(service, name, 0.0) for service in services for name in ("ttfb", "processing")]


__all__ = ["Meter", "added", "zeros"]
