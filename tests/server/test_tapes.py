"""Calls of a server on tapes, and again."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import AudioFrame, Event, Operator, Say
from rxvoice.context import Context, Tools, ToolUse, tool
from rxvoice.items import ReplyEnded, SendMessage, ToolCall, Transcript
from rxvoice.operators import stop_after_silence
from rxvoice.rtvi import ClientMessage, ServerMessage, TextFrame
from rxvoice.server import (
    AgentFactory,
    CallSession,
    Options,
    PhoneStart,
    Start,
)
from rxvoice.server import (
    served as of_server,
)
from rxvoice.session import Session
from rxvoice.tape import TapeError, fork, replay
from rxvoice.tape import record as keep_tape
from rxvoice.tape._kinds import Kind
from rxvoice.tape._told import Told
from rxvoice.testing import Response, run_virtual

from .agents import READY, Client, connected, loud, message, quiet, scripted, served
from .recorded import factory, hello, kinds, only, phoned, record


def test_a_client_that_talks_types_and_interrupts_can_be_replayed(tmp_path: Path) -> None:
    async def talk(client: Client, sessions: list[CallSession]) -> None:
        await hello(client, sessions)
        await client.send(message("send-text", "2", content="Count!", options={}))
        await client.told("bot-started-speaking")
        await asyncio.sleep(0.6)
        now = {"run_immediately": True, "audio_response": False}
        await client.send(message("send-text", "3", content="Stop!", options=now))
        await asyncio.sleep(0.5)
        await client.send(TextFrame("and so on"))
        await client.send(message("client-message", "4", t="weather", d={"where": "here"}))
        await client.told("error-response")
        await client.send(message("client-message", "5", t="playout", d={"seconds": 0.4}))
        await client.send("no json")
        await asyncio.sleep(1.0)
        await client.send(message("disconnect-bot", "6"))
        await client.socket.receive()

    tape = record(tmp_path, talk)
    assert tape.is_complete
    assert any(isinstance(e.item, ReplyEnded) and e.item.interrupted for e in tape.events)
    again = replay(tape, of_server(factory())).check()
    assert [event.at for event in again.events] == [event.at for event in tape.events]
    assert replay(tape, of_server(factory())).is_identical  # the first one has left nothing


def test_another_threshold_is_a_divergence(tmp_path: Path) -> None:
    tape = record(tmp_path)
    other = factory(stop=stop_after_silence(min_delay=1.5))
    found = replay(tape, of_server(other)).divergence
    assert found is not None
    assert "1.5 s" in str(found)


def test_what_the_application_does_and_tells_is_on_the_tape(tmp_path: Path) -> None:
    @tool
    async def look_up(use: ToolUse) -> str:
        """Look something up."""
        await asyncio.sleep(0.2)
        session = made[-1]
        session.tell({"found": 4})
        assert session.client is not None
        session.client.send(ServerMessage(content="by the lane"))
        session.do(Say("I have found it."))
        return "four"

    made: list[CallSession] = []
    told: list[object] = []

    def make(sessions: list[CallSession]) -> AgentFactory:
        able = Context("You answer.", tools=Tools((look_up,)))
        call = Response("t|", {"t": ToolCall("1", "look_up", {})})

        def agent(session: CallSession) -> Operator[Event, Event]:
            made.append(session)
            answers = scripted(
                call, "It is four.", heard=("four?",), sessions=sessions, memory=able
            )
            session.subscribe(session.requests, lambda asked: answer(session, asked))
            session.subscribe(rx.timer(3.0), lambda _: session.tell("three seconds"))
            return answers(session)  # type: ignore[return-value]

        return agent

    def answer(session: CallSession, asked: object) -> None:
        told.append(asked)
        if isinstance(asked, ClientMessage) and session.client is not None:
            session.client.send(asked.answer("sunny"))
            session.do(Say("The sun shines."))

    async def talk(client: Client, sessions: list[CallSession]) -> None:
        await hello(client, sessions)
        await client.send(message("client-message", "4", t="weather", d=None))
        await client.told("server-response")
        await asyncio.sleep(3.0)
        sessions[0].end("enough", at_once=False)
        await client.socket.receive()

    tape = record(tmp_path, talk, make=make)
    items = [event.item for event in tape.events]
    names = {item.name for item in items if isinstance(item, Told)}
    assert {"ServerMessage", "ServerResponse"} <= names
    assert SendMessage("three seconds", urgent=True) in items
    count = len(told)
    assert count > 0
    replay(tape, of_server(make([]))).check()
    assert len(told) == count  # what an agent subscribes itself is not done again
    assert not [r for r in tape.records if r.kind == Kind.STRAY]


def test_a_call_goes_on_in_another_way(tmp_path: Path) -> None:
    tape = record(tmp_path)
    other = scripted("Something else.")
    again = fork(tape, of_server(other), at=1.2, linger=2.0)
    assert again.divergence is not None
    assert "Something" in str(again.divergence)
    assert fork(tape, of_server(factory()), at=1.2).divergence is None


def test_a_telephone_call_can_be_replayed(tmp_path: Path) -> None:
    async def main() -> None:
        async with served(factory(), Options(tapes=tmp_path)) as (_, site):
            async with phoned(site, name="Ada") as line:
                await line.say(quiet(0.5, 8000).samples)
                await line.say(loud(0.5, rate=8000).samples)
                await line.say(quiet(2.0, 8000).samples)
                await line.say(loud(0.6, rate=8000).samples)
                await line.say(quiet(1.0, 8000).samples)
            await asyncio.sleep(1.0)

    run_virtual(main(), real_io=True)
    tape = only(tmp_path)
    start = tape.header["settings"]["call"]
    assert isinstance(start, PhoneStart)
    assert (start.kind, start.call.encoding) == ("twilio", "PCMU")
    assert tape.header["settings"]["client"] is None
    assert Transcript in kinds(tape)
    started: list[Start] = []

    def agent(session: CallSession) -> Any:
        started.append(session.start)
        return factory()(session)

    replay(tape, of_server(agent)).check()
    assert started == [start]


def test_a_call_that_fails_or_is_cut_off_has_a_tape(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_: CallSession) -> Operator[Event, Event]:
        def fail(item: Event) -> Event:
            if isinstance(item, AudioFrame):
                raise KeyError("a bug")
            return item

        return ops.map(fail)

    async def never_made(_: CallSession) -> Any:
        await asyncio.Event().wait()

    async def main() -> None:
        for number, agent in enumerate((failing, never_made)):
            folder = tmp_path / str(number)
            folder.mkdir()
            async with (
                served(agent, Options(tapes=folder)) as (server, site),
                connected(site) as client,
            ):
                await client.send(READY)
                await client.send(quiet(0.02))
                await asyncio.sleep(0.5)
                await server.stop()

    run_virtual(main(), real_io=True)
    assert "a call failed" in caplog.text
    failed, cut = only(tmp_path / "0"), only(tmp_path / "1")
    assert (failed.is_complete, cut.is_complete) == (True, True)
    again = replay(failed, of_server(failing)).check()
    assert isinstance(again.error, KeyError)
    assert cut.events == []


def test_a_tape_of_something_else_is_refused(tmp_path: Path) -> None:
    async def main() -> None:
        async with Session() as session:
            keep_tape(session, tmp_path / "other.rxv")

    run_virtual(main())
    with pytest.raises(TapeError, match=r"other.rxv holds no call of a server"):
        replay(tmp_path / "other.rxv", of_server(factory()))
