"""Every public operator keeps the laws."""

import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any, get_origin

import pytest
from reactivex import Observable
from reactivex import operators as ops
from reactivex.disposable import Disposable

import rxvoice.aio
import rxvoice.operators
from rxvoice import Operator
from rxvoice.aio import Pulled, lift, map_in_thread
from rxvoice.context import Memory
from rxvoice.testing import strategies as some
from rxvoice.testing.laws import LAWS, LawBroken, Parts, check, check_operator
from tests.laws.registry import public_operators, try_the_laws
from tests.laws.table import TABLE, VARIANTS

OPERATORS = public_operators()


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_the_operator_keeps_the_laws(operator: Callable[..., Any]) -> None:
    try_the_laws(operator)


@pytest.mark.usefixtures("half_as_many_cases")
@pytest.mark.parametrize("call", VARIANTS)
def test_the_operator_keeps_the_laws_with_other_arguments(call: str) -> None:
    name = call.partition("(")[0]
    operator = getattr(rxvoice.operators, name)
    check_operator(operator, call=call, **TABLE.get(name, {}))


async def passing(items: Pulled[Any]) -> AsyncIterator[Any]:
    async for item in items:
        yield item


OTHERS: dict[str, Callable[[Parts], Operator[Any, Any]]] = {
    "lift": lambda _: lift(passing),
    "map_in_thread": lambda _: map_in_thread(lambda item: item, cost=0.03),
    "record": lambda _: Memory().record(),
}
"""Operators that stand elsewhere."""


@pytest.mark.parametrize("name", OTHERS)
def test_operators_that_stand_elsewhere_keep_the_laws(name: str) -> None:
    check(OTHERS[name], some.timelines(some.keys()) | some.turns())


def test_no_operator_stands_elsewhere_unseen() -> None:
    public = [getattr(rxvoice.aio, name) for name in rxvoice.aio.__all__]
    functions = [each for each in (*public, Memory.record) if inspect.isfunction(each)]
    given = [(each, inspect.signature(each, eval_str=True).return_annotation) for each in functions]
    assert {each.__name__ for each, kind in given if get_origin(kind) is Operator} == set(OTHERS)


def test_the_table_holds_nothing_else() -> None:
    assert set(TABLE) <= {operator.__name__ for operator in OPERATORS}
    skipped = [skip for entry in TABLE.values() for skip in entry.get("skip", {}).items()]
    assert all(law in LAWS and len(reason.split()) > 3 for law, reason in skipped)


def undocumented() -> Operator[str, str]:
    """Pass everything on."""
    return lambda source: source


def loud() -> Operator[str, str]:
    """Write everything in capitals.

    Marbles (one column is 20 ms)::

        text  -a-b|
        loud()
        out   -A-B|
    """
    return ops.map(str.upper)


def leaking() -> Operator[str, str]:
    """Write everything in capitals, and never unsubscribe.

    Marbles (one column is 20 ms)::

        text  -a-b|
        leaking()
        out   -A-B|
    """

    def leaked(source: Observable[str]) -> Observable[str]:
        def subscribe(observer: Any, scheduler: Any = None) -> Any:
            source.pipe(ops.map(str.upper)).subscribe(observer, scheduler=scheduler)
            return Disposable()

        return Observable(subscribe)

    return leaked


def test_a_new_operator_that_says_nothing_of_itself_is_told_what_to_do() -> None:
    with pytest.raises(AssertionError, match="Give its docstring marbles") as caught:
        try_the_laws(undocumented)
    assert "undocumented" in str(caught.value)


def test_a_new_operator_is_tried_without_being_listed() -> None:
    try_the_laws(loud)
    with pytest.raises(LawBroken) as caught:
        try_the_laws(leaking)
    assert caught.value.law.startswith("unsubscribing")
