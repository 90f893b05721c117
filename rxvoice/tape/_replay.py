"""`replay`."""

import asyncio
import itertools
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from reactivex import Observable

from rxvoice.items import Stamped
from rxvoice.session import Session

from ._agent import Agent, check_agents, session_for, stream_of
from ._divergence import Divergence
from ._names import TapeError
from ._replayer import Replayer
from ._tape import Tape, read_tape

T = TypeVar("T")


TURNS = 500


@dataclass(frozen=True)
class Replay:
    """What came of a replay.

    Attributes:
        tape: What was replayed.
        events: What came out of the session's first stream, and when on the session's clock.
        error: What that stream failed with.
        divergence: The first difference from what was recorded; None when there is none.
    """

    tape: Tape
    events: list[Stamped] = field(repr=False)
    error: Exception | None
    divergence: Divergence | None

    @property
    def is_identical(self) -> bool:
        """Whether the same came out, to the bit."""
        return self.divergence is None

    def check(self) -> "Replay":
        """Return this.

        Raises:
            AssertionError: When something else came out than was recorded.
        """
        if self.divergence is not None:
            raise AssertionError(f"{self.tape.name}: {self.divergence}")
        return self


def replay(
    tape: Tape | str | Path, /, *agents: Agent, until: float | None = None, caller: str = ""
) -> Replay:
    """Let an agent live through a recorded session again.

    Nothing waits, no source is opened and no provider is asked: the tape tells the agent, moment by
    moment, what came then, and what the clock said. So a call of minutes takes moments. It runs on
    a loop of its own; another one that runs in this thread, as in a notebook, stands still.

    Args:
        tape: The tape, or its file.
        agents: What was recorded, in the order in which it was subscribed: usually one. It has to
            be made anew, for what an agent remembers would be remembered.
        until: Seconds on the session's clock at which to stop.
        caller: The edge whose items an agent that is an operator is given. Unless given, it is one
            that was subscribed at the very begin: ``"caller"``, else the first that carries audio,
            else the first.

    Raises:
        OSError: When the tape cannot be read.
        TapeError: When it is no tape, or holds more streams than there are agents.
        TypeError: When an agent is none.
        ValueError: When ``until`` is negative.
    """
    if until is not None and not until >= 0.0:
        raise ValueError(f"until must not be negative, got {until}")
    check_agents(agents)
    found = tape if isinstance(tape, Tape) else read_tape(tape)
    return on_virtual_loop(_replay(found, agents, until, caller))


async def _replay(tape: Tape, agents: Sequence[Agent], until: float | None, caller: str) -> Replay:
    async with session_for(agents, tape, "replay") as session:
        replayer = Replayer(tape)
        session.scheduler.tape = replayer
        streams = [await stream_of(agent, tape, caller, session) for agent in agents]
        steps = replayer.steps(lambda number: enter(session, tape, streams, number))
        for turn in itertools.count(1):
            following = replayer.compared.cursor.moment()
            if until is not None and (following is None or following > until):
                break
            if next(steps, None) is None:
                break
            if turn % TURNS == 0:
                await asyncio.sleep(0)
        compared = replayer.compared
        result = Replay(tape, compared.events[0], compared.ended.get(0), compared.divergence)
    return result


def on_virtual_loop(work: Coroutine[Any, Any, T], *, real_io: bool = True) -> T:
    """Run a coroutine in virtual time, also where a loop is running.

    Args:
        work: The coroutine.
        real_io: Whether sockets and threads are waited for, a moment at each instant.
    """
    from rxvoice.testing._loop import VirtualLoop
    from rxvoice.testing._run import abandon, run_on

    loop = VirtualLoop(real_io=real_io)
    try:
        return run_on(loop, work)
    finally:
        abandon(loop)


def enter(session: Session, tape: Tape, streams: list[Observable[Any]], number: int) -> None:
    """Subscribe a stream.

    Raises:
        TapeError: When there is none of this number.
    """
    if number >= len(streams):
        raise TapeError(f"{tape.name} holds {number + 1} streams, and {len(streams)} are given")
    session.subscribe(streams[number], None, lambda error: None)


__all__ = ["Replay", "enter", "on_virtual_loop", "replay"]
