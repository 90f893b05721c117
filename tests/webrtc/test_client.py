"""A client of a server that answers offers by HTTP."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import reactivex as rx
from aiohttp import web
from aiohttp.test_utils import TestServer
from reactivex import operators as ops

from rxvoice import Session
from rxvoice.items import Connected, Disconnected, MessageReceived, SendMessage
from rxvoice.sinks import to_webrtc
from rxvoice.sources import from_webrtc
from rxvoice.testing import run_virtual
from rxvoice.transports import TransportError
from rxvoice.transports.webrtc import PeerConnections, WebRtcTransport, webrtc

from .loopback import loopback, loud, peak, sound, tone, until


def meet(
    call: Callable[[str, Session], Awaitable[None]],
    answer: Callable[[web.Request], Awaitable[web.Response]] | None = None,
) -> None:
    """Let a client meet a server that says what it hears, in virtual time."""

    async def main() -> None:
        async with Session(name="server") as session:

            def arrived(line: WebRtcTransport) -> None:
                served.append(session.scope.spawn(lambda: echo(line), name="echo"))

            async def echo(line: WebRtcTransport) -> None:
                await session.run(from_webrtc(line).pipe(ops.map(answered)), to_webrtc(line))

            async def offered(request: web.Request) -> web.Response:
                assert request.headers["X-Who"] == "me"
                return web.json_response(await peers.offer(await request.json()))

            served: list[asyncio.Task[None]] = []
            peers = PeerConnections(arrived)
            app = web.Application()
            app.router.add_post("/api/offer", answer or offered)
            async with TestServer(app) as server, Session(name="client") as client:
                await call(str(server.make_url("/api/offer")), client)
            await peers.aclose()
            await asyncio.gather(*served)

    with loopback():
        run_virtual(main(), real_io=True)


def answered(item: object) -> object:
    return SendMessage(item.data, urgent=True) if isinstance(item, MessageReceived) else item


def test_tr05_a_client_talks_with_a_server_and_hears_it() -> None:
    heard: list[object] = []

    async def call(url: str, session: Session) -> None:
        line = webrtc(url, headers={"X-Who": "me"})
        session.subscribe(from_webrtc(line), heard.append)
        said = rx.concat(
            rx.of(tone(1.0), SendMessage("hello", urgent=True)),
            rx.timer(2.0).pipe(ops.ignore_elements()),
        )
        await to_webrtc(line)(said, session)
        assert line.id

    meet(call)
    assert heard[0] == Connected()
    assert MessageReceived("hello") in heard
    assert peak(sound(heard)) == pytest.approx(440.0, abs=1.5)
    assert 0.9 < loud(sound(heard)) < 1.05


def test_the_halves_can_be_used_by_themselves_each_with_a_connection_of_its_own() -> None:
    async def call(url: str, session: Session) -> None:
        await to_webrtc(url, headers={"X-Who": "me"})(rx.of(tone(0.2)), session)
        heard: list[object] = []
        listening = from_webrtc(url, headers={"X-Who": "me"}).pipe(ops.do_action(heard.append))
        for _ in range(2):
            subscription = session.subscribe(listening)
            await until(lambda: Connected() in heard)
            subscription.dispose()
            heard.clear()

    meet(call)


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (web.Response(status=403, text="secret"), "the server answered with status 403"),
        (web.Response(text="{"), "the server's answer cannot be read"),
        (web.Response(text="[1]"), "the server's answer cannot be read"),
        (web.Response(text="x" * 300_000), "longer than"),
        (web.Response(text=json.dumps({"sdp": 5})), "did not answer the offer"),
        (None, "there was no answer within 3 s"),
    ],
)
def test_what_a_server_does_wrong_is_said(response: web.Response | None, error: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        if response is None:
            await asyncio.sleep(60.0)
            return web.Response()
        return response

    async def call(url: str, session: Session) -> None:
        failures: list[Exception] = []
        items: list[Any] = []
        line = webrtc(url, patience=3.0)
        ended = asyncio.Event()

        def failed(failure: Exception) -> None:
            failures.append(failure)
            ended.set()

        session.subscribe(line.incoming, items.append, failed)
        await ended.wait()
        assert isinstance(failures[0], TransportError)
        assert error in str(failures[0])
        assert "secret" not in str(failures[0])
        assert items == []

    meet(call, answer)


def test_a_server_that_is_not_there_fails_both_halves() -> None:
    async def main() -> None:
        url = "http://127.0.0.1:9/api/offer"
        async with Session(name="client") as session:
            with pytest.raises(TransportError, match="the connection failed"):
                await session.run(from_webrtc(url))
            with pytest.raises(TransportError, match="the connection failed"):
                await to_webrtc(url)(rx.never(), session)

    with loopback():
        run_virtual(main(), real_io=True)


def test_addresses_that_are_none_are_refused() -> None:
    for wrong in ("ws://localhost", "localhost"):
        with pytest.raises(ValueError, match="http://"):
            from_webrtc(wrong)
        with pytest.raises(ValueError, match="http://"):
            to_webrtc(wrong)
        with pytest.raises(ValueError, match="http://"):
            webrtc(wrong)


def test_the_end_of_a_call_is_an_item() -> None:
    heard: list[object] = []

    async def call(url: str, session: Session) -> None:
        line = webrtc(url, headers={"X-Who": "me"})
        subscription = session.subscribe(line.incoming, heard.append)
        await until(lambda: Connected() in heard)
        await line.aclose()
        subscription.dispose()

    meet(call)
    assert heard[-1] == Disconnected(by_us=True)
