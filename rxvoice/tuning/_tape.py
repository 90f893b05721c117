"""What is heard in a recording, before turns are made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from reactivex import operators as ops

from rxvoice.contracts import Transcriber, Vad
from rxvoice.items import AudioFrame, Event
from rxvoice.operators import transcribe
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.tuning._gating import gated
from rxvoice.tuning._timed import Timed, timed

FRAME = 0.02
PATIENCE = 60.0
"""Seconds that a recogniser has after the end of the recording."""


@dataclass(frozen=True, slots=True)
class Tape:
    """What comes out of detection and recognition.

    Attributes:
        events: In order.
        end: When the recording and the silence after it are over.
    """

    events: tuple[Timed[Event], ...]
    end: float


def listen(
    audio: AudioFrame, tail: float, vad: Vad, gate: Mapping[str, float], stt: Transcriber
) -> Tape:
    """Play a recording in virtual time, as a microphone would, and note what is heard.

    Args:
        audio: From time 0.
        tail: Seconds of silence that follow it, in which the gate has to close.
        vad: Detects speech.
        gate: Options of `vad_gate`.
        stt: Recognises it.

    Raises:
        Exception: What the stream fails with, such as `rxvoice.errors.ModelError`.
    """
    heard: list[Timed[Event]] = []
    samples = np.concatenate((audio.samples, np.zeros(round(tail * audio.rate), np.int16)))

    async def listened() -> None:
        async with Session(name="tune") as session:
            stream = timed(_frames(samples, audio.rate), complete=True).pipe(
                gated(vad, gate),
                transcribe(stt, timeout=PATIENCE),
                ops.do_action(lambda event: heard.append((session.now, event))),
            )
            await session.run(stream)

    run_virtual(listened())
    return Tape(tuple(heard), len(samples) / audio.rate)


def _frames(samples: NDArray[np.int16], rate: int) -> Iterator[Timed[Event]]:
    size = max(1, round(FRAME * rate))
    for at in range(0, len(samples), size):
        frame = AudioFrame(samples[at : at + size], rate, at / rate)
        yield frame.end, frame


__all__ = ["Tape", "listen"]
