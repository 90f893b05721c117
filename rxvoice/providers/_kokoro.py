"""Kokoro's voices: from text to samples; blocking."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import ModelError
from rxvoice.providers._clauses import clauses
from rxvoice.providers._kokoro_spelling import IDS, speller
from rxvoice.providers._onnx import broken, open_session

RATE: Final = 24_000
MOST: Final = 400
"""Phonemes of one run. The model takes 510, and its voices hurry in long ones."""

_STYLE: Final = 256


@dataclass(frozen=True, slots=True)
class Run:
    """What the model is given at a time.

    Attributes:
        written: The text of it.
        ids: Its phonemes, without the pads at the ends.
    """

    written: str
    ids: list[int]


class KokoroVoice:
    """A loaded model with one voice; several threads may use it at the same time.

    Args:
        model: The file ``….onnx``.
        voices: The file, or folder of files, with the voices.
        voice: Its name.
        language: As espeak-ng names it.
        espeak: The program espeak-ng; the one that is found unless given.

    Raises:
        ModelError: When a file is missing or broken, there is no such voice, or nothing is
            installed that tells how words are spoken.
    """

    def __init__(
        self, model: Path, voices: Path, voice: str, language: str, espeak: str | None = None
    ) -> None:
        self._styles = _styles(voices, voice)
        self._spell = speller(language, espeak)
        self._session: Any = open_session(model)
        kinds = {one.name: one.type for one in self._session.get_inputs()}
        names = [name for name in ("tokens", "input_ids") if name in kinds]
        if not names or not {"style", "speed"} <= kinds.keys():
            raise broken(model, ValueError(f"it is no model of Kokoro: {', '.join(kinds)}"))
        self._tokens = names[0]
        self._speed = np.int32 if "int" in kinds["speed"] else np.float32

    def spell(self, text: str) -> list[Run]:
        """Find the phonemes of a text, for one run of the model each: mostly a sentence."""
        pieces = clauses(text)
        spoken = self._spell([piece.text + piece.mark for piece in pieces])
        runs: list[Run] = []
        written, ids = "", list[int]()
        for piece, sound in zip(pieces, spoken, strict=True):
            found = [IDS[sign] for sign in sound if sign in IDS][:MOST]
            if ids and len(ids) + 1 + len(found) > MOST:
                runs.append(Run(written, ids))
                written, ids = "", []
            written = f"{written} {piece.written}".strip()
            ids = [*ids, IDS[" "], *found] if ids else found
            if piece.ends_sentence and ids:
                runs.append(Run(written, ids))
                written, ids = "", []
        return [*runs, Run(written, ids)] if ids else runs

    def speak(self, ids: list[int], speed: float) -> NDArray[np.float32]:
        """Speak what `spell` gave, from −1 to 1 at 24 kHz.

        Raises:
            ModelError: When the model fails.
        """
        style = self._styles[min(len(ids), len(self._styles)) - 1]
        feed = {
            self._tokens: np.array([[0, *ids, 0]], np.int64),
            "style": style.reshape(1, _STYLE),
            "speed": np.array([speed], self._speed),
        }
        try:
            return self._session.run(None, feed)[0].astype(np.float32).reshape(-1)
        except Exception as error:
            raise ModelError(f"the voice failed: {type(error).__name__}") from error


def _styles(path: Path, voice: str) -> NDArray[np.float32]:
    """Return what a voice sounds like, for each length of a text."""
    file = path / f"{voice}.bin" if path.is_dir() else path
    try:
        with file.open("rb") as opened:
            packed = opened.read(2) == b"PK"
            opened.seek(0)
            if not packed:
                return np.fromfile(opened, "<f4").reshape(-1, _STYLE)
            with np.load(opened, allow_pickle=False) as voices:
                if voice not in voices:
                    raise ModelError(f"{file} has no voice {voice!r}, but {', '.join(voices)}")
                return np.asarray(voices[voice], np.float32).reshape(-1, _STYLE)
    except OSError as error:
        raise ModelError(f"cannot read {file}: {error.strerror or error}") from error
    except (ValueError, BadZipFile) as error:
        raise broken(file, error) from error


__all__ = ["MOST", "RATE", "KokoroVoice", "Run"]
