"""Holding a call in virtual time."""

import asyncio
import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Chat, Synthesizer
from rxvoice.items import Event, ReplyEnded, ReplyStarted, Stamped, Turn, TurnDropped, TurnStarted
from rxvoice.session import Session
from rxvoice.testing._failure import MarbleFailure
from rxvoice.testing._run import run_virtual
from rxvoice.testing.calls._astray import Strays
from rxvoice.testing.calls._call import Call
from rxvoice.testing.calls._caller import Behaviour, Caller
from rxvoice.testing.calls._line import Line
from rxvoice.testing.calls._parts import Agent, build
from rxvoice.testing.calls._user import Script
from rxvoice.testing.calls._vad import ScriptedVAD
from rxvoice.viz import Probes


@dataclass(frozen=True, slots=True)
class Setting:
    """What a call is held with, besides agent and user.

    Attributes:
        llm: The language model.
        tts: The voice.
        options: Further arguments of the agent.
        audio: Whether the agent is given audio.
        tick: Seconds a column of the call's diagrams.
        linger: Seconds without anything to do after which a user who has a diagram hangs up.
        limit: Virtual seconds after which a call that does not end is a failure.
        until: Seconds for which the user stays at least.
    """

    llm: Chat
    tts: Synthesizer
    options: Mapping[str, object] = field(default_factory=dict[str, object])
    audio: bool = False
    tick: float = 0.1
    linger: float = 2.0
    limit: float = 600.0
    until: float = 0.0


def hold(agent: Agent, user: Script | Behaviour, setting: Setting, random: Random) -> Call:
    """Hold a call from its begin to its end, and see that nothing is left of it.

    Raises:
        AssertionError: When it does not end, or leaves a task or timer behind.
    """
    holding = Holding(agent, user, setting, random)
    try:
        run_virtual(holding.run())
    except Exception as error:
        holding.explain(error)
        raise
    return holding.call()


class Holding:
    """One call while it is held."""

    def __init__(
        self, agent: Agent, user: Script | Behaviour, setting: Setting, random: Random
    ) -> None:
        self._agent = agent
        self._user = user
        self._setting = setting
        self._random = random
        self._events: list[Stamped] = []
        self._acted: list[Any] = []
        self._busy: set[str] = set()
        self._is_acting = True
        self._strays = Strays()
        self._active = 0.0
        self._duration = 0.0
        self._error: Exception | None = None
        self._probes = Probes()

    def call(self) -> Call:
        return Call(
            tuple(self._events),
            tuple(self._acted),
            self._setting.tick,
            self._duration,
            self._setting.llm,
            self._setting.tts,
            self._error,
            self._probes,
        )

    def explain(self, error: Exception) -> None:
        """Note on what ended the call what happened until then."""
        told = str(self.call())
        if (self._events or self._acted) and told not in str(error):
            error.add_note(f"the call until then:\n{told}")

    async def run(self) -> None:
        setting = self._setting
        async with Session(name="call") as session:
            self._probes.watch(session)
            line = Line(session.scheduler)
            self._acted = line.acted
            parts = {
                "vad": ScriptedVAD(),
                "stt": line.stt if setting.audio else _deaf,
                "llm": setting.llm,
                "tts": setting.tts,
                "session": session,
            }
            operator = build(self._agent, parts, setting.options)
            caller = Caller(line, session.scheduler, self._random)
            ended: asyncio.Future[None] = session.scheduler.loop.create_future()

            def end(error: Exception | None = None) -> None:
                if self._strays.note("its error" if error else "its end"):
                    return
                self._duration = session.now
                self._error = error
                line.hang_up()
                if not ended.done():
                    ended.set_result(None)

            def take(item: Event) -> None:
                if not self._strays.note(type(item).__name__):
                    self._take(session.now, item)
                    caller.listen(item)

            source = line.audio if setting.audio else line.events
            stream = operator(source)
            if not isinstance(stream, Observable):
                raise TypeError(f"the agent's operator must return an observable, got {stream!r}")
            session.subscribe(cast("Observable[Event]", stream), take, end, end)
            limit = asyncio.timeout(setting.limit)
            try:
                async with limit:
                    await self._act(caller, line, session)
                    self._is_acting = False
                    await ended
            except BaseException as error:
                self._duration = session.now
                if isinstance(error, TimeoutError) and limit.expired():
                    raise MarbleFailure(self._unended(line), lambda: self.call().svg()) from None
                raise
        if astray := str(self._strays):
            raise AssertionError(astray)

    def _unended(self, line: Line) -> str:
        busy = sorted(self._busy)
        if self._is_acting and not isinstance(self._user, Script):
            busy.append("the user's coroutine")
        if line.is_speaking:
            busy.append("the user's speech")
        under_way = ", ".join(busy) or "nothing, but its stream has not ended"
        lines = [
            f"the call has not ended after {self._setting.limit:g} s; under way: {under_way}",
            str(self._strays),
            str(self.call()),
        ]
        return "\n".join(line for line in lines if line)

    async def _act(self, caller: Caller, line: Line, session: Session) -> None:
        user = self._user
        if not isinstance(user, Script):
            acting = user(caller)
            if not inspect.isawaitable(acting):
                raise TypeError(f"user must be a diagram or a coroutine function, got {user!r}")
            await acting
            line.hang_up()
            return
        user.start(line, session.scheduler)
        if user.hangs_up:
            return
        await caller.waits(max(user.end, self._setting.until))
        linger = self._setting.linger
        while line.is_open:
            rest = math.inf if self._busy else self._active + linger - session.now
            if rest <= 1e-6:
                line.hang_up()
            else:
                await caller.waits(min(rest, linger))

    def _take(self, now: float, item: Event) -> None:
        self._events.append(Stamped(now, item))
        self._active = now
        match item:
            case TurnStarted():
                self._busy.add("the user's turn")
            case Turn() | TurnDropped():
                self._busy.discard("the user's turn")
            case ReplyStarted(number=number):
                self._busy.add(f"the reply to turn {number}")
            case ReplyEnded(number=number):
                self._busy.discard(f"the reply to turn {number}")
            case _:
                pass


def _deaf(source: Observable[Any]) -> Observable[Any]:
    """Recognise nothing: the transcripts are in the stream already."""
    return source.pipe(ops.ignore_elements())
