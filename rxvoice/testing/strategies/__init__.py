"""Strategies for Hypothesis: audio, speech, transcripts, tokens, faults, conversations in time.

A property of what is heard::

    from hypothesis import given
    from rxvoice.testing.strategies import Timeline, hearing

    @given(hearing())
    def test_every_turn_that_starts_ends(heard: Timeline[Heard]) -> None:
        ...

Strategies of single items are called by the items' names: `tokens`, `transcripts`, `faults` …
The others give a `Timeline`: items, and the ticks at which they come. Its ``repr`` is a marble
diagram with a legend, so that Hypothesis shows an example that fails as a diagram, after it has
made it as short as it can::

    S--t-E-|
    S = SpeechStarted(pts=0.0, delay=0.0)
    t = Transcript(text='yes', is_final=True, …)
    E = SpeechStopped(pts=0.1, delay=0.0)
    one column is 0.02 s

`callers` gives the user's side of whole calls, as diagrams of `rxvoice.testing.conversation`.
`play` makes a stream of a timeline, and `rxvoice.testing.laws` runs operators on them.
This module needs Hypothesis.
"""

from ._answering import replies, speaking, writing
from ._audio import audio, audio_frames
from ._calls import callers
from ._diagrams import endings, gaps, timelines
from ._hearing import hearing, speech, turns
from ._items import (
    faults,
    keys,
    metrics,
    sentences,
    texts,
    thoughts,
    tokens,
    tool_calls,
    transcripts,
    usages,
    words,
)
from ._play import Played, play
from ._timeline import Ending, Timeline

__all__ = [
    "Ending",
    "Played",
    "Timeline",
    "audio",
    "audio_frames",
    "callers",
    "endings",
    "faults",
    "gaps",
    "hearing",
    "keys",
    "metrics",
    "play",
    "replies",
    "sentences",
    "speaking",
    "speech",
    "texts",
    "thoughts",
    "timelines",
    "tokens",
    "tool_calls",
    "transcripts",
    "turns",
    "usages",
    "words",
    "writing",
]
