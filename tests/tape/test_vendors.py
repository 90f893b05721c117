"""A call with vendors, over sockets: the tape answers for all of them, without any server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.items import AudioFrame, Event, Fault, Stamped, Turn
from rxvoice.operators import converse
from rxvoice.providers.cartesia import cartesia_tts
from rxvoice.providers.deepgram import deepgram_stt
from rxvoice.providers.openai import openai_chat
from rxvoice.session import Session
from rxvoice.tape import read_tape, record, replay
from rxvoice.testing import run_virtual, silence, tone
from rxvoice.testing.calls._vad import ScriptedVAD
from rxvoice.testing.servers import FakeCartesia, FakeDeepgram, FakeOpenAI, Loud, Refuse

RATE = 16_000
SPEECH, QUIET = tone(0.02, RATE, frequency=500.0).samples, silence(0.02, RATE).samples
SPOKEN = [(0.5, 1.5), (4.0, 5.0)]


async def caller() -> AsyncIterator[AudioFrame]:
    """Speak twice in eight seconds."""
    for number in range(400):
        await asyncio.sleep(0.02)
        at = number * 0.02
        loud = any(begin <= at < end for begin, end in SPOKEN)
        yield AudioFrame(SPEECH if loud else QUIET, RATE, at)


def agent(stt: str, llm: str, tts: str) -> Observable[Event]:
    parts = converse(
        vad=ScriptedVAD(),
        stt=deepgram_stt(api_key="k", base_url=stt),
        llm=openai_chat(api_key="k", base_url=llm),
        tts=cartesia_tts("voice", api_key="k", base_url=tts),
        apology="Sorry, once more?",
    )
    return from_async(caller, name="caller").pipe(parts)


async def call(path: Path) -> list[Stamped]:
    events: list[Stamped] = []
    said = Loud("How are you?", word=0.2)
    async with (
        FakeDeepgram(said) as stt,
        FakeOpenAI(["I am fine, thank you. And you?"] * 4, faults=[None, Refuse(401)]) as llm,
        FakeCartesia() as tts,
        Session() as session,
    ):
        record(session, path, sound=True)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        session.subscribe(
            agent(stt.url, llm.api, tts.url),
            lambda event: events.append(Stamped(session.now, event)),
            done.set_exception,
            lambda: done.set_result(None),
        )
        await done
    return events


def test_a_call_with_vendors_is_replayed_without_them(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    events = run_virtual(call(path), real_io=True)
    assert [e.item.text for e in events if isinstance(e.item, Turn)] == ["How are you?"] * 2
    assert any(isinstance(event.item, AudioFrame) for event in events)
    assert any(isinstance(event.item, Fault) for event in events)
    tape = read_tape(path)
    assert {"deepgram", "cartesia"} <= {name for name, _ in tape.edges}
    nowhere: Any = ("ws://127.0.0.1:9", "http://127.0.0.1:9", "ws://127.0.0.1:9")
    assert replay(tape, agent(*nowhere)).check().events == events
