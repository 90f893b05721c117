"""Speech recognition by Moonshine tiny (English), local."""

import math
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, TypeAlias

import numpy as np
import reactivex as rx
from reactivex import Observable, abc

from rxvoice import models
from rxvoice.aio import in_thread
from rxvoice.contracts import Heard, Recognised
from rxvoice.items import AudioFrame, Transcript
from rxvoice.operators import utterances
from rxvoice.providers._continued import Continued
from rxvoice.providers._moonshine import RATE, MoonshineModel, Piece, Tokens
from rxvoice.providers._onnx import floats, open_session
from rxvoice.providers._shared import Shared

_COST: Final = 0.06

Ids: TypeAlias = tuple[int, ...]
"""Tokens of the model."""


def moonshine(
    *,
    interim_every: float | None = 0.4,
    min_log_probability: float = -0.7,
    latency: float = 0.5,
) -> "Moonshine":
    """Return a transcriber in English, without network.

    It recognises whole utterances, as `rxvoice.operators.utterances` cuts them, and meanwhile, for
    interim transcripts, what was said so far. Each utterance gives one transcript, final and
    finalised, with the times of the audio. One that goes on within half a second is recognised
    together with what came before it, at most 8 s in all, and tells what is new; so a word or two
    between short pauses are understood. The text is blank when nothing was said: for audio
    shorter than 0.1 s, for silence, and when the model is not sure of its words, loops, or writes
    what it is known to write on noise. Babble and laughter can still yield words: give it what a
    voice detector has confirmed.

    Utterances of more than 20 s are cut at their quietest place between 10 and 20 s and joined by
    blanks. Rates other than 16 kHz are resampled. The model (44 MB) is loaded once for the
    process, at the first call or by ``prepare``, and runs in worker threads, for several sessions
    at a time. ``raw`` of a transcript holds ``text`` (also of what was dropped),
    ``log_probability`` (their mean, None when the model was not asked) and ``tokens``.

    Args:
        interim_every: Seconds of speech between two interim transcripts, ``None`` for none. Each
            costs as much as the final one, 60 ms or more of a worker thread.
        min_log_probability: Mean over the tokens below which what was heard is dropped.
        latency: Seconds from the end of speech in which 99 % of final transcripts come.

    Returns:
        The transcriber; its ``recognise`` takes a single utterance. It fails with
        `rxvoice.errors.ModelUnavailable` when the model cannot be had and with
        `rxvoice.errors.ModelError` when one of its files is broken.

    Raises:
        ValueError: When an argument is out of range.

    Where the numbers come from: 84 recordings of the project's data, 599 words, 8 to 24 kHz. Word
    error rate 4.8 %, of which 1.7 are figures that it writes as words: telephone prompts 3.9,
    audiobooks 2.6, read sentences 4.4, short phrases of callers 0 %. Through
    `rxvoice.operators.vad_gate` it is the same within half a point, at 8 to 48 kHz and in chunks of
    any size (``benchmarks/hearing.py``). In pink noise at 10 dB 13 %, in babble 25 %. Right texts
    have a mean log probability above −0.57; the limit of −0.7 costs nothing in clean audio. Of
    210 pieces of hiss of any level none gave words. 70 ms of processor time an utterance, 2.3 %
    of its length, one thread. In real time, with interim transcripts, the final one came 0.24 s
    after the end of speech and in 99 % of cases within 0.34 s, 0.2 s of it the silence by which the
    end is known, on one of two cores of an AMD EPYC with nothing else to do; the default leaves
    room for slower ones.
    """
    if not min_log_probability <= 0.0:
        raise ValueError(f"min_log_probability must not be positive, got {min_log_probability}")
    if interim_every is not None and not interim_every > 0.0:
        raise ValueError(f"interim_every must be positive, got {interim_every}")
    if not 0.0 <= latency < math.inf:
        raise ValueError(f"latency must be finite and not negative, got {latency}")
    return Moonshine(interim_every, min_log_probability, latency)


@dataclass(frozen=True, slots=True)
class Moonshine:
    """What `moonshine` returns: an `rxvoice.contracts.Transcriber` that can be prepared.

    Attributes:
        interim_every: Seconds of speech between two interim transcripts, or ``None``.
        min_log_probability: Mean over the tokens below which what was heard is dropped.
        latency: Seconds from the end of speech in which 99 % of final transcripts come.
    """

    interim_every: float | None
    min_log_probability: float
    latency: float

    def __call__(self, heard: Observable[Heard], /) -> Observable[Recognised]:
        """Transcribe a stream."""

        def subscribed(_: abc.SchedulerBase) -> Observable[Recognised]:
            return utterances(Continued(self._go_on), interim_every=self.interim_every)(heard)

        return rx.defer(subscribed)

    async def recognise(self, audio: AudioFrame, /) -> Transcript:
        """Recognise one utterance: an `rxvoice.contracts.Recognise`."""
        return (await self._go_on(audio, ()))[0]

    async def prepare(self) -> None:
        """Load the model and run it once."""
        await _model.get()

    async def _go_on(self, audio: AudioFrame, said: tuple[Ids, ...]) -> tuple[Transcript, Ids]:
        model = await _model.get()
        job = self._recognise, model, audio, said
        return await in_thread(*job, name="moonshine", cost=_COST)

    def _recognise(
        self, model: MoonshineModel, audio: AudioFrame, said: tuple[Ids, ...]
    ) -> tuple[Transcript, Ids]:
        pieces = model.recognise(floats(audio, RATE), tuple(chain.from_iterable(said)))
        raw = _raw(pieces)
        believed = [piece for piece in pieces if piece.is_speech(self.min_log_probability)]
        transcript = Transcript(
            " ".join(piece.text for piece in believed),
            is_final=True,
            is_finalized=True,
            language="en",
            pts=audio.pts,
            end=audio.end,
            confidence=_confidence(raw["log_probability"]),
            raw=raw,
        )
        return transcript, tuple(chain.from_iterable(piece.ids for piece in believed))


def _confidence(log_probability: float | None) -> float | None:
    return None if log_probability is None else math.exp(log_probability)


def _raw(pieces: list[Piece]) -> dict[str, Any]:
    tokens = sum(piece.tokens for piece in pieces)
    total = sum(piece.log_probability * piece.tokens for piece in pieces if piece.tokens)
    return {
        "text": " ".join(piece.text for piece in pieces).strip(),
        "log_probability": total / tokens if tokens else None,
        "tokens": tokens,
    }


def load() -> MoonshineModel:
    """Load the model and run it once; blocking."""
    model = MoonshineModel(
        open_session(models.path("moonshine-tiny-en/encoder")),
        open_session(models.path("moonshine-tiny-en/decoder")),
        Tokens(models.path("moonshine-tiny-en/tokenizer")),
    )
    model.recognise(np.sin(np.arange(RATE // 2, dtype=np.float32)))
    return model


_model = Shared(load, name="load moonshine")

__all__ = ["Moonshine", "moonshine"]
