"""A voice by Kokoro, local."""

import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice.aio import in_thread
from rxvoice.contracts import Spoken
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame, Sentence
from rxvoice.operators import by_sentence
from rxvoice.providers._hibari_voice import integers, sounding
from rxvoice.providers._kokoro_voice import RATE, KokoroModel, Phonemize, english, runs
from rxvoice.providers._shared import Shared

English: TypeAlias = Literal["en-us", "en-gb"]

_COST: Final = 0.5
_FRAME: Final = RATE // 10
_LEAD: Final = 0.03


def kokoro(
    model: str | Path = "kokoro-v1.0.onnx",
    voices: str | Path = "voices-v1.0.bin",
    *,
    voice: str = "af_heart",
    speed: float = 1.0,
    language: English | None = None,
    pause: float = 0.3,
    phonemize: Phonemize | None = None,
) -> "Kokoro":
    """Return a voice by Kokoro-82M, without network.

    It needs two files, which the authors of kokoro-onnx and others have on the web: the model as
    ONNX, and its voices. Both are under the Apache licence. English needs the extra
    ``rxvoice[local]``, of which hibari finds the phonemes; other languages need a function that
    does.

    Each sentence gives audio of 24 kHz in frames of at most 0.1 s. Silence before the first sound
    is cut off but for 0.03 s. The voice tells no times of words; `rxvoice.operators.by_sentence`
    spreads them over the audio. What is longer than the model's 510 phonemes is spoken piece by
    piece. Text without a letter or digit gives nothing.

    Files are loaded once for the process, at the first call or by ``prepare``. The model runs in
    worker threads, for several sessions at a time; unsubscribing lets a run end unheard.

    Args:
        model: The model, with the inputs ``tokens`` or ``input_ids``, ``style`` and ``speed``.
        voices: Its voices: an archive of arrays by name, as NumPy writes it (``.npz``, or
            ``.bin``), or the bare numbers of a single voice, whose name does not matter then.
        voice: Its name. The first letter tells the language, ``a`` American English and ``b``
            British.
        speed: From 0.5, slow, to 2, fast.
        language: How English text is pronounced; as the voice's name tells unless given.
        pause: Longest silence after a sentence, in seconds.
        phonemize: Returns the phonemes of a text, as Kokoro writes them; called in a worker thread.
            For other languages than English.

    Returns:
        The synthesizer; its ``speak`` takes a single sentence. Speaking fails with
        `rxvoice.errors.ModelError` when a file is missing or broken, or holds no such voice, and
        when nobody knows the phonemes of its language.

    Raises:
        ValueError: When an argument is out of range.

    Measured on one core with the model of 8-bit numbers: first audio after 1.4 to 2.1 s.
    """
    if not 0.5 <= speed <= 2.0:
        raise ValueError(f"speed must be from 0.5 to 2, got {speed}")
    if not 0.0 <= pause <= 10.0:
        raise ValueError(f"pause must be from 0 to 10 s, got {pause}")
    if language not in (None, "en-us", "en-gb"):
        raise ValueError(f"language must be 'en-us' or 'en-gb', got {language!r}")
    if not voice:
        raise ValueError("voice must be a name, got ''")
    return Kokoro(Path(model), Path(voices), voice, speed, language, pause, phonemize)


_models: dict[tuple[Path, Path], Shared[KokoroModel]] = {}
_spellers: dict[bool, Shared[Phonemize]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kokoro:
    """What `kokoro` returns: an `rxvoice.contracts.Synthesizer` that can be prepared.

    Attributes:
        model: The model's file.
        voices: The file of voices.
        voice: Its name.
        speed: 1 for the voice's own.
        language: How English is pronounced; None for as the voice's name tells.
        pause: Longest silence after a sentence, in seconds.
        phonemize: Finds phonemes; None for those of English.
    """

    model: Path
    voices: Path
    voice: str
    speed: float
    language: English | None
    pause: float
    phonemize: Phonemize | None

    def __call__(self, sentences: Observable[Sentence], /) -> Observable[Spoken]:
        """Speak a stream of sentences."""
        return by_sentence(self.speak)(sentences)

    async def speak(self, text: str, /) -> AsyncGenerator[AudioFrame]:
        """Speak one sentence: an `rxvoice.contracts.Speak`.

        Raises:
            ModelError: When a file cannot be used.
        """
        if not any(map(str.isalnum, text)):
            return
        model, phonemize = await self._loaded()
        style = await in_thread(model.style, self.voice, name="kokoro")
        start = 0
        for signs in runs(await in_thread(phonemize, text, name="kokoro")):
            samples = await in_thread(self._speak, model, signs, style, name="kokoro", cost=_COST)
            for at in range(0, len(samples), _FRAME):
                yield AudioFrame(samples[at : at + _FRAME], RATE, (start + at) / RATE)
            start += len(samples)

    async def prepare(self) -> None:
        """Load the files and have it say a word.

        Raises:
            ModelError: When a file cannot be used.
        """
        async for _ in self.speak("Hello"):
            pass

    def _speak(
        self, model: KokoroModel, signs: str, style: NDArray[np.float32]
    ) -> NDArray[np.int16]:
        wave = model.speak(signs, style, self.speed)
        first, end = sounding(wave)
        return integers(wave[max(0, first - round(_LEAD * RATE)) : end + round(self.pause * RATE)])

    async def _loaded(self) -> tuple[KokoroModel, Phonemize]:
        files = (self.model.absolute(), self.voices.absolute())
        with _lock:
            if files not in _models:
                _models[files] = Shared(partial(KokoroModel, *files), name="load kokoro")
            loading = _models[files]
        model = await loading.get()
        return model, self.phonemize or await self._speller().get()

    def _speller(self) -> Shared[Phonemize]:
        """Return what finds the phonemes of English, as it is pronounced here."""
        if self.language is None and self.voice[:1] not in "ab":
            raise ModelError(
                f"the voice {self.voice!r} may not speak English: give language or phonemize"
            )
        british = self.language == "en-gb" or (self.language is None and self.voice[:1] == "b")
        with _lock:
            if british not in _spellers:
                spell = partial(english, british=british)
                _spellers[british] = Shared(spell, name="load phonemes")
            return _spellers[british]


__all__ = ["English", "Kokoro", "kokoro"]
