r"""Tests of streams, in virtual time.

    from reactivex import operators as ops
    from rxvoice.testing import marbles

    def test_a_new_turn_cuts_the_reply_off() -> None:
        with marbles() as m:
            turns = m.hot("     a-----b------|")
            reply_a = m.cold("  -x-x-x-x-x|")
            reply_b = m.cold("        -y-y|")
            spoken = turns.pipe(ops.switch_map({"a": reply_a, "b": reply_b}.__getitem__))
            m.expect(spoken).to_be("-x-x-x-y-y---|")
            m.expect_subscriptions(reply_a, "^-----!")
            m.expect_subscriptions(reply_b, "------^---!")

Leaving the block runs it. A ten-minute conversation takes milliseconds, and the same test does the
same every time: the event loop's clock is virtual, and jumps to the next timer when nothing is
ready. A stream that does not do what its diagram says fails the test with both diagrams, the first
difference marked, and a table of times.

A diagram consists of tokens. Each takes one tick, 20 ms unless ``tick`` says otherwise. Blanks mean
nothing, so that diagrams can be aligned.

=============  =====================================================================================
``-``          nothing
``x``          a value: what ``values`` says, else the letter itself
``'a text'``   a value: the text (``\'`` and ``\\`` for the signs themselves)
``x*25``       a token 25 times, one tick each
``(a b |)``    several at the same instant, one tick in all
``120ms``      a pause, between blanks; also ``1.5s``
``|``          the end
``#``          an error: what ``error`` says, else a `MarbleError`
``^`` ``!``    subscribe and unsubscribe; in a hot diagram ``^`` marks time 0
=============  =====================================================================================

Coroutines run in virtual time with `run_virtual`. The pytest plugin ``rxvoice.testing.plugin``
has the fixtures ``marbles`` and ``virtual_loop``.
"""

from ._draw import draw
from ._example import Example, ExampleError, examples, read_example
from ._example_picture import example_svg
from ._example_run import check_example
from ._example_sounds import quiet, speech
from ._feed import feed, kinds
from ._generators import MarbleGenerator
from ._items import frames, silence, tone
from ._leaks import assert_nothing_left, tasks_left, threads_left, timers_left
from ._loop import VirtualLoop
from ._marbles import Marbles, marbles
from ._match import Matcher, anything, approx, like
from ._notation import Diagram, DiagramError, Mark, parse
from ._notifications import MarbleError, Notification, OnCompleted, OnError, OnNext
from ._run import run_virtual
from ._seeds import search_races, seeded
from ._sources import ColdStream, HotStream, Life
from ._stuck import Deadlock, Livelock, VirtualTimeError
from ._waiting import pause, turns
from .calls import (
    Call,
    Caller,
    Response,
    ScriptedLLM,
    ScriptedTTS,
    ScriptedVAD,
    conversation,
)

__all__ = [
    "Call",
    "Caller",
    "ColdStream",
    "Deadlock",
    "Diagram",
    "DiagramError",
    "Example",
    "ExampleError",
    "HotStream",
    "Life",
    "Livelock",
    "MarbleError",
    "MarbleGenerator",
    "Marbles",
    "Mark",
    "Matcher",
    "Notification",
    "OnCompleted",
    "OnError",
    "OnNext",
    "Response",
    "ScriptedLLM",
    "ScriptedTTS",
    "ScriptedVAD",
    "VirtualLoop",
    "VirtualTimeError",
    "anything",
    "approx",
    "assert_nothing_left",
    "check_example",
    "conversation",
    "draw",
    "example_svg",
    "examples",
    "feed",
    "frames",
    "kinds",
    "like",
    "marbles",
    "parse",
    "pause",
    "quiet",
    "read_example",
    "run_virtual",
    "search_races",
    "seeded",
    "silence",
    "speech",
    "tasks_left",
    "threads_left",
    "timers_left",
    "tone",
    "turns",
]
