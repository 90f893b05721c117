"""`utterances`."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TypeAlias

import reactivex as rx
from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio import Pulled, lift
from rxvoice.contracts import Heard, Recognise, Transcriber
from rxvoice.items import Fault, Transcript
from rxvoice.operators._audio_span import join
from rxvoice.operators._fault_of import is_hopeless
from rxvoice.operators._latency_of import WithLatency, latency_of
from rxvoice.operators._provider import check_provider
from rxvoice.operators._utterance_cutter import Utterance, UtteranceCutter

CAPACITY = 256
Result: TypeAlias = Transcript | Fault | Exception
"""What comes of an utterance; the exception ends the stream."""


def utterances(
    recognise: Recognise,
    /,
    *,
    prefix_padding: float = 1.0,
    interim_every: float | None = None,
    rate: int = 16_000,
    max_duration: float = 30.0,
    latency: float | None = None,
    name: str = "stt",
) -> Transcriber:
    """Make a transcriber of a function that recognises whole utterances.

    An utterance lasts from ``prefix_padding`` before `SpeechStarted` to `SpeechStopped`, to the
    sample. Each gives one transcript that is final and finalised, in order; its text is blank when
    nothing was said, so that who waits for a transcript knows. One that lasts longer than
    ``max_duration`` is recognised in pieces. When the source completes during speech, what was
    heard is still recognised. Up to 256 utterances wait while one is being recognised; when more
    come the oldest go, with a `Fault`.

    A function that raises gives a `Fault` and, so that nobody waits, a blank transcript; an error
    that says that trying again cannot help then ends the stream.

    Marbles (one column is 20 ms: "s" is a frame of speech)::

        audio      Sssss(E|)
        recognise       ---r
                   -----^--!
        utterances(recognise)
        out        --------(t|)

        S: SpeechStarted(pts=0.0)  E: SpeechStopped(pts=0.08)
        r: Transcript(" hello ", is_final=True)
        t: Transcript("hello", is_final=True, is_finalized=True, pts=0.0, end=0.08)

    Args:
        recognise: Called for one utterance at a time.
        prefix_padding: Seconds before `SpeechStarted` that belong to it (Pipecat's value).
        interim_every: Seconds of new audio after which what was heard so far is recognised for an
            interim transcript; ``None`` for none. It is skipped while other work waits.
        rate: Samples a second that the function wants.
        max_duration: Seconds.
        latency: The attribute ``latency`` of the transcriber: seconds from the real end of speech
            in which 99 % of final transcripts come. The function's own unless given.
        name: Source of the faults.

    Returns:
        The transcriber.

    Raises:
        TypeError: When ``recognise`` is no function.
        ValueError: When an argument is out of range.
    """
    check_provider("recognise", recognise, "audio")
    if not prefix_padding >= 0.0:
        raise ValueError(f"prefix_padding must not be negative, got {prefix_padding}")
    if interim_every is not None and not interim_every > 0.0:
        raise ValueError(f"interim_every must be positive, got {interim_every}")
    if rate < 1:
        raise ValueError(f"rate must be positive, got {rate}")
    if not max_duration > 0.0:
        raise ValueError(f"max_duration must be positive, got {max_duration}")
    if latency is not None and not 0.0 <= latency < math.inf:
        raise ValueError(f"latency must be finite and not negative, got {latency}")

    def transcribed(source: Observable[Heard]) -> Observable[Transcript | Fault]:
        def subscribed(_: abc.SchedulerBase) -> Observable[Transcript | Fault]:
            cutter = UtteranceCutter(prefix_padding, max_duration)

            async def recognised(
                waiting: Pulled[Utterance | None],
            ) -> AsyncIterator[Transcript | Fault]:
                dropped = 0
                async for utterance in waiting:
                    if waiting.dropped > dropped:
                        dropped = waiting.dropped
                        yield Fault(name, "recognition is too slow: an utterance was dropped")
                    if utterance is not None:
                        results = await _final(recognise, utterance, rate, name)
                    else:
                        so_far = None if len(waiting) else cutter.so_far()
                        cutter.asked = False
                        results = await _interim(recognise, so_far, rate, name)
                    for result in results:
                        if isinstance(result, Exception):
                            raise result
                        yield result

            lifted = lift(recognised, capacity=CAPACITY, policy="drop_oldest", name=name)
            return source.pipe(_cut_by(cutter, interim_every), lifted)

        return rx.defer(subscribed)

    return WithLatency(transcribed, latency_of(recognise) if latency is None else latency)


def _cut_by(
    cutter: UtteranceCutter, interim_every: float | None
) -> Operator[Heard, Utterance | None]:
    """Emit whole utterances, and ``None`` when it is time for an interim transcript."""

    def cut(source: Observable[Heard]) -> Observable[Utterance | None]:
        def subscribe(
            observer: abc.ObserverBase[Utterance | None],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            def on_next(item: Heard) -> None:
                for utterance in cutter.take(item):
                    observer.on_next(utterance)
                if interim_every is None or cutter.asked:
                    return
                if cutter.fresh >= interim_every - 1e-9:  # durations are sums of floats
                    cutter.asked = True
                    observer.on_next(None)

            def on_completed() -> None:
                for utterance in cutter.flush():
                    observer.on_next(utterance)
                observer.on_completed()

            return source.subscribe(on_next, observer.on_error, on_completed, scheduler=scheduler)

        return Stream(subscribe)

    return cut


async def _final(recognise: Recognise, utterance: Utterance, rate: int, name: str) -> list[Result]:
    pts, end = utterance.pts, utterance.end
    nothing = Transcript("", is_final=True, is_finalized=True, pts=pts, end=end)
    if not utterance.audio:
        return [nothing]
    try:
        found = await recognise(await join(utterance.audio, rate))
    except Exception as error:
        return [nothing, error] if is_hopeless(error) else [_fault(name, error), nothing]
    text = found.text.strip()
    return [replace(found, text=text, is_final=True, is_finalized=True, pts=pts, end=end)]


async def _interim(
    recognise: Recognise, so_far: Utterance | None, rate: int, name: str
) -> list[Result]:
    if so_far is None:
        return []
    pts, end = so_far.pts, so_far.end
    try:
        found = await recognise(await join(so_far.audio, rate))
    except Exception as error:
        return [error if is_hopeless(error) else _fault(name, error)]
    text = found.text.strip()
    if not text:
        return []
    return [replace(found, text=text, is_final=False, is_finalized=False, pts=pts, end=end)]


def _fault(name: str, error: Exception) -> Fault:
    return Fault(name, f"recognition failed: {error}", cause=error)
