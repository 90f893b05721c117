"""TU14: Smart Turn behind an HTTP address, and servers that fail."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest
from aiohttp import web
from numpy.typing import NDArray

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.items import AudioFrame, Fault, SpeechStarted, SpeechStopped, StopTurn, Transcript
from rxvoice.operators import stop_at_end_of_turn
from rxvoice.providers.smart_turn_http import smart_turn_http
from rxvoice.testing import feed, silence, tone

on_sockets = pytest.mark.virtual_time(real_io=True)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Answers as it is told, and keeps what it was asked.

    Attributes:
        url: Where it listens.
        heard: The audio of each request.
        headers: The headers of each request.
        connections: The peers, one for each connection.
        asked: Set when a request is being answered.
        hung_up: Set when the one who asked did not wait for the answer.
    """

    def __init__(self, answer: Answer) -> None:
        self.url = ""
        self.heard: list[NDArray[np.float32]] = []
        self.headers: list[dict[str, str]] = []
        self.connections: set[object] = set()
        self.asked = asyncio.Event()
        self.hung_up = asyncio.Event()
        self._answer = answer

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.heard.append(np.load(io.BytesIO(await request.read())))
        self.headers.append(dict(request.headers))
        assert request.transport is not None
        self.connections.add(request.transport.get_extra_info("peername"))
        self.asked.set()
        try:
            return await self._answer(request)
        except asyncio.CancelledError:
            self.hung_up.set()
            raise


@asynccontextmanager
async def serving(answer: Answer) -> AsyncGenerator[Server]:
    server = Server(answer)
    application = web.Application(client_max_size=2**22)
    application.router.add_post("/", server.take)
    runner = web.AppRunner(application, handler_cancellation=True)
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}/"
        yield server
    finally:
        await runner.cleanup()


def saying(body: object, *, status: int = 200) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=status)

    return answer


async def never(_: web.Request) -> web.StreamResponse:
    return await asyncio.get_running_loop().create_future()


async def stalling(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b'{"probability": 0')
    return await asyncio.get_running_loop().create_future()


async def hanging_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 4096)


@on_sockets
async def test_tu14_a_server_is_given_the_audio_and_says_the_probability() -> None:
    async with serving(saying({"prediction": 1, "probability": 0.75})) as server:
        loud = tone(1.0, 8_000)
        judge = smart_turn_http(server.url, headers={"X-Key": "secret"})
        assert await judge(loud) == 0.75
        (heard,) = server.heard
        assert heard.dtype == np.float32
        assert heard.shape == (16_000,)
        assert 0.1 < float(np.abs(heard).max()) <= 1.0
        assert server.headers[0]["X-Key"] == "secret"
        assert server.headers[0]["Content-Type"] == "application/octet-stream"


@on_sockets
async def test_tu14_the_last_8_s_are_sent_at_the_most() -> None:
    async with serving(saying({"probability": 1})) as server:
        assert await smart_turn_http(server.url)(silence(9.0, 48_000)) == 1.0
        assert server.heard[0].shape == (128_000,)


@on_sockets
async def test_tu14_a_turn_without_audio_is_complete_and_nobody_is_asked() -> None:
    async with serving(saying({"probability": 0})) as server:
        empty = AudioFrame(np.empty(0, np.int16), 16_000)
        assert await smart_turn_http(server.url)(empty) == 1.0
        assert server.heard == []


@on_sockets
async def test_tu14_a_session_keeps_its_connection_and_stays_open() -> None:
    async with serving(saying({"probability": 0.5})) as server, aiohttp.ClientSession() as session:
        judge = smart_turn_http(server.url, session=session)
        assert [await judge(tone(0.1)) for _ in range(3)] == [0.5] * 3
        assert len(server.connections) == 1
        assert not session.closed


@on_sockets
@pytest.mark.parametrize("status", [204, 301, 400, 401, 404, 429, 500, 503])
async def test_tu14_another_status_than_200_is_a_rejection(status: int) -> None:
    async with serving(saying({"probability": 0.5}, status=status)) as server:
        with pytest.raises(ProviderRejected, match=str(status)) as failure:
            await smart_turn_http(server.url)(tone(0.1))
        assert failure.value.status == status
        assert failure.value.retryable == (status >= 500)


@on_sockets
@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        [],
        None,
        {},
        {"probability": None},
        {"probability": "high"},
        {"probability": 1.5},
        {"probability": -0.1},
        '{"probability": NaN}',
        '{"probability": 1e999}',
        "[" * 50_000,
    ],
)
async def test_tu14_an_answer_of_another_form_is_an_error(body: object) -> None:
    async with serving(saying(body)) as server:
        with pytest.raises(ProviderError, match="no probability"):
            await smart_turn_http(server.url)(tone(0.1))


@on_sockets
@pytest.mark.parametrize("answer", [never, stalling])
async def test_tu14_a_slow_server_is_not_waited_for(answer: Answer) -> None:
    async with serving(answer) as server:
        with pytest.raises(ProviderTimeout, match=r"0\.05 s"):
            await smart_turn_http(server.url, timeout=0.05)(tone(0.1))


@on_sockets
async def test_tu14_an_answer_without_end_is_not_read_to_its_end() -> None:
    async with serving(endless) as server:
        with pytest.raises(ProviderError):
            await smart_turn_http(server.url)(tone(0.1))


@on_sockets
async def test_tu14_a_server_that_hangs_up_is_an_error() -> None:
    async with serving(hanging_up) as server:
        with pytest.raises(ProviderError, match="connection failed"):
            await smart_turn_http(server.url)(tone(0.1))


@on_sockets
async def test_tu14_a_refused_connection_is_an_error() -> None:
    async with serving(never) as server:
        url = server.url
    with pytest.raises(ProviderError, match="connection failed") as failure:
        await smart_turn_http(url)(tone(0.1))
    assert failure.value.retryable


@on_sockets
async def test_tu14_a_question_that_is_withdrawn_closes_the_connection() -> None:
    async with serving(never) as server:
        asking = asyncio.ensure_future(smart_turn_http(server.url, timeout=60.0)(tone(0.1)))
        await server.asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await server.hung_up.wait()


def test_tu14_a_turn_ends_though_its_server_is_gone() -> None:
    """The failure is a fault, and what cannot be judged counts as complete."""

    async def gone(audio: AudioFrame) -> float:
        raise ProviderError("the connection failed", provider="smart_turn_http")

    said = Transcript("hello", is_final=True, is_finalized=True)
    script = [SpeechStarted(0.2, 0.2), 0.5, SpeechStopped(0.7, 0.2), said, 0.1]
    items = [item for _, item in feed(stop_at_end_of_turn(gone), script)]
    assert [type(item) for item in items] == [Fault, StopTurn]


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://localhost/"])
def test_what_is_no_http_address_is_refused_at_the_call(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        smart_turn_http(url)


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan"), float("inf")])
def test_a_timeout_that_is_none_is_refused_at_the_call(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        smart_turn_http("http://localhost/", timeout=timeout)
