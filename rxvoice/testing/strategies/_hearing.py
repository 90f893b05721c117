"""What is heard of a user: marks of speech, transcripts, turns."""

from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rxvoice.items import (
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
)

from ._diagrams import endings, gaps, often
from ._items import texts
from ._timeline import Ending, Timeline, timeline_of

Mark: TypeAlias = SpeechStarted | SpeechOngoing | SpeechStopped
Heard: TypeAlias = Mark | Transcript
Decided: TypeAlias = TurnStarted | Turn | TurnDropped

DELAYS = (0.0, 0.2)
EVERY = 0.2


@st.composite
def speech(
    draw: st.DrawFn,
    *,
    max_size: int = 3,
    ongoing: bool = True,
    ending: SearchStrategy[Ending] | None = None,
    tick: float = 0.02,
) -> Timeline[Mark]:
    """Marks of speech, in order and well formed: started, ongoing, stopped, and so on.

    The last one may be left open. The marks carry delays, and ``pts`` is the time at which they
    come.

    Args:
        draw: Given by Hypothesis.
        max_size: The most utterances.
        ongoing: Whether there are `SpeechOngoing`.
        ending: How it ends; any way unless given.
        tick: Seconds a tick takes.
    """
    spans, length = _spans(draw, max_size, tick)
    marks = [
        mark
        for span in spans
        for mark in _marks(draw, *span)
        if ongoing or not isinstance(mark[1], SpeechOngoing)
    ]
    if marks and draw(st.booleans()):
        marks = marks[:-1]
    return timeline_of(marks, length, draw(ending or endings()), tick)


@st.composite
def hearing(
    draw: st.DrawFn,
    *,
    max_size: int = 3,
    ending: SearchStrategy[Ending] | None = None,
    tick: float = 0.02,
) -> Timeline[Heard]:
    """Marks of speech and what was recognised, as a turn strategy or `aggregate_turn` hears them.

    For an utterance there are interim transcripts, then at most one final one: early, late, blank,
    finalised or missing; and sometimes a transcript without any mark.

    Args:
        draw: Given by Hypothesis.
        max_size: The most utterances.
        ending: How it ends; any way unless given.
        tick: Seconds a tick takes.
    """
    spans, length = _spans(draw, max_size, tick)
    timed: list[tuple[float, Heard]] = []
    for began, stopped in spans:
        timed += [*_marks(draw, began, stopped)] if draw(st.integers(0, 4)) else []
        timed += _recognised(draw, began, stopped, tick)
    return timeline_of(timed, length, draw(ending or endings()), tick)


@st.composite
def turns(
    draw: st.DrawFn,
    *,
    max_size: int = 4,
    ending: SearchStrategy[Ending] | None = None,
    tick: float = 0.02,
) -> Timeline[Decided]:
    """Turns of a user, well formed: started, then ended or dropped, with numbers that count up.

    The last one may be left open.

    Args:
        draw: Given by Hypothesis.
        max_size: The most turns.
        ending: How it ends; any way unless given.
        tick: Seconds a tick takes.
    """
    gap = gaps(tick)
    long = st.integers(0, 12)  # enough for something to be answered
    wait = often(long, gap)
    ends = st.sampled_from(("turn", "turn", "turn", "dropped"))
    drawn = draw(st.lists(st.tuples(wait, gap, ends), max_size=max_size))
    items: list[tuple[int, Decided]] = []
    now = 0
    for number, (before, lasts, end) in enumerate(drawn, 1):
        now += before
        items.append((now, TurnStarted(number, round(now * tick, 6), "speech")))
        now += lasts
        decided = Turn(f"turn {number}", number) if end == "turn" else TurnDropped(number)
        items.append((now, decided))
    how = draw(ending or endings())
    if items and not how and draw(st.booleans()):
        items.pop()
    return Timeline(tuple(items), now + draw(wait), how, tick)


def _spans(draw: st.DrawFn, max_size: int, tick: float) -> tuple[list[tuple[float, float]], float]:
    gap = gaps(tick)
    spans: list[tuple[float, float]] = []
    now = 0
    for before, lasts in draw(st.lists(st.tuples(gap, gap), max_size=max_size)):
        began = now + before
        now = began + max(1, lasts)
        spans.append((began * tick, now * tick))
        now += 1
    return spans, (now + draw(gap)) * tick


def _marks(draw: st.DrawFn, began: float, stopped: float) -> list[tuple[float, Mark]]:
    delay = draw(st.sampled_from(DELAYS))
    marks: list[tuple[float, Mark]] = [(began, SpeechStarted(round(began, 6), delay))]
    count = int((stopped - began) / EVERY - 1e-6)
    for number in range(1, count + 1):
        at = round(began + number * EVERY, 6)
        marks.append((at, SpeechOngoing(at)))
    return [*marks, (stopped, SpeechStopped(round(stopped, 6), delay))]


def _recognised(
    draw: st.DrawFn, began: float, stopped: float, tick: float
) -> list[tuple[float, Transcript]]:
    text = draw(texts(blank=True))
    timed: list[tuple[float, Transcript]] = []
    if draw(st.booleans()):
        interim = Transcript(text[: len(text) // 2].strip(), is_final=False)
        timed.append(((began + stopped) / 2, interim))
    late = draw(st.sampled_from((0.0, 0.1, -0.04, 0.5, 2.0, None)))
    if late is not None:
        finalised = draw(st.booleans())
        known = draw(st.booleans())
        final = Transcript(
            text,
            is_final=True,
            is_finalized=finalised,
            pts=round(began, 6) if known else 0.0,
            end=round(stopped, 6) if known else 0.0,
        )
        timed.append((max(began, stopped + late), final))
    return timed


__all__ = ["Decided", "Heard", "Mark", "hearing", "speech", "turns"]
