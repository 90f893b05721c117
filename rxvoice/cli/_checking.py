"""Asking a provider once, and taking the time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from importlib.resources import as_file, files
from typing import Any, Final, TypeAlias

import reactivex as rx
from reactivex import Observable

from rxvoice.aio import from_async, pull
from rxvoice.audio import read_wav
from rxvoice.context import Context
from rxvoice.contracts import Heard
from rxvoice.errors import RxvoiceError
from rxvoice.items import (
    AudioFrame,
    Fault,
    Metric,
    Sentence,
    SpeechStarted,
    SpeechStopped,
    Token,
    Transcript,
    Usage,
    Word,
)
from rxvoice.providers._catalogue import Kind
from rxvoice.session import Session

Rows: TypeAlias = list[tuple[str, str]]
"""What was measured: names and values, for people."""

SENTENCE: Final = "Hello, this is a test."
QUESTION: Final = "What is the capital of France? Answer in one word."

BEGIN: Final = 0.9
"""Second of the shipped recording at which its caller is about to speak."""

SPOKEN: Final = 0.1, 1.3
"""Seconds, from then on, between which they say "Can you help me with something?"."""

STOPPED: Final = 1.5
"""Second at which the recogniser is told that they have stopped."""

LENGTH: Final = 5.5
"""Seconds, from then on, before they speak again."""

_STEP: Final = 0.02


async def hears(stt: Any, session: Session) -> Rows:
    """Let a recogniser hear a second of the shipped recording, in real time."""
    rows = await _connected(stt, session)
    texts: list[str] = []
    last, latency = 0.0, getattr(stt, "latency", None)
    began = session.now
    async for item in _items(stt(from_async(_caller, name="check: caller")), session):
        at = session.now - began
        if isinstance(item, Metric) and item.name == "connect_time":
            rows.append(("connected", f"in {seconds(item.value)}"))
        if not isinstance(item, Transcript):
            continue
        if item.text.strip() and all(name != "first text" for name, _ in rows):
            rows.append(("first text", f"{seconds(at - SPOKEN[0])} after the first sound"))
        if item.text.strip() and item.is_final:
            texts.append(item.text.strip())
            last = at - SPOKEN[1]
        if texts and item.is_finalized:
            break
    if not texts:
        raise RxvoiceError("nothing was recognised")
    usual = "" if latency is None else f" (99 % within {seconds(latency)}, they say)"
    rows.append(("final text", f"{seconds(last)} after the last sound{usual}"))
    return [*rows, ("text", " ".join(texts))]


async def speaks(tts: Any, session: Session) -> Rows:
    """Let a voice speak a sentence."""
    rows = await _connected(tts, session)
    began, duration, rate, words = session.now, 0.0, 0, 0
    async for item in _items(tts(rx.just(Sentence(SENTENCE))), session):
        if isinstance(item, AudioFrame) and len(item.samples):
            if not duration:
                rows.append(("first sound", f"after {seconds(session.now - began)}"))
            duration, rate = duration + item.duration, item.rate
        words += isinstance(item, Word)
    if not duration:
        raise RxvoiceError("nothing was spoken")
    rows.append(("last sound", f"after {seconds(session.now - began)}"))
    rows.append(("audio", f"{seconds(duration)} at {rate} Hz"))
    return [*rows, ("words", f"{words} with times" if words else "without times")]


async def answers(llm: Any, session: Session) -> Rows:
    """Ask a language model a question."""
    rows = await _connected(llm, session)
    began, text, tokens = session.now, "", 0
    async for item in _items(llm(Context().append("user", QUESTION)), session):
        if isinstance(item, Token) and item.text:
            if not text:
                rows.append(("first token", f"after {seconds(session.now - began)}"))
            text += item.text
        if isinstance(item, Usage):
            tokens += item.total_tokens
    if not text.strip():
        raise RxvoiceError("nothing was answered")
    rows.append(("whole answer", f"after {seconds(session.now - began)}"))
    rows += [("tokens", str(tokens))] if tokens else []
    return [*rows, ("text", " ".join(text.split()))]


ASK: Final[Mapping[Kind, Callable[[Any, Session], Awaitable[Rows]]]] = {
    "stt": hears,
    "tts": speaks,
    "llm": answers,
}
"""How providers of a kind are asked."""


def seconds(duration: float) -> str:
    """Return a duration for people."""
    return f"{max(duration, 0.0):.2f} s"


async def _items(stream: Observable[Any], session: Session) -> AsyncIterator[Any]:
    """Give what comes; the first fault is the end of it.

    Raises:
        RxvoiceError: With what the fault says.
    """
    async with pull(stream, capacity=10_000, scheduler=session.scheduler) as items:
        async for item in items:
            if isinstance(item, Fault):
                raise item.cause or RxvoiceError(item.message)
            yield item


async def _connected(provider: Any, session: Session) -> Rows:
    """Open a connection, where that can be done beforehand."""
    prewarm = getattr(provider, "prewarm", None)
    if prewarm is None:
        return []
    began = session.now
    await prewarm()
    return [("connected", f"in {seconds(session.now - began)}")]


async def _caller() -> AsyncIterator[Heard]:
    """Play the shipped recording, with marks, in real time."""
    with as_file(files("rxvoice") / "data" / "caller.wav") as path:
        recording = read_wav(path)
    loop = asyncio.get_running_loop()
    began, first, size = loop.time(), round(BEGIN * recording.rate), round(_STEP * recording.rate)
    marks: list[tuple[float, Heard]] = [
        (SPOKEN[0], SpeechStarted(SPOKEN[0])),
        (STOPPED, SpeechStopped(STOPPED, STOPPED - SPOKEN[1])),
    ]
    for number in range(round(LENGTH / _STEP)):
        at = number * _STEP
        while marks and marks[0][0] <= at + 1e-9:
            yield marks.pop(0)[1]
        begin = first + number * size
        await asyncio.sleep(began + at + _STEP - loop.time())
        yield AudioFrame(recording.samples[begin : begin + size], recording.rate, at)


__all__ = ["ASK", "QUESTION", "SENTENCE", "Rows", "seconds"]
