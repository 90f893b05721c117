"""Clients without an SDK, and what they are told."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Call, FakeServer
from rxvoice.testing.servers._plan import FaultScript

FIVE = [{"n": number, "text": "żółć"} for number in range(5)]


@dataclass
class Got:
    """What a client got: the pieces in which it read, and what ended it."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    pieces: list[bytes] = field(default_factory=list[bytes])
    times: list[float] = field(default_factory=list[float])
    error: Exception | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def events(self) -> list[str]:
        return [event.removeprefix("data: ") for event in self.body.decode().split("\n\n")][:-1]


async def answer(call: Call) -> None:
    """Five events; one JSON object; or a websocket that says five, then repeats what it hears."""
    match call.exchange.path:
        case "/events":
            async with call.stream() as stream:
                for message in FIVE:
                    await stream.send(message)
        case "/json":
            await call.json(FIVE[0])
        case "/socket":
            async with call.socket() as socket:
                for message in FIVE:
                    await socket.send(message)
                async for message in socket:
                    await socket.send(message)
        case _:
            await call.refuse(404)


async def get(url: str) -> Got:
    """Read an answer as it comes."""
    got = Got()
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as client:
        try:
            async with client.get(url) as response:
                got.status = response.status
                got.headers = {name.lower(): value for name, value in response.headers.items()}
                async for piece in response.content.iter_any():
                    got.pieces.append(piece)
                    got.times.append(loop.time())
        except (aiohttp.ClientError, OSError) as error:
            got.error = error
    return got


@dataclass
class Heard:
    """What a websocket's client heard, and how it ended."""

    messages: list[Any] = field(default_factory=list[Any])
    code: int | None = None
    reason: str = ""
    error: BaseException | None = None


async def listen(url: str, count: int = 100) -> Heard:
    """Listen to a websocket until it ends, or so many messages have come."""
    heard = Heard()
    async with aiohttp.ClientSession() as client:
        async with client.ws_connect(url) as socket:
            while len(heard.messages) < count:
                message = await socket.receive()
                if message.type is aiohttp.WSMsgType.TEXT:
                    heard.messages.append(parsed(message.data))
                elif message.type is aiohttp.WSMsgType.BINARY:
                    heard.messages.append(message.data)
                else:
                    heard.reason = message.extra or ""
                    heard.error = socket.exception()
                    break
        heard.code = socket.close_code
    return heard


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def fetched(faults: FaultScript, path: str = "/events") -> Got:
    """What a client gets that asks a server once."""

    async def main() -> Got:
        async with FakeServer(answer, faults=faults) as server:
            return await get(server.url + path)

    return run_virtual(main(), real_io=True)


def heard(faults: FaultScript, count: int = 100) -> Heard:
    """What the client of a websocket hears."""

    async def main() -> Heard:
        async with FakeServer(answer, faults=faults) as server:
            return await listen(server.ws_url + "/socket", count)

    return run_virtual(main(), real_io=True)
