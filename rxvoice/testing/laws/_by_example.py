"""Laws for an operator whose docstring shows how it is used."""

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from hypothesis.strategies import SearchStrategy
from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.context import Context
from rxvoice.items import Event, Turn
from rxvoice.testing._any_answer import AnyAnswer
from rxvoice.testing._example import Example, read_example
from rxvoice.testing._example_legend import Legend
from rxvoice.testing.strategies import Played, Timeline

from ._alphabet import streams_like
from ._check import LAWS, check
from ._parts import Parts


def check_operator(
    operator: Callable[..., Any],
    /,
    *,
    call: str | None = None,
    source: SearchStrategy[Timeline[Any]] | None = None,
    stand_ins: Mapping[str, SearchStrategy[Timeline[Any]]] | None = None,
    names: Callable[[Parts], Mapping[str, Any]] = lambda parts: {},
    skip: Mapping[str, str] | None = None,
    laws: Sequence[str] = tuple(LAWS),
) -> None:
    """Try the laws on an operator, made and fed as the marbles of its docstring show.

    The call in the marbles makes it; what the call names and a row shows is a stand-in. The items
    of the rows tell which streams are tried. Unknown items must pass where, by the type that the
    operator returns, any `Event` or anything at all may go in and come out again.

    Args:
        operator: The operator: the function, not what it returns.
        call: Source text of another call than the marbles show, to try other arguments.
        source: What it is given, instead of streams like the first row.
        stand_ins: What stand-ins emit, by name, instead of streams like their rows.
        names: What else the call names, or names anew, for each run.
        skip: Names of laws that do not hold, each with the reason.
        laws: Names of the laws; all unless given.

    Raises:
        LawBroken: With the simplest case that was found, as a diagram.
        rxvoice.testing.ExampleError: When its docstring has no marbles, or they cannot be read.
    """
    example = read_example(operator)
    if example.source is None:
        raise ValueError(f"{example.name}: its marbles have no row that it is applied to")
    legend = Legend(example, {})

    def letters(diagram_rows: Sequence[Any]) -> list[Any]:
        marks = [mark for row in diagram_rows for mark in row.marks(example.tick)]
        values = [
            mark.key if mark.quoted else legend.values.get(mark.key, mark.key) for mark in marks
        ]
        return list({repr(value): value for value in values}.values())

    given = streams_like(letters([example.source]), example.tick) if source is None else source
    replying = any(isinstance(value, Turn) for value in letters([example.source]))
    emitted: dict[str, SearchStrategy[Timeline[Any]]] = {}
    for name in dict.fromkeys(row.name for row in example.parts):
        shown = letters([row for row in example.parts if row.name == name])
        emitted[name] = streams_like(shown, example.tick, answer=replying and name == "reply")
    emitted |= stand_ins or {}

    def make(parts: Parts) -> Operator[Any, Any]:
        used = {name: StandIn(parts, name) for name in parts}
        return legend.evaluate(call or example.call, "the call", {**used, **names(parts)})

    check(make, given, emitted, laws=laws, skip=skip, asides=passes(example))


def passes(example: Example) -> bool:
    """Tell whether an operator has to pass what it does not know, as its type says."""
    try:
        signature = inspect.signature(example.operator, eval_str=True)
    except NameError:  # a name that is imported for type checkers only
        return False
    sides = typing.get_args(signature.return_annotation)
    if len(sides) != 2:
        return False
    taken, given = (_members(side) for side in sides)
    anything = any(isinstance(kind, TypeVar) for kind in taken) or taken >= _members(Event)
    return anything and taken <= given


def _members(kind: Any) -> set[Any]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return set(typing.get_args(kind))
    return {kind}


class StandIn(Observable[Any]):
    """A stand-in where any shape may be wanted: a stream, or a function that gives one.

    What a call returns is a stream, an async iterator and an awaitable. When it is called with a
    `Turn` or a `Context`, its items tell to which reply they belong.
    """

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__()
        self._parts = parts
        self._name = name

    def __call__(self, asked: object = None, /, *_: object, **__: object) -> AnyAnswer:
        reply = 0
        if isinstance(asked, Turn):
            reply = asked.number
        elif isinstance(asked, Context):
            reply = sum(message.role == "user" for message in asked.messages)
        return AnyAnswer(self._name, lambda: self._play(reply), lambda: self._play(reply).iterate())

    def _play(self, reply: int = 0) -> Played[Any]:
        return self._parts.tagged(self._name, reply) if reply else self._parts[self._name]

    def _subscribe_core(
        self, observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        return self._play().subscribe(observer, scheduler=scheduler)


__all__ = ["check_operator"]
