"""Calls over the websocket of the client protocol."""

import asyncio
import json

import aiohttp
import pytest
from reactivex import operators as ops

from rxvoice import AudioFrame, Event, Operator
from rxvoice.rtvi import InterruptionFrame, MessageFrame, RawAudioFrame
from rxvoice.server import CallSession, Limits, Options, WebsocketStart
from rxvoice.testing import run_virtual

from .agents import READY, connected, loud, message, quiet, scripted, served


def test_ru01_a_client_is_heard_and_answered() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        async with served(scripted("I am the bot.", sessions=sessions)) as (server, site):
            async with connected(site) as client:
                await client.send(READY)
                ready = await client.told("bot-ready")
                assert ready["data"]["version"].startswith("2.")
                await client.send(quiet(0.5))
                await client.send(loud(0.5))
                for _ in range(100):
                    await client.send(quiet(0.02))
                assert (await client.told("user-transcription"))["data"]["text"] == "hello"
                await client.told("bot-started-speaking")
                audio = 0.0
                while True:
                    frame = await client.receive()
                    if isinstance(frame, RawAudioFrame):
                        audio += len(frame.audio) / 2 / frame.sample_rate
                    elif isinstance(frame, MessageFrame) and "bot-stopped" in frame.data:
                        break
                assert audio == pytest.approx(
                    1.0, abs=0.02
                )  # four words; their last samples follow
                assert isinstance(sessions[0].start, WebsocketStart)
                assert [*server.sessions] == [sessions[0].id]
            await asyncio.sleep(1.0)
            assert not server.sessions

    run_virtual(main(), real_io=True)


def test_tr02_after_an_interruption_no_old_packet_comes() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        agent = scripted("One two three four five six seven eight nine ten.", sessions=sessions)
        async with served(agent) as (_, site), connected(site) as client:
            await client.send(READY)
            await client.send(message("send-text", content="Count!", options={}))
            await client.told("bot-started-speaking")
            await asyncio.sleep(0.6)
            await client.send(
                message("send-text", content="Stop!", options={"run_immediately": True})
            )
            frames: list[object] = []
            while not any(isinstance(frame, InterruptionFrame) for frame in frames):
                frames.append(await client.receive())
            before = sum(isinstance(frame, RawAudioFrame) for frame in frames)
            assert 30 <= before <= 33
            async with asyncio.timeout(0.3):
                while True:
                    frames.append(await client.receive())

    with pytest.raises(TimeoutError):
        run_virtual(main(), real_io=True)


def test_ru04_a_session_is_started_and_reached_under_its_id_and_no_other() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        async with served(scripted("Yes.", sessions=sessions)) as (_, site):
            async with aiohttp.ClientSession() as http:
                async with http.post(
                    site.make_url("/start"), json={"body": {"name": "Ada"}}
                ) as one:
                    told = await one.json()
                async with http.post(site.make_url("/start"), data=b"[1, 2]") as bad:
                    assert bad.status == 400
                    assert await bad.json() == {"error": "the body must be a JSON object"}
                async with http.post(site.make_url("/start")) as empty:
                    assert empty.status == 200
                async with http.get(site.make_url("/sessions/unknown/ws")) as unknown:
                    assert unknown.status == 404
                session_id = told["sessionId"]
                async with http.get(site.make_url(f"/sessions/{session_id}")) as waiting:
                    assert (await waiting.json())["status"] == "waiting"
                async with http.get(site.make_url("/sessions/unknown")) as unknown:
                    assert unknown.status == 404
            assert told["wsUrl"].endswith(f"/sessions/{session_id}/ws")
            async with connected(site, f"/sessions/{session_id}/ws") as client:
                await client.send(READY)
                await client.told("bot-ready")
            assert sessions[0].id == session_id  # RU03: one id for the caller and the bot
            assert sessions[0].start.body == {"name": "Ada"}

    run_virtual(main(), real_io=True)


def test_a_full_server_refuses_and_says_when_to_come_again() -> None:
    async def main() -> None:
        options = Options(limits=Limits(max_sessions=1))
        async with served(scripted("Yes."), options) as (_, site), connected(site) as client:
            await client.send(READY)
            await client.told("bot-ready")
            async with aiohttp.ClientSession() as http:
                async with http.get(site.make_url("/ws")) as refused:
                    assert refused.status == 503
                    assert refused.headers["Retry-After"] == "5"
                    assert await refused.json() == {"error": "the server is full"}
                async with http.post(site.make_url("/start")) as start:
                    assert start.status == 503  # a page hears why only here
                    assert await start.json() == {"error": "the server is full"}
                async with http.get(site.make_url("/health")) as health:
                    assert (await health.json())["status"] == "full"

    run_virtual(main(), real_io=True)


def test_an_agent_that_fails_ends_its_call_only(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        good = scripted("Yes.", sessions=sessions)

        def agent(session: CallSession) -> object:
            if session.start.body.get("fail"):
                raise KeyError("a bug")
            return good(session)

        async with served(agent) as (server, site), connected(site) as client:  # type: ignore[arg-type]
            await client.send(READY)
            await client.told("bot-ready")
            started = server.announce({"fail": True})
            async with connected(site, f"/sessions/{started.session_id}/ws") as other:
                closed = await other.socket.receive()
                assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1011)
            await client.send(message("send-text", id="2", content="Still there?", options={}))
            await client.told("bot-started-speaking")

    run_virtual(main(), real_io=True)
    assert "a call failed" in caplog.text


def test_an_agent_that_fails_in_its_call_ends_it_with_a_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def agent(_: CallSession) -> Operator[Event, Event]:
        def fail(item: Event) -> Event:
            if isinstance(item, AudioFrame):
                raise KeyError("a bug")
            return item

        return ops.map(fail)

    async def main() -> None:
        async with served(agent) as (server, site), connected(site) as client:
            await client.send(READY)
            await client.told("bot-ready")
            await client.send(quiet(0.02))
            closed = await client.socket.receive()
            assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1011)
            assert closed.extra == "internal error"
            await asyncio.sleep(1.0)
            assert not server.sessions

    run_virtual(main(), real_io=True)
    assert "a call failed" in caplog.text


def test_ru01_draining_lets_calls_end_and_takes_no_more() -> None:
    async def main() -> None:
        async with served(scripted("Yes."), Options(drain=2.0)) as (server, site):
            async with connected(site) as client:
                await client.send(READY)
                await client.told("bot-ready")
                draining = asyncio.create_task(server.drain())
                await asyncio.sleep(0.1)
                async with aiohttp.ClientSession() as http:
                    async with http.get(site.make_url("/ws")) as refused:
                        assert refused.status == 503
                        assert "going down" in (await refused.json())["error"]
                    async with http.get(site.make_url("/health")) as health:
                        assert health.status == 503
                closed = await client.socket.receive()
                assert json.dumps(closed.data) == "1000"
                await draining
            assert not server.sessions

    run_virtual(main(), real_io=True)
