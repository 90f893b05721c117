"""What a language model is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from rxvoice.context import Memory, advance
from rxvoice.context._thoughts import thought_message
from rxvoice.contracts import Chat
from rxvoice.items import Context, Message, ThoughtEnded, ToolCall, ToolResult, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How turns are answered; the attributes are the arguments of `respond`.

    Raises:
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

    _responses: list[tuple[set[str], str, tuple[Message, ...]]] = field(
        default_factory=list[tuple[set[str], str, tuple[Message, ...]]]
    )
    _answered: set[str] = field(default_factory=set[str])

    def add(self, calls: Sequence[ToolCall], text: str, thoughts: Sequence[ThoughtEnded]) -> None:
        """Add a response that called something."""
        kept = tuple(thought_message(thought) for thought in thoughts if thought.data)
        self._responses.append(({call.id for call in calls}, text, kept))

    def answered(self, result: ToolResult) -> None:
        """Add that a call has its result."""
        self._answered.add(result.id)

    def is_in(self, context: Context, turn: Turn) -> bool:
        """Tell whether a conversation holds the turn, all the calls and their results."""
        users = (message.text for message in context.messages if message.role == "user")
        ids = {call.id for message in context.messages for call in message.calls}
        answers = {message.answers for message in context.messages}
        known = all(calls <= ids for calls, _, _ in self._responses) and self._answered <= answers
        return known and (not turn.text or turn.text in users)

    def put_into(self, context: Context) -> Context:
        """Return a conversation in which the calls stand with what was written with them."""
        messages: list[Message] = []
        for message in context.messages:
            messages += self._whole(message)
        return context.with_messages(messages)

    def _whole(self, message: Message) -> list[Message]:
        for calls, text, thoughts in self._responses:
            if any(call.id in calls for call in message.calls):
                return [*thoughts, replace(message, text=text)]
        return [message]


__all__ = ["Asking", "Written"]
