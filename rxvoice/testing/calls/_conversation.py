"""`conversation`."""

import math
from collections.abc import Sequence
from random import Random
from typing import cast

from rxvoice.contracts import Chat, Synthesizer
from rxvoice.testing._failure import MarbleFailure
from rxvoice.testing.calls._call import Call
from rxvoice.testing.calls._caller import Behaviour
from rxvoice.testing.calls._hold import Setting, hold
from rxvoice.testing.calls._llm import Says, ScriptedLLM
from rxvoice.testing.calls._parts import Agent
from rxvoice.testing.calls._tts import ScriptedTTS
from rxvoice.testing.calls._user import Script, Values
from rxvoice.testing.calls._verdict import read


def conversation(
    agent: Agent,
    /,
    *,
    user: str | Behaviour,
    bot: str | None = None,
    turns: str | None = None,
    history: Sequence[str] | None = None,
    llm: str | Sequence[Says] | Chat = (),
    tts: Synthesizer | None = None,
    audio: bool = False,
    tick: float = 0.1,
    within: float = 0.0,
    values: Values | None = None,
    linger: float = 2.0,
    limit: float = 600.0,
    seed: int = 0,
    **options: object,
) -> Call:
    """Hold a call with an agent in virtual time, and check what became of it.

    A test is a whole call::

        def test_the_caller_may_interrupt() -> None:
            conversation(
                converse,
                user="[--]'hello' 2s [-]'stop'",
                llm=["I am the assistant of the city library.", "Sorry."],
                bot=" ...",
                history=["user: hello", "bot: I am the—", "user: stop", "bot: Sorry."],
            )

    The agent is a function that makes its operator from parts that it takes by name, such as
    `rxvoice.operators.converse`: ``vad``, ``stt``, ``llm``, ``tts``, and ``session`` for the
    `rxvoice.Session`. It is given those that it has parameters for, and all further options.

    A diagram has one sign a column of ``tick`` seconds; ``'texts'``, ``(a b)``, ``x*25``, ``1.5s``
    and blanks are as in all marble diagrams. The user's has

    =============  =================================================================================
    ``[`` ``]``    the user begins, and ceases, to speak
    ``'text'``     a final transcript comes; finalised, unless the user is speaking
    ``'text…'``    an interim transcript comes
    ``0`` … ``9``  a key of the telephone
    ``|`` ``#``    the user hangs up; the line breaks
    =============  =================================================================================

    Without ``|`` the user hangs up when the agent has had nothing to do for ``linger`` seconds. The
    bot's has

    ============  ==================================================================================
    ``[`` ``]``   a reply begins to be heard; it was spoken to its end
    ``!``         the reply is cut off (with no ``[`` before it: before it was heard), or paused
                  while it is decided whether the user interrupts; ``[`` is where it goes on then
    ``'word'``    a word was spoken; compared only in diagrams that have words
    ``t`` ``r``   the model calls a tool; the tool answers
    ``f``         a fault
    ``#``         the agent's stream fails
    ============  ==================================================================================

    The turns' has ``S`` for a turn that starts, ``T`` for one that ends, ``D`` for one that is
    dropped. In a history, ``—`` ends what was cut off.

    What happens at one instant by chance happens in the order in which it was planned.
    `rxvoice.testing.search_races` tries other orders.

    Args:
        agent: Makes the agent.
        user: What the user does: a diagram, or a coroutine function of a `Caller`.
        bot: What the bot has to do.
        turns: How the agent has to take the user's turns.
        history: What has to be remembered, ``"user: …"`` and ``"bot: …"``; where one of
            ``"call: name(argument='…')"``, ``"tool: …"`` and ``"note: …"`` (a remark of the
            application) is among the lines, those count, too.
        llm: What the language model says, one response after another, or a model.
        tts: The voice; a `ScriptedTTS` unless given.
        audio: Whether the agent is given audio, 20 ms a frame, as from a microphone, and a detector
            and a recogniser that understand it. Otherwise it is given speech marks and
            transcripts, exactly when the diagram says so, with a detector and a recogniser that
            have nothing to do.
        tick: Seconds a column.
        within: Seconds by which times may differ from the diagrams.
        values: What further letters of the user's diagram mean: an item; or an exception with which
            the recogniser fails; ``"#"`` is what the line breaks with.
        linger: Seconds.
        limit: Virtual seconds after which a call that does not end is a failure.
        seed: Where the `Caller`'s chance begins, their ``random``.
        options: Given to the agent by name.

    Returns:
        The call: its events, diagrams and picture.

    Raises:
        MarbleFailure: When the call differs from a diagram or from the history, or does not end, or
            when the model was asked for more responses than there are.
        AssertionError: When it leaves a task or timer behind, or when something failed unheard.
        Exception: What the agent's stream failed with, unless the bot's diagram has a ``#``.
        ValueError: When a diagram cannot be read.
        TypeError: When the agent needs parts that there are not.
    """
    for name, value in (("linger", linger), ("limit", limit)):
        if not value > 0.0:
            raise ValueError(f"{name} must be positive, got {value}")
    if not 1e-6 <= tick < math.inf:
        raise ValueError(f"tick must be at least a microsecond, got {tick}")
    diagrams = {"user": "" if callable(user) else user, "bot": bot or "", "turns": turns or ""}
    for name, diagram in diagrams.items():
        if not isinstance(cast(object, diagram), str):
            raise TypeError(f"{name} must be a diagram, got {diagram!r}")
    script = user if callable(user) else Script(user, tick, values or {})
    if isinstance(script, Script) and not script.hangs_up and not script.end + linger <= limit:
        raise ValueError(
            f"limit must leave time for the user's {script.end:g} s and {linger:g} s of linger, "
            f"got {limit:g}"
        )
    expected = [read(name, lane, tick) for name, lane in (("bot", bot), ("turns", turns)) if lane]
    shown = max((lane[-1][0] * tick for lane in expected if lane), default=0.0)
    may_fail = any(mark.kind == "#" for lane in expected for _, mark in lane)
    model = _model(llm)
    setting = Setting(model, tts or ScriptedTTS(), options, audio, tick, linger, limit, until=shown)
    call = hold(agent, script, setting, Random(seed))
    if isinstance(model, ScriptedLLM) and model.is_exhausted:
        raise MarbleFailure(f"the model was asked for more than its script has\n{call}", call.svg)
    if call.error is not None and not may_fail:
        call.error.add_note(f"the call until then:\n{call}")
        raise call.error
    call.expect(bot=bot, turns=turns, history=history, within=within)
    return call


def _model(llm: str | Sequence[Says] | Chat) -> Chat:
    if callable(llm):
        return llm
    if not isinstance(cast(object, llm), Sequence):
        raise TypeError(f"llm must be a list of responses, a text or a model, got {llm!r}")
    return ScriptedLLM(llm) if isinstance(llm, str) else ScriptedLLM(*llm)
