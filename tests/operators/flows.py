"""A conversation with states, in which every turn interrupts and nothing is spoken."""

from typing import Any

import reactivex as rx
from reactivex import Observable

from rxvoice import Event, Memory, Operator, ToolCall, Turn, TurnStarted
from rxvoice.operators import (
    background_tools,
    interrupt_at_once,
    interruptible,
    respond,
    steer,
    with_feedback,
)
from rxvoice.testing import OnNext, marbles
from rxvoice.testing.calls import Response, ScriptedLLM

TURNS: dict[str, Event] = {
    "S": TurnStarted(1),
    "T": Turn("Hello.", 1),
    "U": TurnStarted(2),
    "V": Turn("Never mind.", 2),
}

Log = list[tuple[float, Any]]


def calling(*names: str, text: str = "") -> Response:
    """A response that calls tools at once and then ends."""
    letters = "abcdefgh"[: len(names)]
    said = f"'{text}'" if text else ""
    values = {letter: ToolCall(name, name) for letter, name in zip(letters, names, strict=True)}
    return Response(f"({said}{letters}|)", values)


def talk(
    llm: ScriptedLLM,
    memory: Memory,
    turns: str = "ST",
    *,
    commands: str = "",
    wanted: dict[str, Any] | None = None,
    until: str = "30s",
    **options: Any,
) -> Log:
    """What comes out of a conversation, and when; a column is 0.1 s."""
    with marbles(tick=0.1) as m:
        orders: Observable[Any] | None = m.hot(commands, wanted or {}) if commands else None

        def agent(feedback: Observable[Event]) -> Operator[Event, Event]:
            return rx.compose(
                steer(orders, feedback=feedback),
                interruptible(
                    lambda turn: rx.just(turn).pipe(respond(llm, memory, **options)),
                    policy=interrupt_at_once(),
                ),
                background_tools(memory),
                memory.record(),
            )

        out = m.hot(turns, TURNS).pipe(with_feedback(agent))
        log = m.record(out, f"^ {until} !")
    return [(round(at, 6), n.value) for at, n in log if isinstance(n, OnNext)]


def only(log: Log, *kinds: type) -> list[Any]:
    """Return the items of some types."""
    return [item for _, item in log if isinstance(item, kinds)]
