"""Calls through a transport to their end: nobody is talked to who has left, and nobody is left on.

The far end is a session of its own; nothing of either session is left.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import (
    AudioFrame,
    Command,
    Connected,
    Disconnected,
    EndCall,
    Event,
    Memory,
    Played,
    ReplyEnded,
    Session,
    Stamped,
)
from rxvoice.context import Context
from rxvoice.operators import by_sentence, converse, hang_up, share, utterances
from rxvoice.testing import approx, run_virtual
from rxvoice.transports import SocketTransport, memory_pair
from tests.operators.calls import Writer, caller, live, recognises, speak
from tests.operators.fakes import listen

STORY = "Once upon a time there was a king. He had no horse and no crown."


@dataclass
class Call:
    """What became of a call.

    Attributes:
        events: All that the agent gave, and when.
        far_end: What the far end heard.
        ended: When the bot's session had nothing left to do, in seconds.
        history: What is remembered.
    """

    events: list[Stamped] = field(default_factory=list[Stamped])
    far_end: list[Event] = field(default_factory=list[Event])
    ended: float = 0.0
    history: list[str] = field(default_factory=list[str])

    def only(self, kind: type[Event]) -> list[Any]:
        return [one.item for one in self.events if isinstance(one.item, kind)]

    @property
    def heard(self) -> float:
        """Seconds of sound that the far end was sent."""
        frames = [item for item in self.far_end if isinstance(item, AudioFrame)]
        return sum(frame.duration for frame in frames if np.any(frame.samples))


def hold(
    letters: str, *commands: tuple[float, Command], llm: Callable[[Context], Any] | None = None
) -> Call:
    """Hold a call with somebody who says something and hangs up then.

    Args:
        letters: ``s`` is a tenth of a second of speech, ``q`` one of quiet.
        commands: What the application wants, and when.
        llm: The bot's model; one that tells a story unless given.
    """
    call, memory = Call(), Memory()

    async def bot(line: SocketTransport) -> None:
        async with Session(name="bot") as session:
            wanted: Subject[Command] = Subject()
            for at, command in commands:
                session.scheduler.call_later(at, lambda command=command: wanted.on_next(command))
            incoming = line.incoming.pipe(share())
            reports = incoming.pipe(ops.filter(lambda item: isinstance(item, Played)))
            agent = converse(
                vad=listen,
                stt=utterances(recognises("hello there")),
                llm=llm or Writer(STORY),
                tts=by_sentence(speak),
                memory=memory,
                commands=wanted,
                played=cast("Observable[Played]", reports),
            )
            events = incoming.pipe(
                hang_up(agent),
                ops.do_action(lambda item: call.events.append(Stamped(session.now, item))),
            )
            await session.run(events, line.outgoing)
            call.ended = session.now

    async def user(line: SocketTransport) -> None:
        async with Session(name="user") as session:
            left: Subject[None] = Subject()
            session.subscribe(
                line.incoming, call.far_end.append, on_completed=lambda: left.on_next(None)
            )
            said = live(caller(letters)).pipe(ops.take_until(left))
            await line.outgoing(said, session)

    async def main() -> None:
        ours, theirs = memory_pair()
        async with asyncio.TaskGroup() as group:
            group.create_task(bot(ours))
            group.create_task(user(theirs))

    run_virtual(main())
    call.history = [f"{one.role}: {one.text}" for one in memory.context.messages]
    return call


def test_who_hangs_up_in_the_midst_of_a_reply_ends_all_of_it() -> None:
    llm = Writer(STORY, every=0.25)
    call = hold("s" * 5 + "q" * 35, llm=llm)
    (reply,) = call.only(ReplyEnded)
    assert reply.interrupted
    assert 0 < len(reply.spoken.split()) < len(STORY.split())
    assert call.history == ["user: hello there", f"assistant: {reply.spoken}"]
    assert call.only(Disconnected) == [Disconnected()]
    assert call.ended == approx(4.02)
    assert (len(llm.asked), llm.open) == (1, 0)


def test_who_hangs_up_while_they_speak_is_understood_and_not_answered() -> None:
    llm = Writer(STORY)
    call = hold("qqsssss", llm=llm)
    assert call.history == ["user: hello there"]
    assert llm.asked == []
    assert call.heard == 0.0


def test_who_hangs_up_before_a_word_leaves_nothing() -> None:
    call = hold("q")
    assert [type(one.item) for one in call.events] == [Connected, Disconnected, EndCall]
    assert call.ended < 0.2


def test_a_goodbye_is_heard_to_its_end_before_the_bot_hangs_up() -> None:
    call = hold("s" * 5 + "q" * 95, (1.6, EndCall("done")), llm=Writer("Goodbye then."))
    assert call.only(ReplyEnded) == [ReplyEnded(1, "Goodbye then.")]
    assert call.heard == approx(0.4)
    assert [type(item) for item in call.far_end[-1:]] == [Disconnected]
    assert call.only(EndCall) == [EndCall("done"), EndCall("done", at_once=True)]
    assert call.ended < 2.5


def test_a_bot_that_hangs_up_at_once_falls_silent_within_a_packet() -> None:
    call = hold("s" * 5 + "q" * 95, (2.0, EndCall("fire", at_once=True)))
    (reply,) = call.only(ReplyEnded)
    assert reply.interrupted
    began = next(one.at for one in call.events if isinstance(one.item, AudioFrame))
    assert call.heard == approx(2.0 - began, 0.04)
    assert call.far_end[-1] == Disconnected()
