"""The pipe of the README, on a recording instead of a microphone.

It holds a conversation with a recorded caller, offline, and writes it as a stereo file::

    uv run --extra local python examples/phone_agent.py rxvoice/data/caller.wav call.wav

Callers who are simulated put it to the test, in virtual time and without its models::

    uv run --extra local rxvoice simulate examples/phone_agent.py
"""

import asyncio
import sys

import reactivex as rx
from reactivex import Observable

from rxvoice import Event, Memory, Operator, Turn, run
from rxvoice.contracts import Chat, StopStrategy, Synthesizer, Transcriber, Vad
from rxvoice.operators import (
    aggregate_turn,
    interruptible,
    pace,
    respond,
    share,
    stop_at_end_of_turn,
    synthesize,
    transcribe,
    vad_gate,
)
from rxvoice.providers.hibari import hibari
from rxvoice.providers.llama import llama
from rxvoice.providers.moonshine import moonshine
from rxvoice.providers.silero import silero
from rxvoice.providers.smart_turn import smart_turn
from rxvoice.sinks import to_wav
from rxvoice.sources import from_wav

INSTRUCTION = "You are a friendly assistant on the telephone. Answer in two short sentences."


def agent(
    vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer, stop: StopStrategy | None = None
) -> Operator[Event, Event]:
    """Make the agent of one call."""
    memory = Memory(INSTRUCTION)

    def reply(turn: Turn) -> Observable[Event]:
        """Answer one turn: think, speak, at the speed of speech."""
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm, memory), synthesize(tts), pace())

    return rx.compose(
        vad_gate(vad),
        transcribe(stt),
        aggregate_turn(stop=stop),
        interruptible(reply),
        memory.record(),
    )


async def main(recording: str, result: str) -> None:
    """Let a recorded caller talk to the agent."""
    caller: Observable[Event] = from_wav(recording, realtime=True).pipe(share())
    end_of_turn = stop_at_end_of_turn(smart_turn())
    local = agent(silero(), moonshine(), llama(), hibari(), end_of_turn)
    await run(caller.pipe(local), to_wav(result, user=caller))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
