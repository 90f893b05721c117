"""What the calls of a simulation have in common."""

import random as chance
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from rxvoice._types import Operator
from rxvoice.contracts import Chat, Synthesizer
from rxvoice.errors import StragglerError
from rxvoice.items import Event
from rxvoice.testing._run import run_virtual
from rxvoice.testing._stuck import VirtualTimeError
from rxvoice.testing.calls import Act, Agent, Behaviour, Call, Caller
from rxvoice.testing.calls._hold import Holding, Setting
from rxvoice.testing.calls._llm import Says
from rxvoice.testing.calls._parts import build
from rxvoice.testing.simulation._conditions import Conditions
from rxvoice.testing.simulation._detected import detected
from rxvoice.testing.simulation._providers import model, recogniser, voice


@dataclass(frozen=True, slots=True)
class Plan:
    """How each call is held; the attributes are the arguments of `simulate`."""

    agent: Agent
    persona: Behaviour
    conditions: Conditions
    seed: int
    llm: str | Sequence[Says] | Chat | None
    tts: Synthesizer | None
    audio: bool
    limit: float
    shuffle: bool
    options: Mapping[str, object]

    def hold(self, number: int) -> tuple[Call, Sequence[Act], str]:
        """Hold a call.

        Args:
            number: From 1; with the seed it settles all that happens by chance.

        Returns:
            The call, what the caller meant, and why it failed; empty when it did not.

        Raises:
            Exception: When the agent cannot be made, or the persona fails otherwise than by an
                assertion.
        """
        setting = Setting(
            llm=model(self.llm, self.conditions, self._random(number, "llm")),
            tts=voice(self.tts, self.conditions, self._random(number, "tts")),
            audio=self.audio,
            limit=self.limit,
        )
        understands = recogniser(self.conditions, self._random(number, "stt"))
        acts: list[Act] = []

        async def behave(user: Caller) -> None:
            nonlocal acts
            acts = user.acts
            user.recogniser = understands
            await self.persona(user)

        holding = Holding(self._made, behave, setting, self._random(number, "caller"))
        ties = self._random(number, "ties").getrandbits(32) if self.shuffle else None
        failure = ""
        with _chance_of(f"{self.seed}/{number}/agent"):
            try:
                run_virtual(holding.run(), seed=ties)
            except (AssertionError, VirtualTimeError, StragglerError) as error:
                failure = f"{type(error).__name__}: {error}"
            except Exception as error:
                error.add_note(f"in call {number} of a simulation with the seed {self.seed}")
                raise
        call = holding.call()
        if call.error is not None and not failure:
            failure = f"{type(call.error).__name__}: {call.error}"
        last = max([call.duration, *(event.at for event in call.events[-1:])])
        return replace(call, duration=last), acts, failure

    def _random(self, number: int, use: str) -> Random:
        """Return the chance of one part of one call, which no other draws from."""
        return Random(f"{self.seed}/{number}/{use}")

    def _made(self, **parts: object) -> Operator[Any, Event]:
        """Make the agent; without audio, its speech is detected for it."""
        operator = build(self.agent, parts, self.options)
        if self.audio:
            return operator
        detect = detected(self.conditions.min_speech, self.conditions.min_silence)
        return lambda source: operator(detect(source))


@contextmanager
def _chance_of(seed: str) -> Generator[None]:
    """Seed the chance that agents take from the module `random`, and restore it."""
    state = chance.getstate()
    chance.seed(seed)
    try:
        yield
    finally:
        chance.setstate(state)
