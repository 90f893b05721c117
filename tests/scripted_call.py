"""A scripted conversation of three turns, the second of which cuts into the bot's answer."""

from collections.abc import Sequence

import numpy as np

from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Event,
    Fault,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    Token,
    Transcript,
    Turn,
    TurnStarted,
    Usage,
    Word,
    spoken_text,
)

RATE = 16_000
FRAME = 320
LEAD = 0.04

ASKED = (
    "What's the weather like in Lisbon today?",
    "Sorry, I meant Porto.",
    "Great, thank you. Goodbye!",
)
ANSWERED = (
    "It is sunny in Lisbon, with a high of twenty-four degrees and a light breeze from the sea.",
    "In Porto it is cloudy, nineteen degrees, and it may rain after four.",
    "Goodbye, and enjoy your day!",
)
PLAYED = ("It is sunny in Lisbon, with a high of twenty-four", ANSWERED[1], ANSWERED[2])


def scripted_call() -> list[Stamped]:
    """Three turns; the user cuts into the first answer at 6.60 s; the third meets a fault."""
    events = _user(1, ASKED[0], start=0.60, end=2.50)
    events += _user(2, ASKED[1], start=6.40, end=8.10)
    events += _reply(1, ANSWERED[0], turn_end=2.95, token=0.20, audio=0.57, cut=6.60)
    events += _reply(2, ANSWERED[1], turn_end=8.55, token=0.16, audio=0.45)
    events += _user(3, ASKED[2], start=14.70, end=16.30)
    events += [Stamped(16.90, Fault("llm", "no answer within 0.15 s, asking again"))]
    events += _reply(3, ANSWERED[2], turn_end=16.75, token=0.35, audio=0.62)
    return sorted(events, key=lambda event: event.at)


def stamp(at: float, *items: Event) -> list[Stamped]:
    """Several items at one instant."""
    return [Stamped(round(at, 6), item) for item in items]


def voice(start: float, duration: float, *, lead: float = LEAD) -> list[Stamped]:
    """The bot's audio, in frames of 20 ms that are released `lead` before they are heard."""
    count = round(duration * RATE / FRAME)
    time = np.arange(count * FRAME) / RATE
    syllables = np.abs(np.sin(2 * np.pi * 2.1 * time)) * (
        0.6 + 0.4 * np.sin(2 * np.pi * 0.31 * time)
    )
    samples = (9000 * syllables * np.sin(2 * np.pi * 180 * time)).astype(np.int16)
    frames: list[Stamped] = []
    for index in range(count):
        pts = start + index * FRAME / RATE
        piece = samples[index * FRAME : (index + 1) * FRAME]
        frames.append(Stamped(round(pts - lead, 6), AudioFrame(piece, RATE, round(pts, 6))))
    return frames


def _user(number: int, text: str, *, start: float, end: float) -> list[Stamped]:
    words = text.split()
    each = (end - start) / len(words)
    events = stamp(start + 0.12, SpeechStarted(start + 0.12, 0.12))
    events += stamp(start + 0.20, TurnStarted(number, start + 0.20, "speech"))
    for index in range(1, len(words)):
        said = " ".join(words[:index]).rstrip(",.?!").lower()
        events += stamp(start + index * each + 0.15, Transcript(said, False, pts=start))
    ongoing = start + 0.5
    while ongoing < end:
        events += stamp(ongoing, SpeechOngoing(ongoing))
        ongoing += 0.2
    events += stamp(end + 0.25, SpeechStopped(end + 0.25, 0.25))
    final = Transcript(text, True, True, "en", pts=start, end=end)
    events += stamp(end + 0.31, final, Metric("stt", "ttfs", 0.06))
    events += stamp(end + 0.45, Turn(text, number, end + 0.45, end, "silence", (final,)))
    return events


def _reply(
    number: int, text: str, *, turn_end: float, token: float, audio: float, cut: float | None = None
) -> list[Stamped]:
    words = text.split()
    first = turn_end + audio
    sound = first + LEAD
    events = stamp(turn_end, ReplyStarted(number), ResponseStarted(number))
    for index, word in enumerate(words):
        blank = " " if index else ""
        events += stamp(turn_end + token + index * 0.05, Token(blank + word))
    written = turn_end + token + len(words) * 0.05
    events += stamp(written, Usage("llm", 120 * number, len(words)), ResponseEnded(number, text))
    events += stamp(first, Metric("tts", "ttfb", audio - token))
    events += voice(sound, _length(words))
    played = sound
    for word in words:
        end = played + _length([word])
        events += stamp(played, Word(word, played, end))
        played = end
    if cut is None:
        return [*events, *stamp(played, ReplyEnded(number, text))]
    events = [event for event in events if event.at < cut]
    heard = [
        event.item for event in events if isinstance(event.item, Word) and event.item.end <= cut
    ]
    events = [e for e in events if not isinstance(e.item, Word) or e.item.end <= cut]
    ended = ReplyEnded(number, spoken_text(heard), interrupted=True)
    return [*events, *stamp(cut, ClearAudio(number), ended)]


def _length(words: Sequence[str]) -> float:
    return sum(0.12 + 0.045 * len(word) for word in words)
