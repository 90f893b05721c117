"""Calls of a server that are held and recorded."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Collection
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from rxvoice.server import (
    AgentFactory,
    CallSession,
    Options,
)
from rxvoice.tape import Tape, read_tape
from rxvoice.testing import run_virtual

from .agents import READY, Client, connected, loud, quiet, scripted, served
from .test_phone import Line

SAYS = ("One two three four five six seven eight.", "All right, goodbye then.")
Talk = Callable[[Client, list[CallSession]], Any]


def factory(sessions: list[CallSession] | None = None, **options: Any) -> AgentFactory:
    return scripted(*SAYS, sessions=sessions, **options)


async def hello(client: Client, sessions: list[CallSession]) -> None:
    """Say something, and hear the answer."""
    await client.send(READY)
    await client.told("bot-ready")
    await client.send(quiet(0.5))
    await client.send(loud(0.5))
    for _ in range(100):
        await client.send(quiet(0.02))
    await client.told("bot-stopped-speaking")


def record(
    folder: Path,
    talk: Talk = hello,
    *,
    make: Callable[[list[CallSession]], AgentFactory] = factory,
    redacts: Collection[Any] = (),
) -> Tape:
    """Hold a call of a client, and return its tape."""

    async def main() -> None:
        sessions: list[CallSession] = []
        options = Options(tapes=folder, redact=tuple(redacts))
        async with served(make(sessions), options) as (_, site):
            async with connected(site) as client:
                await talk(client, sessions)
            await asyncio.sleep(1.0)

    run_virtual(main(), real_io=True)
    return only(folder)


@contextlib.asynccontextmanager
async def phoned(site: TestServer, **parameters: str) -> AsyncGenerator[Line]:
    """Call by Twilio."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(site.make_url("/phone")) as socket,
    ):
        line = Line(socket)
        await line.start(**parameters)
        yield line


def only(folder: Path) -> Tape:
    """Return the one tape of a folder."""
    (path,) = folder.iterdir()
    return read_tape(path)


def kinds(tape: Tape) -> set[type]:
    return {type(event.item) for event in tape.events}
