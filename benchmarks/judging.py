"""Cost of voice detection with Silero's model, next to the model alone; and of a listening call."""

import asyncio
import os
import statistics
import time
import wave
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from listening import instant
from measured import Measured
from numpy.typing import NDArray
from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice import AudioFrame, Event, Session, Turn
from rxvoice.operators import aggregate_turn, stop_after_silence, transcribe, vad_gate
from rxvoice.providers._onnx import Session as OnnxSession
from rxvoice.providers.silero import SileroDetector, load, silero

RATE = 16_000
WINDOW = 512
AIM = 1.15
GROUP = 5
"""Windows that are measured together, 160 ms: eight frames of 20 ms."""

HELD: list[object] = []
"""Arrays that onnxruntime knows by their addresses alone."""

ROUNDS = 5
CALLS = 100
LENGTH = 10.0


def judging() -> list[Measured]:
    """Measure."""
    return asyncio.run(measured())


async def measured() -> list[Measured]:
    """Measure on a loop."""
    await silero().prepare()
    audio, model = recorded(), load()
    lines: list[Measured] = []
    async with Session(name="vad") as session:
        for size in (WINDOW, RATE // 50):
            value, bare, plain = next_to_the_model(session, model, audio, size)
            name = f"32 ms window through `vad_gate`, frames of {size * 1000 // RATE} ms"
            note = f"session.run with arrays instead of bound memory: {plain:.1f} µs"
            lines.append(Measured(name, value, "µs", round(AIM * bare, 1), bare, note))
    bare = lines[-1].bare or 0.0
    with one_processor():
        cost, turns = await calls(audio)
    note = f"{1.0 / cost:.0f} calls a core; {turns} turns in {CALLS} calls of {LENGTH:g} s"
    name = "processor time for 1 s of a listening call"
    lines.append(Measured(name, cost * 1e3, "ms", 10.0, bare * RATE / WINDOW / 1e3, note))
    return lines


def next_to_the_model(
    session: Session, model: OnnxSession, audio: NDArray[np.int16], size: int
) -> tuple[float, float, float]:
    """Return microseconds a window: the gate, the bare model, the model without bound memory.

    They take turns, window by window, and share the session. In a call, too, there is other work
    between two windows; a model that runs on and on finds all that it needs in the caches.
    """
    push = gate(session, model)
    bare, plain = bound_model(model), unbound_model(model)
    clock, due, at = time.perf_counter, 0, 0
    rounds: list[list[float]] = []
    for _ in range(ROUNDS):
        found: tuple[list[float], ...] = ([], [], [])
        for _ in range(len(audio) // (GROUP * WINDOW)):
            spent = [0.0, 0.0, 0.0]
            for _ in range(GROUP * WINDOW // size):
                place = at % len(audio)
                frame = AudioFrame(audio[place : place + size], RATE, at / RATE)
                at += size
                began = clock()
                push(frame)
                spent[0] += clock() - began
                due += size
                if due >= WINDOW:
                    due -= WINDOW
                    began = clock()
                    bare()
                    between = clock()
                    plain()
                    spent[1] += between - began
                    spent[2] += clock() - between
            for times, seconds in zip(found, spent, strict=True):
                times.append(seconds / GROUP * 1e6)
        rounds.append([statistics.median(times) for times in found])
    gated, alone, unbound = map(min, zip(*rounds, strict=True))
    return gated, alone, unbound


def gate(session: Session, model: OnnxSession) -> Callable[[Event], None]:
    """Return what takes the frames of a subscribed gate; nothing else lies in between."""
    observers: list[abc.ObserverBase[Event]] = []

    def vad() -> SileroDetector:
        return SileroDetector(model, RATE, reset_every=5.0)

    def subscribe(
        observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        observers.append(observer)
        return Disposable()

    session.subscribe(Observable(subscribe).pipe(vad_gate(vad)), lambda item: None)
    return observers[0].on_next


def bound_model(session: OnnxSession) -> Callable[[], object]:
    """Return a bare call of onnxruntime, on memory that is bound once for all."""
    inputs = model_inputs()
    outputs = {"output": np.zeros((1, 1), np.float32), "stateN": np.zeros_like(inputs["state"])}
    binding = session.io_binding()
    for name, array in inputs.items():
        binding.bind_input(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
    for name, array in outputs.items():
        binding.bind_output(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
    HELD.append((inputs, outputs))
    return partial(session.run_with_iobinding, binding)


def unbound_model(session: OnnxSession) -> Callable[[], object]:
    """Return a bare call of onnxruntime, on arrays."""
    return partial(session.run, None, model_inputs())


def model_inputs() -> dict[str, NDArray[Any]]:
    """Return what the model is given for a window."""
    noise = np.random.default_rng(7).normal(0.0, 0.05, (1, 64 + WINDOW))
    state = np.zeros((2, 1, 128), np.float32)
    return {"input": noise.astype(np.float32), "state": state, "sr": np.array(RATE)}


async def calls(audio: NDArray[np.int16]) -> tuple[float, int]:
    """Return seconds of processor time for a second of one call, and the turns in all of them.

    All are fed in lockstep, 20 ms each, every one from another place in the recording.
    """
    # Frames come faster than in real time, so that nothing can wait.
    stop = stop_after_silence(min_delay=0.0, latency=0.0)
    turns = 0

    def count(item: Event) -> None:
        nonlocal turns
        turns += isinstance(item, Turn)

    size = RATE // 50
    async with Session(name="calls") as session:
        inlets: list[Callable[[Event], None]] = []
        for _ in range(CALLS):

            def subscribe(
                observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                inlets.append(observer.on_next)
                return Disposable()

            heard: Observable[Event] = Observable(subscribe)
            pipe = heard.pipe(vad_gate(silero()), transcribe(instant), aggregate_turn(stop=stop))
            session.subscribe(pipe, count)
        began = time.process_time()
        for index in range(round(LENGTH * RATE) // size):
            for call, push in enumerate(inlets):
                at = (index + 13 * call) * size % (len(audio) - size)
                push(AudioFrame(audio[at : at + size], RATE, index * size / RATE))
            await asyncio.sleep(0)
        spent = time.process_time() - began
    return spent / (CALLS * LENGTH), turns


@contextmanager
def one_processor() -> Generator[None]:
    """Stay on one processor, where the system can be told so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def recorded() -> NDArray[np.int16]:
    """Return the recording that is shipped."""
    with (
        as_file(files("rxvoice") / "data" / "caller.wav") as path,
        wave.open(str(path), "rb") as file,
    ):
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
    return samples[: len(samples) // (GROUP * WINDOW) * GROUP * WINDOW]


__all__ = ["judging"]
