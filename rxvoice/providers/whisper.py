"""Speech recognition by Whisper, local."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import reactivex as rx
from reactivex import Observable, abc

from rxvoice.aio import in_thread
from rxvoice.contracts import Heard, Recognised
from rxvoice.items import AudioFrame, Transcript
from rxvoice.operators import utterances
from rxvoice.providers._continued import Continued
from rxvoice.providers._onnx import floats
from rxvoice.providers._whisper import MODELS, RATE, Piece, Settings, WhisperModel, shared

_COST: Final = 0.4


def whisper(
    model: str | os.PathLike[str] = "tiny.en",
    *,
    language: str | None = None,
    interim_every: float | None = 1.0,
    min_log_probability: float = -1.0,
    beam_size: int = 1,
    device: str = "cpu",
    compute_type: str = "int8",
    threads: int = 1,
    latency: float = 1.5,
) -> "Whisper":
    """Return a transcriber without network, in English or in about a hundred languages.

    It recognises whole utterances, as `rxvoice.operators.utterances` cuts them, and meanwhile, for
    interim transcripts, what was said so far. Each utterance gives one transcript, final and
    finalised, with the times of the audio. What goes on within half a second is recognised
    together with what came before it. The text is blank when nothing was said: for audio shorter
    than 0.1 s, for silence, and where the model thinks that nobody spoke, is not sure of its words
    or repeats itself.

    Rates other than 16 kHz are resampled. A model is loaded once for the process, at the first
    call or by ``prepare``, and runs in worker threads, for several sessions at a time. ``raw`` of
    a transcript holds ``text`` (also of what was dropped), ``log_probability`` (their mean),
    ``no_speech`` (the highest probability; both None when the model was not asked) and
    ``language_probability``.

    It needs the extra ``rxvoice[whisper]``.

    Args:
        model: ``"tiny.en"`` (78 MB) or ``"base"`` (148 MB, all languages), which are fetched at the
            first use, or a folder with a Whisper model for CTranslate2.
        language: Its code, such as ``"de"``; found out for each utterance unless given, which takes
            twice as long. Models for English alone take no other.
        interim_every: Seconds of speech between two interim transcripts, ``None`` for none. Each
            costs as much as the final one.
        min_log_probability: Mean over the tokens below which what was heard is dropped (Whisper's
            value).
        beam_size: How many texts are followed up; more are slower, and no better in commands.
        device: ``"cpu"``, ``"cuda"`` or ``"auto"``.
        compute_type: How exactly it calculates, such as ``"int8"`` or ``"float16"``.
        threads: Of one recognition.
        latency: Seconds from the end of speech in which 99 % of final transcripts come.

    Returns:
        The transcriber; its ``recognise`` takes a single utterance. It fails with
        `rxvoice.errors.ModelUnavailable` when the model cannot be had and with
        `rxvoice.errors.ModelError` when it is broken or the extra is missing.

    Raises:
        ValueError: When an argument is out of range.

    Where the numbers come from: ``"tiny.en"``, 84 recordings of the project's data, 599 words,
    at 16 kHz. Word error rate 7.2 %, 1.7 of it figures that it writes in its own way, and through
    `rxvoice.operators.vad_gate` within a point of that (``benchmarks/hearing.py``). In real time,
    with interim transcripts, the final one came 0.54 s after the end of speech and in 99 % of cases
    within 0.93 s, 0.2 s of it the silence by which the end is known, on one of two cores of an AMD
    EPYC with nothing else to do; the default latency leaves room for slower ones. ``"base"`` takes
    more than twice as long. Hiss, tones, music and babble have a probability of no speech above 0.6
    or a mean log probability below −1, and speech has not.
    """
    name = os.fspath(model)
    if name not in MODELS and not os.path.isdir(name):
        known = ", ".join(MODELS)
        raise ValueError(f"model must be one of {known} or a folder, got {name!r}")
    if name.endswith(".en") and language not in (None, "en"):
        raise ValueError(f"the model {name} understands English alone, got language {language!r}")
    if interim_every is not None and not interim_every > 0.0:
        raise ValueError(f"interim_every must be positive, got {interim_every}")
    if not min_log_probability <= 0.0:
        raise ValueError(f"min_log_probability must not be positive, got {min_log_probability}")
    for argument, count in (("beam_size", beam_size), ("threads", threads)):
        if count < 1:
            raise ValueError(f"{argument} must be positive, got {count}")
    if not 0.0 <= latency < math.inf:
        raise ValueError(f"latency must be finite and not negative, got {latency}")
    settings = Settings(name, device, compute_type, threads)
    return Whisper(settings, language, interim_every, min_log_probability, beam_size, latency)


@dataclass(frozen=True, slots=True)
class Whisper:
    """What `whisper` returns: an `rxvoice.contracts.Transcriber` that can be prepared.

    Attributes:
        settings: Which model, and how it works.
        language: Its code; None when it is found out.
        interim_every: Seconds of speech between two interim transcripts, or ``None``.
        min_log_probability: Mean over the tokens below which what was heard is dropped.
        beam_size: How many texts are followed up.
        latency: Seconds from the end of speech in which 99 % of final transcripts come.
    """

    settings: Settings
    language: str | None
    interim_every: float | None
    min_log_probability: float
    beam_size: int
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
        await shared(self.settings).get()

    async def _go_on(self, audio: AudioFrame, said: tuple[str, ...]) -> tuple[Transcript, str]:
        model = await shared(self.settings).get()
        job = self._recognise, model, audio, " ".join(said)
        transcript = await in_thread(*job, name="whisper", cost=_COST)
        return transcript, transcript.text

    def _recognise(self, model: WhisperModel, audio: AudioFrame, said: str) -> Transcript:
        found = model.recognise(
            floats(audio, RATE), language=self.language, beam_size=self.beam_size, said=said
        )
        believed = [one.text for one in found.pieces if one.is_speech(self.min_log_probability)]
        raw = _raw(found.pieces)
        raw["language_probability"] = found.certainty
        mean = raw["log_probability"]
        return Transcript(
            " ".join(believed),
            is_final=True,
            is_finalized=True,
            language=found.language or self.language,
            pts=audio.pts,
            end=audio.end,
            confidence=None if mean is None else math.exp(min(0.0, mean)),
            raw=raw,
        )


def _raw(pieces: Sequence[Piece]) -> dict[str, Any]:
    count = len(pieces)
    return {
        "text": " ".join(piece.text for piece in pieces).strip(),
        "log_probability": sum(p.log_probability for p in pieces) / count if count else None,
        "no_speech": max(piece.no_speech for piece in pieces) if count else None,
    }


__all__ = ["Whisper", "whisper"]
