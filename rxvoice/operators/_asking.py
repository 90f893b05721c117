"""What a language model is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Literal

from rxvoice.context import Memory, advance
from rxvoice.context._thoughts import thought_message
from rxvoice.contracts import Chat
from rxvoice.items import Context, Event, Message, ThoughtEnded, ToolCall, ToolResult, Turn
from rxvoice.operators._provider import check_provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How turns are answered; the attributes are the arguments of `respond`.

    Raises:
        TypeError: When ``llm`` is no function, or ``memory`` no `Memory`.
        ValueError: When one makes no sense.
    """

    llm: Chat
    memory: Memory | None = None
    timeout: float
    apology: str | None
    run_tools: bool
    parallel: bool
    ask_after: Literal["last", "each"]
    tool_timeout: float | None
    max_rounds: int
    resources: Any
    name: str

    def __post_init__(self) -> None:
        check_provider("llm", self.llm, "a conversation")
        if not isinstance(self.memory, Memory | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"memory must be a Memory, got a {type(self.memory).__name__}")
        if self.timeout < 0.0:
            raise ValueError(f"timeout must not be negative, got {self.timeout}")
        if self.ask_after not in ("last", "each"):
            raise ValueError(f"ask_after must be 'last' or 'each', got {self.ask_after!r}")
        if self.tool_timeout is not None and not self.tool_timeout > 0.0:
            raise ValueError(f"tool_timeout must be positive, got {self.tool_timeout}")
        if self.max_rounds < 1:
            raise ValueError(f"max_rounds must be at least 1, got {self.max_rounds}")

    def request(self, turn: Turn) -> Context:
        """Return what the model is asked: the conversation, with the turn when that lacks it."""
        context = Context() if self.memory is None else self.memory.context
        for message in reversed(context.messages):
            if message.role == "user" and message.text == turn.text:
                return context
            if message.role == "assistant":
                break
        return advance(context, turn)


@dataclass(slots=True)
class Written:
    """What the responses of one answer wrote and thought besides the calls that they made.

    The conversation holds what was heard only; who is asked again has to know what it has said.
    """

    _responses: list[tuple[tuple[ToolCall, ...], str, tuple[Message, ...]]] = field(
        default_factory=list[tuple[tuple[ToolCall, ...], str, tuple[Message, ...]]]
    )
    _results: dict[str, ToolResult] = field(default_factory=dict[str, ToolResult])

    def add(self, calls: Sequence[ToolCall], text: str, thoughts: Sequence[ThoughtEnded]) -> None:
        """Add a response that called something."""
        kept = tuple(thought_message(thought) for thought in thoughts if thought.data)
        self._responses.append((tuple(calls), text, kept))

    def answered(self, result: ToolResult) -> None:
        """Add that a call has its result."""
        self._results[result.id] = result

    def is_in(self, context: Context, turn: Turn) -> bool:
        """Tell whether a conversation holds the turn, all the calls and their results."""
        return self.added_to(context, turn) is context

    def added_to(self, context: Context, turn: Turn) -> Context:
        """Return a conversation with the turn, the calls and their results, where it lacks them."""
        users = {message.text for message in context.messages if message.role == "user"}
        known = {call.id for message in context.messages for call in message.calls}
        answers = {message.answers for message in context.messages}
        lacking: list[Event] = [] if turn.text in users else [turn]
        for calls, _, _ in self._responses:
            results = [self._results[call.id] for call in calls if call.id in self._results]
            lacking += [call for call in calls if call.id not in known]
            lacking += [result for result in results if result.id not in answers]
        return reduce(advance, lacking, context)

    def put_into(self, context: Context) -> Context:
        """Return a conversation in which the calls stand with what was written with them."""
        messages: list[Message] = []
        for message in context.messages:
            messages += self._whole(message)
        return context.with_messages(messages)

    def _whole(self, message: Message) -> list[Message]:
        for calls, text, thoughts in self._responses:
            ids = {call.id for call in calls}
            if any(call.id in ids for call in message.calls):
                return [*thoughts, replace(message, text=text)]
        return [message]


__all__ = ["Asking", "Written"]
