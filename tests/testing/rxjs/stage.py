"""A case on the bench: its sources, what its letters mean, and the streams that it emits."""

from collections.abc import Callable, Mapping
from typing import Any

import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import SerialDisposable

from rxvoice.contracts import Operator
from rxvoice.operators import share
from rxvoice.testing import MarbleError, Marbles
from tests.testing.rxjs.cases import Case
from tests.testing.rxjs.notation import columns

TICK = 0.001
_TIMED_OUT = ("timeout-16", "timeout-18")


class Stage:
    """A case on one bench.

    Args:
        bench: The bench.
        case: The case.
        meanings: What the letters of each source mean, by its name.
        remedied: Whether to do what makes the outcome that of RxJS, where RxPY's differs.
    """

    def __init__(
        self,
        bench: Marbles,
        case: Case,
        meanings: Mapping[str, Mapping[str, Any]],
        *,
        remedied: bool = False,
    ) -> None:
        self.bench = bench
        self.case = case
        self.remedied = remedied
        self.sources: dict[str, Any] = {}
        self.inners = {name: Inner() for name in case.inners}
        for name, (kind, diagram) in case.sources.items():
            make = bench.hot if kind == "hot" else bench.cold
            streams = self.sources if case.op == "switch-all" else {}
            self.sources[name] = make(diagram, {**streams, **meanings.get(name, {})})

    def __getitem__(self, name: str) -> Observable[Any]:
        return self.sources[name]

    def __contains__(self, name: str) -> bool:
        return name in self.sources

    @property
    def main(self) -> Observable[Any]:
        """The stream to which the operator is applied."""
        main: Observable[Any] = next(self[name] for name in ("e1", "source", "a") if name in self)
        return main.pipe(ops.flat_map(rx.just)) if self.is_chain else main

    @property
    def is_chain(self) -> bool:
        """Whether stages that pass everything stand around the operator."""
        return "unsubscription chain" in self.case.title

    @property
    def error(self) -> Exception:
        """What ``#`` means in the result."""
        return Exception("Timeout") if self.case.id in _TIMED_OUT else MarbleError()

    def share(self) -> Operator[Any, Any]:
        """Return RxPY's ``share``, or the library's own."""
        return share() if self.remedied else ops.share()

    def ticks(self, count: int) -> float:
        """Return how long a number of ticks is."""
        return count * TICK

    def named(self, streams: Observable[Any]) -> Observable[str]:
        """Let the emitted streams be the case's inner streams, in order; emit their letters."""
        names = iter(self.inners)

        def seen(stream: Observable[Any]) -> str:
            name = next(names)
            self.inners[name].become(stream)
            return name

        return streams.pipe(ops.map(seen))

    def expect_inners(
        self, output: str, diagrams: Mapping[str, str], meaning: Mapping[str, Any]
    ) -> None:
        """Say what the emitted streams do, each from the moment on at which it is emitted."""
        emitted = columns(output)
        for name, diagram in diagrams.items():
            began = next(at for at, column in enumerate(emitted) if name in column)
            self.bench.expect(self.inners[name]).to_be("-" * began + diagram, meaning)


class Inner(Observable[Any]):
    """A stream that another one will emit; who listens hears it from then on."""

    def __init__(self) -> None:
        super().__init__()
        self._listening: list[tuple[abc.ObserverBase[Any], Any, SerialDisposable]] = []

    def become(self, stream: Observable[Any]) -> None:
        """Let those who listen hear a stream."""
        for observer, scheduler, subscription in self._listening:
            subscription.disposable = stream.subscribe(observer, scheduler=scheduler)

    def _subscribe_core(
        self, observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        subscription = SerialDisposable()
        self._listening.append((observer, scheduler, subscription))
        return subscription


def failing(limit: int, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that fails from its ``limit``-th call on."""
    calls = 0

    def called(value: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls >= limit:
            raise MarbleError
        return function(value)

    return called


__all__ = ["TICK", "Inner", "Stage", "failing"]
