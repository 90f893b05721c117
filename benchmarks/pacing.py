"""How punctually packets leave, and arrive, while many sessions talk and listen in real time.

    python benchmarks/pacing.py --sessions 20 --seconds 30

One process serves websockets on loopback, another one holds the clients. Each session sends a
packet of 20 ms, and receives one, 50 times a second; what comes goes through `dejitter` and, in the
second half of the table, through `vad_gate(silero())`, too.
"""

import argparse
import asyncio
import gc
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import reactivex as rx
from aiohttp import web
from measured import Measured, keep, machine, table
from reactivex import Observable
from reactivex import operators as ops
from websockets.asyncio.client import connect

from rxvoice import AudioFrame, Event, Session
from rxvoice.aio import from_async
from rxvoice.operators import dejitter, vad_gate
from rxvoice.providers.silero import silero
from rxvoice.transports import Channel, PcmCodec, ServerChannel, Wire, accepted

RATE = 16_000
PACKET = 0.02
WARM = 2.0
"""Seconds at the beginning of a session that do not count."""

AIM = 5.0
"""Milliseconds."""


class Watched:
    """A channel that notes when audio has been sent.

    Args:
        channel: The channel.

    Attributes:
        times: Seconds on the loop's clock.
    """

    def __init__(self, channel: Channel) -> None:
        self.times: list[float] = []
        self._channel = channel

    async def receive(self) -> Wire:
        """Return the next message."""
        return await self._channel.receive()

    async def send(self, message: Wire, /) -> None:
        """Send a message."""
        await self._channel.send(message)
        if isinstance(message, bytes):
            self.times.append(time.monotonic())

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Close it."""
        await self._channel.aclose(code, reason)


async def speech(seconds: float) -> AsyncIterator[AudioFrame]:
    """Say something for so long, a second at a time, as fast voices do."""
    for second in range(round(seconds)):
        yield AudioFrame(np.full(RATE, 1000, np.int16), RATE, float(second))
        await asyncio.sleep(1.0 if second else 0.5)


def agent(said: Observable[Event], seconds: float, listens: bool) -> Observable[Event]:
    """Talk all the time, and listen to what is said meanwhile."""
    heard = said.pipe(dejitter())
    if listens:
        heard = heard.pipe(vad_gate(silero()))
    return rx.merge(
        heard.pipe(ops.ignore_elements()), from_async(lambda: speech(seconds), name="speech")
    )


async def serve(sessions: int, seconds: float, listens: bool, warm: float) -> list[Measured]:
    """Serve so many clients at once, which another process holds."""
    times: list[list[float]] = []

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        channel = Watched(ServerChannel(socket))
        times.append(channel.times)
        line = accepted(channel, codec=PcmCodec(RATE))
        async with Session(name=f"session {len(times)}") as session:
            stream = agent(line.incoming, seconds, listens)
            await session.run(stream, line.outgoing)
        return socket

    await silero().prepare()
    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    gc.collect()
    gc.freeze()
    host, port = runner.addresses[0][:2]
    used, began = time.process_time(), time.monotonic()
    arrived = await _clients(f"ws://{host}:{port}/", sessions, seconds)
    load = 100.0 * (time.process_time() - used) / (time.monotonic() - began)
    await runner.cleanup()
    name = f"{sessions} sessions that talk and listen" + (" with Silero" if listens else "")
    return [
        *lines(f"{name}: packet leaves late", times, warm),
        *lines("the same, packet arrives late", arrived, warm),
        Measured("the same, of one core", load, "%"),
    ]


def lines(name: str, times: Sequence[Sequence[float]], warm: float) -> list[Measured]:
    """Tell how much later than its deadline each packet was; the most punctual one sets them."""
    late: list[float] = []
    apart: list[float] = []
    for session in times:
        own = [at - number * PACKET for number, at in enumerate(session)][round(warm / PACKET) :]
        late += [1e3 * (at - min(own)) for at in own]
        apart += [1e3 * abs(after - before) for before, after in pairwise(own)]
    late.sort()
    apart.sort()
    over = sum(each >= AIM for each in late)
    between = apart[-len(apart) // 100]
    note = (
        f"{over} of {len(late)} by 5 ms or more; from one to the next p99 is {between:.2f} ms off"
    )
    return [
        Measured(f"{name}, median", late[len(late) // 2], "ms", AIM, None, note),
        Measured("the same, p99", late[-len(late) // 100], "ms", AIM),
        Measured("the same, at most", late[-1], "ms"),
    ]


async def _clients(url: str, sessions: int, seconds: float) -> list[list[float]]:
    """Have another process call, and return when packets came to it."""
    told = ["--sessions", str(sessions), "--seconds", str(seconds), "--call", url]
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, *told, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the clients failed")
    return json.loads(output)


async def calling(url: str, sessions: int, seconds: float) -> list[list[float]]:
    """Call so many times at once; return when packets came to each caller."""
    gc.freeze()
    return await asyncio.gather(*(_call(url, seconds) for _ in range(sessions)))


async def _call(url: str, seconds: float) -> list[float]:
    await asyncio.sleep(random.random())
    times: list[float] = []
    async with connect(url, compression=None) as socket:

        async def talk() -> None:
            due = time.monotonic()
            while True:
                await socket.send(bytes(round(2 * RATE * PACKET)))
                due += PACKET
                await asyncio.sleep(due - time.monotonic())

        talking = asyncio.ensure_future(talk())
        while len(times) < round(seconds / PACKET):
            await socket.recv()
            times.append(time.monotonic())
        talking.cancel()
    return times


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sessions", type=int, default=20, metavar="N")
    parser.add_argument("--seconds", type=float, default=30.0, help="whole seconds of speech")
    parser.add_argument("--warm", type=float, default=WARM, help="seconds that do not count")
    parser.add_argument("--call", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results, too")
    args = parser.parse_args()
    if args.call:
        json.dump(asyncio.run(calling(args.call, args.sessions, args.seconds)), sys.stdout)
        return
    found: list[Measured] = []
    for listens in (False, True):
        run = partial(serve, args.sessions, args.seconds, listens, args.warm)
        found += asyncio.run(run())
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))
    print()
    print(table(found))
    if args.json is not None:
        keep(args.json, found)


if __name__ == "__main__":
    main()
