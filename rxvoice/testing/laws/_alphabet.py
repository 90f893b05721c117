"""Which streams to try, judged by the items that a diagram shows."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rxvoice.items import (
    AudioFrame,
    Sentence,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Thought,
    Token,
    ToolCall,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Usage,
    Word,
)
from rxvoice.testing import strategies as some
from rxvoice.testing._example_sounds import Sound
from rxvoice.testing.strategies import Timeline
from rxvoice.testing.strategies._audio import frame

_RATE = 16_000
_HEARD = (SpeechStarted, SpeechOngoing, SpeechStopped, Transcript, AudioFrame)
_DECIDED = (TurnStarted, Turn, TurnDropped)
_WRITTEN = (Token, Thought, ToolCall, Usage)
_SPOKEN = (Word, AudioFrame)


def streams_like(
    letters: Sequence[Any], tick: float, *, answer: bool = False
) -> SearchStrategy[Timeline[Any]]:
    """Return streams of items like those that a diagram shows.

    Where they belong to a family (what is heard of a user, turns, a model's text, a voice's
    audio), there are well-formed streams of that family, of the types that the diagram shows;
    besides there are the diagram's own items in any order.

    Args:
        letters: What the diagram's letters mean.
        tick: Seconds that a column takes.
        answer: Whether it is what a whole reply says.
    """
    kinds = tuple(dict.fromkeys(map(_kind, letters)))
    rate = next((each.rate or _RATE for each in letters if isinstance(each, Sound)), _RATE)
    family = _family(kinds, rate, tick, answer=answer)
    if not letters:
        return some.timelines(st.nothing(), tick=tick)
    if family is not None and all(kind in _DECIDED for kind in kinds):
        return family  # turns in any order would have numbers that mean nothing
    own = some.timelines(st.sampled_from(list(letters)), tick=tick).map(_sounding)
    return own if family is None else st.one_of(family, own)


def _kind(letter: object) -> type:
    return AudioFrame if isinstance(letter, Sound) else letter.__class__


def _family(
    kinds: tuple[type, ...], rate: int, tick: float, *, answer: bool
) -> SearchStrategy[Timeline[Any]] | None:
    def among(family: Sequence[type]) -> bool:
        return bool(kinds) and all(kind in family for kind in kinds)

    if answer:
        return some.replies(tick=tick)
    if kinds == (AudioFrame,):
        return some.audio(rate=rate, tick=tick)
    if among(_SPOKEN):
        return some.speaking(rate=rate, tick=tick)
    if among(_HEARD):
        both = st.tuples(some.hearing(tick=tick), some.audio(rate=rate, tick=tick))
        return both.map(lambda pair: _only(kinds, pair[0].merge(pair[1])))
    if among(_DECIDED):
        well_formed = some.turns(tick=tick).map(lambda timeline: _only(kinds, timeline))
        return st.tuples(well_formed, st.integers(0, 3)).map(lambda pair: _unannounced(*pair))
    if among(_WRITTEN):
        return some.writing(tick=tick)
    if among((Sentence,)):
        return some.timelines(some.sentences(), tick=tick)
    return None


def _only(kinds: tuple[type, ...], timeline: Timeline[Any]) -> Timeline[Any]:
    items = tuple((at, item) for at, item in timeline.items if isinstance(item, kinds))
    return Timeline(items, timeline.length, timeline.ending, timeline.tick)


def _unannounced(timeline: Timeline[Any], which: int) -> Timeline[Any]:
    """Leave out where some turns start, as a source of turns alone does."""
    items = tuple(
        (at, item)
        for at, item in timeline.items
        if not isinstance(item, TurnStarted) or not which & 1 << item.number % 2
    )
    return Timeline(items, timeline.length, timeline.ending, timeline.tick)


def _sounding(timeline: Timeline[Any]) -> Timeline[Any]:
    """Put audio in the place of the letters for it, each frame where the last one ended."""
    now = 0.0
    items: list[tuple[int, Any]] = []
    for at, item in timeline.items:
        if isinstance(item, Sound):
            duration = timeline.tick if item.duration is None else item.duration
            rate = item.rate or _RATE
            made = frame(item.loud, round(duration * rate), rate, round(now, 6))
            now += duration
            items.append((at, made))
        else:
            items.append((at, item))
    return Timeline(tuple(items), timeline.length, timeline.ending, timeline.tick)


__all__ = ["streams_like"]
