"""One call of a persona."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import TYPE_CHECKING

from rxvoice.testing.calls import Caller
from rxvoice.testing.simulation._chance import Range, happens, spread_around
from rxvoice.testing.simulation._texts import LISTENING

if TYPE_CHECKING:
    from rxvoice.testing.simulation._persona import Persona

_HELLO = "Hello?"
_COUGH: Range = (0.15, 0.6)
_LISTENS_AFTER: Range = (0.5, 4.0)
_COUGHS_AFTER: Range = (0.0, 4.0)
_COUGHS_WITHIN: Range = (0.1, 1.5)
_HANGS_UP_AFTER: Range = (0.3, 4.0)
_CEASED = 0.3  # seconds after which an interrupted bot seems to have fallen silent
_SURPRISE = 2.0  # seconds for which they wait when the bot falls silent at a noise


class Calling:
    """One call.

    Args:
        traits: Who calls.
        user: What they act by.
    """

    def __init__(self, traits: "Persona", user: Caller) -> None:
        self._traits = traits
        self._user = user
        self._random = user.random

    async def run(self) -> None:
        """Hold it; return to hang up."""
        await self._user.waits(self._reaction())
        for line in self._lines():
            await self._speaks(line)
            if not await self._stays() or not self._user.is_connected:
                return

    def _lines(self) -> Iterator[str]:
        traits, random = self._traits, self._random
        count = random.randint(*traits.turns)
        if traits.in_order:
            return islice(cycle(traits.lines), count)
        return (random.choice(traits.lines) for _ in range(count))

    async def _speaks(self, line: str) -> None:
        traits, random = self._traits, self._random
        words = len(line.split())
        pauses: dict[int, float] = {}
        if happens(random, traits.pauses) and words >= 4:
            pauses[random.randint(1, words - 2)] = random.uniform(*traits.pause)
        self._user.word = spread_around(random, traits.word, traits.word_spread)
        await self._user.says(line, pauses=pauses)

    async def _stays(self) -> bool:
        """Hear the answer; return whether they have more to say."""
        traits, random, user = self._traits, self._random, self._user
        coughs = happens(random, traits.coughs)
        at_once = happens(random, 0.5)
        if happens(random, traits.presses):
            await user.presses("".join(random.choices("0123456789", k=random.randint(1, 4))))
        if coughs and at_once:
            await user.waits(random.uniform(*_COUGHS_WITHIN))
            await self._coughs()
        if not await self._is_answered():
            return False
        heard = 0.0
        for at, act in self._plans(coughs=coughs and not at_once):
            if not await user.hears_for(at - heard, silence=self._reaction(), patience=0.0):
                break
            heard = at
            if act == "hangs up":
                return False
            if act == "interrupts":
                return True
            if act == "coughs":
                await self._coughs()
            else:
                user.word = traits.word
                await user.says(random.choice(LISTENING), intent="backchannels")
            if not user.hears_bot:
                await user.hears_voice(patience=_SURPRISE)
        await user.hears_end(silence=self._reaction())
        return True

    def _plans(self, *, coughs: bool) -> list[tuple[float, str]]:
        """Draw what they do while the bot speaks, and after how many seconds of it."""
        traits, random = self._traits, self._random
        plans = [
            (random.uniform(*after), act)
            for act, probability, after in (
                ("interrupts", traits.interrupts, traits.interrupts_after),
                ("listens", traits.backchannels, _LISTENS_AFTER),
                ("coughs", float(coughs), _COUGHS_AFTER),
                ("hangs up", traits.hangs_up, _HANGS_UP_AFTER),
            )
            if happens(random, probability)
        ]
        return sorted(plans)

    async def _coughs(self) -> None:
        await self._user.coughs(self._random.uniform(*_COUGH))

    async def _is_answered(self) -> bool:
        """Wait for the answer, first for the end of what they have interrupted."""
        patience = self._traits.patience
        if self._user.hears_bot:
            await self._user.hears_end(silence=_CEASED)
        if await self._user.hears_voice(patience=patience):
            return True
        if not self._user.is_connected:
            return False
        await self._speaks(_HELLO)
        return await self._user.hears_voice(patience=patience)

    def _reaction(self) -> float:
        return spread_around(self._random, self._traits.reaction, self._traits.reaction_spread)
