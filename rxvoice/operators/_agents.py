"""`agents`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.context import Memory
from rxvoice.contracts import Chat, Spoken, Synthesizer, Written
from rxvoice.items import Context, Sentence
from rxvoice.operators._voices import Voices


class Agent(NamedTuple):
    """Who may speak in a conversation: a mind and a voice.

    Attributes:
        llm: A `rxvoice.contracts.Chat`.
        tts: A `rxvoice.contracts.Synthesizer`.
    """

    llm: Chat
    tts: Synthesizer


def agents(
    memory: Memory,
    members: Mapping[str, tuple[Chat, Synthesizer]],
    /,
    *,
    timeout: float = 15.0,
) -> Agent:
    """Let several agents hold one conversation, each with a model and a voice of its own.

    Which of them speaks says the state that the conversation is in (`rxvoice.State`); whoever
    enters another state hands over. Microphone, recogniser, turn-taking and history are not theirs,
    and nothing of these changes: the next agent's model is asked with all that was said.

    A tool hands over within the reply. What was written before it was called is spoken to its end
    by the one voice, then the other agent's model is asked and its voice speaks; no word of the
    first comes after one of the second. All of it is one reply, for an interruption as for the
    history. When the application hands over (`rxvoice.Goto`), that is between two replies.

    A voice that fails gives a `Fault`, and is silent for the rest of what it had to say; the next
    agent's voice speaks all the same.

    Marbles (one column is 100 ms)::

        turns  -T--------|
        slow    ---a|
               -^---!
        respond(agents(Memory(), {"waiter": (slow, tts), "cook": (llm, tts)}).llm)
        out    -1--(m a)e----|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  m: Metric("llm", "ttfb", 0.3)
        a: Token("Good day.")  e: ResponseEnded(1, "Good day.", failed=False)

    Args:
        memory: Where the states are; it has to record what comes out.
        members: Model and voice of each agent, by the name that the states have for it. The first
            one speaks as long as no state has said who does.
        timeout: As for `synthesize`, for each voice.

    Returns:
        A model and a voice, for `respond` and `synthesize`, or for `converse`. In a state whose
        agent is not among the members the model fails, and the first one's voice speaks.

    Raises:
        ValueError: When there is no agent, a state of the memory has one that is not known, or
            ``timeout`` is negative.
    """
    known = {name: Agent(*pair) for name, pair in members.items()}
    if not known:
        raise ValueError("members must hold at least one agent")
    if timeout < 0.0:
        raise ValueError(f"timeout must not be negative, got {timeout}")
    flow = memory.context.flow
    for state in () if flow is None else flow.states:
        if state.agent and state.agent not in known:
            raise ValueError(f"the agent {state.agent!r} of {state.name!r} is not among members")
    first = next(iter(known))
    voices = {name: agent.tts for name, agent in known.items()}

    def llm(context: Context) -> Observable[Written]:
        name = _agent(context) or first
        if name not in known:
            raise LookupError(f"there is no agent with the name {name}")
        return known[name].llm(context)

    def current() -> str:
        name = _agent(memory.context)
        return name if name in known else first

    def tts(source: Observable[Sentence]) -> Observable[Spoken]:
        def subscribe(
            observer: abc.ObserverBase[Spoken],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            speaking = Voices(observer, clock, voices, current, timeout)
            with begun(speaking.subscription):
                speaking.start()
                subscription = source.subscribe(
                    speaking.on_next, observer.on_error, speaking.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, speaking.subscription)

        return Stream(subscribe)

    return Agent(llm, tts)


def _agent(context: Context) -> str:
    return "" if context.flow is None else context.flow.agent
