"""Parts of an agent that wait, as the providers of vendors do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.errors import ProviderError
from rxvoice.items import AudioFrame, Token, ToolCall, Usage, Word
from rxvoice.operators import by_sentence
from rxvoice.testing import tone


def yielding(name: str, *items: Any) -> Observable[Any]:
    """Give items as a provider does, each 0.1 s after the one before; raise what is an error."""

    async def came() -> AsyncIterator[Any]:
        for item in items:
            await asyncio.sleep(0.1)
            if isinstance(item, Exception):
                raise item
            yield item

    return from_async(came, name=name)


class Thinker:
    """A model that takes its time, in chunks and not evenly, and sometimes fails or calls a tool.

    Args:
        seed: Of the chance.
        tools: Names of tools that it may call.
    """

    def __init__(self, seed: int, tools: Sequence[str] = ()) -> None:
        self._random = Random(seed)
        self._tools = tools
        self._calls = 0

    def __call__(self, context: Context) -> Observable[Any]:
        """Answer."""
        return from_async(lambda: self._written(context), name="llm")

    async def _written(self, context: Context) -> AsyncIterator[Any]:
        random = self._random
        await asyncio.sleep(random.uniform(0.05, 0.6))
        chance = random.random()
        if chance < 0.1:
            raise ProviderError("the model is busy", provider="fake")
        if chance < 0.4 and self._tools:
            self._calls += 1
            yield ToolCall(str(self._calls), random.choice(self._tools), {"number": self._calls})
            return
        for number in range(random.randint(1, 12)):
            yield Token(f"word{number}{random.choice(['', ',', '.'])} ")
            await asyncio.sleep(random.choice([0.0, 0.01, 0.123456]))
        yield Usage("llm", input_tokens=len(context.messages), output_tokens=3)


def speaker(seed: int) -> Any:
    """Return a voice that gives audio in uneven pieces, and fails now and then."""
    random = Random(seed)

    async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
        await asyncio.sleep(random.uniform(0.02, 0.3))
        if random.random() < 0.1:
            raise ConnectionError("the line is dead")
        at = 0.0
        for word in text.split():
            length = random.choice([0.08, 0.2, 0.31])
            yield Word(word, at, at + length)
            yield AudioFrame(tone(length, 16_000).samples, 16_000, at)
            at += length
            await asyncio.sleep(random.uniform(0.0, 0.1))

    return by_sentence(speak, name="voice")
