"""Agents for clients of others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Operator
from rxvoice.context import Context
from rxvoice.items import AudioFrame, Event, Sentence, ToolCall, Tools, Word
from rxvoice.operators import converse
from rxvoice.rtvi import ClientFunctions, ClientIsReady, ClientMessage, FunctionResult
from rxvoice.rtvi import Request as Asked
from rxvoice.server import AgentFactory, CallSession
from rxvoice.testing import Response, ScriptedLLM, ScriptedSTT, ScriptedVAD, tone

PITCHES = (440.0, 660.0, 880.0)
"""Of the bot's replies, in order, in hertz."""

STORY = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."


class Voice:
    """A voice that hums each reply at a pitch of its own.

    Args:
        rate: Samples a second.
        word: Seconds that a word takes.
    """

    def __init__(self, *, rate: int = 16_000, word: float = 0.25) -> None:
        self.rate: int = rate
        self.word: float = word
        self._replies = 0

    def __call__(self, source: Observable[Sentence], /) -> Observable[Word | AudioFrame]:
        pitch, at = PITCHES[self._replies % len(PITCHES)], 0.0
        self._replies += 1

        def speak(sentence: Sentence) -> Observable[Word | AudioFrame]:
            nonlocal at
            words = sentence.text.split()
            start = at
            at += len(words) * self.word
            marks = [
                Word(text, start + index * self.word, start + (index + 1) * self.word)
                for index, text in enumerate(words)
            ]
            sound = tone(at - start, self.rate, pts=start, frequency=pitch)
            return rx.from_iterable([*marks, sound])

        return source.pipe(ops.concat_map(speak))


@dataclass
class Scripted:
    """Agents that know what they will hear and say, and remember what happened.

    Attributes:
        stt: What is understood, in order.
        llm: What the model says, in order.
        every: Seconds from word to word of the model.
        options: Of `converse`.
        voice: Makes the voice of a session; a `Voice` unless given.
        sessions: Those that there were.
        heard: The user's audio, frame by frame.
        events: What came out of the agents.
    """

    stt: tuple[str, ...] = ()
    llm: tuple[Any, ...] = ()
    every: float = 0.002
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    voice: Callable[[], Any] = Voice
    sessions: list[CallSession] = field(default_factory=list[CallSession])
    heard: list[AudioFrame] = field(default_factory=list[AudioFrame])
    events: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])

    def __call__(self, session: CallSession) -> Operator[Event, Event]:
        self.sessions.append(session)
        llm = ScriptedLLM(*self.llm, ttft=0.05, every=self.every)
        talk: Operator[Event, Event] = converse(
            vad=ScriptedVAD(),
            stt=ScriptedSTT(*self.stt, latency=0.05),
            llm=llm,
            tts=self.voice(),
            played=session.played,
            commands=session.commands,
            **self.options,
        )

        def note(event: Event) -> None:
            self.events.append((session.now, event))

        def hear(event: Event) -> None:
            if isinstance(event, AudioFrame):
                self.heard.append(event)

        return rx.compose(ops.do_action(hear), talk, ops.do_action(note))

    @property
    def ear(self) -> tuple[NDArray[np.int16], int]:
        """What the user said: samples, and how many there are in a second."""
        samples = [frame.samples for frame in self.heard]
        return np.concatenate(samples), self.heard[0].rate


WHERE = Response("w|", {"w": ToolCall("c1", "where", {"exactly": True})})
"""What the model says that asks the page where it is."""


def helpful(talks: Scripted) -> AgentFactory:
    """Make an agent that answers what the page asks, and asks the page where it is."""

    def agent(session: CallSession) -> Operator[Event, Event]:
        functions = ClientFunctions()
        talks.options["memory"] = Context(tools=Tools((functions.tool("where"),)))

        def asked(request: Asked) -> None:
            assert session.client is not None
            match request:
                case ClientIsReady(library=library):
                    session.tell({"hello": library})
                case FunctionResult():
                    functions.take(request)
                case ClientMessage(type="double", data=int(number)):
                    session.client.send(request.answer(2 * number))
                case ClientMessage():
                    session.client.send(request.fail("nobody knows"))
                case _:
                    pass

        session.subscribe(session.requests, asked)
        return talks(session)

    return agent
