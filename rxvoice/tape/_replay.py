"""`replay`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import reactivex as rx
from reactivex import Observable

from rxvoice.aio._edge import edge
from rxvoice.items import Stamped
from rxvoice.session import Session

from ._divergence import Divergence
from ._kinds import Kind
from ._names import TapeError
from ._replayer import Replayer
from ._tape import Tape, read_tape

Agent: TypeAlias = "Observable[Any] | Callable[[Observable[Any]], Observable[Any]]"
"""The stream that was recorded, made anew; or the operator that was given the caller's stream."""

TURNS = 500


@dataclass(frozen=True)
class Replay:
    """What came of a replay.

    Attributes:
        tape: What was replayed.
        events: What came out of the session's first stream, with the times of the recording.
        error: What that stream failed with.
        divergence: The first difference from what was recorded; None when there is none.
    """

    tape: Tape
    events: list[Stamped]
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


async def replay(tape: Tape | str | Path, /, *agents: Agent) -> Replay:
    """Let an agent live through a recorded session again.

    Nothing waits, no source is opened and no provider is asked: the tape tells the agent, moment by
    moment, what came then, and what the clock said. So a call of minutes takes moments, on any
    event loop.

    Args:
        tape: The tape, or its file.
        agents: What was recorded, in the order in which it was subscribed: usually one.

    Raises:
        TapeError: When the tape cannot be read, or holds more streams than there are agents.
    """
    found = tape if isinstance(tape, Tape) else await asyncio.to_thread(read_tape, tape)
    streams = [stream_of(agent, found) for agent in agents]
    async with Session(name="replay") as session:
        replayer = Replayer(found)
        session.scheduler.tape = replayer

        def enter(number: int) -> None:
            if number >= len(streams):
                raise TapeError(f"{found.name} holds {number + 1} streams, {len(streams)} given")
            session.subscribe(streams[number], None, lambda error: None)

        for turn, _ in enumerate(replayer.steps(enter)):
            if turn % TURNS == TURNS - 1:
                await asyncio.sleep(0)
    compared = replayer.compared
    return Replay(found, compared.events[0], compared.ended.get(0), compared.divergence)


def stream_of(agent: Agent, tape: Tape) -> Observable[Any]:
    """Return the stream of an agent; an operator is given what the caller's edge holds."""
    if isinstance(agent, Observable):
        return cast("Observable[Any]", agent)
    return agent(caller(tape))


def caller(tape: Tape) -> Observable[Any]:
    """Return the stream at the edge that was subscribed first of those that carry audio.

    Raises:
        TapeError: When nothing was recorded at any edge.
    """
    from rxvoice.items import AudioFrame

    kinds = (Kind.NEXT, Kind.SYNC)
    numbers: Sequence[int] = [
        record.number
        for record in tape.records
        if record.kind in kinds and isinstance(record.value, AudioFrame)
    ] or [record.number for record in tape.records if record.kind in kinds]
    if not numbers:
        raise TapeError(f"{tape.name} holds nothing that a caller said")
    return edge(rx.never(), tape.edges[min(numbers)][0])


__all__ = ["Agent", "Replay", "caller", "replay", "stream_of"]
