"""Whisper's recogniser, by faster-whisper; blocking."""

import os
import threading
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice import models
from rxvoice.errors import ModelError
from rxvoice.providers._shared import Shared

RATE: Final = 16_000
_PADDING: Final = np.zeros(RATE // 4, np.float32)
_SHORTEST: Final = RATE // 10
_SILENT: Final = 16.0 / 32768.0  # peak to peak
_NO_SPEECH: Final = 0.6
_REPETITIVE: Final = 2.4
_MOST_WORKERS: Final = 4
_GROUP: Final = "whisper-"

MODELS: Final = sorted(
    {key.partition("/")[0].removeprefix(_GROUP) for key in models.TABLE if key.startswith(_GROUP)}
)
"""The models that the store knows."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a loaded model depends on.

    Attributes:
        model: A name of `MODELS`, or a folder.
        device: Where it works.
        compute_type: How exactly it calculates.
        threads: Of one recognition.
    """

    model: str
    device: str
    compute_type: str
    threads: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What the model made of up to 30 s of audio.

    Attributes:
        text: What it wrote, without what it had been given.
        log_probability: Mean over the tokens.
        no_speech: Probability that nobody spoke.
        repetitive: How many times smaller the text becomes when it is compressed.
    """

    text: str
    log_probability: float
    no_speech: float
    repetitive: float

    def is_speech(self, min_log_probability: float) -> bool:
        """Whether the text can be believed.

        On noise the model writes a lone word without being sure of it, on silence a full stop, on
        tones the same word over and over.
        """
        return (
            self.log_probability >= min_log_probability
            and self.no_speech <= _NO_SPEECH
            and self.repetitive <= _REPETITIVE
            and any(letter.isalnum() for letter in self.text)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What the model made of an utterance.

    Attributes:
        pieces: For every 30 s one; none when it was not asked.
        language: Its code; None when the model was not asked.
        certainty: Probability of the language.
    """

    pieces: tuple[Piece, ...] = ()
    language: str | None = None
    certainty: float = 1.0


class WhisperModel:
    """A loaded model; several threads may use it at the same time.

    Args:
        settings: Which model, and how it works.

    Raises:
        ModelError: When the library is missing, or the model cannot be had or used.
    """

    def __init__(self, settings: Settings) -> None:
        try:
            library: Any = import_module("faster_whisper")
        except ImportError as error:
            message = "faster-whisper is missing; install it with `pip install 'rxvoice[whisper]'`"
            raise ModelError(message) from error
        named = settings.model in MODELS
        folder = models.folder(_GROUP + settings.model) if named else Path(settings.model)
        if not folder.is_dir():
            raise ModelError(f"there is no folder {folder} with a Whisper model")
        try:
            self._model: Any = library.WhisperModel(
                str(folder),
                device=settings.device,
                compute_type=settings.compute_type,
                cpu_threads=settings.threads,
                num_workers=min(_MOST_WORKERS, os.cpu_count() or 1),
                local_files_only=True,
            )
        except Exception as error:
            raise ModelError(f"cannot use the Whisper model in {folder}: {error}") from error

    def recognise(
        self,
        samples: NDArray[np.float32],
        *,
        language: str | None = None,
        beam_size: int = 1,
        said: str = "",
    ) -> Found:
        """Return what is said.

        What is shorter than 0.1 s or below 16 steps of a 16-bit sample is not given to the model.

        Args:
            samples: Mono 16 kHz, shape ``(n,)``.
            language: Its code; found out unless given.
            beam_size: How many texts are followed up.
            said: What is said at the beginning; what is returned comes after it.
        """
        if len(samples) < _SHORTEST or float(np.ptp(samples)) < _SILENT:
            return Found()
        found, about = self._model.transcribe(
            np.concatenate([_PADDING, samples, _PADDING]),
            language=language,
            beam_size=beam_size,
            prefix=said or None,
            temperature=0.0,
            without_timestamps=True,
            condition_on_previous_text=False,
            no_speech_threshold=None,
            log_prob_threshold=None,
            compression_ratio_threshold=None,
        )
        pieces = [
            Piece(one.text.strip(), one.avg_logprob, one.no_speech_prob, one.compression_ratio)
            for one in found
        ]
        if pieces and said:
            pieces[0] = _after(said, pieces[0])
        return Found(tuple(pieces), about.language, about.language_probability)


def _after(said: str, piece: Piece) -> Piece:
    """Take from a text what the model had been given of it."""
    text = piece.text.removeprefix(said) if piece.text.startswith(said) else ""
    return Piece(text.strip(), piece.log_probability, piece.no_speech, piece.repetitive)


_loaded: dict[Settings, Shared[WhisperModel]] = {}
_lock = threading.Lock()


def shared(settings: Settings) -> Shared[WhisperModel]:
    """Return the model that all in this process share who want these settings."""

    def load() -> WhisperModel:
        model = WhisperModel(settings)
        model.recognise(np.sin(np.arange(RATE // 2, dtype=np.float32)), language="en")
        return model

    with _lock:
        if settings not in _loaded:
            _loaded[settings] = Shared(load, name="load whisper")
        return _loaded[settings]


__all__ = ["MODELS", "RATE", "Found", "Piece", "Settings", "WhisperModel", "shared"]
