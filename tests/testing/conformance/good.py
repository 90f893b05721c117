"""Small providers that keep their contracts; mutants are made of them."""

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice.aio import Pulled, from_async, lift
from rxvoice.context import Context
from rxvoice.contracts import Heard, VoiceDetector
from rxvoice.errors import ProviderError
from rxvoice.items import (
    AudioFrame,
    Sentence,
    SpeechStarted,
    SpeechStopped,
    Thought,
    Token,
    ToolCall,
    Transcript,
    Usage,
    Word,
)
from rxvoice.testing import pause, tone

LOUD = tone(0.4)
RISING = AudioFrame(
    (LOUD.samples * np.linspace(0.3, 1.0, len(LOUD.samples))).astype(np.int16), LOUD.rate
)


class Ear:
    """Hears "hello world" in every utterance that is loud."""

    text = "Hello, world."

    def __call__(self, source: Observable[Heard]) -> Observable[Transcript]:
        return lift(self.heard, name="ear")(source)

    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        begun: SpeechStarted | None = None
        loud = False
        end = 0.0
        async for item in audio:
            match item:
                case AudioFrame():
                    end = item.end
                    loud = self.is_loud(item) or loud
                case SpeechStarted():
                    begun = item
                case SpeechStopped() if begun is not None:
                    for transcript in self.answer(begun.speech_pts, item.speech_pts, loud):
                        yield transcript
                    begun, loud = None, False
                case SpeechStopped():
                    pass
        if begun is not None:
            for transcript in self.answer(begun.speech_pts, end, loud):
                yield transcript

    def is_loud(self, frame: AudioFrame) -> bool:
        return int(np.abs(frame.samples.astype(np.int32)).max(initial=0)) > 1000

    def answer(self, pts: float, end: float, loud: bool) -> list[Transcript]:
        if not loud:
            return [Transcript("", is_final=True, is_finalized=True, pts=pts, end=end)]
        middle = (pts + end) / 2
        words = (Word("Hello,", pts, middle), Word("world.", middle, end))
        return [
            Transcript("Hello", is_final=False, pts=pts, end=middle),
            Transcript(self.text, is_final=True, is_finalized=True, words=words, pts=pts, end=end),
        ]


class Voice:
    """Says every word with a beep of a tenth of a second."""

    rate = 16_000

    def __call__(self, sentences: Observable[Sentence]) -> Observable[AudioFrame | Word]:
        return lift(self.spoken, name="voice")(sentences)

    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        at = 0.0
        async for sentence in sentences:
            for word in self.words(sentence.text):
                await pause(0.01)
                for item in self.say(word, at):
                    yield item
                at = round(at + 0.1, 6)

    def words(self, text: str) -> list[str]:
        return [word for word in text.split() if any(map(str.isalnum, word))]

    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        return [Word(word, at, at + 0.1), tone(0.1, self.rate, pts=at)]


class Mind:
    """Answers with the same words, or calls a tool when asked for the weather.

    Attributes:
        busy: How many answers are being written.
    """

    answer = ("I", " am", "  a", " test", ".")
    busy = 0

    def __call__(self, context: Context) -> Observable[Token | Thought | ToolCall | Usage]:
        return from_async(lambda: self.said(context), name="mind")

    async def said(self, context: Context) -> AsyncIterator[Token | Thought | ToolCall | Usage]:
        type(self).busy += 1
        try:
            yield Thought("hm")
            if context.messages and "weather" in context.messages[-1].text:
                yield ToolCall("call-1", "weather", {"city": "Berlin"})
            for token in self.answer:
                await pause(0.02)
                yield Token(token)
            yield Usage("mind", 3, len(self.answer))
        finally:
            type(self).busy -= 1


async def _refuse() -> AsyncIterator[Any]:
    raise ProviderError("the service is down", provider="test")
    yield


def refuse(_: object) -> Observable[Any]:
    """Fail as a provider should, whatever it is given."""
    return from_async(_refuse)


class Detector:
    """Takes what is louder than before for speech."""

    rate = 8_000
    window = 160

    def __init__(self) -> None:
        self.reset()

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        level = float(np.abs(samples.astype(np.float64)).mean()) / 32768.0
        self.level = 0.5 * self.level + 0.5 * level
        return min(1.0, 8.0 * self.level)

    def reset(self) -> None:
        self.level = 0.0

    def close(self) -> None:
        pass


class Loading:
    """A detector whose model takes a while to load."""

    async def __call__(self) -> VoiceDetector:
        await pause(0.5)
        return Detector()


class Judge:
    """Takes what ends softly for a complete turn."""

    async def __call__(self, audio: AudioFrame) -> float:
        await pause(0.02)
        last = audio.samples[-1600:].astype(np.float64)
        return 1.0 - min(1.0, float(np.abs(last).mean()) / 8000.0) if len(last) else 1.0


async def recognise(audio: AudioFrame) -> Transcript:
    """Hear "hello world" in what is loud."""
    await pause(0.02)
    text = "Hello, world." if Ear().is_loud(audio) else ""
    return Transcript(text, is_final=True, pts=audio.pts, end=audio.end)


async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
    """Say every word with a beep."""
    voice, at = Voice(), 0.0
    for word in voice.words(text):
        await pause(0.01)
        for item in voice.say(word, at):
            yield item
        at = round(at + 0.1, 6)
