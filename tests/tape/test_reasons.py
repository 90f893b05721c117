"""Items that a replay does not have are told: when they are recorded, or as the reason."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.aio import from_async
from rxvoice.items import Fault
from rxvoice.session import Session
from rxvoice.tape import fork, keepable, record, replay
from rxvoice.testing import run_virtual
from tests.tape.parts import yielding
from tests.tape.test_record import counted, hold


@dataclass(frozen=True)
class Order:
    """Never made known."""

    number: int


@dataclass(frozen=True)
class Known:
    """Made known below."""

    order: Any


class OrderError(Exception):
    """Never made known."""


def doubled(order: Order) -> int:
    """Never made known."""
    return 2 * order.number


def price(item: Any) -> str:
    return f"{item.number:.2f}"


def agent(*items: Any, then: Callable[[Any], Any] = repr) -> Observable[Any]:
    return yielding("orders", *items).pipe(
        ops.map(then), ops.catch(lambda error, _: rx.just(type(error).__name__))
    )


CASES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "orders gave a {}:Order, which was not made known by keepable": (Order(1), price),
    "orders gave a {}:OrderError, which was not made known by keepable": (OrderError("no"), price),
    "orders gave the function {}:doubled, which was not made known by keepable": (
        doubled,
        lambda function: function(Order(1)),
    ),
    "orders gave a decimal:Decimal, which a tape does not hold": (Decimal("1.50"), str),
}


@pytest.mark.parametrize("because", CASES)
@pytest.mark.parametrize("again", [replay, fork])
def test_what_came_and_is_not_known_here_is_a_reason(
    tmp_path: Path, because: str, again: Callable[..., Any]
) -> None:
    item, then = CASES[because]
    path = tmp_path / "call.rxv"
    hold(path, agent(item, then=then))
    divergence = again(path, agent(item, then=then)).divergence
    assert divergence is not None
    assert f"before: {because.format(__name__)}\n" in f"{divergence}\n"


WITHIN: list[Callable[[Any], Any]] = [lambda item: [item], lambda item: {"a": (item,)}, Known]


@pytest.mark.parametrize("within", WITHIN)
def test_it_may_lie_in_others(tmp_path: Path, within: Callable[[Any], Any]) -> None:
    keepable(Known)
    path = tmp_path / "call.rxv"
    hold(path, agent(within(Order(1))))
    divergence = replay(path, agent(within(Order(1)))).divergence
    assert divergence is not None
    assert divergence.because == (
        f"orders gave a {__name__}:Order, which was not made known by keepable",
    )


def test_what_came_later_or_is_the_cause_of_a_fault_is_none(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    items = (Fault("orders", "lost", cause=OrderError("gone")), 1, Order(1))
    hold(path, agent(*items))
    divergence = replay(path, agent(*items, then=lambda item: repr(item) * (item != 1))).divergence
    assert divergence is not None
    assert divergence.because == ()


def test_what_is_not_held_is_logged_once_when_it_is_recorded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        hold(
            tmp_path / "call.rxv",
            yielding("orders", Decimal(1), Decimal(2), b"1", bytearray(b"2"), Order(1)),
        )
    assert [one.getMessage() for one in caplog.records] == [
        "a tape does not hold a decimal:Decimal, but its name only"
    ]


def test_bytes_of_any_kind_are_bytes(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    items = (bytearray(b"one"), memoryview(b"two"), b"three")
    hold(path, agent(*items, then=bytes))
    again = replay(path, agent(*items, then=bytes)).check()
    assert [event.item for event in again.events] == [b"one", b"two", b"three"]


def test_of_several_streams_it_is_told_which(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"

    async def main() -> None:
        async with Session() as session:
            record(session, path)
            session.subscribe(from_async(counted, name="one"))
            session.subscribe(from_async(counted, name="other").pipe(ops.map(lambda one: -one)))
            await asyncio.sleep(1.0)

    run_virtual(main())
    streams = [from_async(counted, name="one"), from_async(counted, name="other")]
    told = str(replay(path, streams[0], streams[1].pipe(ops.map(lambda one: -one or 1))).divergence)
    assert "recorded: 0 of stream 2\n  replayed: 1 of stream 2" in told
