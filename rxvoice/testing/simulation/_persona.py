"""`Persona`."""

from dataclasses import dataclass

from rxvoice.testing.calls import Caller
from rxvoice.testing.simulation._calling import Calling
from rxvoice.testing.simulation._chance import (
    Range,
    check_not_negative,
    check_positive,
    check_probability,
    check_range,
)
from rxvoice.testing.simulation._texts import LINES


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Somebody who calls: what they say, and how they behave while the bot speaks.

        impatient = Persona(name="impatient", interrupts=0.6, patience=2.0)
        report = simulate(converse, impatient, calls=200)

    It is a `rxvoice.testing.calls.Behaviour`. They speak, wait for the answer, listen to it,
    react, and so on; when nothing is heard for ``patience`` seconds they ask "Hello?", and hang up
    when that does not help either. What they mean by what they do is kept in `Caller.acts`.

    The default is calm: somebody who speaks without a break, lets the bot finish and makes no
    noise. Two of its numbers are those of the literature: 0.3 s a word are 200 words a minute,
    which is usual in English conversation (Tauroza and Allison 1990 counted about 210 in
    conversations and 190 in interviews), and 0.6 s is what it takes to plan an utterance (Levinson
    and Torreira 2015), which people spare between each other since they foresee the end of a turn;
    most gaps there are about 0.2 s. All others are assumptions of rxvoice. Measure your own callers
    and put in their numbers.

    Attributes:
        name: Told in reports.
        lines: What they say, one line a turn.
        in_order: Whether the lines are said one after another, and again from the first, instead of
            being drawn.
        turns: How many turns they have to say, at least and at most.
        word: Seconds a word, in the median utterance.
        word_spread: Spread of the utterances' tempo (standard deviation of its logarithm).
        reaction: Seconds from the end of what they hear to what they say, in the median.
        reaction_spread: Spread of the reaction, likewise.
        pauses: Probability that they pause in mid-sentence, in each sentence of four words or more.
        pause: How long such a pause is, in seconds, at least and at most.
        interrupts: Probability that they interrupt a reply with their next line.
        interrupts_after: After how many seconds of the reply, at least and at most. They are
            seconds, and not words, since some voices do not tell their words.
        backchannels: Probability that they say "mm-hm" or the like while a reply is spoken.
        coughs: Probability that they cough after what they said, half of the time while they wait
            for the reply, half of the time while it is spoken.
        presses: Probability that they press some keys of the telephone after what they said.
        hangs_up: Probability that they hang up while a reply is spoken.
        patience: Seconds for which they wait for an answer.

    Raises:
        ValueError: When an argument is out of range.
    """

    name: str = "calm"
    lines: tuple[str, ...] = LINES
    in_order: bool = False
    turns: tuple[int, int] = (3, 7)
    word: float = 0.3
    word_spread: float = 0.15
    reaction: float = 0.6
    reaction_spread: float = 0.4
    pauses: float = 0.0
    pause: Range = (0.4, 1.5)
    interrupts: float = 0.0
    interrupts_after: Range = (0.6, 4.0)
    backchannels: float = 0.0
    coughs: float = 0.0
    presses: float = 0.0
    hangs_up: float = 0.0
    patience: float = 5.0

    def __post_init__(self) -> None:
        if not self.lines or not all(line.split() for line in self.lines):
            raise ValueError(f"lines must hold words, got {self.lines}")
        if not 1 <= self.turns[0] <= self.turns[1]:
            raise ValueError(f"turns must be a range such as (3, 7), got {self.turns}")
        for name in ("word", "reaction", "patience"):
            check_positive(name, getattr(self, name))
        for name in ("word_spread", "reaction_spread"):
            check_not_negative(name, getattr(self, name))
        for name in ("pause", "interrupts_after"):
            check_range(name, getattr(self, name))
        for name in ("pauses", "interrupts", "backchannels", "coughs", "presses", "hangs_up"):
            check_probability(name, getattr(self, name))

    async def __call__(self, user: Caller) -> None:
        """Hold a call."""
        await Calling(self, user).run()
