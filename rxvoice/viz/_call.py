"""What of a session is drawn, gathered from its events."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rxvoice.items import (
    Dtmf,
    Fault,
    ResponseEnded,
    ResponseStarted,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    Token,
    ToolCall,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.reports import Interruption, TurnLatency, by_reply, interruptions, latencies

from ._pauses import Pause, pauses
from ._voice import Voice, voices


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at an instant.

    Attributes:
        at: Seconds.
        text: As it came.
        kind: What it is, such as ``"final"``.
        since: When that which it is about began.
    """

    at: float
    text: str
    kind: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasts.

    Attributes:
        start: Seconds.
        end: Seconds; the end of the session for what never ended.
        kind: ``"done"``, ``"open"`` when it never ended, ``"dropped"``, ``"failed"`` or ``"cut"``.
        number: The turn.
        text: As it came.
        declared: When its end was known, where that was later.
    """

    start: float
    end: float
    kind: str = "done"
    number: int = 0
    text: str = ""
    declared: float = 0.0


@dataclass(slots=True)
class Call:
    """All that is drawn of a session, each kind in the order in which it came."""

    start: float = 0.0
    end: float = 0.0
    speech: list[Span] = field(default_factory=list[Span])
    transcripts: list[Mark] = field(default_factory=list[Mark])
    turns: list[Span] = field(default_factory=list[Span])
    responses: list[Span] = field(default_factory=list[Span])
    tokens: list[Mark] = field(default_factory=list[Mark])
    words: list[Mark] = field(default_factory=list[Mark])
    faults: list[Mark] = field(default_factory=list[Mark])
    voices: list[Voice] = field(default_factory=list[Voice])
    pauses: list[Pause] = field(default_factory=list[Pause])
    cuts: list[Interruption] = field(default_factory=list[Interruption])
    waits: list[TurnLatency] = field(default_factory=list[TurnLatency])


def gather(events: Sequence[Stamped]) -> Call:
    """Gather what is drawn.

    Args:
        events: The time-stamped events of a session, in the order in which they came.

    Raises:
        ValueError: When an event's time is not finite.
    """
    for index, event in enumerate(events):
        if not math.isfinite(event.at):
            raise ValueError(f"events[{index}].at must be finite, got {event.at}")
    call = Call(voices=voices(events), cuts=interruptions(events), waits=latencies(events))
    ends = [event.at for event in events] + [voice.end for voice in call.voices]
    call.end = max(ends, default=0.0)
    call.pauses = pauses(events, call.end)
    speech: Span | None = None
    turn: Span | None = None
    response: Span | None = None
    since: float | None = None
    for reply, event in by_reply(events):
        at = event.at
        match event.item:
            case SpeechStarted(delay=delay):
                speech = speech or Span(at - delay, call.end, "open")
            case SpeechStopped(delay=delay) if speech:
                end = max(speech.start, at - delay)
                call.speech.append(Span(speech.start, end, declared=at))
                speech = None
            case Transcript(text=text, is_final=is_final):
                kind = "final" if is_final else "interim"
                since = at if since is None else since
                call.transcripts.append(Mark(at, text, kind, since))
                since = None if is_final else since
            case Dtmf(key=key):
                call.transcripts.append(Mark(at, key, "key", at))
            case TurnStarted(number=number, reason=reason):
                if turn:
                    call.turns.append(replace(turn, end=at))
                turn = Span(at, call.end, "open", number, reason)
            case Turn(number=number, text=text):
                start = turn.start if turn else at
                call.turns.append(Span(start, at, "done", number, text))
                turn = None
            case TurnDropped(number=number, reason=reason):
                start = turn.start if turn else at
                call.turns.append(Span(start, at, "dropped", number, reason))
                turn = None
            case ResponseStarted(turn=number):
                if response:
                    call.responses.append(replace(response, end=at))
                response = Span(at, call.end, "open", number)
            case ResponseEnded(turn=number, text=text, failed=failed):
                start = response.start if response else at
                kind = "failed" if failed else "done"
                call.responses.append(Span(start, at, kind, number, text))
                response = None
            case Token(text=text):
                call.tokens.append(Mark(at, text, "token"))
            case ToolCall(name=name):
                call.tokens.append(Mark(at, name, "tool"))
            case Word(text=text):
                call.words.append(Mark(at, text, f"reply {reply}"))
            case Fault(source=source, message=message, fatal=fatal):
                kind = "fatal" if fatal else "fault"
                call.faults.append(Mark(at, f"{source}: {message}", kind))
            case _:
                pass
    call.speech += [speech] if speech else []
    call.turns += [turn] if turn else []
    call.responses = _cut_off(call.responses + ([response] if response else []), call.cuts)
    starts = [event.at for event in events] + [span.start for span in call.speech]
    call.start = min(starts, default=0.0)
    return call


def _cut_off(responses: Sequence[Span], cuts: Sequence[Interruption]) -> list[Span]:
    decided = {cut.reply: cut.decided for cut in cuts}
    return [
        replace(span, end=max(span.start, decided[span.number]), kind="cut")
        if span.kind == "open" and span.number in decided
        else span
        for span in responses
    ]
