"""Piper's voices: from text to samples; blocking."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from rxvoice.errors import ModelError
from rxvoice.providers._clauses import clauses
from rxvoice.providers._espeak import find, phonemes
from rxvoice.providers._onnx import Session, broken, open_session

_PAD, _BEGIN, _END = "_", "^", "$"
_MOST: Final = 300  # phonemes of one run, whose memory grows with them
_FAINTEST: Final = 0.01

Ids = Annotated[list[int], Field(min_length=1)]


class _Audio(BaseModel):
    sample_rate: int = Field(ge=1)


class _Espeak(BaseModel):
    voice: str = "en-us"


class _Inference(BaseModel):
    noise_scale: float = 0.667
    length_scale: float = 1.0
    noise_w: float = 0.8


class VoiceConfig(BaseModel):
    """What the file beside a voice's model says."""

    audio: _Audio
    espeak: _Espeak = _Espeak()
    inference: _Inference = _Inference()
    phoneme_type: Literal["espeak", "text"] = "espeak"
    phoneme_id_map: dict[str, Ids]
    num_speakers: int = 1
    speaker_id_map: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a voice speaks; None for what its file says.

    Attributes:
        speaker: Its name or number, where the voice has several.
        noise_scale: How much the sound varies.
        length_scale: 2 is half as fast.
        noise_w: How much the lengths of phonemes vary.
    """

    speaker: str | int | None = None
    noise_scale: float | None = None
    length_scale: float | None = None
    noise_w: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What the model is given at a time.

    Attributes:
        written: The text of it.
        ids: Its phonemes.
    """

    written: str
    ids: list[int]


class PiperVoice:
    """A loaded voice; several threads may use it at the same time.

    Args:
        model: The file ``….onnx``.
        config: The file that describes it.
        espeak: The program espeak-ng; the one that is found unless given.

    Raises:
        ModelError: When a file is missing or broken, or speaks by phonemes of another kind.
    """

    def __init__(self, model: Path, config: Path, espeak: str | None = None) -> None:
        try:
            self._config = VoiceConfig.model_validate_json(config.read_bytes())
        except OSError as error:
            raise ModelError(f"cannot read {config}: {error.strerror}") from error
        except ValidationError as error:
            raise broken(config, ValueError(_first(error))) from error
        missing = {_PAD, _BEGIN, _END} - self._config.phoneme_id_map.keys()
        if missing:
            raise broken(config, ValueError(f"phoneme_id_map lacks {' '.join(sorted(missing))}"))
        self._espeak = find(espeak) if self._config.phoneme_type == "espeak" else ""
        self._session: Session = open_session(model)
        self.rate = self._config.audio.sample_rate

    def speaker(self, wanted: str | int | None) -> int:
        """Return the number of a speaker.

        Raises:
            ModelError: When the voice has no such speaker.
        """
        names, count = self._config.speaker_id_map, self._config.num_speakers
        number = (
            0 if wanted is None else names.get(wanted, -1) if isinstance(wanted, str) else wanted
        )
        if not 0 <= number < max(1, count):
            raise ModelError(
                f"the voice has no speaker {wanted!r}, but {count}: {', '.join(names)}"
            )
        return number

    def spell(self, text: str) -> list[Run]:
        """Find the phonemes of a text, for one run of the model each: mostly a sentence."""
        pieces = clauses(text)
        spoken = [piece.text for piece in pieces]
        if pieces and self._config.phoneme_type == "espeak":
            spoken = phonemes(spoken, self._config.espeak.voice, self._espeak)
        runs: list[Run] = []
        written, spelt = "", ""
        for piece, sound in zip(pieces, spoken, strict=True):
            marked = unicodedata.normalize("NFD", sound + piece.mark)
            if spelt and len(spelt) + 1 + len(marked) > _MOST:
                runs.append(Run(written, self._ids(spelt)))
                written, spelt = "", ""
            written, spelt = f"{written} {piece.written}".strip(), f"{spelt} {marked}".strip()
            if piece.ends_sentence:
                runs.append(Run(written, self._ids(spelt)))
                written, spelt = "", ""
        return [*runs, Run(written, self._ids(spelt))] if spelt else runs

    def speak(self, ids: list[int], manner: Manner) -> NDArray[np.float32]:
        """Speak what `spell` gave, from −1 to 1 and as loud as can be.

        Raises:
            ModelError: When the voice has no such speaker, or the model fails.
        """
        scales = self._config.inference
        numbers = [
            scales.noise_scale if manner.noise_scale is None else manner.noise_scale,
            scales.length_scale if manner.length_scale is None else manner.length_scale,
            scales.noise_w if manner.noise_w is None else manner.noise_w,
        ]
        feed: dict[str, NDArray[Any]] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(numbers, np.float32),
        }
        number = self.speaker(manner.speaker)
        if self._config.num_speakers > 1:
            feed["sid"] = np.array([number], np.int64)
        try:
            wave = self._session.run(None, feed)[0].astype(np.float32).reshape(-1)
        except Exception as error:
            raise ModelError(f"the voice failed: {type(error).__name__}") from error
        return wave / max(_FAINTEST, float(np.abs(wave).max(initial=0.0)))

    def _ids(self, spelt: str) -> list[int]:
        known = self._config.phoneme_id_map
        found = [*known[_BEGIN], *known[_PAD]]
        for sign in spelt:
            if sign in known:
                found += [*known[sign], *known[_PAD]]
        return [*found, *known[_END]]


def _first(error: ValidationError) -> str:
    """Say in a line what is wrong with a file."""
    about = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, about['loc'])) or 'it'}: {about['msg']}"


__all__ = ["Manner", "PiperVoice", "Run", "VoiceConfig"]
