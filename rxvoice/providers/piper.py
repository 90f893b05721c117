"""Speech synthesis by a voice of Piper, local."""

import os
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from reactivex import Observable

from rxvoice.aio import in_thread
from rxvoice.contracts import Spoken
from rxvoice.items import AudioFrame, Sentence, Word
from rxvoice.operators import by_sentence
from rxvoice.providers._piper import Manner, PiperVoice
from rxvoice.providers._shared import Shared
from rxvoice.providers._voiced import in_order, voiced

_COST: Final = 0.2
_SPELLING: Final = 0.02


def piper(
    voice: str | os.PathLike[str],
    *,
    config: str | os.PathLike[str] | None = None,
    speaker: str | int | None = None,
    length_scale: float | None = None,
    noise_scale: float | None = None,
    noise_w: float | None = None,
    pause: float = 0.3,
    espeak: str | None = None,
) -> "Piper":
    """Return a voice of Piper, of which there are some for forty languages, without network.

    A voice is two files: ``NAME.onnx`` and, beside it, ``NAME.onnx.json``. They have licences of
    their own. rxvoice runs the model by itself, on onnxruntime; how words are spoken it asks
    espeak-ng, a program of its own that has to be installed (``apt install espeak-ng``). Piper
    itself is not needed. Voices whose file says ``"phoneme_type": "text"`` need no program; those
    of Chinese, Japanese, Hebrew and Thai with phonemes of their own kinds cannot be used.

    Each sentence gives audio at the voice's rate, as a rule 16,000 or 22,050 Hz, in frames of at
    most 0.1 s, as loud as can be. Silence before the sound is cut off but for 0.03 s. Such models
    tell no times of words: they are laid over the audio by their share of the letters. A text of
    several sentences is spoken one by one. Text without a letter or a figure gives nothing.

    A voice is loaded once for the process, at the first call or by ``prepare``, and runs in worker
    threads, for several sessions at a time.

    Args:
        voice: The file ``NAME.onnx``.
        config: The file that describes it; ``NAME.onnx.json`` unless given.
        speaker: Name or number, where the voice has several; the first unless given.
        length_scale: 2 is half as fast. This and the next two are what the file says unless given.
        noise_scale: How much the sound varies.
        noise_w: How much the lengths of phonemes vary.
        pause: Longest silence after a sentence, in seconds.
        espeak: The program espeak-ng; the one that is found unless given.

    Returns:
        The synthesizer; its ``speak`` takes a single sentence. Speaking fails with
        `rxvoice.errors.ModelError` when a file is missing or broken, espeak-ng is missing, or there
        is no such speaker.

    Raises:
        ValueError: When a number is out of range.
    """
    if not 0.0 <= pause <= 10.0:
        raise ValueError(f"pause must be from 0 to 10 s, got {pause}")
    if length_scale is not None and not 0.1 <= length_scale <= 10.0:
        raise ValueError(f"length_scale must be from 0.1 to 10, got {length_scale}")
    for name, scale in (("noise_scale", noise_scale), ("noise_w", noise_w)):
        if scale is not None and not 0.0 <= scale <= 10.0:
            raise ValueError(f"{name} must be from 0 to 10, got {scale}")
    path = os.fspath(voice)
    about = f"{path}.json" if config is None else os.fspath(config)
    manner = Manner(speaker, noise_scale, length_scale, noise_w)
    return Piper((path, about, espeak), manner, pause)


_loaded: dict[tuple[str, str, str | None], Shared[PiperVoice]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Piper:
    """What `piper` returns: an `rxvoice.contracts.Synthesizer` that can be prepared.

    Attributes:
        files: The model, what describes it, and the program espeak-ng or None.
        manner: How it speaks.
        pause: Longest silence after a sentence, in seconds.
    """

    files: tuple[str, str, str | None]
    manner: Manner
    pause: float

    def __call__(self, sentences: Observable[Sentence], /) -> Observable[Spoken]:
        """Speak a stream of sentences."""
        return by_sentence(self.speak)(sentences)

    async def speak(self, text: str, /) -> AsyncIterator[AudioFrame | Word]:
        """Speak one sentence: an `rxvoice.contracts.Speak`."""
        voice = await self._shared().get()
        start = 0.0
        for run in await in_thread(voice.spell, text, name="piper", cost=_SPELLING):
            wave = await in_thread(voice.speak, run.ids, self.manner, name="piper", cost=_COST)
            samples = voiced(wave, voice.rate, self.pause)
            about = {"start": start, "pause": self.pause}
            for item in in_order(run.written, samples, voice.rate, **about):
                yield item
            start += len(samples) / voice.rate

    async def prepare(self) -> None:
        """Load the voice and have it say a word."""
        voice = await self._shared().get()
        await in_thread(voice.speaker, self.manner.speaker)

    def _shared(self) -> Shared[PiperVoice]:
        with _lock:
            if self.files not in _loaded:
                _loaded[self.files] = Shared(partial(_load, *self.files), name="load piper")
            return _loaded[self.files]


def _load(model: str, config: str, espeak: str | None) -> PiperVoice:
    voice = PiperVoice(Path(model), Path(config), espeak)
    for run in voice.spell("1."):
        voice.speak(run.ids, Manner())
    return voice


__all__ = ["Piper", "piper"]
