"""`failover`."""

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from rxvoice.operators._ensemble import named
from rxvoice.operators._rota import Failover

S = TypeVar("S")
T = TypeVar("T")


def failover(
    first: Callable[[S], T],
    /,
    *others: Callable[[S], T],
    recover: float | None = None,
    keep: float = 30.0,
    names: Sequence[str] | None = None,
    name: str = "failover",
) -> Failover[S, T]:
    """Let another provider of any kind stand in for one that fails.

    One is active at a time, the first one to begin with. When it fails, the next one is, and after
    the last one the first one again. This is remembered in what is returned, so that the next reply
    asks the one that works; make it once for each session, or share it.

    *Requests* (`Chat`, `Recognise`, `Speak` …): when the active one fails before the first item of
    its answer, the next one answers; each is asked once at most. One that has begun is not begun
    again, for words would be doubled: its error goes on, and the next request goes to the next one.

    *Operators* (`Transcriber`, `Synthesizer`): when the active one fails, or gives a `Fault`, the
    next one goes on in its place, with what is not answered yet. For a recogniser that is the
    speech marks and the audio since the last final transcript (while nobody speaks, the last
    second), as frames of at most 250 ms, at most ``keep`` seconds: the oldest goes first. For a
    voice it is the words whose audio has not begun, at most 1024 sentences. Words are held back
    until their audio begins; the times of the next voice go on where the last one has stopped. Of a
    voice without words, 15 characters a second are taken to be spoken; a sentence that was begun
    is not begun again. Where a recogniser says how long it takes (``latency``), a `Metric`
    ``latency_p99`` tells that of the next one. Faults that the source sends through a member, and
    errors of the source, switch nothing.

    Faults go on with their true source, and are not fatal as long as somebody stands in. When all
    have failed without an answer between, the error of the last one goes on, if possible one that
    is not fatal. One alone stays, and its errors go on.

    Marbles (one column is 100 ms)::

        turns  -T-----------|
        big     --#
               -^-!
        small     -a-b|
               ---^---!
        respond(failover(big, small), apology="Pardon?")
        out    -1--(m a)-be-----|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  m: Metric("llm", "ttfb", 0.3)
        a: Token("Hi")  b: Token(" there.")  e: ResponseEnded(1, "Hi there.", failed=False)
        #: ConnectionError("lost")

    Args:
        first: The one that is asked as long as it works.
        others: Those that stand in, in order.
        recover: Seconds after which the first one is asked again; ``None`` to stay with the one
            that works until it fails. Then it is tried with the next request; a recogniser is
            changed before the next speech, a voice with the next reply.
        keep: Seconds of audio that are given again to another recogniser.
        names: Of the providers; their places, counted from 1, unless given.
        name: Source of what ``events`` tells.

    Returns:
        A provider of the same kind. ``active`` is the name of the one that is asked; ``events``
        tells of each switch, and of failures that another one has made up for.

    Raises:
        TypeError: When a provider is no function, or its parentheses are missing.
        ValueError: When ``recover`` is negative, ``keep`` is not positive, or ``names`` are not one
            for each provider.
    """
    if recover is not None and not recover >= 0.0:
        raise ValueError(f"recover must not be negative, got {recover}")
    if not 0.0 < keep < math.inf:
        raise ValueError(f"keep must be positive and finite, got {keep}")
    return Failover(name, named(first, others, names), recover, keep)


__all__ = ["failover"]
