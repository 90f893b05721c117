"""What a bot says: a model's answer, a voice's audio, a whole reply."""

from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rxvoice.items import (
    AudioFrame,
    Fault,
    Metric,
    Thought,
    Token,
    ToolCall,
    Usage,
    Word,
)

from ._audio import frame
from ._diagrams import endings, gaps, often, timelines
from ._items import WORDS, faults, metrics, thoughts, tokens, tool_calls, usages
from ._timeline import Ending, Timeline

Written: TypeAlias = Token | Thought | ToolCall | Usage
Spoken: TypeAlias = AudioFrame | Word
Replied: TypeAlias = Written | Spoken | Fault | Metric


def writing(
    *, ending: SearchStrategy[Ending] | None = None, tick: float = 0.02
) -> SearchStrategy[Timeline[Written]]:
    """What a language model gives: tokens, thoughts, tool calls, usage.

    Args:
        ending: How it ends; any way unless given.
        tick: Seconds a tick takes.
    """
    other: SearchStrategy[Written] = st.one_of(thoughts(), tool_calls(), usages())
    text: SearchStrategy[Written] = tokens()
    items = often(text, other)
    return timelines(items, ending=ending, tick=tick)


@st.composite
def speaking(
    draw: st.DrawFn,
    *,
    rate: int = 16_000,
    max_words: int = 4,
    ending: SearchStrategy[Ending] | None = None,
    tick: float = 0.02,
) -> Timeline[Spoken]:
    """What a voice gives: words and audio, each word before its audio, times from 0 on.

    Args:
        draw: Given by Hypothesis.
        rate: Samples a second.
        max_words: The most words.
        ending: How it ends; any way unless given.
        tick: Seconds a tick takes.
    """
    gap = gaps(tick)
    lengths = st.sampled_from((0.02, 0.1, 0.2))
    drawn = draw(st.lists(st.tuples(gap, st.sampled_from(WORDS), lengths), max_size=max_words))
    items: list[tuple[int, Spoken]] = []
    now, pts = 0, 0.0
    for wait, text, length in drawn:
        now += wait
        end = round(pts + length, 6)
        items += [
            (now, Word(text, pts, end)),
            (now, frame(True, round(length * rate), rate, pts)),
        ]
        pts = end
    return Timeline(tuple(items), now + draw(gap), draw(ending or endings()), tick)


def replies(
    *, ending: SearchStrategy[Ending] | None = None, tick: float = 0.02
) -> SearchStrategy[Timeline[Replied]]:
    """What one reply of a bot may consist of, in any order.

    Args:
        ending: How it ends; any way unless given.
        tick: Seconds a tick takes.
    """
    said = st.sampled_from([Word(text, 0.0) for text in WORDS[:4]])
    sound = st.just(frame(True, round(16_000 * tick), 16_000, 0.0))
    other: SearchStrategy[Replied] = st.one_of(thoughts(), tool_calls(), faults(), metrics())
    heard: SearchStrategy[Replied] = st.one_of(said, sound, tokens())
    items = often(heard, other)
    return timelines(items, ending=ending, tick=tick)


__all__ = ["Replied", "Spoken", "Written", "replies", "speaking", "writing"]
