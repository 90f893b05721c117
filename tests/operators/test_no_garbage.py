"""Replies and turns leave nothing that only a garbage collection would find."""

import asyncio
import gc
from collections.abc import AsyncIterator

import numpy as np
import pytest
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import AudioFrame, Session, SpeechStopped, Transcript
from rxvoice.aio import from_async
from rxvoice.context import Context, tool, tools
from rxvoice.contracts import Heard, Recognised
from rxvoice.items import ReplyEnded, ToolCall
from rxvoice.operators import converse
from rxvoice.providers.energy import energy
from rxvoice.testing import Response, ScriptedLLM, ScriptedTTS, run_virtual, tone

RATE = 16_000


def hears(source: Observable[Heard]) -> Observable[Recognised]:
    def recognised(mark: Heard) -> Recognised:
        return Transcript("Go on.", True, True, pts=mark.pts, end=mark.pts)

    return source.pipe(
        ops.filter(lambda item: isinstance(item, SpeechStopped)), ops.map(recognised)
    )


async def speaks(pause: float) -> AsyncIterator[AudioFrame]:
    """Speak a second every so often, without end."""
    loud, quiet = tone(0.1, RATE).samples, np.zeros(1600, np.int16)
    at = 0
    while True:
        spoken = at % round((1.0 + pause) * 10) < 10
        yield AudioFrame(loud if spoken else quiet, RATE, at / 10)
        at += 1
        await asyncio.sleep(0.1)


@tool
async def lookup(what: str) -> str:
    """Look something up.

    Args:
        what: What.
    """
    await asyncio.sleep(0.2)
    return what


CALL = Response("c|", {"c": ToolCall("1", "lookup", {"what": "it"})})


@pytest.mark.parametrize(
    ("pause", "model"),
    [
        (6.0, ScriptedLLM("One two three. Four five.", again=True)),
        (3.0, ScriptedLLM("One two three four five. Six seven eight nine ten.", again=True)),
        (6.0, ScriptedLLM(CALL, "One two three.", again=True)),
    ],
    ids=["spoken to their end", "interrupted", "with tools"],
)
def test_turns_and_replies_leave_no_garbage(pause: float, model: ScriptedLLM) -> None:
    ended: list[ReplyEnded] = []

    async def main() -> int:
        agent = converse(
            vad=energy(),
            stt=hears,
            llm=model,
            tts=ScriptedTTS(),
            memory=Context(tools=tools(lookup)),
        )
        async with Session() as session:
            stream = from_async(lambda: speaks(pause), name="microphone").pipe(agent)
            session.subscribe(
                stream, lambda item: ended.append(item) if isinstance(item, ReplyEnded) else None
            )
            await asyncio.sleep(30.0)
            gc.collect()
            gc.disable()
            try:
                await asyncio.sleep(60.0)
                return gc.collect()
            finally:
                gc.enable()

    assert run_virtual(main()) == 0
    assert any(end.interrupted for end in ended) is (pause < 6.0)
    assert len(ended) > 10
