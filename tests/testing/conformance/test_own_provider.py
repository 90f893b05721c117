"""A provider behind a real websocket that does not hang up; the good one is on the page."""

import runpy
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from reactivex import Observable

from rxvoice.aio import Pulled, lift
from rxvoice.contracts import Heard, Transcriber
from rxvoice.items import Transcript
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_transcriber

from .good import Ear
from .mutants import failed

EXAMPLE = runpy.run_path(str(Path(__file__).parents[3] / "examples" / "own_provider.py"))

toy_service: Callable[[], Any] = EXAMPLE["toy_service"]


class StaysConnected:
    """Connects for each subscription, and never hangs up."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.kept: list[tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]] = []

    def __call__(self, source: Observable[Heard]) -> Observable[Transcript]:
        return lift(self.heard, name="stays connected")(source)

    async def heard(self, items: Pulled[Heard]) -> AsyncIterator[Transcript]:
        session = aiohttp.ClientSession(headers={"Authorization": "Bearer polly"})
        self.kept.append((session, await session.ws_connect(self.url)))
        async for transcript in Ear().heard(items):
            yield transcript


def test_a_connection_that_is_left_open_is_told() -> None:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        async with toy_service() as url:
            client = StaysConnected(url)
            yield client
            for session, _ in client.kept:
                await session.close()

    error = failed(lambda: check_transcriber(make, audio=tone(0.4), says="hello world"))
    assert "leaves nothing" in error.points
    assert "connection to ('127.0.0.1'" in str(error)
