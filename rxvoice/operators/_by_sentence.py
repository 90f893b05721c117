"""`by_sentence`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from rxvoice.aio import Pulled, closing, lift
from rxvoice.contracts import Speak, Spoken, Synthesizer
from rxvoice.items import AudioFrame, Fault, Sentence, Usage, Word
from rxvoice.items._speech import moved
from rxvoice.operators._fault_of import is_hopeless
from rxvoice.operators._provider import TEXT, check_provider
from rxvoice.operators._spread import AHEAD, UNDECIDED, Spread


def by_sentence(speak: Speak, /, *, capacity: int = 1024, name: str = "tts") -> Synthesizer:
    """Make a synthesizer of a function that speaks single sentences.

    Sentences are spoken one after another; times are moved so that they count from the first
    sample of the reply. A sentence that fails gives a `Fault`, and the next one is spoken, unless
    the error says that trying again cannot help: then the stream fails with it.

    The characters of each sentence are told as `Usage`, after its first frame; those of pieces
    (`stream_tokens`) together, at the end.

    When a function gives no `Word` for a sentence, its words are spread over its audio by their
    share of the characters; while it is not known how long that will be, at 15 characters a second.

    Marbles (one column is 100 ms)::

        text   -A-B-----|
        speak   -va-wa|
               -^-----!
        speak         -xa|
               -------^--!
        by_sentence(speak)
        out    --v(a g)-wa-y(a h)|

        A: Sentence("Good day.")  v: Word("Good", 0.0, 0.1)  w: Word("day.", 0.1, 0.2)
        B: Sentence("Bye!")  x: Word("Bye!", 0.0, 0.1)  y: Word("Bye!", 0.2, 0.3)
        a: speech(0.1)  g: Usage("tts", characters=9)  h: Usage("tts", characters=4)

    Args:
        speak: Speaks one sentence. What it returns is closed when the sentence was spoken, failed
            or is cut off.
        capacity: How many sentences may wait; more are an error.
        name: Source of the faults, and name of the task.

    Returns:
        The synthesizer. It completes when the last sentence was spoken.

    Raises:
        TypeError: When ``speak`` is no function.
        ValueError: When ``capacity`` is below 1.
    """
    check_provider("speak", speak, TEXT)

    async def spoken(items: Pulled[Sentence]) -> AsyncIterator[Spoken]:
        start = 0.0
        words = _Words()
        pieces = 0
        async for sentence in items:
            end = start
            words.begin(sentence.text if sentence.written is None else sentence.written)
            used = 0 if sentence.piece else len(sentence.text)
            pieces += len(sentence.text) - used
            try:
                async with closing(speak(sentence.text)) as stream:
                    async for item in stream:
                        if isinstance(item, AudioFrame):
                            for word in words.before(item):
                                yield moved(word, start)
                            pts = start + item.pts
                            end = max(end, pts + item.duration)
                            yield AudioFrame(item.samples, item.rate, pts) if start else item
                            if used:
                                yield Usage(name, characters=used)
                                used = 0
                        elif isinstance(item, Word):
                            words.known = True
                            yield moved(item, start)
                        else:
                            yield item
                for word in words.rest(end - start):
                    yield moved(word, start)
            except Exception as error:
                if is_hopeless(error):
                    raise
                yield Fault(name, f"speaking failed: {type(error).__name__}: {error}", cause=error)
            start = end
        if pieces:
            yield Usage(name, characters=pieces)

    return lift(spoken, capacity=capacity, name=name)


class _Words:
    """The words of one sentence after another, for a voice that gives none."""

    def __init__(self) -> None:
        self.known = False
        self._none = False
        self._spread = Spread()
        self._began: float | None = None

    def begin(self, text: str) -> None:
        """Begin with a sentence."""
        self.known, self._began = False, None
        self._spread = Spread()
        self._spread.add(text)

    def before(self, _: AudioFrame) -> list[Word]:
        """Return what has to be known before a frame."""
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        passed = now - self._began
        if self.known or not (self._none or passed >= UNDECIDED):
            return []
        return self._spread.until(passed + AHEAD)

    def rest(self, duration: float) -> list[Word]:
        """Return what is left when the sentence has been spoken."""
        if self.known or self._began is None:
            return []
        self._none = True
        return self._spread.rest(duration)
