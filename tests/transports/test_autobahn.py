"""Websockets against the cases of Autobahn, which the package kosoku runs on Python 3.

Both sides of our transports have to do as well as the libraries under them do by themselves, with
the same options. In real time: kosoku has a clock of its own.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rxvoice import Session
from rxvoice.items import SendMessage
from rxvoice.transports import Wire, accepted, upgrade, websocket
from rxvoice.transports._intake import LARGEST
from rxvoice.transports._websockets import QUIET

kosoku = pytest.importorskip("kosoku", reason="the package kosoku is not installed")

pytestmark = pytest.mark.filterwarnings(  # it leaves files open
    "ignore:Exception ignored in. .*kosoku:pytest.PytestUnraisableExceptionWarning"
)

ALL = ["*"]
CHOSEN = [*(f"{group}.*" for group in range(1, 8)), "9.1.1", "9.2.2", "9.7.1", "10.*", "13.1.1"]
"""All but most of those of large messages and of compression, which is not spoken."""

CASES = ALL if os.environ.get("RXVOICE_AUTOBAHN") == "all" else CHOSEN
PATIENCE = 600.0 if CASES is ALL else 60.0

Verdicts = dict[str, tuple[str, str]]


class Echo:
    """What comes is to be sent back."""

    ready = True

    def decode(self, message: Wire, /) -> list[object]:
        return [SendMessage(message, urgent=True)]

    def encode(self, item: object, /) -> list[Any]:
        return [item.data] if isinstance(item, SendMessage) else []

    def flush(self) -> list[Wire]:
        return []

    def goodbye(self, reason: str = "completed") -> list[Wire]:
        return []


def verdicts_of(results: list[Any]) -> Verdicts:
    return {case.case_id: (case.behavior.value, case.behavior_close.value) for case in results}


async def judged(run: Awaitable[list[Any]]) -> Verdicts:
    try:
        return verdicts_of(await run)
    except kosoku.FailureError as failure:
        return verdicts_of(failure.results)


def check(run: Callable[[bool, list[str]], Awaitable[Verdicts]]) -> None:
    """Compare our verdicts with those of the library, given whether they are ours and the cases."""
    ours, theirs = asyncio.run(_both(run, CASES))
    assert ours.keys() == theirs.keys()
    for _ in range(3):  # a busy machine may be late for a case, and once more
        differ = [case for case in ours if ours[case] != theirs[case]]
        if not differ:
            break
        again = asyncio.run(_both(run, differ))
        ours |= again[0]
        theirs |= again[1]
    assert {case: ours[case] for case in ours if ours[case] != theirs[case]} == {}
    assert Counter(ours.values())["OK", "OK"] > 200


async def _both(
    run: Callable[[bool, list[str]], Awaitable[Verdicts]], cases: list[str]
) -> tuple[Verdicts, Verdicts]:
    return await run(True, cases), await run(False, cases)


async def by_aiohttp(request: web.Request) -> web.StreamResponse:
    socket = await upgrade(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def by_rxvoice(request: web.Request) -> web.StreamResponse:
    socket = await upgrade(request)
    async with Session() as session:
        line = accepted(socket, codec=Echo())
        await session.run(line.incoming, line.outgoing)
    return socket


async def serve(is_ours: bool, cases: list[str]) -> Verdicts:
    app = web.Application()
    app.router.add_get("/", by_rxvoice if is_ours else by_aiohttp)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"ws://127.0.0.1:{runner.addresses[0][1]}/"
        async with asyncio.timeout(PATIENCE):
            return await judged(kosoku.run_fuzzingclient(url, cases=cases, concurrency=8))
    finally:
        await runner.cleanup()


def test_tr06_the_servers_side_gets_the_verdicts_of_aiohttp() -> None:
    check(serve)


async def with_websockets(url: str) -> None:
    async with connect(
        url, compression=None, max_size=LARGEST, close_timeout=1.0, logger=QUIET
    ) as connection:
        try:
            async for message in connection:
                await connection.send(message)
        except ConnectionClosed:
            pass


async def with_rxvoice(url: str) -> None:
    async with Session() as session:
        line = websocket(url, codec=Echo())
        await session.run(line.incoming, line.outgoing)


async def call(is_ours: bool, cases: list[str]) -> Verdicts:
    client = with_rxvoice if is_ours else with_websockets
    async with kosoku.run_fuzzingserver(cases=cases, port=0) as server:
        url = f"ws://127.0.0.1:{server.port}"
        async with asyncio.timeout(PATIENCE):
            async with connect(f"{url}/getCaseCount") as connection:
                count = int(await connection.recv())
            free = asyncio.Semaphore(8)

            async def run(number: int) -> None:
                async with free:
                    await client(f"{url}/runCase?case={number}&agent=rxvoice")

            await asyncio.gather(*map(run, range(1, count + 1)))
            async with connect(f"{url}/updateReports?agent=rxvoice") as connection:
                await connection.wait_closed()
            return await judged(server.get_result())


def test_tr08_the_clients_side_gets_the_verdicts_of_websockets() -> None:
    check(call)
