"""What the user does: speech, transcripts, turns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The user began to speak.

    Attributes:
        pts: When it was declared.
        delay: How long speech had lasted by then; the speech began at ``pts - delay``.
    """

    pts: float
    delay: float = 0.0

    @property
    def speech_pts(self) -> float:
        """When the speech really began."""
        return self.pts - self.delay


@dataclass(frozen=True, slots=True)
class SpeechOngoing:
    """The user is still speaking; sent periodically.

    Attributes:
        pts: Time on the source's clock.
    """

    pts: float


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The user ceased to speak.

    Attributes:
        pts: When it was declared.
        delay: How long it had been silent by then; the speech ended at ``pts - delay``.
    """

    pts: float
    delay: float = 0.0

    @property
    def speech_pts(self) -> float:
        """When the speech really ended."""
        return self.pts - self.delay


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its place in time, heard from the user or spoken by the bot.

    Attributes:
        text: The word with its punctuation.
        pts: Start.
        end: End; equal to ``pts`` when it is not known.
        verbatim: Whether ``text`` carries its own blanks, so that none is added between words.
    """

    text: str
    pts: float
    end: float = 0.0
    verbatim: bool = False

    def __post_init__(self) -> None:
        if self.end < self.pts:
            object.__setattr__(self, "end", self.pts)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard.

    Attributes:
        text: Without surrounding blanks.
        is_final: Whether the recogniser will not revise it.
        is_finalized: Whether, besides, nothing more will come for the speech so far.
        language: BCP 47 tag, when known.
        words: The words with their times, where the recogniser has them.
        speaker: Who spoke, where the recogniser knows.
        pts: Start of the speech.
        end: End of the speech.
        confidence: How sure the recogniser is of the words, 0 to 1, when it says so.
        raw: The recogniser's own answer; not part of the comparison.
    """

    text: str
    is_final: bool
    is_finalized: bool = False
    language: str | None = None
    words: tuple[Word, ...] = ()
    speaker: str | None = None
    pts: float = 0.0
    end: float = 0.0
    confidence: float | None = None
    raw: Any = field(default=None, compare=False, repr=False)


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
        text: All final transcripts of the turn, joined by blanks; never empty.
        number: The number of its `TurnStarted`.
        pts: When the turn was decided to have ended, on the source's clock.
        speech_end: When the user ceased to speak, on the source's clock.
        reason: What decided it, such as ``"silence"``, ``"end_of_turn"`` or ``"flush"``.
        transcripts: The final transcripts it was made from.
    """

    text: str
    number: int = 1
    pts: float = 0.0
    speech_end: float = 0.0
    reason: str = ""
    transcripts: tuple[Transcript, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnDropped:
    """A turn that was started came to nothing, for instance a cough.

    Attributes:
        number: The number of its `TurnStarted`.
        reason: Why, such as ``"no text"``.
    """

    number: int
    reason: str = ""


def spoken_text(words: Sequence[Word]) -> str:
    """Join words as they were spoken: with blanks, except around those that carry their own."""
    text = ""
    for word in words:
        if text and not word.verbatim and not text[-1].isspace():
            text += " "
        text += word.text
    return text.strip()


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


@dataclass(frozen=True, slots=True)
class UserStarted:
    """Somebody else decided that the user takes the floor: a recogniser, or a key that is pressed.

    Attributes:
        source: Who says so, such as ``"flux"`` or ``"push_to_talk"``.
        pts: Time on the source's clock.
    """

    source: str = ""
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class UserStopped:
    """Somebody else decided that the user gives the floor back.

    Attributes:
        source: Who says so, such as ``"flux"`` or ``"push_to_talk"``.
        pts: Time on the source's clock.
    """

    source: str = ""
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class WakePhraseHeard:
    """The user said the phrase that wakes the agent.

    Attributes:
        phrase: The phrase, as it was configured.
    """

    phrase: str


@dataclass(frozen=True, slots=True)
class WakePhraseTimedOut:
    """The agent went back to sleep and waits for its wake phrase."""


@dataclass(frozen=True, slots=True)
class UserMuted:
    """From now on what the user does is ignored, or no longer ignored.

    Attributes:
        muted: Whether it is ignored.
    """

    muted: bool


@dataclass(frozen=True, slots=True)
class UserIdle:
    """Nobody has spoken since the bot did.

    Attributes:
        count: How often in a row, from 1.
    """

    count: int = 1


__all__ = [
    "EagerStop",
    "EagerTurn",
    "EndRound",
    "InterruptionRejected",
    "SpeechOngoing",
    "SpeechStarted",
    "SpeechStopped",
    "StartTurn",
    "StopTurn",
    "Transcript",
    "Turn",
    "TurnDropped",
    "TurnResumed",
    "TurnStarted",
    "UserIdle",
    "UserMuted",
    "UserStarted",
    "UserStopped",
    "WakePhraseHeard",
    "WakePhraseTimedOut",
    "Word",
    "spoken_text",
]
