"""What an agent is told, and what a program adds."""

import asyncio
import json
import subprocess
import sys
from dataclasses import MISSING, fields
from typing import Any

import aiohttp
import pytest
import reactivex as rx
from aiohttp import web
from aiohttp.test_utils import TestServer

from rxvoice.rtvi import Settings
from rxvoice.server import (
    CallSession,
    Options,
    PhoneStart,
    RoomStart,
    Server,
    Start,
    WebRtcStart,
    WebsocketStart,
    create_app,
)
from rxvoice.telephony import Exotel
from rxvoice.testing import run_virtual

from .agents import READY, connected, message, scripted, served


@pytest.mark.parametrize(
    ("kind", "required"),
    [
        (Start, {"session_id"}),
        (WebsocketStart, {"session_id"}),
        (WebRtcStart, {"session_id", "peer"}),
        (PhoneStart, {"session_id", "call"}),
        (RoomStart, {"session_id", "url", "token"}),
    ],
)
def test_ru02_what_a_transport_needs_is_required(kind: type[Start], required: set[str]) -> None:
    found = {
        one.name
        for one in fields(kind)
        if one.default is MISSING and one.default_factory is MISSING
    }
    assert found == required
    with pytest.raises(TypeError, match="required"):
        kind()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_ru02_ru03_the_agent_is_told_how_its_call_came_about() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        options = Options(arguments=("--fast",), idle_timeout=7.0)
        async with served(scripted("Yes.", sessions=sessions), options) as (_, site):
            async with aiohttp.ClientSession() as http:
                url = site.make_url("/start")
                async with http.post(url, json={"body": {"who": "Ada"}}) as one:
                    session_id = (await one.json())["sessionId"]
            path = f"/sessions/{session_id}/ws"
            origin = str(site.make_url("/")).rstrip("/")
            async with connected(site, path, headers={"Origin": origin}) as client:
                await client.send(READY)
                await client.told("bot-ready")
            start = sessions[0].start
            assert isinstance(start, WebsocketStart)
            assert (start.session_id, start.body) == (session_id, {"who": "Ada"})
            assert (start.arguments, start.idle_timeout) == (("--fast",), 7.0)
            assert (start.origin, start.address, start.kind) == (origin, "127.0.0.1", "websocket")

    run_virtual(main(), real_io=True)


def test_ru04_a_session_has_one_client() -> None:
    async def main() -> None:
        async with served(scripted("Yes.")) as (server, site):
            path = f"/sessions/{server.announce({}).session_id}/ws"
            async with connected(site, path) as client, aiohttp.ClientSession() as http:
                await client.send(READY)
                await client.told("bot-ready")
                second = await http.get(site.make_url(path))
                assert second.status == 409
                assert await second.json() == {"error": "the session has a client already"}

    run_virtual(main(), real_io=True)


def test_ru02_a_call_in_which_nobody_says_anything_is_ended() -> None:
    async def main() -> None:
        async with served(scripted("Yes."), Options(idle_timeout=30.0)) as (server, site):
            async with connected(site) as client:
                await client.send(READY)
                await client.told("bot-ready")
                closed = await client.socket.receive()
                assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1000)
            await asyncio.sleep(1.0)
            assert not server.sessions

    run_virtual(main(), real_io=True)


def test_ru06_a_program_adds_routes_before_the_server_starts() -> None:
    async def main() -> None:
        app = create_app(Server(scripted("Yes.")))

        async def hello(_: web.Request) -> web.Response:
            return web.Response(text="hello")

        app.router.add_get("/hello", hello)
        async with TestServer(app) as site, aiohttp.ClientSession() as http:
            answer = await http.get(site.make_url("/hello"))
            assert await answer.text() == "hello"

    run_virtual(main(), real_io=True)


def test_ru06_an_agents_file_adds_routes_when_it_is_loaded() -> None:
    # In a process of its own: these routes are the module's.
    program = (
        "import asyncio\n"
        "from aiohttp import web\n"
        "from rxvoice.server import Server, create_app, routes\n"
        "@routes.get('/hello')\n"
        "async def hello(request): return web.Response(text='hello')\n"
        "async def main():\n"
        "    app = create_app(Server(lambda session: lambda source: source))\n"
        "    print([r.canonical for r in app.router.resources()].count('/hello'))\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["1"]


def test_ru12_what_only_other_transports_need_is_not_imported() -> None:
    program = (
        "import sys\n"
        "import rxvoice.server\n"
        "found = [n for n in ('aiortc', 'av', 'livekit', 'openai', 'PIL') if n in sys.modules]\n"
        "print(found)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_ru12_the_options_of_a_telephone_are_made_when_its_first_call_comes() -> None:
    made: list[str] = []

    def exotel() -> Exotel:
        made.append("exotel")
        return Exotel()

    async def main() -> None:
        options = Options(lines={"exotel": exotel})
        async with served(scripted("Yes."), options) as (_, site), aiohttp.ClientSession() as http:
            assert made == []
            for _ in range(2):
                async with http.ws_connect(site.make_url("/phone")) as line:
                    await line.send_json({"event": "connected"})
                    start = {
                        "stream_sid": "S",
                        "call_sid": "C",
                        "account_sid": "A",
                        "from": "1",
                        "to": "2",
                    }
                    await line.send_json({"event": "start", "stream_sid": "S", "start": start})
                    await line.close()
            assert made == ["exotel"]

    run_virtual(main(), real_io=True)


def test_lines_must_be_of_vendors_that_are_known() -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="got 'nobody'"):
            Server(scripted("Yes."), Options(lines={"nobody": Exotel}))

    run_virtual(main())


def test_rt11_the_server_speaks_the_protocol_without_being_asked_to() -> None:
    async def main() -> None:
        about = {"library": "my-bot"}
        options = Options(client=Settings(about=about))
        async with served(scripted("Yes."), options) as (_, site), aiohttp.ClientSession() as http:
            socket = await http.ws_connect(site.make_url("/ws"))
            await socket.send_str(READY)  # JSON is answered by JSON
            ready = json.loads(await socket.receive_str())
            assert (ready["type"], ready["data"]["about"]) == ("bot-ready", about)
            await socket.close()

    run_virtual(main(), real_io=True)


def test_rt05_a_request_that_nobody_answers_is_refused_and_one_that_is_is_answered() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        agent = scripted("Yes.", sessions=sessions)
        async with served(agent) as (_, site), connected(site) as client:
            await client.send(READY)
            await client.told("bot-ready")
            await client.send(message("client-message", "7", t="weather", d=None))
            refused = await client.told("error-response")
            assert refused["id"] == "7"
            session = sessions[0]
            lane = session.client
            assert lane is not None
            session.subscribe(
                session.requests,
                lambda asked: lane.send(asked.answer({"sun": True})),  # type: ignore[union-attr]
            )
            await client.send(message("client-message", "8", t="weather", d=None))
            answered = await client.told("server-response")
            assert (answered["id"], answered["data"]["d"]) == ("8", {"sun": True})

    run_virtual(main(), real_io=True)


def test_rt06_a_client_ends_the_call() -> None:
    async def main() -> None:
        async with served(scripted("Yes.")) as (server, site), connected(site) as client:
            await client.send(READY)
            await client.told("bot-ready")
            await client.send(message("disconnect-bot", "9"))
            closed = await client.socket.receive()
            assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1000)
            await asyncio.sleep(1.0)
            assert not server.sessions

    run_virtual(main(), real_io=True)


def test_the_page_tells_how_much_it_has_played_and_history_holds_no_more() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        played: list[float] = []
        agent = scripted("One two three four five six seven eight.", sessions=sessions)
        async with served(agent) as (_, site), connected(site) as client:
            await client.send(READY)
            await client.told("bot-ready")
            session = sessions[0]
            session.subscribe(session.played, lambda one: played.append(one.pts))
            await client.send(message("send-text", "2", content="Count!", options={}))
            assert (await client.told("bot-tts-text"))["data"]["text"] == "One"
            await client.send(message("client-message", "3", t="playout", d={"seconds": 0.1}))
            await client.send(message("client-message", "4", t="playout", d={"seconds": "x"}))
            refused = await client.told("error-response")
            assert (refused["id"], "seconds" in refused["data"]["error"]) == ("4", True)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):  # four words by the pace, none by the client
                    await client.told("bot-tts-text")
            await client.send(message("client-message", "5", t="playout", d={"seconds": 0.5}))
            assert (await client.told("bot-tts-text"))["data"]["text"] == "two"
            assert played[-1] - played[0] == pytest.approx(0.4, abs=0.3)

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, "must return an operator, got None"),
        (rx.never(), "must return an operator, got <reactivex"),
    ],
)
def test_ru01_an_agent_that_is_none_fails_its_call_at_once_and_is_told(
    returned: Any, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with served(lambda session: returned) as (server, site), connected(site) as client:
            closed = await client.socket.receive()
            assert (closed.data, closed.extra) == (1011, "the agent failed")
            await asyncio.sleep(1.0)
            assert not server.sessions

    run_virtual(main(), real_io=True)
    assert says in caplog.text


def test_ru01_an_agent_that_is_never_made_holds_no_place_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hanging(session: CallSession) -> Any:
        await asyncio.Event().wait()

    async def main() -> None:
        async with served(hanging) as (server, site), connected(site):
            await asyncio.sleep(1.0)
            assert len(server.sessions) == 1
            await asyncio.sleep(60.0)
            assert not server.sessions

    run_virtual(main(), real_io=True)
    assert "the agent was not made within 60 s" in caplog.text


def test_ru01_a_call_that_does_not_end_is_cut_off_when_the_server_stops() -> None:
    async def hanging(session: CallSession) -> Any:
        await asyncio.Event().wait()

    async def main() -> None:
        async with served(hanging) as (server, site), connected(site):
            await asyncio.sleep(1.0)
            assert len(server.sessions) == 1
            before = asyncio.get_running_loop().time()
            await server.stop()
            await asyncio.sleep(0.1)
            assert not server.sessions
            assert asyncio.get_running_loop().time() - before == pytest.approx(10.1, abs=0.1)

    run_virtual(main(), real_io=True)
