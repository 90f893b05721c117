"""An agent written by hand with nothing but asyncio: what the others can come near to at best."""

import asyncio
import time
from collections import deque

import numpy as np
from numpy.typing import NDArray
from versus_common import through_generators
from versus_work import FRAME, HEARD, TICK, Loudness, Plan, Watch, spoken, written

PACKET = FRAME * 2


class BareLine:
    """A call: a detector, a task for the reply, a task that plays."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        self._plan = plan
        self._watch = watch
        self._ear = Loudness(plan, watch)
        self._speaking = False
        self._history: list[tuple[str, str]] = []
        self._reply: asyncio.Task[None] | None = None
        self._sound: deque[bytes] = deque()
        self._sounding = asyncio.Event()
        self._player = asyncio.create_task(self._play())

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take a frame of the user's audio."""
        self._ear.hear(samples)
        if self._ear.speaking and not self._speaking:
            self._stop()
        elif self._speaking and not self._ear.speaking:
            self._watch.note("understood")
            self.write(HEARD)
        self._speaking = self._ear.speaking

    def write(self, text: str) -> None:
        """Take a turn of the user."""
        self._stop()
        self._history.append(("user", text))
        self._reply = asyncio.create_task(self._answer())

    async def close(self) -> None:
        """End the call."""
        self._stop()
        self._player.cancel()
        await asyncio.gather(self._player, return_exceptions=True)

    def _stop(self) -> None:
        if self._reply is not None:
            self._reply.cancel()
        self._sound.clear()

    async def _answer(self) -> None:
        self._watch.reply += 1
        sentence = said = ""
        async for word in written(self._plan, self._watch):
            sentence += word
            if word.endswith("."):
                async for chunk in spoken(self._plan, self._watch, sentence):
                    self._sound.extend(
                        chunk[at : at + PACKET] for at in range(0, len(chunk), PACKET)
                    )
                    self._sounding.set()
                said += sentence
                sentence = ""
        self._history.append(("bot", said))

    async def _play(self) -> None:
        due = 0.0
        while True:
            while not self._sound:
                self._sounding.clear()
                await self._sounding.wait()
                due = max(due, time.perf_counter())
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self._sound:
                self._watch.sound(self._sound.popleft())
                due += TICK


class Bare:
    """Asyncio alone."""

    lean = False

    async def prepare(self) -> None:
        """Do nothing."""

    async def open(self, plan: Plan, watch: Watch) -> BareLine:
        """Begin a call."""
        return BareLine(plan, watch)

    async def stages(self, count: int, frames: int) -> float:
        """Put frames through so many async generators."""
        return await through_generators(np.zeros(FRAME, np.int16), count, frames)


STACK = Bare()
MINIMAL = "asyncio", "numpy"

__all__ = ["MINIMAL", "STACK"]
