r"""Tests of voice agents and of their streams, in virtual time.

Nothing sleeps here: the event loop's clock jumps to the next timer when nothing is ready, so that a
ten-minute call takes milliseconds, and the same test does the same every time.

A call with a whole agent is written as diagrams of what the user does and what the bot has to do;
see `conversation`::

    from rxvoice.operators import converse
    from rxvoice.testing import conversation

    def test_the_caller_can_interrupt() -> None:
        conversation(
            converse,
            user="[-]'hello'----------------[-]'stop'",
            bot=" ----      ----------[-----!---     --------[-]",
            llm=["I am the assistant of the city library.", "Sorry."],
            history=["user: hello", "bot: I am—", "user: stop", "bot: Sorry."],
        )

One stream is written as marbles; see `marbles`::

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

Leaving the block runs it. What does not do what its diagram says fails the test with both diagrams,
the first difference marked, and a table of times. So do a task, timer or subscription that is left
and an error that nobody heard.

A diagram consists of tokens. Each takes one tick, 20 ms in marbles and 0.1 s in calls unless
``tick`` says otherwise. Blanks mean nothing, so that diagrams can be aligned.

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

The kit
    *Time.* `run_virtual` runs a coroutine on a `VirtualLoop`; `search_races` runs a test with what
    happens at one instant in other orders. `feed` gives an operator a list of items.

    *Calls.* `conversation` holds them, with a `ScriptedLLM`, a `ScriptedTTS`, and a user who is a
    diagram or a coroutine of a `Caller`; all of it is in ``rxvoice.testing.calls``.

    *Docstrings.* `check_example` runs the marbles in the docstring of an operator.

    *Laws.* ``rxvoice.testing.laws`` tries what holds for every operator and every agent on cases
    that Hypothesis finds; ``rxvoice.testing.strategies`` makes them.

    *Chaos.* ``rxvoice.testing.chaos`` has lines that lose, delay, cut, echo and hiss.

    *Providers.* ``rxvoice.testing.conformance`` checks that a provider keeps its contract;
    ``rxvoice.testing.servers`` are vendors on loopback that fail as they are told.

    *Callers.* ``rxvoice.testing.simulation`` lets many callers call and reports rates.

    *pytest.* ``rxvoice.testing.plugin`` is loaded by itself: fixtures ``marbles`` and
    ``virtual_loop``, marks ``virtual_time`` and ``search_races``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._draw import draw
    from ._example import Example, ExampleError, examples, read_example
    from ._example_picture import example_svg
    from ._example_run import check_example
    from ._example_sounds import quiet, speech
    from ._expectation import Expectation
    from ._failure import MarbleFailure
    from ._feed import feed, kinds
    from ._generators import MarbleGenerator
    from ._items import frames, silence, tone
    from ._latency import Follower
    from ._leaks import assert_nothing_left, tasks_left, threads_left, timers_left
    from ._loop import VirtualLoop
    from ._marbles import Marbles, marbles
    from ._match import Matcher, anything, approx, like
    from ._notation import Diagram, DiagramError, Mark, parse
    from ._notifications import MarbleError, Notification, OnCompleted, OnError, OnNext
    from ._run import run_loudly, run_virtual
    from ._seeds import search_races, seeded
    from ._sources import ColdStream, HotStream, Life
    from ._stuck import Deadlock, Livelock, VirtualTimeError
    from ._waiting import pause, turns
    from .calls import (
        Call,
        Caller,
        Response,
        ScriptedLLM,
        ScriptedSTT,
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
    "Expectation",
    "Follower",
    "HotStream",
    "Life",
    "Livelock",
    "MarbleError",
    "MarbleFailure",
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
    "ScriptedSTT",
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
    "run_loudly",
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

if not TYPE_CHECKING:  # names are imported when they are used: pytest's plugin is in every run
    _NAMES = {
        "_draw": "draw",
        "_example": "Example ExampleError examples read_example",
        "_example_picture": "example_svg",
        "_example_run": "check_example",
        "_example_sounds": "quiet speech",
        "_expectation": "Expectation",
        "_failure": "MarbleFailure",
        "_feed": "feed kinds",
        "_generators": "MarbleGenerator",
        "_items": "frames silence tone",
        "_latency": "Follower",
        "_leaks": "assert_nothing_left tasks_left threads_left timers_left",
        "_loop": "VirtualLoop",
        "_marbles": "Marbles marbles",
        "_match": "Matcher anything approx like",
        "_notation": "Diagram DiagramError Mark parse",
        "_notifications": "MarbleError Notification OnCompleted OnError OnNext",
        "_run": "run_loudly run_virtual",
        "_seeds": "search_races seeded",
        "_sources": "ColdStream HotStream Life",
        "_stuck": "Deadlock Livelock VirtualTimeError",
        "_waiting": "pause turns",
        "calls._call": "Call",
        "calls._caller": "Caller",
        "calls._conversation": "conversation",
        "calls._llm": "Response ScriptedLLM",
        "calls._stt": "ScriptedSTT",
        "calls._tts": "ScriptedTTS",
        "calls._vad": "ScriptedVAD",
    }
    _HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

    def __getattr__(name):
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Not kept here: pytest's pytester unloads what was imported in its runs, and a name must
        # not outlive its module.
        return getattr(import_module(f".{home}", __name__), name)

    def __dir__():
        return sorted({*globals(), *__all__})
