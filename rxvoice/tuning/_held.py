"""What a policy makes of what was heard."""

from collections.abc import Iterator
from dataclasses import dataclass

from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Event,
    Fault,
    Turn,
    TurnDropped,
)
from rxvoice.session import Session
from rxvoice.testing import pause, run_virtual
from rxvoice.tuning._labels import Labels
from rxvoice.tuning._policy import Takes
from rxvoice.tuning._tape import Tape
from rxvoice.tuning._timed import Timed, timed

LATE = 5.0
"""Seconds after which the end of a turn counts as missed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn that was taken.

    Attributes:
        at: When it was decided, in seconds of the recording.
        speech_end: Where the speech that it is about ended, as detection tells.
        text: What was heard.
    """

    at: float
    speech_end: float
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """What came of one recording.

    Attributes:
        turns: In order.
        dropped: How many turns were started and came to nothing.
        faults: What went wrong.
    """

    turns: tuple[Taken, ...]
    dropped: int
    faults: tuple[Fault, ...]


def hold(tape: Tape, labels: Labels, takes: Takes) -> Held:
    """Give a policy what was heard, in virtual time, and see which turns it takes.

    Args:
        tape: What was heard.
        labels: Tell when the bot speaks.
        takes: The policy.
    """
    events: list[Timed[Event]] = []

    async def held() -> None:
        async with Session(name="tune") as session:
            turns = takes(timed(list(_bot(labels))))
            session.subscribe(
                turns(timed(tape.events)),
                lambda event: events.append((session.now, event)),
                lambda error: events.append((session.now, _failed(error))),
            )
            await pause(tape.end + LATE)

    run_virtual(held())
    return Held(
        tuple(
            Taken(at, min(event.speech_end, at), event.text)
            for at, event in events
            if isinstance(event, Turn)
        ),
        sum(isinstance(event, TurnDropped) for _, event in events),
        tuple(event for _, event in events if isinstance(event, Fault)),
    )


def _bot(labels: Labels) -> Iterator[Timed[Event]]:
    for number, (start, end) in enumerate(labels.bot, 1):
        yield start, BotSpeechStarted(number, start)
        yield end, BotSpeechStopped(number, end)


def _failed(error: Exception) -> Fault:
    return Fault("turn", f"{type(error).__name__}: {error}", fatal=True, cause=error)


__all__ = ["LATE", "Held", "Taken", "hold"]
