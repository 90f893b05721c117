"""Networks that lose packets, and those that delay them."""

import asyncio
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import AudioFrame, Session
from rxvoice.transports.webrtc import WebRtcTransport

from .loopback import talk, tone, until


def through(line: WebRtcTransport, network: Callable[[bytes], float | None]) -> None:
    """Let audio go through a network.

    Args:
        line: Whose audio.
        network: Returns how many seconds a packet takes, or None for one that is lost.
    """
    peer: Any = line._line.peer  # pyright: ignore[reportPrivateUsage]
    ice = peer._pc.getSenders()[0].transport.transport
    send, loop = ice._connection.send, asyncio.get_running_loop()

    async def sent(data: bytes) -> None:
        rtp = 127 < data[0] < 192 and not 192 <= data[1] <= 223
        delay = network(data) if rtp else 0.0
        if delay:
            loop.call_later(delay, lambda: asyncio.ensure_future(send(data)))
        elif delay is not None:
            await send(data)

    ice._send = sent


def arrivals(network: Callable[[bytes], float | None], reserve: float) -> list[tuple[float, float]]:
    """Return beginning and time of arrival of all frames that come through a network."""
    found: list[tuple[float, AudioFrame]] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        loop = asyncio.get_running_loop()

        def note(item: object) -> None:
            if isinstance(item, AudioFrame):
                found.append((loop.time(), item))

        await session.run(line.incoming.pipe(ops.do_action(note)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        done = asyncio.Event()
        session.subscribe(line.incoming, lambda _: done.set())
        line.outgoing(rx.concat(rx.of(tone(8.0)), rx.never()), session)
        await done.wait()
        through(line, network)
        await until(lambda: found and found[-1][1].pts > 6.0)
        through(line, lambda _: 0.0)
        await asyncio.sleep(0.1)

    talk(serve, call, make=lambda: WebRtcTransport(rate=48_000, reserve=reserve))
    return [(frame.pts, now) for now, frame in found]


def test_tr05_losses_are_gaps_and_leave_no_delay() -> None:
    count = iter(range(100_000))
    frames = arrivals(lambda _: None if next(count) % 20 in (7, 8) else 0.0, 0.04)
    gaps = [round((b - a) / 0.02) for (a, _), (b, _) in pairwise(frames)]
    assert set(gaps) == {1, 3}
    assert sum(gap == 3 for gap in gaps) > 12
    late = [now - pts for pts, now in frames]
    usual = min(late)
    assert max(late[25:]) - usual < 0.065  # it waits for 40 ms, and a packet may dawdle
    assert sum(each - usual < 0.005 for each in late) > len(late) - 3 * gaps.count(3)
    assert late[-1] - usual < 0.005


def test_packets_that_overtake_each_other_are_put_in_order() -> None:
    dice = random.Random(3)
    frames = arrivals(lambda _: dice.choice([0.001, 0.03]), 0.06)
    steps = [b - a for (a, _), (b, _) in pairwise(frames)]
    assert steps == pytest.approx([0.02] * len(steps))
