"""The laws of whole agents."""

from typing import Any

import pytest
import reactivex as rx
from hypothesis import given
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Operator
from rxvoice.items import AudioFrame, Event, ReplyEnded, ReplyStarted, Turn
from rxvoice.operators import (
    aggregate_turn,
    converse,
    interrupt_at_once,
    interruptible,
    pace,
    respond,
    synthesize,
)
from rxvoice.testing.calls import conversation
from rxvoice.testing.laws import LawBroken, check_agent
from rxvoice.testing.strategies import callers
from tests.laws.mutation import Change, mutant

REPLY = "rxvoice.operators._reply"


@pytest.mark.parametrize("audio", [False, True], ids=["events", "audio"])
def test_the_cascade_keeps_the_laws(audio: bool) -> None:
    check_agent(converse, audio=audio)


@given(callers())
def test_callers_are_diagrams_of_calls(user: str) -> None:
    called = conversation(lambda: ops.filter(lambda item: False), user=user)
    assert not called.events


def talks_on(llm: Any, tts: Any) -> Operator[Event, Event]:
    """Never lets itself be interrupted."""

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        answer: Observable[Event] = asked.pipe(respond(llm), synthesize(tts), pace())
        bracketed: Observable[Event] = rx.concat(
            rx.just(ReplyStarted(turn.number)), answer, rx.just(ReplyEnded(turn.number))
        )
        return bracketed

    return rx.compose(
        aggregate_turn(),
        ops.flat_map(
            lambda item: (
                rx.concat(rx.just(item), reply(item)) if isinstance(item, Turn) else rx.just(item)
            )
        ),
    )


def forgets(vad: Any, stt: Any, llm: Any, tts: Any) -> Operator[Event, Event]:
    """Has no memory."""
    return rx.compose(
        aggregate_turn(),
        interruptible(lambda turn: rx.just(turn).pipe(respond(llm), synthesize(tts))),
    )


def counts_its_calls() -> Any:
    """Says less in every other call."""
    calls: list[int] = []

    def agent(vad: Any, stt: Any, llm: Any, tts: Any) -> Operator[Event, Event]:
        calls.append(1)
        quiet = len(calls) % 2
        return rx.compose(
            converse(vad=vad, stt=stt, llm=llm, tts=tts),
            ops.filter(lambda item: not quiet or not isinstance(item, AudioFrame)),
        )

    return agent


@pytest.mark.usefixtures("any_failure_will_do")
@pytest.mark.parametrize(
    ("agent", "law"),
    [
        (talks_on, "interruption"),
        (talks_on, "brackets"),
        (forgets, "history"),
        (counts_its_calls(), "determinism"),
    ],
)
def test_a_fault_of_an_agent_breaks_the_law_that_forbids_it(agent: Any, law: str) -> None:
    with pytest.raises(LawBroken) as caught:
        check_agent(agent, laws=[law])
    assert caught.value.law == law


def test_the_shortest_call_is_shown_as_diagrams() -> None:
    late = Change(REPLY, "        if sounding:\n", "        if False:\n")
    faulty = mutant("rxvoice.operators._interruptible", "interruptible", [late])

    def agent(llm: Any, tts: Any) -> Operator[Event, Event]:
        def reply(turn: Turn) -> Observable[Event]:
            asked: Observable[Event] = rx.just(turn)
            return asked.pipe(respond(llm), synthesize(tts), pace())

        return rx.compose(aggregate_turn(), faulty(reply, policy=interrupt_at_once()))

    with pytest.raises(LawBroken, match="ClearAudio is missing") as caught:
        check_agent(agent, user=callers(max_size=2), laws=["interruption"])
    shown = str(caught.value)
    assert "user" in shown
    assert "bot" in shown


def test_an_unknown_law_of_agents_is_refused() -> None:
    with pytest.raises(ValueError, match="order"):
        check_agent(converse, laws=["order"])
