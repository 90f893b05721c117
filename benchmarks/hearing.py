"""How well and how soon the local recognisers hear, through the pipe and given whole recordings.

It prints a table and fails when the pipe makes a point more of mistakes than the recogniser alone.
It needs the project's shared recordings and the extra ``tune``; see README.md beside this file.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import reactivex as rx
from measured import Measured, keep, machine, table

from rxvoice import AudioFrame, Session, Transcript
from rxvoice.aio import from_async, pull
from rxvoice.audio import convert_rate, decode_mulaw
from rxvoice.contracts import Heard, Recognised
from rxvoice.items import Metric
from rxvoice.operators import transcribe, vad_gate
from rxvoice.providers.moonshine import moonshine
from rxvoice.providers.silero import silero
from rxvoice.providers.whisper import whisper
from rxvoice.reports import word_error_rate
from rxvoice.testing import run_virtual

DATA = Path(__file__).parents[2] / "shared" / "data"
RATES = (8_000, 16_000, 24_000, 48_000)
CHUNKS = (10, 20, 33, 100)
"""Milliseconds."""

QUIET = 1.0
"""Seconds of silence after each recording, so that its end is noticed."""

POINT = 1.0
"""Percent of the words."""


class Engine(Protocol):
    """A local recogniser."""

    def __call__(self, heard: rx.Observable[Heard], /) -> rx.Observable[Recognised]:
        """Transcribe a stream."""
        ...

    async def recognise(self, audio: AudioFrame, /) -> Transcript:
        """Recognise a whole recording."""
        ...

    async def prepare(self) -> None:
        """Load the model."""
        ...


ENGINES: dict[str, Callable[[float | None], Engine]] = {
    "moonshine": lambda every: moonshine(interim_every=every),
    "whisper-tiny.en": lambda every: whisper("tiny.en", interim_every=every),
    "whisper-base": lambda every: whisper("base", language="en", interim_every=every),
}


def recordings() -> list[tuple[str, AudioFrame]]:
    """Read what was said, and the recording of it."""
    listed = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))["files"]
    return [
        (entry["transcript"], read(DATA / entry["file"]))
        for entry in listed
        if entry["kind"] == "stt"
    ]


def read(path: Path) -> AudioFrame:
    """Read a recording at its own rate."""
    if path.suffix == ".ulaw":
        return AudioFrame(decode_mulaw(path.read_bytes()), 8_000)
    soundfile: Any = import_module("soundfile")
    samples, rate = soundfile.read(str(path), dtype="int16", always_2d=True)
    return AudioFrame(np.ascontiguousarray(samples[:, 0]), rate)


def at_rate(audio: AudioFrame, rate: int) -> AudioFrame:
    """Bring a recording to another rate."""
    return AudioFrame(convert_rate(audio.samples, audio.rate, rate), rate)


def chunks(audio: AudioFrame, size: int) -> list[AudioFrame]:
    """Cut into frames of so many milliseconds, with silence at the end."""
    quiet = np.zeros(round(QUIET * audio.rate), np.int16)
    samples, step = np.concatenate([audio.samples, quiet]), audio.rate * size // 1000
    return [
        AudioFrame(samples[at : at + step], audio.rate, at / audio.rate)
        for at in range(0, len(samples), step)
    ]


async def piped(engine: Engine, frames: Sequence[AudioFrame]) -> str:
    """Return what is heard through the pipe."""
    async with Session(name="hearing") as session:
        pipe = (vad_gate(silero()), transcribe(engine, pass_audio=False))
        stream = rx.from_iterable(frames).pipe(*pipe)
        async with pull(stream, scheduler=session.scheduler) as items:
            texts = [item.text async for item in items if isinstance(item, Transcript)]
    return " ".join(texts)


def errors(name: str, rates: Sequence[int], sizes: Sequence[int]) -> list[Measured]:
    """Compare the pipe with the recogniser alone; in virtual time."""
    engine = ENGINES[name](None)
    run_virtual(silero().prepare())
    run_virtual(engine.prepare())
    everything = recordings()
    said = " ".join(text for text, _ in everything)
    lines: list[Measured] = []
    for rate in rates:
        clips = [at_rate(audio, rate) for _, audio in everything]
        texts = [run_virtual(engine.recognise(clip)).text for clip in clips]
        whole = 100.0 * word_error_rate(said, " ".join(texts))
        for size in sizes:
            texts = [run_virtual(piped(engine, chunks(clip, size))) for clip in clips]
            wrong = 100.0 * word_error_rate(said, " ".join(texts))
            title = f"{name}: words wrong at {rate / 1000:g} kHz in chunks of {size} ms"
            lines.append(Measured(title, wrong, "%", round(whole + POINT, 2), whole))
            sys.stderr.write(f"{title}: {wrong:.2f} %, alone {whole:.2f} %\n")
    return lines


async def spoken(frames: Sequence[AudioFrame]) -> AsyncIterator[AudioFrame]:
    """Give frames as a microphone does: each when it has been spoken."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for frame in frames:
        await asyncio.sleep(start + frame.end - loop.time())
        yield frame


async def delays(engine: Engine) -> list[float]:
    """Return the seconds from each end of speech to its transcript; in real time."""
    found: list[float] = []
    await silero().prepare()
    await engine.prepare()
    async with Session(name="hearing") as session:
        for _, audio in recordings():
            frames = chunks(audio, 20)
            stream = from_async(lambda frames=frames: spoken(frames)).pipe(
                vad_gate(silero()), transcribe(engine, pass_audio=False)
            )
            async with pull(stream, scheduler=session.scheduler) as items:
                found += [
                    item.value
                    async for item in items
                    if isinstance(item, Metric) and item.name == "latency"
                ]
    return found


def latency(name: str) -> list[Measured]:
    """Measure how soon the final transcript comes, interim ones included in the work."""
    every = 0.4 if name == "moonshine" else 1.0
    found = sorted(asyncio.run(delays(ENGINES[name](every))))
    note = f"{len(found)} utterances in real time, 0.2 s of it the silence that ends them"
    title = f"{name}: end of speech to final transcript"
    return [
        Measured(f"{title}, median", statistics.median(found), "s", note=note),
        Measured(f"{title}, p99", found[int(0.99 * len(found))], "s"),
    ]


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--engine", choices=ENGINES, default="moonshine")
    parser.add_argument("--rate", type=int, action="append", help="Hz; may be repeated")
    parser.add_argument("--chunk", type=int, action="append", help="ms; may be repeated")
    parser.add_argument("--latency", action="store_true", help="measure the delay instead")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results, too")
    args = parser.parse_args()
    if args.latency:
        lines = latency(args.engine)
    else:
        lines = errors(args.engine, args.rate or RATES, args.chunk or CHUNKS)
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))
    print()
    print(table(lines))
    if args.json is not None:
        keep(args.json, lines)
    sys.exit(any(line.verdict == "MISSED" for line in lines))


if __name__ == "__main__":
    main()
