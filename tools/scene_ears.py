"""The local models that listen in scenes.

Several policies listen to the same recordings, so what a model said of some audio is remembered.
It costs the same virtual time each time: what the model takes on a core of its own.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from rxvoice.aio import in_thread
from rxvoice.contracts import EndOfText, EndOfTurn, Recognise, Transcriber, Vad
from rxvoice.items import AudioFrame, Transcript
from rxvoice.operators import utterances
from rxvoice.providers.llama_turn import llama_turn
from rxvoice.providers.moonshine import moonshine
from rxvoice.providers.silero import silero
from rxvoice.providers.smart_turn import smart_turn

END_OF_TURN_COST = 0.055
END_OF_TEXT_COST = 0.03

A = TypeVar("A", AudioFrame, str)
B = TypeVar("B")


def recognition_cost(audio: AudioFrame) -> float:
    """Return how long Moonshine takes: 75 ms for an utterance of 2 s, 2.5 % of longer ones."""
    return max(0.075, 0.025 + 0.025 * audio.duration)


class Remembered(Generic[A, B]):
    """An asynchronous function of audio or text that is asked once for the same.

    Args:
        ask: The function.
        cost: Virtual seconds of an answer.
    """

    def __init__(self, ask: Callable[[A], Awaitable[B]], cost: Callable[[A], float]) -> None:
        self._ask = ask
        self._cost = cost
        self._known: dict[Hashable, B] = {}

    async def __call__(self, given: A, /) -> B:
        """Answer."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._cost(given)
        key: Hashable = given
        if isinstance(given, AudioFrame):
            key = (given.samples.tobytes(), given.rate)
        if key not in self._known:
            self._known[key] = await self._ask(given)
        answer = self._known[key]
        return await in_thread(lambda: answer, cost=max(0.0, due - loop.time()))


@dataclass
class Ears:
    """Voice detection, recognition and the end-of-turn model.

    Attributes:
        vad: Silero; its memory is not replaced, for that makes it hear soft echoes.
        recognise: Moonshine.
        end_of_turn: Smart Turn.
        end_of_text: SmolLM2 and the last words.
    """

    vad: Vad = field(default_factory=lambda: silero(reset_every=math.inf))
    recognise: Recognise = field(
        default_factory=lambda: Remembered(moonshine().recognise, recognition_cost)
    )
    end_of_turn: EndOfTurn = field(
        default_factory=lambda: Remembered(smart_turn(), lambda _: END_OF_TURN_COST)
    )
    end_of_text: EndOfText = field(
        default_factory=lambda: Remembered(llama_turn(), lambda _: END_OF_TEXT_COST)
    )

    def stt(self, *, interim_every: float | None = 0.4) -> Transcriber:
        """Return the recogniser as a transcriber."""

        async def recognise(audio: AudioFrame) -> Transcript:
            found = await self.recognise(audio)
            return replace(found, pts=audio.pts, end=audio.end)

        return utterances(recognise, interim_every=interim_every)


__all__ = ["Ears", "Remembered"]
