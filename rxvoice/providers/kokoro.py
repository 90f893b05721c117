"""Speech synthesis by Kokoro, local."""

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
from rxvoice.providers._kokoro import RATE, KokoroVoice
from rxvoice.providers._kokoro_spelling import LANGUAGES
from rxvoice.providers._shared import Shared
from rxvoice.providers._voiced import in_order, voiced

_COST: Final = 1.5
_SPELLING: Final = 0.02


def kokoro(
    model: str | os.PathLike[str],
    voices: str | os.PathLike[str],
    *,
    voice: str = "af_heart",
    language: str | None = None,
    speed: float = 1.0,
    pause: float = 0.3,
    espeak: str | None = None,
) -> "Kokoro":
    """Return a voice of Kokoro, without network: one of the best there are, and slow.

    It needs the files of the model (Kokoro-82M for onnxruntime, of any precision) and of its
    voices. How English words are spoken it asks hibari (the extra ``rxvoice[local]``), and where
    that is missing, and in Spanish, French, Hindi, Italian and Portuguese, espeak-ng, a program of
    its own that has to be installed (``apt install espeak-ng``). Japanese and Chinese cannot be
    spoken.

    Each sentence gives audio of 24 kHz in frames of at most 0.1 s. Silence before the sound is cut
    off but for 0.03 s. The model tells no times of words: they are laid over the audio by their
    share of the letters. A text of several sentences is spoken one by one. Text without a letter
    or a figure gives nothing.

    A voice is loaded once for the process, at the first call or by ``prepare``, and runs in worker
    threads, for several sessions at a time.

    Args:
        model: The file ``….onnx``.
        voices: A file with all voices (``voices-v1.0.bin``, or any ``.npz``), a file with a single
            one (numbers of 32 bits), or a folder of files ``NAME.bin``.
        voice: Its name. The first letter is the language: ``a`` American, ``b`` British, ``e``
            Spanish, ``f`` French, ``h`` Hindi, ``i`` Italian, ``p`` Portuguese.
        language: What is spoken, as espeak-ng names it; that of the voice unless given.
        speed: From 0.5, slow, to 2, fast.
        pause: Longest silence after a sentence, in seconds.
        espeak: The program espeak-ng, to be used for English, too; the one that is found, and for
            English hibari, unless given.

    Returns:
        The synthesizer; its ``speak`` takes a single sentence. Speaking fails with
        `rxvoice.errors.ModelError` when a file is missing or broken, there is no such voice, or
        nothing is installed that tells how words are spoken.

    Raises:
        ValueError: When a number is out of range, or the language of the voice cannot be spoken.
    """
    if not 0.5 <= speed <= 2.0:
        raise ValueError(f"speed must be from 0.5 to 2, got {speed}")
    if not 0.0 <= pause <= 10.0:
        raise ValueError(f"pause must be from 0 to 10 s, got {pause}")
    if not voice.isidentifier():
        raise ValueError(f"voice must be a name, got {voice!r}")
    spoken = language or LANGUAGES.get(voice[0])
    if spoken is None:
        known = ", ".join(LANGUAGES)
        raise ValueError(f"voice must begin with one of {known}, or language be given: {voice!r}")
    return Kokoro((os.fspath(model), os.fspath(voices), voice, spoken, espeak), speed, pause)


_loaded: dict[tuple[str, str, str, str, str | None], Shared[KokoroVoice]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kokoro:
    """What `kokoro` returns: an `rxvoice.contracts.Synthesizer` that can be prepared.

    Attributes:
        voice: Model, voices, name, language, and the program espeak-ng or None.
        speed: 1 for the voice's own.
        pause: Longest silence after a sentence, in seconds.
    """

    voice: tuple[str, str, str, str, str | None]
    speed: float
    pause: float

    def __call__(self, sentences: Observable[Sentence], /) -> Observable[Spoken]:
        """Speak a stream of sentences."""
        return by_sentence(self.speak)(sentences)

    async def speak(self, text: str, /) -> AsyncIterator[AudioFrame | Word]:
        """Speak one sentence: an `rxvoice.contracts.Speak`."""
        voice = await self._shared().get()
        start = 0.0
        for run in await in_thread(voice.spell, text, name="kokoro", cost=_SPELLING):
            wave = await in_thread(voice.speak, run.ids, self.speed, name="kokoro", cost=_COST)
            samples = voiced(wave, RATE, self.pause)
            for item in in_order(run.written, samples, RATE, start=start, pause=self.pause):
                yield item
            start += len(samples) / RATE

    async def prepare(self) -> None:
        """Load the voice and have it say a word."""
        await self._shared().get()

    def _shared(self) -> Shared[KokoroVoice]:
        with _lock:
            if self.voice not in _loaded:
                _loaded[self.voice] = Shared(partial(_load, *self.voice), name="load kokoro")
            return _loaded[self.voice]


def _load(model: str, voices: str, voice: str, language: str, espeak: str | None) -> KokoroVoice:
    loaded = KokoroVoice(Path(model), Path(voices), voice, language, espeak)
    for run in loaded.spell("1."):
        loaded.speak(run.ids, 1.0)
    return loaded


__all__ = ["Kokoro", "kokoro"]
