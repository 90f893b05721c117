"""Turns, and what strategies decide about them."""

from dataclasses import dataclass

from ._model import Token
from ._speech import Transcript


@dataclass(frozen=True, slots=True)
class StartTurn:
    """A start strategy's decision that the user takes the floor.

    Attributes:
        reason: Told in `TurnStarted`.
        interrupts: Whether a reply in progress has to give way when it is announced.
        announce: Whether `TurnStarted` (and `TurnDropped`, when it comes to nothing) is emitted;
            not, for instance, when who decided it has told everybody already.
        text: What the turn begins with, instead of the text of the transcript that led to the
            decision, for instance when only the end of that is meant.
    """

    reason: str
    interrupts: bool = True
    announce: bool = True
    text: str | None = None


@dataclass(frozen=True, slots=True)
class EndRound:
    """A start strategy's decision that those after it do not see the item that led to it."""


@dataclass(frozen=True, slots=True)
class StopTurn:
    """A stop strategy's decision that the user gives the floor back.

    Attributes:
        reason: Told in `Turn`.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class EagerStop:
    """A stop strategy's guess that the turn is about to stop: one may begin to think.

    Attributes:
        reason: Told in `EagerTurn`.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The user took the floor.

    Attributes:
        number: Counts the turns of a session from 1.
        pts: Time on the source's clock.
        reason: What decided it, such as ``"speech"`` or ``"transcript"``.
        interrupts: Whether a reply in progress has to give way.
    """

    number: int
    pts: float = 0.0
    reason: str = ""
    interrupts: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """What the user said from taking the floor to giving it back.

    Attributes:
        text: All final transcripts of the turn, joined by blanks; empty only where nobody said
            anything, and the model is asked, or something is said, all the same.
        number: The number of its `TurnStarted`.
        pts: When the turn was decided to have ended, on the source's clock.
        speech_end: When the user ceased to speak, on the source's clock.
        reason: What decided it, such as ``"silence"``, ``"end_of_turn"`` or ``"flush"``.
        transcripts: The final transcripts it was made from.
        answer: What is said to it, where the model is not to be asked.
    """

    text: str
    number: int = 1
    pts: float = 0.0
    speech_end: float = 0.0
    reason: str = ""
    transcripts: tuple[Transcript, ...] = ()
    answer: Token | None = None


@dataclass(frozen=True, slots=True)
class TurnDropped:
    """A turn that was started came to nothing, for instance a cough.

    Attributes:
        number: The number of its `TurnStarted`.
        reason: Why, such as ``"no text"``.
    """

    number: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EagerTurn:
    """The turn that is open will probably be this one; a guess that one may think ahead on.

    It is followed by the `Turn` with the same number, by another guess, or by `TurnResumed`.

    Attributes:
        turn: What the turn would be if it stopped now.
    """

    turn: Turn


@dataclass(frozen=True, slots=True)
class TurnResumed:
    """The user went on: the last `EagerTurn` was wrong.

    Attributes:
        number: The number of the turn.
    """

    number: int


@dataclass(frozen=True, slots=True)
class InterruptionRejected:
    """What the user said or did while the bot spoke was no interruption; the reply goes on.

    Attributes:
        number: The number of the turn that comes to nothing.
        text: What was said; empty for a noise.
        reason: Why, such as ``"backchannel"``.
    """

    number: int
    text: str = ""
    reason: str = ""


__all__ = [
    "EagerStop",
    "EagerTurn",
    "EndRound",
    "InterruptionRejected",
    "StartTurn",
    "StopTurn",
    "Turn",
    "TurnDropped",
    "TurnResumed",
    "TurnStarted",
]
