"""Agents that are watched keep the laws of agents."""

import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice import Memory, Operator
from rxvoice.context import CompletionMarkers
from rxvoice.contracts import Chat, Synthesizer
from rxvoice.items import Event, Turn
from rxvoice.operators import (
    aggregate_turn,
    bot_speaks,
    bot_speech,
    completion_marks,
    interrupt_at_once,
    interruptible,
    measure_response,
    mute_user,
    pace,
    respond,
    synthesize,
    tools_run,
    track_exchanges,
    user_idle,
    with_feedback,
)
from rxvoice.testing.calls import Agent
from rxvoice.testing.laws import check_agent


def watched(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    memory = Memory()

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm, memory), synthesize(tts), pace())

    watch = rx.compose(bot_speech(), user_idle(1.0), measure_response(), track_exchanges())
    return with_feedback(
        lambda fed: rx.compose(
            mute_user(tools_run(), feedback=fed),
            aggregate_turn(),
            interruptible(reply, policy=interrupt_at_once()),
            watch,
            memory.record(),
        )
    )


def muted(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    memory = Memory()

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm, memory), synthesize(tts), pace())

    return with_feedback(
        lambda fed: rx.compose(
            mute_user(bot_speaks(), tools_run(), feedback=fed),
            aggregate_turn(),
            interruptible(reply),
            bot_speech(),
            memory.record(),
        )
    )


def patient(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    memory = Memory()
    markers = CompletionMarkers(complete="I", short="Yes", long="Let")
    ask = respond(markers.chat(llm), memory)

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(ask, completion_marks(ask, markers=markers), synthesize(tts), pace())

    return rx.compose(aggregate_turn(), interruptible(reply), bot_speech(), memory.record())


@pytest.mark.parametrize("agent", [watched, muted])
def test_the_agent_keeps_the_laws(agent: Agent) -> None:
    check_agent(agent)


def test_an_agent_that_waits_for_the_user_keeps_the_laws() -> None:
    """Some of the answers that the laws have begin with its signs."""
    skip = {
        "history": "the model is told the signs of its answers, too",
        "interruption": "a prompt counts as a message, by which the law tells replies apart",
    }
    check_agent(patient, skip=skip)
