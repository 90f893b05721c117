"""Kokoro's model: from text to samples; blocking."""

import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import ModelError
from rxvoice.providers._kokoro_signs import NUMBERS
from rxvoice.providers._onnx import broken, open_session

RATE: Final = 24_000
MOST: Final = 510
"""Signs of one run of the model, without those at its ends."""

_STYLE: Final = 256
_PIECE: Final = 600  # characters that are spelt at a time
_BREAKS: Final = (".!?…", ",;:—")
_MARKS: Final = frozenset(';:,.!?—…"()“” ')

Phonemize = Callable[[str], str]


class KokoroModel:
    """A loaded model with its voices; several threads may use it at the same time.

    Args:
        model: The file ``….onnx``.
        voices: The file of voices.

    Raises:
        ModelError: When a file is missing or broken.
    """

    def __init__(self, model: Path, voices: Path) -> None:
        for name, path in (("model", model), ("voices", voices)):
            if not path.is_file():
                raise ModelError(f"{name}: there is no file {path}")
        self._session: Any = open_session(model)
        self._types: dict[str, str] = {one.name: one.type for one in self._session.get_inputs()}
        self._tokens = "input_ids" if "input_ids" in self._types else "tokens"
        lacking = {self._tokens, "style", "speed"} - self._types.keys()
        if lacking:
            raise broken(model, ValueError(f"it has no input {', '.join(sorted(lacking))}"))
        self._voices = voices
        self._names = _names(voices)

    def style(self, voice: str) -> NDArray[np.float32]:
        """Return what a voice sounds like, by the number of signs, shape ``(n, 256)``.

        Raises:
            ModelError: When there is no such voice.
        """
        if self._names is not None and voice not in self._names:
            raise ModelError(f"voice must be one of {', '.join(self._names)}; got {voice!r}")
        try:
            if self._names is None:
                rows = np.fromfile(self._voices, "<f4")
            else:
                with np.load(self._voices) as told:
                    rows = told[voice]
            rows = np.asarray(rows, np.float32).reshape(-1, _STYLE)
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise broken(self._voices, error) from error
        if not len(rows):
            raise broken(self._voices, ValueError("it is empty"))
        return rows

    def speak(self, signs: str, style: NDArray[np.float32], speed: float) -> NDArray[np.float32]:
        """Speak what `runs` gave, from −1 to 1.

        Raises:
            ModelError: When the model fails.
        """
        numbers = [NUMBERS[sign] for sign in signs]
        whole = np.int32 if self._types["speed"] == "tensor(int32)" else np.float32
        feed = {
            self._tokens: np.array([[0, *numbers, 0]], np.int64),
            "style": style[min(len(numbers), len(style)) - 1][None, :],
            "speed": np.array([speed]).astype(whole),
        }
        try:
            wave: NDArray[Any] = self._session.run(None, feed)[0]
        except Exception as error:
            raise ModelError(f"the voice failed: {type(error).__name__}") from error
        return wave.astype(np.float32).reshape(-1)


def runs(spelt: str) -> Iterator[str]:
    """Cut phonemes into what the model takes at once; if possible where a reader would pause.

    Signs that it does not know are left out, and so are pieces without a sound.
    """
    rest = " ".join("".join(sign for sign in spelt if sign in NUMBERS).split())
    while rest:
        end = len(rest) if len(rest) <= MOST else _cut(rest[: MOST + 1])
        piece, rest = rest[:end].strip(), rest[end:].strip()
        if not _MARKS.issuperset(piece):
            yield piece


def english(*, british: bool) -> Phonemize:
    """Return what finds the phonemes of English text.

    Raises:
        ModelError: When hibari, which knows them, is not installed.
    """
    try:
        g2p: Any = import_module("hibari.g2p").G2P(british=british)
    except ImportError as error:
        message = (
            "phonemes of English need hibari; install it with `pip install 'rxvoice[local]'`, or "
            "give phonemize"
        )
        raise ModelError(message) from error
    g2p("zvoxt")  # the first unknown word loads a second model

    def phonemize(text: str) -> str:
        return " ".join(g2p(piece) for piece in _pieces(text))

    return phonemize


def _cut(signs: str) -> int:
    """Return where to cut so many signs and one more: after a mark, at a blank, or anywhere."""
    for marks in _BREAKS:
        ends = [at for at in range(1, len(signs)) if signs[at - 1] in marks and signs[at] == " "]
        if ends:
            return ends[-1]
    blank = signs.rfind(" ")
    return blank if blank > 0 else len(signs) - 1


def _pieces(text: str) -> Iterator[str]:
    """Group words so that what is spelt at a time is bounded; a longer word is cut."""
    piece = ""
    for word in text.split():
        for at in range(0, len(word), _PIECE):
            part = word[at : at + _PIECE]
            if piece and len(piece) + 1 + len(part) > _PIECE:
                yield piece
                piece = part
            else:
                piece = f"{piece} {part}".strip()
    if piece:
        yield piece


def _names(voices: Path) -> tuple[str, ...] | None:
    """Return the names of an archive's voices; None for the numbers of a single voice."""
    try:
        if not zipfile.is_zipfile(voices):
            if voices.stat().st_size % (4 * _STYLE):
                raise ValueError("it is neither an archive of voices nor the numbers of one")
            return None
        with zipfile.ZipFile(voices) as archive:
            return tuple(sorted(name.removesuffix(".npy") for name in archive.namelist()))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise broken(voices, error) from error


__all__ = ["MOST", "RATE", "KokoroModel", "Phonemize", "english", "runs"]
