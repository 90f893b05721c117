"""Resident memory of one more session, with models that all sessions share.

Run as a program it measures in this process and prints one JSON object.
"""

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import reactivex as rx
from measured import Measured
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice import (
    AudioFrame,
    Context,
    Event,
    RxvoiceError,
    Session,
    Token,
    Transcript,
    Turn,
    Word,
)
from rxvoice.audio import WavReader
from rxvoice.operators import by_sentence, converse, stop_at_end_of_turn, utterances

SESSIONS = 50
SECONDS = 4.0
FRAME = 320
PATIENCE = 120.0

KINDS = {
    "vad": "one more session: Silero, fakes for the rest",
    "listening": "one more session: Silero, Moonshine, Smart Turn",
    "all": "one more session: all local models",
}


def memory(
    kinds: tuple[str, ...] = ("vad", "listening"), sessions: int = SESSIONS
) -> list[Measured]:
    """Measure, each kind in a process of its own; what cannot be had is left out."""
    return [line for kind in kinds if (line := _in_process(kind, sessions)) is not None]


def _in_process(kind: str, sessions: int) -> Measured | None:
    command = [sys.executable, __file__, kind, "--sessions", str(sessions)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.stderr.write(f"{KINDS[kind]}: cannot be measured\n")
        return None
    found = json.loads(done.stdout)
    note = (
        f"{found['one']:.0f} MB with 1 session, {found['many']:.0f} MB with {1 + sessions}; "
        f"{found['turns']} turns were heard{found['note']}"
    )
    return Measured(KINDS[kind], (found["many"] - found["one"]) / sessions, "MB", 2.0, None, note)


async def measure(kind: str, sessions: int) -> dict[str, Any]:
    """Open one session, then the others, feed each, and compare the resident memory."""
    parts, note = await _parts(kind)
    audio = _audio()
    turns: list[Turn] = []
    async with AsyncExitStack() as stack:
        await _open(stack, 1, parts, audio, turns)
        one = resident()
        await _open(stack, sessions, parts, audio, turns)
        many = resident()
    return {"one": one / 1e6, "many": many / 1e6, "turns": len(turns), "note": note}


async def _open(
    stack: AsyncExitStack,
    count: int,
    parts: dict[str, Any],
    audio: list[AudioFrame],
    turns: list[Turn],
) -> None:
    users: list[Subject[Event]] = []
    expected = len(turns) + count
    for _ in range(count):
        session = await stack.enter_async_context(Session(name="memory"))
        user: Subject[Event] = Subject()
        pipe = user.pipe(converse(**parts))
        session.subscribe(pipe, lambda event: turns.append(event) if isinstance(event, Turn) else 0)
        users.append(user)
    for frame in audio:
        for user in users:
            user.on_next(frame)
        await asyncio.sleep(0.0)
    left = PATIENCE
    while len(turns) < expected and left > 0.0:
        await asyncio.sleep(0.1)
        left -= 0.1
    await asyncio.sleep(2.0)  # the replies are under way


async def _parts(kind: str) -> tuple[dict[str, Any], str]:
    from rxvoice.providers.silero import silero

    parts: dict[str, Any] = {
        "vad": silero(),
        "stt": utterances(_recognise),
        "llm": _write,
        "tts": by_sentence(_speak),
    }
    note = ""
    try:
        await parts["vad"].prepare()
    except RxvoiceError:
        from rxvoice.providers.energy import energy

        parts["vad"], note = energy(), "; Silero cannot be had, so that loudness decides"
    if kind in ("listening", "all"):
        from rxvoice.providers.moonshine import moonshine
        from rxvoice.providers.smart_turn import smart_turn

        stt, turns = moonshine(), smart_turn()
        await asyncio.gather(stt.prepare(), turns.prepare())
        parts |= {"stt": stt, "stop": stop_at_end_of_turn(turns)}
    if kind == "all":
        from rxvoice.providers.hibari import hibari
        from rxvoice.providers.llama import llama

        llm, tts = llama(model="smollm2-135m-instruct", seed=7), hibari()
        await asyncio.gather(llm.prepare(Context("")), tts.prepare())
        parts |= {"llm": llm, "tts": tts}
    return parts, note


async def _recognise(audio: AudioFrame) -> Transcript:
    return Transcript("hello", True, True, pts=audio.pts, end=audio.end)


def _write(_: Context) -> Observable[Token]:
    return rx.of(Token("The sun is up."))


async def _speak(_: str) -> AsyncIterator[AudioFrame | Word]:
    yield Word("The", 0.0, 0.2)
    yield AudioFrame(np.zeros(48_000, np.int16), 24_000)


def _audio() -> list[AudioFrame]:
    with as_file(files("rxvoice") / "data" / "caller.wav") as path:
        reader = WavReader(path)
        try:
            samples = reader.read(round(SECONDS * reader.rate))
        finally:
            reader.close()
    return [
        AudioFrame(samples[at : at + FRAME], reader.rate, at / reader.rate)
        for at in range(0, len(samples), FRAME)
    ]


def resident() -> int:
    """Return this process's resident memory in bytes, or where that is unknown its peak."""
    gc.collect()
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help="after the first one")
    args = parser.parse_args()
    print(json.dumps(asyncio.run(measure(args.kind, args.sessions))))

__all__ = ["memory"]
