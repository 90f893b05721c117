"""A call that is watched is recorded and replayed like any other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Event, Metric, Session
from rxvoice.aio import from_async, lift
from rxvoice.aio._pull import Pulled
from rxvoice.items import Turn
from rxvoice.operators import converse
from rxvoice.tape import record, replay
from rxvoice.telemetry import SpanEvent, log_events, spans, to_otel, watch_loop, watch_queues
from rxvoice.testing import conversation, run_virtual
from tests.telemetry.traced import fold, provider

CALL = conversation(converse, user="[--]'hello'", llm=["Good day."])


def agent() -> Observable[Event]:
    async def happened() -> AsyncIterator[Event]:
        begin = asyncio.get_running_loop().time()
        for event in CALL.events:
            await asyncio.sleep(begin + event.at - asyncio.get_running_loop().time())
            yield event.item

    async def passed(items: Pulled[Event]) -> AsyncIterator[Event]:
        async for item in items:
            yield item

    call = from_async(happened, name="call").pipe(lift(passed, name="stage"), log_events())
    watched: Observable[Event] = rx.merge(call, watch_loop(look=False), watch_queues())
    return watched.pipe(ops.take_until(rx.timer(2.5)))


def test_a_call_that_is_watched_replays_to_identical_events(tmp_path: Path) -> None:
    """What was measured of the loop and the queues then is told again."""
    path = tmp_path / "call.rxv"
    heard: list[Event] = []
    tracers, exporter = provider()

    async def main() -> None:
        async with Session() as session:
            record(session, path)
            session.subscribe(agent().pipe(to_otel(tracers).watch()), heard.append)
            await asyncio.sleep(3.0)

    run_virtual(main())
    again = replay(path, agent()).check()
    assert [event.item for event in again.events] == heard
    assert any(isinstance(item, Turn) for item in heard)
    measured = [item.name for item in heard if isinstance(item, Metric)]
    assert {"lag", "queue_length", "ttfb"} <= set(measured)
    told = [(one.kind, one.times) for one in fold(again.events, until=2.5)]
    assert [kind for kind, _ in told] == ["conversation", "turn", "stt", "llm", "tts"]
    assert len(exporter.get_finished_spans()) == len(told)


def test_the_spans_of_a_tape_are_those_of_the_call(tmp_path: Path) -> None:
    """Also where nobody traced the call while it went on."""
    path = tmp_path / "call.rxv"
    live: list[SpanEvent] = []

    async def main(*, taped: bool) -> None:
        async with Session() as session:
            if taped:
                record(session, path)
                session.subscribe(agent())
            else:
                session.subscribe(agent().pipe(spans()), live.append)
            await asyncio.sleep(3.0)

    run_virtual(main(taped=False))
    run_virtual(main(taped=True))
    again = [event.item for event in replay(path, agent().pipe(spans())).events]
    assert again == live
    assert len(live) == 10
