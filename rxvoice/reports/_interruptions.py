"""How quickly the bot fell silent when the user cut in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rxvoice.items import ClearAudio, ReplyEnded, ReplyPaused, ReplyStarted, Stamped, TurnStarted

from ._heard import heard_audio

_INSTANT: Final = 1e-3  # seconds; what the same decision caused is stamped within it


@dataclass(frozen=True, slots=True)
class Interruption:
    """A reply that was cut off.

    Attributes:
        reply: Number of the turn whose reply was cut off.
        turn: Number of the turn that cut it off, or `None` when no turn did.
        decided: When the interruption was decided, in seconds on the session's clock.
        voice_end: When the last of the reply was heard, or `None` when none of it was.
        spoken: The words of the reply that were played.
    """

    reply: int
    turn: int | None
    decided: float
    voice_end: float | None
    spoken: str = ""

    @property
    def overrun(self) -> float:
        """How long the bot was still heard after the decision, in seconds, never below 0."""
        return 0.0 if self.voice_end is None else max(0.0, self.voice_end - self.decided)


def interruptions(events: Sequence[Stamped]) -> list[Interruption]:
    """List the replies that were cut off.

    The decision is the last `TurnStarted` between the reply's begin and its `ReplyEnded` (or
    straight behind that, at the same instant). Without one, for instance when a key of the
    telephone cut the reply off, it is the reply's `ClearAudio`, unless that only paused it, or else
    its `ReplyEnded`.

    Args:
        events: The time-stamped events of a session, in the order in which they came.

    Returns:
        One for each `ReplyEnded` with ``interrupted``, in order.
    """
    voice_ends: dict[int, float] = {}
    for frame in heard_audio(events):
        if frame.end > frame.start:
            voice_ends[frame.reply] = max(frame.end, voice_ends.get(frame.reply, frame.end))
    found: list[Interruption] = []
    turn: int | None = None
    decided: float | None = None
    for index, event in enumerate(events):
        match event.item:
            case ReplyStarted():
                turn, decided = None, None
            case TurnStarted(number=number):
                turn, decided = number, event.at
            case ClearAudio() if turn is None:
                decided = event.at
            case ReplyPaused() if turn is None:
                decided = None  # it is not decided yet
            case ReplyEnded(number=reply, interrupted=True, spoken=spoken):
                if turn is None:
                    turn = _turn_at_once(events[index + 1 :], event.at)
                at = event.at if decided is None else decided
                found.append(Interruption(reply, turn, at, voice_ends.get(reply), spoken))
                turn, decided = None, None
            case _:
                pass
    return found


def _turn_at_once(events: Sequence[Stamped], at: float) -> int | None:
    for event in events:
        if event.at > at + _INSTANT or isinstance(event.item, ReplyStarted):
            return None
        if isinstance(event.item, TurnStarted):
            return event.item.number
    return None
