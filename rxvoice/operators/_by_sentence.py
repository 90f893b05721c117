"""`by_sentence`."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from rxvoice.aio import Pulled, lift
from rxvoice.contracts import Speak, Synthesizer
from rxvoice.items import AudioFrame, Fault, Sentence, Word
from rxvoice.operators._fault_of import is_hopeless


def by_sentence(speak: Speak, /, *, capacity: int = 1024, name: str = "tts") -> Synthesizer:
    """Make a synthesizer of a function that speaks single sentences.

    Sentences are spoken one after another; times are moved so that they count from the first
    sample of the reply. A sentence that fails gives a `Fault`, and the next one is spoken, unless
    the error says that trying again cannot help: then the stream fails with it.

    Marbles (one column is 100 ms)::

        text   -A-B-----|
        speak   -va-wa|
               -^-----!
        speak         -xa|
               -------^--!
        by_sentence(speak)
        out    --va-wa-ya|

        A: Sentence("Good day.")  v: Word("Good", 0.0, 0.1)  w: Word("day.", 0.1, 0.2)
        B: Sentence("Bye!")  x: Word("Bye!", 0.0, 0.1)  y: Word("Bye!", 0.2, 0.3)
        a: speech(0.1)

    Args:
        speak: Speaks one sentence. What it returns is closed when the sentence was spoken, failed
            or is cut off.
        capacity: How many sentences may wait; more are an error.
        name: Source of the faults, and name of the task.

    Returns:
        The synthesizer. It completes when the last sentence was spoken.

    Raises:
        ValueError: When ``capacity`` is below 1.
    """

    async def spoken(items: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word | Fault]:
        start = 0.0
        async for sentence in items:
            end = start
            try:
                async with _closing(speak(sentence.text)) as stream:
                    async for item in stream:
                        pts = start + item.pts
                        if isinstance(item, AudioFrame):
                            end = max(end, pts + item.duration)
                            yield AudioFrame(item.samples, item.rate, pts)
                        else:
                            yield replace(item, pts=pts, end=start + item.end)
            except Exception as error:
                if is_hopeless(error):
                    raise
                yield Fault(name, f"speaking failed: {type(error).__name__}: {error}", cause=error)
            start = end

    return lift(spoken, capacity=capacity, name=name)


@asynccontextmanager
async def _closing(
    stream: AsyncIterator[AudioFrame | Word],
) -> AsyncGenerator[AsyncIterator[AudioFrame | Word]]:
    """Close a generator at the end; other iterators need not have ``aclose``."""
    try:
        yield stream
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()
