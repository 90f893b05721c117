"""Laws of whole agents."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rxvoice.context import Context
from rxvoice.items import ResponseStarted
from rxvoice.testing.calls import Agent, Call, Response, ScriptedLLM, conversation
from rxvoice.testing.strategies import callers

from ._brackets import unbalanced
from ._broken import LawBroken
from ._replies import fold, stale

AGENT_LAWS = ("brackets", "interruption", "history", "determinism")

_LONG = "I am the assistant of the city library. How are you?"
_ANSWERS = ("Yes.", *[_LONG] * 5, "", "?", "…", "!")


def check_agent(
    agent: Agent,
    /,
    *,
    user: SearchStrategy[str] | None = None,
    laws: Sequence[str] = AGENT_LAWS,
    skip: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """Try laws of whole agents in many calls, and show the shortest call that breaks one.

        def test_my_agent_keeps_the_laws() -> None:
            check_agent(my_agent)

    The calls are held by `rxvoice.testing.conversation`, which says what an agent is.
    Whatever the user does and the language model writes, what starts ends exactly once
    (``brackets``), nothing of an old reply comes after an interruption (``interruption``), the
    model is told what was heard and what was spoken, neither more nor less (``history``), the same
    call goes the same way twice (``determinism``), and nothing is left of it.

    Args:
        agent: Makes the agent.
        user: What users do; `rxvoice.testing.strategies.callers` unless given.
        laws: Names of the laws; all unless given.
        skip: Names of laws that do not hold, each with the reason.
        options: For `conversation`: ``audio=True``, ``tts=…``, or what the agent takes.

    Raises:
        LawBroken: With the shortest call that was found, as a diagram.
        AssertionError: When a call does not end or leaves something.
        ValueError: When there is no such law, or no reason why it is skipped.
    """
    left_out = skip or {}
    for name in (*laws, *left_out):
        if name not in AGENT_LAWS:
            raise ValueError(f"laws of agents are {', '.join(AGENT_LAWS)}, got {name!r}")
    if not all(left_out.values()):
        raise ValueError("skip must give a reason for each law")
    chosen = [name for name in laws if name not in left_out]
    phases = [phase for phase in settings().phases if phase is not Phase.explain]

    answering = st.lists(st.sampled_from(_ANSWERS), min_size=1, max_size=3)

    @settings(report_multiple_bugs=False, phases=phases)
    @given(answering, callers() if user is None else user)
    def keeps_the_laws(answers: list[str], diagram: str) -> None:
        model = _model(answers)
        call = conversation(agent, user=diagram, llm=model, **options)
        for law in chosen:
            again = None
            if law == "determinism":
                again = conversation(agent, user=diagram, llm=_model(answers), **options)
            reason = _broken(law, call, model, again)
            if reason is not None:
                raise LawBroken(law, reason, str(call))

    try:
        keeps_the_laws()
    except LawBroken as error:
        error.__notes__ = []  # Hypothesis shows the case once more
        raise error.with_traceback(None) from None


def _broken(law: str, call: Call, model: ScriptedLLM, again: Call | None) -> str | None:
    """Return what is wrong with a call, or None."""
    items: list[Any] = [event.item for event in call.events]
    if law == "brackets":
        return next((each for each in unbalanced(items, ended=True) if each), None)
    if law == "interruption":
        return stale(items)
    if law == "history":
        return _misinformed(items, model.asked)
    if again is not None and again.events != call.events:
        return f"it went another way the second time\n{again}"
    return None


def _misinformed(items: list[Any], asked: list[Context]) -> str | None:
    """Tell which response was asked for with a history that is not what was heard by then."""
    places = [place for place, item in enumerate(items) if isinstance(item, ResponseStarted)]
    if len(places) != len(asked):
        return None
    for place, context in zip(places, asked, strict=True):
        heard, reason = fold(items[:place])
        if reason:
            return reason
        told = [message for message in context.messages if message.role != "system"]
        if told != list(heard.messages):
            return f"the model was told {_texts(told)}, but it was {_texts(heard.messages)}"
    return fold(items)[1]


def _texts(messages: Sequence[Any]) -> str:
    said = [f"{each.role}: {each.text}{'—' if each.interrupted else ''}" for each in messages]
    return repr(said)


def _model(answers: Sequence[str]) -> ScriptedLLM:
    """A model whose words tell to which reply they belong."""

    def answer(context: Context) -> str | Response | Exception:
        asked = sum(message.role == "user" for message in context.messages)
        text = answers[asked % len(answers)]
        if text == "!":
            return ConnectionError("lost")
        if text == "…":  # it writes something and hangs
            return Response(f"'Well#{asked}, '")
        if text == "?":
            return Response(f"'Let me see#{asked}. ' 3s 'No#{asked}.' #")
        return " ".join(_mark(word, asked) for word in text.split())

    return ScriptedLLM(answer, again=True)


def _mark(word: str, reply: int) -> str:
    end = len(word.rstrip(".?!,"))
    return f"{word[:end]}#{reply}{word[end:]}"


__all__ = ["AGENT_LAWS", "check_agent"]
