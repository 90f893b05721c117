"""Hibari's model: from text to samples and the times of its words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import ModelError
from rxvoice.items import Word
from rxvoice.providers._hibari_words import Unit, align, chunks

RATE: Final = 24_000
_STEP: Final = 600  # samples that a duration of 1 stands for
_EARLY: Final = 1200  # samples by which sounds come before their durations say; measured
_WINDOW: Final = 240
_LEAD: Final = 0.03
_FADE: Final = 120
_PIECE: Final = 600  # characters that are spelt at a time
_ENDS: Final = b"/CumSum_output_0"  # the model's own tensor: where each phoneme ends


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of speech.

    Attributes:
        samples: At 24 kHz.
        words: Its words, by start, from its first sample.
    """

    samples: NDArray[np.int16]
    words: tuple[Word, ...]


class HibariModel:
    """A loaded voice; several threads may use it at the same time.

    Args:
        voice: Its name.

    Raises:
        ValueError: When there is no such voice.
        ModelError: When the library is missing or the voice cannot be had.
    """

    def __init__(self, voice: str) -> None:
        try:
            library: Any = import_module("hibari")
        except ImportError as error:
            message = "hibari is missing; install it with `pip install 'rxvoice[local]'`"
            raise ModelError(message) from error
        voices: Any = import_module("hibari.voices")
        if voice not in voices.VOICES:
            raise ValueError(f"voice must be one of {', '.join(voices.VOICES)}; got {voice!r}")
        self._normalize: Any = import_module("hibari.g2p.normalize").normalize
        self._synth: Any = import_module("hibari.dsp").synth
        try:
            model = Path(voices.voice_path(voice)).read_bytes()
            self._timed = _ENDS in model
            self._hibari: Any = library.Hibari(voice, model=_with_ends(model))
            self._g2p: Any = self._hibari.g2p
            self._g2p("zvoxt")  # the first unknown word loads a second model
            self._frugal: Any = import_module("onnxruntime").RunOptions()
            self._frugal.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        except Exception as error:
            raise ModelError(f"cannot use the voice {voice!r}: {error}") from error

    def spell(self, text: str) -> Iterator[list[Unit]]:
        """Find the phonemes of a text, in groups for one run of the model each."""
        for words in _pieces(text.split()):
            tokens = self._g2p.phonemize_tokens(
                self._g2p.tokenize(self._normalize(" ".join(words)))
            )
            spoken: list[tuple[str, str]] = []
            joined = False
            for token in tokens:
                phonemes = "".join(c for c in token.phonemes or "" if c in self._hibari.vocab)
                if joined:
                    before = spoken.pop()
                    spoken.append((before[0] + token.text, before[1] + phonemes))
                else:
                    spoken.append((token.text, phonemes))
                joined = not token.whitespace
            for chunk in chunks(align(words, spoken)):
                if any(unit.spoken for unit in chunk):
                    yield chunk

    def speak(self, units: Sequence[Unit], *, speed: float, pause: float, seed: int) -> Spoken:
        """Speak a group of `spell`.

        Args:
            units: The group.
            speed: 1 for the voice's own.
            pause: Longest silence after a sentence in seconds; half of it after less.
            seed: Of the noise in the voice.
        """
        phonemes = " ".join(unit.phonemes for unit in units)
        ids = self._hibari.ids(phonemes)
        feed = {"ids": np.asarray([ids], np.int64), "speed": np.asarray([speed], np.float32)}
        *spectrum, last = self._hibari.sess.run(None, feed, self._frugal)
        if not self._timed:
            spectrum.append(last)
        wave: NDArray[np.float32] = self._synth(
            *(part[0] for part in spectrum), np.random.default_rng(seed)
        )
        start, end = _sounding(wave)
        even = np.linspace(start, end, len(ids) - 1)
        edges = last.reshape(-1) * _STEP - _EARLY if self._timed else even
        first = max(0, start - round(_LEAD * RATE))
        words = tuple(_timed(units, np.clip(edges, start, end) - first))
        rest = pause if phonemes.rstrip('"”) ').endswith((".", "!", "?", "…")) else pause / 2
        cut = wave[first : end + round(rest * RATE)]
        return Spoken(_integers(cut), words)


def _with_ends(model: bytes) -> bytes:
    """Make a tensor an output of a model.

    Messages of this format may be appended to: ``graph { output { name } }``.
    """
    if _ENDS not in model:
        return model
    output = _field(12, _field(1, _ENDS))
    return model + _field(7, output)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def _pieces(words: Sequence[str]) -> Iterator[list[str]]:
    """Group words so that what is spelt at a time is bounded; a longer word is cut."""
    piece: list[str] = []
    size = 0
    for word in words:
        for start in range(0, len(word), _PIECE):
            part = word[start : start + _PIECE]
            if piece and size + len(part) > _PIECE:
                yield piece
                piece, size = [], 0
            piece.append(part)
            size += len(part) + 1
    if piece:
        yield piece


def _sounding(wave: NDArray[np.float32]) -> tuple[int, int]:
    """Where the sound begins and ends, in samples."""
    count = len(wave) // _WINDOW
    loud = np.sqrt(np.mean(wave[: count * _WINDOW].reshape(count, _WINDOW) ** 2, axis=1))
    heard = np.flatnonzero(loud > max(0.002, 0.02 * float(loud.max(initial=0.0))))
    if len(heard) == 0:
        return 0, len(wave)
    return int(heard[0]) * _WINDOW, (int(heard[-1]) + 1) * _WINDOW


def _timed(units: Sequence[Unit], edges: NDArray[Any]) -> Iterator[Word]:
    """Give the words their times, from where each phoneme ends."""
    at = 0
    for unit in units:
        sounding = unit.spoken
        start = edges[at + sounding.start] / RATE
        end = edges[at + max(sounding.stop, sounding.start)] / RATE
        # Several words that are spoken as one share its time by their letters.
        letters = np.cumsum([0, *(len(word) for word in unit.words)])
        parts = start + (end - start) * letters / max(1, letters[-1])
        for word, (begin, over) in zip(unit.words, pairwise(parts.tolist()), strict=True):
            yield Word(word, begin, over)
        at += len(unit.phonemes) + 1


def _integers(wave: NDArray[np.float32]) -> NDArray[np.int16]:
    """Round, with a short fade where silence was cut off."""
    wide = wave.astype(np.float32)
    size = min(_FADE, len(wide) // 2)
    ramp = np.linspace(0.0, 1.0, size, dtype=np.float32)
    wide[:size] *= ramp
    wide[len(wide) - size :] *= ramp[::-1]
    return np.rint(np.clip(wide, -1.0, 1.0) * 32767.0).astype(np.int16)


__all__ = ["RATE", "HibariModel", "Spoken"]
