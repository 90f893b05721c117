"""The pipe of the README, on a recording instead of a microphone.

It holds a conversation with a recorded caller, offline, and writes it as a stereo file::

    uv run --extra local python examples/phone_agent.py rxvoice/data/caller.wav call.wav
"""

import asyncio
import sys

import reactivex as rx
from reactivex import Observable

from rxvoice import Event, Memory, Turn, run
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

memory = Memory("You are a friendly assistant on the telephone. Answer in two short sentences.")


def reply(turn: Turn) -> Observable[Event]:
    """Answer one turn: think, speak, at the speed of speech."""
    asked: Observable[Event] = rx.just(turn)
    return asked.pipe(respond(llama(), memory), synthesize(hibari()), pace())


async def main(recording: str, result: str) -> None:
    """Let a recorded caller talk to the agent."""
    caller: Observable[Event] = from_wav(recording, realtime=True).pipe(share())
    agent = rx.compose(
        vad_gate(silero()),
        transcribe(moonshine()),
        aggregate_turn(stop=stop_at_end_of_turn(smart_turn())),
        interruptible(reply),
        memory.record(),
    )
    await run(caller.pipe(agent), to_wav(result, user=caller))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
