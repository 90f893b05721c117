"""`fork`."""

import asyncio
import contextlib
import math
from collections.abc import Collection, Sequence
from pathlib import Path

from rxvoice.items import Stamped

from ._agent import Agent, check_agents, session_for, stream_of
from ._comparing import Comparing
from ._content import match
from ._divergence import Divergence, shortened
from ._forker import Forker
from ._kinds import Kind
from ._names import TapeError
from ._replay import Replay, enter, on_virtual_loop
from ._tape import Tape, read_tape


def fork(
    tape: Tape | str | Path,
    /,
    *agents: Agent,
    at: float = 0.0,
    live: Collection[str] = (),
    linger: float = 10.0,
    caller: str = "",
    realtime: bool = False,
) -> Replay:
    """Let another agent go on with a recorded session: another prompt, threshold or model.

    Until ``at`` everything is as it was. From then on timers ring by themselves, and the tape still
    gives what came from outside: the caller's audio when it came, and each answer of a provider as
    long after it was asked as then. Edges in ``live`` are the agent's own, and so is one that is
    asked more often than on the tape. An answer of one that had begun before is told to its end by
    the tape; what has given something for more than half of the tape, such as a recogniser, is live
    at once.

    Args:
        tape: The tape, or its file.
        agents: As for `replay`. One that is not the same before ``at`` either is told so in the
            divergence.
        at: When it is another call, in seconds on the session's clock; 0 for all of it.
        live: Names of edges whose items come from the agent, such as those of the model when it has
            another prompt. `Tape.edges` has them.
        linger: Seconds for which it goes on after the end of the tape, unless its stream ends.
        caller: As for `replay`.
        realtime: Whether it takes its time, for live edges behind which something real works.
            Otherwise time is virtual, and what is live before ``at`` works along.

    Returns:
        What came out. The divergence is the first event with another content; times, audio, metrics
        and usage do not count, nor does what came after the end of a tape on which the stream has
        not ended: the process was killed, or the session closed.

    Raises:
        OSError: When the tape cannot be read.
        TapeError: As for `replay`, or when it has no edge of a name in ``live``.
        TypeError: When an agent is none, or ``live`` is a text.
        ValueError: When a number is negative.
    """
    if not (at >= 0.0 and linger >= 0.0):
        raise ValueError(f"at and linger must not be negative, got {at} and {linger}")
    if isinstance(live, str):
        raise TypeError(f"live must hold names of edges, got {live!r}")
    check_agents(agents)
    from rxvoice.testing._outer import no_running_loop

    found = tape if isinstance(tape, Tape) else read_tape(tape)
    names = {name for name, _ in found.edges}
    if unknown := sorted(set(live) - names):
        raise TapeError(f"{found.name} has no edge {', '.join(unknown)}; there are {sorted(names)}")
    work = _fork(found, agents, at, live, linger, caller, realtime)
    if not realtime:
        return on_virtual_loop(work, real_io=bool(live))
    with no_running_loop():
        return asyncio.run(work)


async def _fork(
    tape: Tape,
    agents: Sequence[Agent],
    at: float,
    live: Collection[str],
    linger: float,
    caller: str,
    realtime: bool,
) -> Replay:
    async with session_for(agents, tape, "fork") as session:
        clock = session.scheduler
        forker = clock.tape = Forker(tape, clock, live)
        streams = [await stream_of(agent, tape, caller, session) for agent in agents]
        clock.show(0.0)
        cursor = forker.compared.cursor

        def subscribe(number: int) -> None:
            enter(session, tape, streams, number)

        steps = forker.steps(subscribe)
        works_along = bool(live) and not realtime
        while (following := cursor.moment()) is not None and following < at:
            if works_along:
                await asyncio.sleep(max(following - clock.elapsed, 0.0))
            next(steps)
        if works_along:
            await asyncio.sleep(max(at - clock.elapsed, 0.0))
        clock.show(at)
        over: asyncio.Future[None] = clock.loop.create_future()
        forker.compared.on_end = lambda: over.done() or over.set_result(None)
        forker.free(at, subscribe)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(tape.duration - at, 0.0) + linger):
                await over
        compared = forker.compared
    events = compared.events[0]
    divergence = compared.divergence or _first_change(tape, events, compared)
    return Replay(tape, events, compared.ended.get(0), divergence)


def _first_change(
    tape: Tape, replayed: Sequence[Stamped], compared: Comparing
) -> Divergence | None:
    """Return where what happened is not the same for the first time."""
    changes = match(known(tape, tape.events), known(tape, replayed), within=NEAR).changes
    if not changes:
        return None
    before, after = changes[0].before, changes[0].after
    at = min(event.at for event in (*before[:1], *after[:1]))
    return Divergence(at, _listed(before), _listed(after), compared.because(at))


def known(tape: Tape, events: Sequence[Stamped]) -> list[Stamped]:
    """Return the events, recorded ones or those of a fork, of which the tape tells all.

    Of a call that was still going on when the recording ended it does not tell what came then; of
    one whose recording was killed, not all of the last moment either.
    """
    over = {Kind.OUT_DONE, Kind.OUT_ERROR}
    if any(record.kind in over and record.number == 0 for record in tape.records):
        return list(events)
    whole = math.nextafter(tape.duration, math.inf) if tape.is_complete else tape.duration
    return [event for event in events if event.at < whole]


def _listed(events: Sequence[Stamped]) -> str:
    shown = [f"{shortened(repr(event.item))} at {event.at:.3f} s" for event in events[:FEW]]
    more = len(events) - FEW
    return "; ".join([*shown, f"and {more} more"] if more > 0 else shown)


FEW = 3

NEAR = 0.25
"""Seconds by which something may come earlier or later among other things."""

__all__ = ["NEAR", "fork", "known"]
