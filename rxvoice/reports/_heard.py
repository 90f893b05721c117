"""What was heard of the bot: its audio after lateness and interruptions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rxvoice.items import AudioFrame, ClearAudio, ReplyStarted, Stamped, Turn


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame of the bot's audio and how much of it was heard.

    Attributes:
        reply: Number of the turn that it answers, 0 when it answers none.
        start: When it began to be heard, in seconds on the session's clock.
        end: When it ceased to be heard; equal to `start` when nothing was.
        planned: When it would have ended had nobody interrupted.
        frame: The audio.
    """

    reply: int
    start: float
    end: float
    planned: float
    frame: AudioFrame


def by_reply(events: Sequence[Stamped]) -> Iterator[tuple[int, Stamped]]:
    """Pair each event with the number of the reply in whose time it came.

    A reply's time lasts from its `ReplyStarted` to the next one; where a stream has no such items,
    from a `Turn` to the next.

    Args:
        events: In the order in which they came.

    Yields:
        Number (0 before the first reply) and event.
    """
    has_replies = any(isinstance(event.item, ReplyStarted) for event in events)
    number = 0
    for event in events:
        match event.item:
            case ReplyStarted():
                number = event.item.number
            case Turn() if not has_replies:
                number = event.item.number
            case _:
                pass
        yield number, event


def heard_audio(events: Sequence[Stamped]) -> list[Heard]:
    """Say of each of the bot's frames when it was heard.

    A frame is heard at its `pts`, or when it was released if that is later, and never before the
    frame of the same reply in front of it has ended. `ClearAudio` cuts off all that was released
    before it and not yet heard; frames that still come after it count as heard.

    Args:
        events: In the order in which they came.

    Returns:
        One for each frame that is not empty, in the order in which they came.
    """
    heard: list[Heard] = []
    uncleared = 0
    for reply, event in by_reply(events):
        item = event.item
        if isinstance(item, AudioFrame) and len(item.samples):
            start = max(event.at, item.pts)
            if len(heard) > uncleared and heard[-1].reply == reply:
                start = max(start, heard[-1].end)
            end = start + item.duration
            heard.append(Heard(reply, start, end, end, item))
        elif isinstance(item, ClearAudio):
            for index in range(uncleared, len(heard)):
                frame = heard[index]
                heard[index] = replace(frame, end=max(frame.start, min(frame.end, event.at)))
            uncleared = len(heard)
    return heard
