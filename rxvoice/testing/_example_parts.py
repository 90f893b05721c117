"""Marbles in docstrings: rows that stand where the call names something."""

from collections.abc import AsyncGenerator
from typing import Any

from reactivex import Observable, abc

from ._any_answer import AnyAnswer
from ._example_reader import Row
from ._example_sounds import sounding, sounding_items
from ._generators import MarbleGenerator
from ._marbles import Marbles
from ._sources import ColdStream, Life


class Part(Observable[Any]):
    """What the rows of one name stand for in a call.

    It is a stream, and it is also a function that, whatever it is called with, answers with such
    a stream, async iterator or awaitable. So it fits wherever a recogniser, a model, a voice or
    another function that makes a stream is wanted. Each use takes the next row, the last one
    again and again.
    """

    def __init__(
        self,
        bench: Marbles,
        rows: list[Row],
        values: dict[str, Any],
        error: Exception | None,
    ) -> None:
        super().__init__()
        self.name = rows[0].name
        self._tick = bench.tick
        self.plays = [Play(bench, row, values, error) for row in rows]
        self._order = [play for play in self.plays for _ in play.row.windows or ("^",)]
        self._uses = 0

    def __call__(self, *_: object, **__: object) -> AnyAnswer:
        """Answer with the next row, whatever was asked."""
        return AnyAnswer(self.name, self.stream, self.items)

    def __repr__(self) -> str:
        return self.name

    def stream(self) -> Observable[Any]:
        """Use the next row as a stream."""
        return sounding(self._next().stream, self._tick)

    def items(self) -> AsyncGenerator[Any, None]:
        """Use the next row as a generator."""
        return sounding_items(self._next().generator(), self._tick)

    def _next(self) -> "Play":
        play = self._order[min(self._uses, len(self._order) - 1)]
        self._uses += 1
        return play

    def _subscribe_core(
        self, observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        return self.stream().subscribe(observer, scheduler=scheduler)


class Play:
    """One row of a part, as a stream and as a generator, of which one is used."""

    def __init__(
        self, bench: Marbles, row: Row, values: dict[str, Any], error: Exception | None
    ) -> None:
        self.row = row
        self.stream: ColdStream[Any] = bench.cold(row.diagram, values, error)
        self.generator: MarbleGenerator[Any] = bench.agen(row.diagram, values, error)

    @property
    def used(self) -> ColdStream[Any] | MarbleGenerator[Any]:
        """The one that was used."""
        return self.generator if self.generator.lives else self.stream

    @property
    def lives(self) -> list[Life]:
        """When it was used."""
        return self.used.lives


__all__ = ["Part", "Play"]
