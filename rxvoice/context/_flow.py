"""Structured conversations: which states there are, and what it means to enter one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rxvoice.context._tool import Function
from rxvoice.context._tool import tools as put_together
from rxvoice.items import Context, Flow, Goto, Keep, Message, State, StateEntered, Tool, Tools

ADDITION: Final = "state"
"""The addition to the instruction that a state's own instruction is."""


def state(
    name: str,
    instruction: str = "",
    *,
    tools: Tools | Sequence[Tool | Function] = (),
    to: Sequence[str] | None = None,
    greeting: str = "",
    agent: str = "",
    tool_choice: str = "auto",
    keep: Keep = "all",
) -> State:
    """Make a state of a structured conversation.

    Args:
        name: As in `rxvoice.State`.
        instruction: As in `rxvoice.State`.
        tools: Functions, tools, or all of them put together. One that returns a `rxvoice.Goto`
            leads to another state.
        to: As in `rxvoice.State`; one name that stands alone is a mistake.
        greeting: As in `rxvoice.State`.
        agent: As in `rxvoice.State`.
        tool_choice: As in `rxvoice.State`.
        keep: As in `rxvoice.State`.

    Raises:
        TypeError: When a tool is none, or ``to`` is a text.
        ValueError: As `rxvoice.State`.
    """
    if isinstance(to, str):
        raise TypeError(f"to must be a list of names, got {to!r}")
    chosen = tools if isinstance(tools, Tools) else put_together(*tools)
    names = None if to is None else tuple(to)
    return State(name, instruction, chosen, names, greeting, agent, tool_choice, keep)


def flow(*states: State, first: str | None = None) -> Flow:
    """Put the states of a structured conversation together, for `rxvoice.Memory`.

    Args:
        *states: Those that can be called by their names. Others may be made during the
            conversation.
        first: Name of the one that it begins in; the first one unless given.

    Raises:
        ValueError: When there is none, two have the same name, a name leads nowhere, or one cannot
            be reached from the first.
    """
    if not states:
        raise ValueError("states must hold at least one state")
    known: dict[str, State] = {}
    for one in states:
        if one.name in known:
            raise ValueError(f"two states have the name {one.name!r}")
        known[one.name] = one
    for one in states:
        for name in one.to or ():
            if name not in known:
                raise ValueError(f"the state {one.name!r} leads to {name!r}, which is no state")
    start = states[0].name if first is None else first
    if start not in known:
        raise ValueError(f"first must be the name of a state, got {first!r}")
    lost = set(known) - _reached(known, start)
    if lost:
        raise ValueError(f"nothing leads to {', '.join(sorted(map(repr, lost)))}")
    return Flow(states, known[start])


def begin(context: Context, flow: Flow) -> Context:
    """Return a conversation in the first state of a flow; its tools are those of every state."""
    first = flow.current
    if first is None:
        return replace(context, flow=flow)
    started = replace(context, flow=replace(flow, current=None, tools=context.tools))
    entered = enter(started, StateEntered(first))
    return replace(entered, flow=replace(_flow(entered), moves=0))


def enter(context: Context, event: StateEntered) -> Context:
    """Return a conversation in another state."""
    entered, before = event.state, _flow(context)
    changed = replace(
        context,
        flow=before.entered(entered),
        messages=_kept(context.messages, entered.keep if event.previous else "all"),
        tools=_joined(before.tools, entered.tools),
        tool_choice=entered.tool_choice,
    )
    return changed.with_addition(ADDITION, entered.instruction or None)


@dataclass(frozen=True, slots=True)
class Refused:
    """A conversation does not go into another state.

    Attributes:
        reason: Why, for the model.
        mistake: Whether the application is wrong, and not only too late.
    """

    reason: str
    mistake: bool


def move(context: Context, goto: Goto, since: int | None = None) -> StateEntered | Refused:
    """Return what comes of a wish to go into another state.

    Args:
        context: The conversation as it is.
        goto: The wish.
        since: The `moves` of the conversation when the tool was called that wishes it; None when it
            is the application's wish. A tool may go where its state leads to, unless that was left.
    """
    flow = _flow(context)
    if since is not None and since != flow.moves:
        return Refused(f"nothing was done: the conversation went on to {flow.state}", False)
    if isinstance(goto.to, State):
        return StateEntered(goto.to, flow.state)
    found = flow.find(goto.to)
    if found is None:
        return Refused(f"there is no state with the name {goto.to}", True)
    allowed = None if flow.current is None else flow.current.to
    if since is not None and allowed is not None and goto.to not in allowed:
        return Refused(f"{flow.state} does not lead to {goto.to}", True)
    return StateEntered(found, flow.state)


def moves(context: Context) -> int:
    """Return how many states a conversation has entered."""
    return 0 if context.flow is None else context.flow.moves


def _flow(context: Context) -> Flow:
    """Return the flow of a conversation; where it has none, one whose states are made later."""
    return context.flow or Flow(tools=context.tools)


def _reached(known: dict[str, State], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            leads = known[name].to
            waiting += known if leads is None else leads
    return reached


def _kept(messages: tuple[Message, ...], keep: Keep) -> tuple[Message, ...]:
    """Return what stays of the messages; one that instructs the model always does."""
    start = int(bool(messages) and messages[0].role == "system")
    if keep == "none":
        return messages[:start]
    said = [place for place, message in enumerate(messages) if message.role == "user"]
    if keep == "all" or not said:
        return messages
    return messages[:start] + messages[said[-1] :]


def _joined(always: Tools, own: Tools) -> Tools:
    """Return what may be called in a state; of two with the same name, its own."""
    standard = always.plus(*own.standard).standard
    return Tools(standard, {**always.raw, **own.raw}, own.other or always.other)


__all__ = ["Refused", "begin", "enter", "flow", "move", "moves", "state"]
