"""How long a processor core takes to hold a call in virtual time."""

import gc
import time
from collections.abc import Callable

import reactivex as rx
from measured import Measured
from reactivex import Observable

from rxvoice import Event, Memory, Operator, ReplyEnded, Turn
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.operators import (
    aggregate_turn,
    converse,
    interruptible,
    pace,
    respond,
    synthesize,
    transcribe,
    vad_gate,
)
from rxvoice.testing.calls import Agent, Call, ScriptedLLM, ScriptedTTS, conversation
from rxvoice.testing.simulation import PERSONAS, simulate

ROUNDS = 5
CALLS = 10
"""Calls in each round."""

SIMULATED = 30
CHUNK = 0.5

# Of ten turns, four interrupt the reply to the one before.
_CALM = "[ 600ms ] 'What is the weather like?' 2400ms"
_CUT = "[ 600ms ] 'And what about tomorrow?' 1500ms"
USER = " ".join([_CALM, _CUT, _CALM, _CUT, _CALM, _CALM, _CUT, _CALM, _CUT, _CALM, "400ms |"])
ANSWERS = ("There will be some clouds.", "Rain, I am afraid.")


def simulating() -> list[Measured]:
    """Measure."""
    lines: list[Measured] = []
    for name, agent, audio, aim in (
        (f"event level, audio in chunks of {CHUNK:g} s", chunky, False, 300.0),
        ("event level, `converse`", converse, False, None),
        ("20 ms frames, `converse`", converse, True, 50.0),
    ):
        call = scripted(agent, audio=audio)
        cost = fastest(lambda agent=agent, audio=audio: scripted(agent, audio=audio), CALLS)
        cut = sum(reply.interrupted for reply in call.only(ReplyEnded))
        note = (
            f"{1e3 / cost:.0f} calls a second; {call.duration:.1f} s, {len(call.only(Turn))} "
            f"turns, {cut} interruptions, {len(call.events)} events"
        )
        aim = None if aim is None else round(1e3 / aim, 2)
        lines.append(Measured(f"scripted call, {name}", cost, "ms", aim, None, note))
    for name, audio in (("event level", False), ("20 ms frames", True)):
        report = simulate(converse, PERSONAS["mixed"], calls=SIMULATED, audio=audio)
        talk = sum(call.duration for call in report.calls) / SIMULATED
        cost = fastest(lambda audio=audio: mixed(audio=audio), 1) / SIMULATED
        note = (
            f"{1e3 / cost:.0f} calls a second; {talk:.1f} s, {1e3 * talk / cost:.0f} times faster"
        )
        lines.append(Measured(f"simulated caller, {name}", cost, "ms", None, None, note))
    return lines


def scripted(agent: Agent, *, audio: bool) -> Call:
    """Hold the scripted call."""
    return conversation(
        agent,
        user=USER,
        llm=ScriptedLLM(*ANSWERS, ttft=0.1, every=0.02, again=True),
        tts=ScriptedTTS(word=0.25, ttfb=0.05),
        audio=audio,
    )


def mixed(*, audio: bool) -> None:
    """Hold calls of simulated callers, and report."""
    simulate(converse, PERSONAS["mixed"], calls=SIMULATED, audio=audio)


def chunky(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Make the agent that `converse` makes, but for the length of its chunks."""
    memory = Memory()

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm, memory), synthesize(tts), pace(chunk=CHUNK))

    return rx.compose(
        vad_gate(vad), transcribe(stt), aggregate_turn(), interruptible(reply), memory.record()
    )


def fastest(run: Callable[[], object], times: int) -> float:
    """Return milliseconds of processor time, of the fastest round."""
    found: list[float] = []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.process_time()
        for _ in range(times):
            run()
        found.append((time.process_time() - began) / times * 1e3)
    return min(found)


__all__ = ["simulating"]
