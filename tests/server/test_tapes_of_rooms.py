"""Tapes of calls by WebRTC and in rooms."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from rxvoice import AudioFrame, Session
from rxvoice.aio import from_async
from rxvoice.items import Connected, MessageReceived, SendMessage, Transcript
from rxvoice.server import Arrival, Options, RoomStart, Server, WebRtcStart
from rxvoice.server import served as of_server
from rxvoice.tape import read_tape, replay
from rxvoice.testing import run_virtual
from rxvoice.transports import memory_pair
from rxvoice.transports.webrtc import webrtc
from tests.webrtc.loopback import loopback, until

from .agents import READY, loud, message, quiet, scripted, served

SAYS = ("One two three.", "Four.")


async def caller() -> AsyncIterator[AudioFrame | SendMessage]:
    """Say something between 0.5 and 1 s, type something at 3 s, and leave at 5 s."""
    yield SendMessage(READY)
    for number in range(250):
        await asyncio.sleep(0.02)
        sound = loud(0.02) if 25 <= number < 50 else quiet(0.02)
        yield AudioFrame(sound.samples, sound.rate, number * 0.02)
        if number == 150:
            yield SendMessage(message("send-text", "2", content="And?", options={}))


def test_a_call_by_webrtc_can_be_replayed(tmp_path: Path) -> None:
    async def main() -> None:
        options = Options(tapes=tmp_path)
        async with served(scripted(*SAYS), options) as (server, site), Session() as session:
            line = webrtc(str(site.make_url("/api/offer")))
            came: list[object] = []
            session.subscribe(line.incoming, came.append)
            await until(lambda: any(isinstance(item, Connected) for item in came))
            await session.run(from_async(caller), line.outgoing)
            assert any(isinstance(item, MessageReceived) for item in came)
            for one in [*server.sessions.values()]:
                one.end("enough")
            await until(lambda: not server.sessions)

    with loopback():
        run_virtual(main(), real_io=True)
    (path,) = tmp_path.iterdir()
    tape = read_tape(path)
    start = tape.header["settings"]["call"]
    assert isinstance(start, WebRtcStart)
    assert start.peer == ""
    again = replay(tape, of_server(scripted(*SAYS))).check()
    items = [event.item for event in again.events]
    assert any(isinstance(item, Transcript) for item in items)
    assert any(isinstance(item, SendMessage) and "bot-ready" in str(item.data) for item in items)


def test_a_call_in_a_room_can_be_replayed(tmp_path: Path) -> None:
    async def main() -> None:
        server = Server(scripted(*SAYS), Options(tapes=tmp_path))
        here, there = memory_pair()
        start = RoomStart(session_id="s", url="wss://host/", token="s3cret", room="hall")
        async with Session() as session:
            call = asyncio.ensure_future(server.serve(Arrival(here, start)))
            session.subscribe(there.incoming)
            await session.run(from_async(caller), there.outgoing)
        assert await call == ""

    run_virtual(main())
    tape = read_tape(tmp_path / "s.rxv")
    assert tape.header["settings"]["call"].room == "hall"
    assert b"s3cret" not in (tmp_path / "s.rxv").read_bytes()
    again = replay(tape, of_server(scripted(*SAYS))).check()
    assert any(isinstance(event.item, Transcript) for event in again.events)
