"""How a language model says whether the user has finished."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Final, TypeVar

from rxvoice.items import Completeness, Context, Message

T = TypeVar("T")

_ADDITION: Final = "completion"

INSTRUCTION: Final = """\
Begin every answer with one of these signs, and put nothing before it:
{complete} when the user has said all that you need: the sign, a blank, and then your answer.
{short} when the user was cut off in mid-sentence and will go on in a moment: the sign alone.
{long} when the user asks for time, or is still thinking: the sign alone.
What is complete as a sentence may still not be what you need to hear."""

SHORT: Final = """\
(The user has not gone on. Encourage them to, in one short sentence that begins with {complete}.)"""

LONG: Final = """\
(The user has been quiet for a while. Tell them that there is no hurry, in one short sentence that \
begins with {complete}.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionMarkers:
    """The signs by which a model says whether a turn is complete, and how it is asked for them.

    In the texts ``{complete}``, ``{short}`` and ``{long}`` stand for the signs.

    Attributes:
        complete: The user has said all of it.
        short: They have not, and will go on in some seconds.
        long: They have not, and need more time.
        instruction: What is added to the model's instruction.
        short_prompt: What the model is asked when the user has not gone on.
        long_prompt: What the model is asked when the user has been given more time.

    Raises:
        ValueError: When a sign is blank or begins with another one.
    """

    complete: str = "✓"
    short: str = "○"
    long: str = "◐"
    instruction: str = INSTRUCTION
    short_prompt: str = SHORT
    long_prompt: str = LONG

    def __post_init__(self) -> None:
        for name, sign in self.signs.items():
            if not sign or sign.strip() != sign:
                raise ValueError(f"{name} must be a sign without blanks around it, got {sign!r}")
        for (name, sign), (_, other) in permutations(self.signs.items(), 2):
            if sign.startswith(other):
                raise ValueError(f"{name} must not begin with another sign, got {sign!r}")

    @property
    def signs(self) -> dict[Completeness, str]:
        """The signs by their names."""
        return {"complete": self.complete, "short": self.short, "long": self.long}

    def written(self, text: str) -> str:
        """Return a text with the signs in it."""
        for name, sign in self.signs.items():
            text = text.replace(f"{{{name}}}", sign)
        return text

    def ask(self, context: Context) -> Context:
        """Return what the model is given: instructed, and its own answers with their sign.

        Whatever it was heard to say answered a turn that was complete.
        """
        asked = context.with_addition(_ADDITION, self.written(self.instruction))
        return asked.with_messages(tuple(map(self._signed, context.messages)))

    def forget(self, context: Context) -> Context:
        """Return the context that `ask` was given."""
        plain = context.with_addition(_ADDITION, None)
        return plain.with_messages(tuple(map(self._unsigned, context.messages)))

    def chat(self, llm: Callable[[Context], T], /) -> Callable[[Context], T]:
        """Return a model that is asked for the signs; the conversation itself is not changed."""
        return lambda context: llm(self.ask(context))

    def _signed(self, message: Message) -> Message:
        if (
            message.role != "assistant"
            or not message.text
            or message.text.startswith(tuple(self.signs.values()))
        ):
            return message
        return replace(message, text=f"{self.complete} {message.text}")

    def _unsigned(self, message: Message) -> Message:
        if message.role != "assistant":
            return message
        return replace(message, text=message.text.removeprefix(f"{self.complete} "))
