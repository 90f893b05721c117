"""How long the user waited for an answer, and for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rxvoice.items import (
    Metric,
    ReplyEnded,
    SpeechStopped,
    Stamped,
    Token,
    Turn,
    TurnDropped,
)

from ._heard import by_reply, heard_audio

STEPS: Final = ("turn end", "first token", "first audio", "first sound")
"""What each part of a `TurnLatency` ends with; the first part begins at the end of the speech."""


@dataclass(frozen=True, slots=True)
class TurnLatency:
    """The way from the end of the user's speech to the first sound of the answer.

    The instants are seconds on the session's clock and never run backwards.

    Attributes:
        number: The turn.
        speech_end: When the user really ceased to speak.
        turn_end: When the turn was decided to be over.
        first_token: When the language model's first token came.
        first_audio: When the voice's first audio was ready.
        first_sound: When the first audio was heard.
        interrupted: Whether the reply was cut off.
    """

    number: int
    speech_end: float | None
    turn_end: float
    first_token: float | None = None
    first_audio: float | None = None
    first_sound: float | None = None
    interrupted: bool = False

    @property
    def instants(self) -> tuple[float | None, ...]:
        """The five instants in order."""
        return (
            self.speech_end,
            self.turn_end,
            self.first_token,
            self.first_audio,
            self.first_sound,
        )

    @property
    def parts(self) -> tuple[float | None, ...]:
        """Seconds from each instant to the next, one for each of `STEPS`, all at least 0.

        A part whose end is not known, or before whose end nothing is known, is `None`. The part
        behind a gap spans the gap.
        """
        parts: list[float | None] = []
        last = self.speech_end
        for instant in self.instants[1:]:
            parts.append(None if instant is None or last is None else instant - last)
            last = last if instant is None else instant
        return tuple(parts)

    @property
    def total(self) -> float | None:
        """The sum of the known parts in seconds, `None` when none is known."""
        known = [part for part in self.parts if part is not None]
        return sum(known) if known else None

    @property
    def is_complete(self) -> bool:
        """Whether `total` is the whole way, from the end of the speech to the first sound."""
        return self.speech_end is not None and self.first_sound is not None


def latencies(events: Sequence[Stamped]) -> list[TurnLatency]:
    """Measure for each turn how long the answer took, step by step.

    The speech ended at the last `SpeechStopped` since the turn before, less its delay. The voice's
    first audio is marked by a `Metric` with the source ``"tts"`` named ``"ttfb"`` or
    ``"first_audio"``. An instant that lies before the one in front of it, for instance the first
    token of a reply that was begun before the turn was over, counts as at the same moment.

    Args:
        events: The time-stamped events of a session, in the order in which they came.

    Returns:
        One for each `Turn`, in order. Instants that did not happen are `None`.
    """
    tokens: dict[int, float] = {}
    voices: dict[int, float] = {}
    cut: set[int] = set()
    turns: list[tuple[int, float | None, float]] = []
    speech_end: float | None = None
    for reply, event in by_reply(events):
        match event.item:
            case SpeechStopped(delay=delay):
                speech_end = event.at - delay
            case Turn(number=number):
                turns.append((number, speech_end, event.at))
                speech_end = None
            case TurnDropped():
                speech_end = None
            case Token():
                tokens.setdefault(reply, event.at)
            case Metric(source="tts", name="ttfb" | "first_audio"):
                voices.setdefault(reply, event.at)
            case ReplyEnded(number=number, interrupted=True):
                cut.add(number)
            case _:
                pass
    sounds: dict[int, float] = {}
    for frame in heard_audio(events):
        if frame.end > frame.start:
            sounds.setdefault(frame.reply, frame.start)
    return [
        TurnLatency(
            number,
            *_in_order(end, at, tokens.get(number), voices.get(number), sounds.get(number)),
            interrupted=number in cut,
        )
        for number, end, at in turns
    ]


def _in_order(
    speech_end: float | None, turn_end: float, *later: float | None
) -> tuple[float | None, float, float | None, float | None, float | None]:
    start = None if speech_end is None else min(speech_end, turn_end)
    last = turn_end
    ordered: list[float | None] = []
    for instant in later:
        last = last if instant is None else max(last, instant)
        ordered.append(None if instant is None else last)
    token, audio, sound = ordered
    return start, turn_end, token, audio, sound
