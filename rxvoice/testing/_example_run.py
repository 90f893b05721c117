"""Marbles in docstrings: running them."""

import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from reactivex import Observable
from reactivex import operators as ops

from rxvoice._types import Operator
from rxvoice.items import AudioFrame
from rxvoice.operators import share

from ._example import Example, ExampleError, read_example
from ._example_legend import Legend
from ._example_parts import Part
from ._example_reader import Row
from ._example_sounds import Sound, sounding
from ._marbles import Marbles
from ._sources import HotStream

ALL = "out"
"""Name of a row that shows everything that comes out."""

_PLACE = re.compile(r"^_example_run\.py:\d+: ", re.MULTILINE)


class Stage:
    """An example on a test bench, ready to be used with its own diagrams or with others.

    Args:
        example: The example.
        bench: The test bench; its tick should be the example's.
        stand_ins: What the call and the legend name besides what they know; see `check_example`.

    Attributes:
        example: The example.
        made: What the call gave: the operator with its arguments, or a stream.
        parts: What the call names and rows show, by name.
        values: What letters mean where they go in. Sounds become frames in `hot`.
        expected: What letters mean where they come out: functions that tell whether an item fits.
        error: What ``#`` means; a `MarbleError` when `None`.

    Raises:
        ExampleError: When an expression cannot be evaluated.
    """

    def __init__(
        self, example: Example, bench: Marbles, stand_ins: Mapping[str, Any] | None = None
    ) -> None:
        self.example = example
        self._bench = bench
        legend = Legend(example, stand_ins or {})
        self.values = legend.values
        self.expected = legend.expected
        self.error = legend.error
        names = dict.fromkeys(row.name for row in example.parts)
        self.parts = {
            name: Part(
                bench, [row for row in example.parts if row.name == name], self.values, self.error
            )
            for name in names
        }
        self.made: Any = legend.evaluate(example.call, "the call", self.parts)
        wanted = "stream" if example.source is None else "operator"
        good = isinstance(self.made, Observable) if wanted == "stream" else callable(self.made)
        if not good:
            raise ExampleError(f"{example.name}: the call gave no {wanted}, but {self.made!r}")

    def hot(self, diagram: str) -> Observable[Any]:
        """Make a stream of the example's letters, to apply the operator to."""
        return sounding(self._hot(diagram), self._bench.tick)

    def expect(self) -> None:
        """Expect on the bench that the example's own diagrams are true."""
        source = self.example.source
        out = self.made
        if source is not None:
            hot = self._hot(source.diagram)
            out = sounding(hot, self._bench.tick).pipe(self.made)
            if source.windows:
                self._bench.expect_subscriptions(hot, *source.windows, within=self.example.within)
        shared = out.pipe(share())
        for row in self.example.outputs:
            shown = out if row.name == ALL else shared.pipe(_only(self._kinds(row)))
            for window in row.windows or ("^",):
                expected = self._bench.expect(shown, window)
                expected.to_be(row.diagram, self.expected, self.error, within=self.example.within)

    def expect_uses(self) -> None:
        """Expect that the parts were used as the example says; to be called after the run."""
        for part in self.parts.values():
            for play in part.plays:
                if play.row.windows:
                    self._bench.expect_subscriptions(
                        play.used, *play.row.windows, within=self.example.within
                    )
                elif not play.lives:
                    raise AssertionError(f"{part.name}: {play.row.diagram} is never used")
                elif any(life.began > 0.0 for life in play.lives):
                    at = ", ".join(f"{life.began:g} s" for life in play.lives)
                    raise AssertionError(
                        f"{part.name}: {play.row.diagram} is used from {at} on; "
                        "that is to be shown by rows of ^ and ! below it"
                    )

    def _hot(self, diagram: str) -> HotStream[Any]:
        return self._bench.hot(diagram, self.values, self.error)

    def _kinds(self, row: Row) -> tuple[type, ...]:
        values: list[object] = [
            mark.key if mark.quoted else self.values.get(mark.key, mark.key)
            for mark in row.marks(self.example.tick)
        ]
        return tuple(AudioFrame if isinstance(v, Sound) else type(v) for v in values)


def check_example(operator: Callable[..., Any] | Example, /, **stand_ins: Any) -> None:
    """Run the marbles of an operator's docstring, and fail where they are not what it does.

    Args:
        operator: The operator, or what `read_example` returned.
        stand_ins: What the call and the legend name besides what they know, which is: the items
            and operators of rxvoice, the names of the operator's module, the rows of the block,
            and ``vad``, ``recognise``, ``stt``, ``model``, ``llm``, ``speak`` and ``tts``, which
            stand for providers. A stand-in with a name of one letter is what this letter means.

    Raises:
        AssertionError: When the operator does something else.
        ExampleError: When there are no marbles, or they cannot be read or evaluated.
    """
    example = operator if isinstance(operator, Example) else read_example(operator)
    bench = Marbles(example.tick)
    try:
        stage = Stage(example, bench, stand_ins)
        stage.expect()
        bench.run()
        stage.expect_uses()
        bench.check()
    except AssertionError as error:
        wrong = _PLACE.sub("", str(error))
        shown = textwrap.indent(example.text.strip(), "    ")
        raise AssertionError(
            f"the marbles of {example.name} ({example.place}) are not what it does\n\n"
            f"{shown}\n\n{wrong}"
        ) from None
    finally:
        bench.close()


def _only(kinds: tuple[type, ...]) -> Operator[Any, Any]:
    return ops.filter(lambda item: isinstance(item, kinds))


__all__ = ["Stage", "check_example"]
