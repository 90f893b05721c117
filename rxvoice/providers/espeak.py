"""A voice like a robot's, local: the program espeak-ng."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from reactivex import Observable

from rxvoice.aio import in_thread
from rxvoice.audio import PcmAligner
from rxvoice.contracts import Spoken
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame, Sentence, Word
from rxvoice.operators import by_sentence
from rxvoice.providers._espeak import Speaking, find
from rxvoice.providers._voiced import in_order

_RATE: Final = 22_050
_READ: Final = 65_536
_LONGEST: Final = 600.0
_PAUSE: Final = 0.3  # silence that it makes at the end of a sentence
_COST: Final = 0.02
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "amplitude": (0, 200),
    "pitch": (0, 99),
    "speed": (80, 500),
}


def espeak(
    voice: str = "en-us",
    *,
    speed: int = 175,
    pitch: int = 50,
    amplitude: int = 100,
    program: str | None = None,
) -> "Espeak":
    """Return a voice that speaks about a hundred languages like a robot, without network or model.

    It is real speech for tests, demos and machines without power: recognisers understand most of
    it. Each sentence is a process of its own, which is killed when nobody listens any more, and
    takes about 20 ms. Audio comes in frames of at most 0.1 s, at 22,050 Hz. The program tells no
    times of words: they are laid over the audio by their share of the letters. Text without a
    letter or a figure gives nothing.

    It needs espeak-ng, which is no Python package: ``apt install espeak-ng``.

    Args:
        voice: Language or voice, as ``espeak-ng --voices`` lists them, such as ``"de"`` or
            ``"en-gb+f3"``.
        speed: Words a minute, 80 to 500.
        pitch: 0 to 99.
        amplitude: 0 to 200.
        program: The program to run; espeak-ng, or its forerunner espeak, unless given.

    Returns:
        The synthesizer; its ``speak`` takes a single sentence. Speaking fails with
        `rxvoice.errors.ModelError` when the program is missing, does not know the voice, or takes
        more than ten minutes for a sentence to be heard.

    Raises:
        ValueError: When an argument is out of range.
    """
    numbers = {"speed": speed, "pitch": pitch, "amplitude": amplitude}
    for name, (least, most) in _RANGES.items():
        if not least <= numbers[name] <= most:
            raise ValueError(f"{name} must be from {least} to {most}, got {numbers[name]}")
    if not voice or voice.startswith("-"):
        raise ValueError(f"voice must be a name, got {voice!r}")
    return Espeak(voice, speed, pitch, amplitude, program)


@dataclass(frozen=True, slots=True)
class Espeak:
    """What `espeak` returns: an `rxvoice.contracts.Synthesizer` that can be prepared.

    Attributes:
        voice: Language or voice.
        speed: Words a minute.
        pitch: 0 to 99.
        amplitude: 0 to 200.
        program: The program to run; None for the one that is found.
    """

    voice: str
    speed: int
    pitch: int
    amplitude: int
    program: str | None

    def __call__(self, sentences: Observable[Sentence], /) -> Observable[Spoken]:
        """Speak a stream of sentences."""
        return by_sentence(self.speak)(sentences)

    async def speak(self, text: str, /) -> AsyncIterator[AudioFrame | Word]:
        """Speak one sentence: an `rxvoice.contracts.Speak`."""
        if not any(sign.isalnum() for sign in text):
            return
        speaking = Speaking(self._command(), text)
        try:
            await in_thread(speaking.start, name="espeak", cost=_COST)
            wav, heard = PcmAligner(_RATE), list[AudioFrame]()
            while data := await in_thread(speaking.read, _READ, name="espeak"):
                heard += wav.push(data)
                if heard and heard[-1].end > _LONGEST:
                    raise ModelError(f"a sentence is longer than {_LONGEST:g} s")
        finally:
            speaking.stop()
            await in_thread(speaking.close, name="espeak")
        if heard:
            samples = np.concatenate([frame.samples for frame in heard])
            for item in in_order(text, samples, heard[0].rate, pause=_PAUSE):
                yield item

    async def prepare(self) -> None:
        """Have it say a word.

        Raises:
            ModelError: When the program is missing or does not know the voice.
        """
        async for _ in self.speak("Hello"):
            pass

    def _command(self) -> list[str]:
        numbers = {"-s": self.speed, "-p": self.pitch, "-a": self.amplitude}
        options = [part for flag, number in numbers.items() for part in (flag, str(number))]
        return [find(self.program), "-v", self.voice, *options, "-b", "1", "--stdin", "--stdout"]


__all__ = ["Espeak", "espeak"]
