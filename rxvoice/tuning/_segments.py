"""From who speaks when to turns."""

from collections.abc import Iterable
from typing import TypeAlias

from rxvoice.tuning._labels import LabelledTurn, Labels, Span

Segment: TypeAlias = tuple[float, float, str]
"""Start, end, and who speaks."""

JOIN = 2.0
"""Seconds of silence after which one who goes on speaking takes a new turn."""

BOTS = frozenset({"agent", "assistant", "bot", "system"})


def labels_of(segments: Iterable[Segment]) -> Labels:
    """Make turns of segments, in which nobody wrote down what a turn is.

    What overlaps is one stretch of speech. Where the one who spoke last goes on within `JOIN`
    seconds, the silence is a pause in their turn; else the turn has ended. Who is called ``bot``,
    ``agent``, ``assistant`` or ``system`` is the bot.

    Args:
        segments: In any order.
    """
    ordered = sorted(segments)
    turns: list[LabelledTurn] = []
    last = ""
    for start, end, speaker in ordered:
        if speaker.lower() in BOTS:
            continue
        turn = turns[-1] if turns else None
        if turn is not None and start <= turn.end:
            if end > turn.end:
                turns[-1], last = LabelledTurn(turn.start, end, pauses=turn.pauses), speaker
        elif turn is not None and speaker == last and start - turn.end <= JOIN:
            pauses = (*turn.pauses, (turn.end, start))
            turns[-1] = LabelledTurn(turn.start, end, pauses=pauses)
        else:
            turns.append(LabelledTurn(start, end))
            last = speaker
    bot = [(start, end) for start, end, speaker in ordered if speaker.lower() in BOTS]
    return Labels(tuple(turns), tuple(_merged(bot)))


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


__all__ = ["BOTS", "JOIN", "Segment", "labels_of"]
