"""Who said what and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rxvoice.items import (
    ReplyEnded,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
    spoken_text,
)

from ._heard import by_reply, heard_audio
from ._plain import minutes, plain


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one side said at a stretch.

    Attributes:
        speaker: Who spoke.
        start: When the speech began, in seconds on the session's clock.
        end: When it ended.
        text: One line; empty when the bot was heard for less than a word.
        turn: Number of the turn that it is, or that it answers; 0 when there is none.
        interrupted: Whether it was cut off.
        words: The bot's words with the times at which they were heard.
    """

    speaker: Literal["user", "bot"]
    start: float
    end: float
    text: str
    turn: int = 0
    interrupted: bool = False
    words: tuple[Word, ...] = ()


def utterances(events: Sequence[Stamped]) -> list[Utterance]:
    """Gather what the user said and what the bot was heard to say.

    The user's part is made of the turns, and at the end of the final transcripts that belong to
    no turn yet. The bot's part holds what was played, never what was only written.

    Args:
        events: The time-stamped events of a session, in the order in which they came.

    Returns:
        In the order in which they began.
    """
    return sorted([*_user(events), *_bot(events)], key=lambda utterance: utterance.start)


def transcript_text(events: Sequence[Stamped]) -> str:
    """Write a session down, one utterance a line, with the time at which it began.

    An em dash marks where the bot was cut off.

    Args:
        events: The time-stamped events of a session, in the order in which they came.

    Returns:
        Lines, each ended by a line break.
    """
    said = utterances(events)
    times = [minutes(utterance.start) for utterance in said]
    width = max(map(len, times), default=0)
    return "".join(
        f"{time.rjust(width)}  {utterance.speaker:<4}  {_marked(utterance)}\n"
        for time, utterance in zip(times, said, strict=True)
    )


def transcript_json(events: Sequence[Stamped]) -> list[dict[str, Any]]:
    """Turn a session into values that JSON can hold: objects with the fields of `Utterance`.

    Args:
        events: The time-stamped events of a session, in the order in which they came.

    Returns:
        One for each utterance, in order; times in seconds, to the millisecond.
    """
    return [
        {
            "speaker": utterance.speaker,
            "start": round(utterance.start, 3),
            "end": round(utterance.end, 3),
            "text": utterance.text,
            "turn": utterance.turn,
            "interrupted": utterance.interrupted,
            "words": [
                {"text": plain(word.text), "start": round(word.pts, 3), "end": round(word.end, 3)}
                for word in utterance.words
            ],
        }
        for utterance in utterances(events)
    ]


def _marked(utterance: Utterance) -> str:
    if utterance.interrupted:
        return f"{utterance.text} —".lstrip()
    return utterance.text or "…"


def _user(events: Sequence[Stamped]) -> list[Utterance]:
    found: list[Utterance] = []
    loose: list[Utterance] = []
    start: float | None = None
    end: float | None = None
    for event in events:
        at = event.at
        match event.item:
            case SpeechStarted(delay=delay):
                start = at - delay if start is None else start
                end = None
            case SpeechStopped(delay=delay):
                end = at - delay
            case TurnStarted():
                start = at if start is None else start
            case Transcript(text=text, is_final=True):
                if text := plain(text):
                    begin = at if start is None else min(start, at)
                    loose.append(Utterance("user", begin, at if end is None else end, text))
            case Turn(number=number, text=text):
                begin = at if start is None else min(start, at)
                found.append(
                    Utterance("user", begin, at if end is None else end, plain(text), number)
                )
                loose, start, end = [], None, None
            case TurnDropped():
                loose, start, end = [], None, None
            case _:
                pass
    return found + loose


def _bot(events: Sequence[Stamped]) -> list[Utterance]:
    heard: dict[int, tuple[float, float]] = {}
    for frame in heard_audio(events):
        if frame.end > frame.start:
            start, end = heard.get(frame.reply, (frame.start, frame.end))
            heard[frame.reply] = (start, max(end, frame.end))
    words: dict[int, list[Word]] = {}
    ended: dict[int, ReplyEnded] = {}
    for reply, event in by_reply(events):
        match event.item:
            case Word() as word:
                timed = replace(word, pts=event.at, end=event.at + word.end - word.pts)
                words.setdefault(reply, []).append(timed)
                heard.setdefault(reply, (event.at, timed.end))
            case ReplyEnded(number=number, spoken=spoken) as item:
                ended[number] = item
                if spoken:
                    heard.setdefault(number, (event.at, event.at))
            case _:
                pass
    return [
        Utterance(
            "bot",
            start,
            end,
            plain(ended[number].spoken if number in ended else "")
            or plain(spoken_text(words.get(number, []))),
            number,
            number in ended and ended[number].interrupted,
            tuple(words.get(number, [])),
        )
        for number, (start, end) in heard.items()
    ]
