"""What it costs to watch a session."""

import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import reactivex as rx
from measured import Measured
from reactivex import Observable

from rxvoice import AudioFrame, Event, Operator, Session
from rxvoice.aio import from_async
from rxvoice.items import (
    BotSpeechStarted,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnStarted,
    Usage,
)
from rxvoice.session import Sink
from rxvoice.tape import record
from rxvoice.telemetry import (
    Meter,
    collect,
    heartbeat,
    log_events,
    to_otel,
    watch_loop,
    watch_queues,
)

FRAMES = 3000
TURNS = 300
ROUNDS = 7
AIM = 10.0
RATE = 16_000

Sinks = list[Sink[object]]


def tracing() -> list[Measured]:
    """Measure frames that pass everything that watches, and turns that are told of."""
    try:
        from opentelemetry.sdk.trace import TracerProvider
    except ImportError as error:
        return [Measured("a frame past to_otel", float("nan"), "µs", note=f"{error}")]
    provider = TracerProvider(shutdown_on_exit=False)

    def traced() -> Sinks:
        return [to_otel(provider)]

    frames = _frames()
    watch = _watched()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call.rxv"
        rounds = [
            (
                asyncio.run(_cost(frames)),
                asyncio.run(_cost(frames, sinks=traced)),
                asyncio.run(_cost(frames, watch, traced)),
                asyncio.run(_cost(frames, watch, traced, path)),
            )
            for _ in range(ROUNDS)
        ]
    bare, with_otel, with_all, with_tape = (
        min(one[column] - one[0] for one in rounds) for column in range(4)
    )
    turns = [event for number in range(TURNS) for event in _turn(number + 1)]
    plain, told = (
        min(asyncio.run(_cost(turns, sinks=sinks)) for _ in range(ROUNDS))
        for sinks in (list, traced)
    )
    return [
        Measured("a frame past `to_otel`", with_otel - bare, "µs", AIM),
        Measured(
            "a frame past all that watches",
            with_all - bare,
            "µs",
            AIM,
            note="to_otel, Meter, collect, log_events, heartbeat, watch_loop and watch_queues",
        ),
        Measured("the same, and on a tape", with_tape - bare, "µs", AIM),
        Measured("a turn with its four spans", (told - plain) * len(turns) / TURNS, "µs"),
    ]


def _watched() -> Operator[Event, Event]:
    logger = logging.getLogger("benchmark")
    logger.setLevel(logging.CRITICAL)
    return rx.compose(
        heartbeat("end", lambda beat: None),
        Meter().watch(),
        collect(lambda metric: None),
        log_events(logger=logger),
    )


async def _cost(
    items: list[Event],
    watch: Operator[Event, Event] | None = None,
    sinks: Callable[[], Sinks] = list,
    path: Path | None = None,
) -> float:
    """Return microseconds that an item takes of the loop's thread."""

    async def spoken() -> AsyncIterator[Event]:
        for item in items:
            yield item
            await asyncio.sleep(0)

    async with Session() as session:
        if path is not None:
            record(session, path)
        stream: Observable[Event] = from_async(spoken)
        if watch is not None:
            stream = stream.pipe(watch)
            session.subscribe(watch_loop())
            session.subscribe(watch_queues())
        began = time.thread_time()
        await session.run(stream, _to_nowhere, *sinks())
        return 1e6 * (time.thread_time() - began) / len(items)


def _to_nowhere(stream: Observable[object], session: Session) -> "asyncio.Future[None]":
    done: asyncio.Future[None] = session.scheduler.loop.create_future()
    session.subscribe(stream, None, done.set_exception, lambda: done.set_result(None))
    return done


def _frames() -> list[Event]:
    noise = np.random.default_rng(0).normal(0.0, 1000.0, FRAMES * RATE // 50).astype(np.int16)
    parts = noise.reshape(FRAMES, RATE // 50)
    return [AudioFrame(part, RATE, number / 50) for number, part in enumerate(parts)]


def _turn(number: int) -> list[Event]:
    said = Transcript("Is there a table for two?", is_final=True)
    return [
        SpeechStarted(0.0),
        TurnStarted(number),
        SpeechStopped(1.0),
        said,
        Turn(said.text, number, transcripts=(said,)),
        ReplyStarted(number),
        ResponseStarted(number),
        Metric("llm", "ttfb", 0.2),
        Usage("llm", 100, 10),
        ResponseEnded(number, "Yes."),
        Metric("tts", "ttfb", 0.1),
        BotSpeechStarted(number),
        ResponseLatency(0.8, (Metric("turn", "wait", 0.5),)),
        ReplyEnded(number, "Yes."),
    ]


__all__ = ["tracing"]
