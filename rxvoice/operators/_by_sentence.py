"""`by_sentence`."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import cast

from rxvoice.aio import Pulled, lift
from rxvoice.contracts import Speak, Synthesizer
from rxvoice.items import AudioFrame, Fault, Sentence, Word


def by_sentence(speak: Speak, /, *, capacity: int = 1024, name: str = "tts") -> Synthesizer:
    """Make a synthesizer of a function that speaks single sentences.

    Sentences are spoken one after another; times are moved so that they count from the first
    sample of the reply. A sentence that fails gives a `Fault`, and the next one is spoken.

    Args:
        speak: Speaks one sentence.
        capacity: How many sentences may wait; more are an error.
        name: Source of the faults.

    Returns:
        The synthesizer. It completes when the last sentence was spoken.
    """

    async def spoken(items: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word | Fault]:
        start = 0.0
        async for sentence in items:
            end = start
            try:
                stream = cast(AsyncGenerator[AudioFrame | Word], speak(sentence.text))
                async with aclosing(stream):
                    async for item in stream:
                        pts = start + item.pts
                        if isinstance(item, AudioFrame):
                            end = pts + item.duration
                            yield AudioFrame(item.samples, item.rate, pts)
                        else:
                            yield replace(item, pts=pts, end=start + item.end)
            except Exception as error:
                yield Fault(name, f"speaking failed: {type(error).__name__}: {error}", cause=error)
            start = end

    return lift(spoken, capacity=capacity, name=name)
