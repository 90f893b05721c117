"""A voice by hibari (English), local."""

import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from reactivex import Observable

from rxvoice.aio import in_thread
from rxvoice.contracts import Spoken as Voiced
from rxvoice.items import AudioFrame, Sentence, Word
from rxvoice.items._speech import moved
from rxvoice.operators import by_sentence
from rxvoice.providers._hibari_voice import RATE, HibariModel, Spoken
from rxvoice.providers._hibari_words import Unit
from rxvoice.providers._shared import Shared

_FRAME: Final = RATE // 10
_COST: Final = 0.05


def hibari(
    *, voice: str = "heart", speed: float = 1.0, pause: float = 0.3, seed: int = 0
) -> "Hibari":
    """Return a voice that speaks English, without network.

    Each sentence gives audio of 24 kHz in frames of at most 0.1 s, and every word of the text as it
    is written, with the time at which it is spoken, before the frame that it starts in. The times
    are the model's own durations of the phonemes, exact to about 0.05 s; "$3.50", which is spoken
    as five words, is one. Silence before the first sound is cut off (the model makes 0.3 s of it)
    but for 0.03 s. A text of several sentences is spoken piece by piece.

    Text without a word, such as marks or emoji, and words in other scripts give nothing.

    The model is loaded once for the process, at the first call or by ``prepare``, and runs in
    worker threads, for several sessions at a time.

    Args:
        voice: Its name. All but ``"heart"`` are fetched from the network at first use.
        speed: From 0.5, slow, to 2, fast.
        pause: Longest silence after a sentence, in seconds, and half of it after a clause; the
            model makes 0.3 to 0.5 s.
        seed: Of the noise in the voice; the same text always sounds the same.

    Returns:
        The synthesizer; its ``speak`` takes a single sentence. Speaking fails with
        `rxvoice.errors.ModelError` when the voice cannot be had.

    Raises:
        ValueError: When ``speed`` or ``pause`` is out of range. An unknown voice is told when it is
            loaded.

    Measured on one core: loading 0.5 s and 0.14 GB (another 0.05 GB while it speaks); first audio
    after 10 to 60 ms, by the length of the sentence; 0.01 s a second of audio. Four words cut out
    of a sentence by their times were recognised in 17 of 22 cases, and in 8 when cut 0.05 s later.
    """
    if not 0.5 <= speed <= 2.0:
        raise ValueError(f"speed must be from 0.5 to 2, got {speed}")
    if not 0.0 <= pause <= 10.0:
        raise ValueError(f"pause must be from 0 to 10 s, got {pause}")
    return Hibari(voice, speed, pause, seed)


_loaded: dict[str, Shared[HibariModel]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Hibari:
    """What `hibari` returns: an `rxvoice.contracts.Synthesizer` that can be prepared.

    Attributes:
        voice: Its name.
        speed: 1 for the voice's own.
        pause: Longest silence after a sentence, in seconds.
        seed: Of the noise in the voice.
    """

    voice: str
    speed: float
    pause: float
    seed: int

    def __call__(self, sentences: Observable[Sentence], /) -> Observable[Voiced]:
        """Speak a stream of sentences."""
        return by_sentence(self.speak)(sentences)

    async def speak(self, text: str, /) -> AsyncIterator[AudioFrame | Word]:
        """Speak one sentence: an `rxvoice.contracts.Speak`."""
        model = await self._shared().get()
        groups = model.spell(text)
        start = 0
        while (units := await in_thread(next, groups, None, name="hibari", cost=0.0)) is not None:
            spoken = await in_thread(self._speak, model, units, name="hibari", cost=_COST)
            for item in _in_order(spoken, start):
                yield item
            start += len(spoken.samples)

    async def prepare(self) -> None:
        """Load the voice and have it say a word."""
        await self._shared().get()

    def _speak(self, model: HibariModel, units: list[Unit]) -> Spoken:
        return model.speak(units, speed=self.speed, pause=self.pause, seed=self.seed)

    def _shared(self) -> Shared[HibariModel]:
        with _lock:
            if self.voice not in _loaded:
                _loaded[self.voice] = Shared(partial(load, self.voice), name="load hibari")
            return _loaded[self.voice]


def _in_order(spoken: Spoken, start: int) -> Iterator[AudioFrame | Word]:
    """Cut into frames, each after the words that begin in it."""
    words = list(spoken.words)
    for at in range(0, len(spoken.samples), _FRAME):
        frame = AudioFrame(spoken.samples[at : at + _FRAME], RATE, (start + at) / RATE)
        while words and words[0].pts < (at + _FRAME) / RATE:
            word = words.pop(0)
            offset = start / RATE
            yield moved(word, offset)
        yield frame


def load(voice: str) -> HibariModel:
    """Load a voice and have it say a word; blocking."""
    model = HibariModel(voice)
    for units in model.spell("Hello."):
        model.speak(units, speed=1.0, pause=0.0, seed=0)
    return model


__all__ = ["Hibari", "hibari"]
