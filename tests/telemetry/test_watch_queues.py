"""What waits at the borders of a session, and what was lost there."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import reactivex as rx
from reactivex.subject import Subject

from rxvoice import Metric, Session
from rxvoice.aio import Pulled, Queues, QueueState, ThreadIngress, drain_into, lift, pull
from rxvoice.telemetry import watch_queues
from rxvoice.testing import run_virtual, tone
from rxvoice.transports import memory_pair
from rxvoice.transports.livekit._errands import Errands


def state(session: Session, name: str) -> QueueState | None:
    return next((one for one in session.scope.queues.states() if one.name == name), None)


def test_every_kind_of_border_is_seen_while_it_is_there() -> None:
    async def main() -> None:
        async with Session() as session:
            items: Subject[int] = Subject()

            async def never(_: int) -> None:
                await asyncio.sleep(100.0)

            async def slowly(taken: Pulled[int]) -> AsyncIterator[int]:
                async for item in taken:
                    await asyncio.sleep(100.0)
                    yield item

            sink = drain_into(never, capacity=3, policy="drop_oldest", name="sink")
            written = asyncio.ensure_future(sink(items, session))
            lifted = lift(slowly, capacity=3, policy="drop_newest", name="lifted")
            subscription = session.subscribe(items.pipe(lifted))
            ingress: ThreadIngress[int] = ThreadIngress(3, name="thread")
            threaded = session.subscribe(ingress.stream)
            async with pull(
                items, capacity=9, scheduler=session.scheduler, name="pulled"
            ) as pulled:
                await asyncio.sleep(0.1)
                items.on_next(0)  # taken at once, where anybody takes
                await asyncio.sleep(0.1)
                for number in range(5):
                    items.on_next(number)
                    ingress.put(number)
                assert session.scope.queues.states() == [
                    QueueState("lifted", 3, 3, 2),
                    QueueState("pulled", 6, 9, 0),
                    QueueState("sink", 3, 3, 2),
                    QueueState("thread", 3, 3, 2),
                ]
                assert len(pulled) == 6
            subscription.dispose()
            threaded.dispose()
            written.cancel()
            await asyncio.sleep(0.1)
            assert session.scope.queues.states() == [
                QueueState("lifted", 0, 0, 2),
                QueueState("pulled", 0, 0, 0),
                QueueState("sink", 0, 0, 2),
                QueueState("thread", 0, 0, 2),
            ]

    run_virtual(main())


def test_what_a_far_end_does_not_take_is_seen_where_it_waits() -> None:
    """200 packets: 64 are on the way, one is being sent, and 2 s of them may wait."""

    async def main() -> None:
        ours, _ = memory_pair()
        async with Session() as session:
            voice: rx.Observable[object] = rx.concat(rx.just(tone(4.0, 16_000)), rx.never())
            running = asyncio.ensure_future(session.run(voice, ours.outgoing))
            await asyncio.sleep(5.0)
            assert state(session, "memory: write") == QueueState("memory: write", 100, 1100, 35)
            running.cancel()
            await asyncio.wait([running])
            await asyncio.sleep(1.0)
            assert state(session, "memory: write") == QueueState("memory: write", 0, 0, 35)

    run_virtual(main())


def test_what_waits_to_be_sent_to_a_room_is_seen_and_what_is_too_much() -> None:
    async def main() -> None:
        async def press(_: str) -> None: ...

        queues = Queues()
        keys = Errands(press, lambda error: None, capacity=2, name="livekit: keys")
        with queues.showing(keys):
            for key in "123":
                keys.put(key)
            assert queues.states() == [QueueState("livekit: keys", 2, 2, 1)]
        assert queues.states() == [QueueState("livekit: keys", 0, 0, 1)]

    run_virtual(main())


def test_borders_of_other_sessions_are_not_seen() -> None:
    async def main() -> None:
        async with (
            Session() as one,
            Session() as other,
            pull(rx.never(), scheduler=one.scheduler, name="pulled"),
        ):
            assert state(one, "pulled") is not None
            assert state(other, "pulled") is None

    run_virtual(main())


def test_lengths_and_losses_are_told_when_they_change() -> None:
    told: list[tuple[float, Metric]] = []

    async def main() -> None:
        async with Session() as session:
            items: Subject[int] = Subject()
            watch = watch_queues(every=0.5)
            session.subscribe(watch, lambda item: told.append((session.now, item)))
            async with pull(
                items, capacity=2, policy="drop_oldest", scheduler=session.scheduler, name="p"
            ) as pulled:
                await asyncio.sleep(0.6)
                for number in range(5):
                    items.on_next(number)
                await asyncio.sleep(1.0)
                assert await anext(pulled) == 3
                await asyncio.sleep(0.5)

    run_virtual(main())
    assert told == [
        (0.5, Metric("p", "queue_length", 0)),
        (0.5, Metric("p", "queue_dropped", 0)),
        (1.0, Metric("p", "queue_length", 2)),
        (1.0, Metric("p", "queue_dropped", 3)),
        (2.0, Metric("p", "queue_length", 1)),
    ]


def test_a_period_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="every must be positive and finite"):
        watch_queues(every=0.0)
