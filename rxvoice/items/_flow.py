"""The states of a structured conversation."""

from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from ._tool import Tools

Keep: TypeAlias = Literal["all", "turn", "none"]

_KEEP: Final = ("all", "turn", "none")


@dataclass(frozen=True, slots=True)
class State:
    """A part of a conversation with a purpose of its own.

    `rxvoice.context.state` makes one of functions.

    Attributes:
        name: What others call it.
        instruction: What the model is told to do while it lasts, behind the instruction of the
            conversation.
        tools: What may be called while it lasts, besides what may be called in every state.
        to: Names of the states that its tools may lead to; None for any. States that are made
            during the conversation are not among them and may follow any.
        greeting: What the bot says when it is entered, in place of asking the model; empty for
            nothing.
        agent: Who speaks, and thinks, from here on, by the name that `rxvoice.operators.agents` has
            for them; empty for whoever does.
        tool_choice: As ``Context.tool_choice``.
        keep: What the model still knows of the conversation before, when the state is entered from
            another one: all of it; what the user has said last and all that came after; or nothing,
            not even the result of the tool that has led here. What was heard is not unsaid by that.

    Raises:
        TypeError: When ``tools`` is no `Tools`.
        ValueError: When the name is blank, or ``keep`` is nothing of that.
    """

    name: str
    instruction: str = ""
    tools: Tools = field(default_factory=Tools)
    to: tuple[str, ...] | None = None
    greeting: str = ""
    agent: str = ""
    tool_choice: str = "auto"
    keep: Keep = "all"

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError(f"name must not be blank, got {self.name!r}")
        if not isinstance(self.tools, Tools):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"tools must be Tools, got {self.tools!r}")
        if self.keep not in _KEEP:
            raise ValueError(f"keep must be 'all', 'turn' or 'none', got {self.keep!r}")
        if self.to is not None:
            object.__setattr__(self, "to", tuple(self.to))


@dataclass(frozen=True, slots=True)
class Flow:
    """The states that a conversation may be in, and the one that it is in.

    `rxvoice.context.flow` makes one and checks it.

    Attributes:
        states: Those that can be called by their names.
        current: The one that it is in.
        agent: Who speaks, by name; empty as long as no state has said so.
        moves: How many states were entered.
        tools: What may be called in every state.
    """

    states: tuple[State, ...] = ()
    current: State | None = None
    agent: str = ""
    moves: int = 0
    tools: Tools = field(default_factory=Tools)

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", tuple(self.states))

    @property
    def state(self) -> str:
        """The name of the state that it is in; empty for none."""
        return "" if self.current is None else self.current.name

    def find(self, name: str) -> State | None:
        """Return the state that has a name; None when there is none."""
        return next((state for state in self.states if state.name == name), None)

    def entered(self, state: State) -> "Flow":
        """Return the flow in another state."""
        agent = state.agent or self.agent
        return replace(self, current=state, agent=agent, moves=self.moves + 1)


@dataclass(frozen=True, slots=True)
class Goto:
    """The conversation is to be in another state.

    A tool returns it: then it happens within the reply, before the model is asked again. From the
    application, and from a tool in the background, it happens as soon as no reply is in progress.

    Attributes:
        to: The state, or its name.
        result: What a tool tells the model.
        run: Whether the bot speaks because of it: the state's greeting, or else the model is asked.
    """

    to: str | State
    result: Any = None
    run: bool = True


@dataclass(frozen=True, slots=True)
class StateEntered:
    """The conversation is in another state from now on.

    Attributes:
        state: Which.
        previous: The name of the one that it was in; empty at the beginning.
    """

    state: State
    previous: str = ""

    @property
    def name(self) -> str:
        """The name of the state."""
        return self.state.name


__all__ = ["Flow", "Goto", "Keep", "State", "StateEntered"]
