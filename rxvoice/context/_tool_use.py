"""What a tool is given, and what it may give."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rxvoice.items import Context, Event, Say, Sentence, ToolCall, ToolProgress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ToolUse:
    """One use of a tool, for a tool that wants to know of the conversation, or to change it.

    A tool asks for it by its first parameter: ``async def look_up(use: ToolUse, city: str)``.

    Attributes:
        call: What the model wrote.
        context: The conversation when the call was made.
        resources: What the application gave to all tools; never copied.
        emit: Puts an event into the conversation; nothing happens once the call is over.
    """

    call: ToolCall
    context: Context
    resources: Any
    emit: Callable[[Event], None] = field(repr=False)

    def report(self, result: Any) -> None:
        """Tell what there is before the result, of a tool in the background.

        Of another one the model waits for the result only: it is ignored, with a warning.

        Args:
            result: JSON-compatible value.
        """
        if self.call.background:
            self.emit(ToolProgress(self.call.id, self.call.name, result))
        else:
            logger.warning("%s is no tool in the background and cannot report", self.call.name)

    def say(self, text: str, *, remembered: bool = False) -> None:
        """Have the bot say something, such as that it takes a moment.

        A tool in the background is heard when nobody else speaks.

        Args:
            text: Whole sentences.
            remembered: Whether it belongs to the history.
        """
        if self.call.background:
            self.emit(Say(text, remembered))
        else:
            self.emit(Sentence(text, remembered=remembered))

    def send(self, *events: Event) -> None:
        """Put commands, or other events, into the conversation."""
        for event in events:
            self.emit(event)


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """A tool's result, and what follows from it.

    Attributes:
        result: JSON-compatible value.
        run: Whether the model is asked again because of it; None: as usual.
        commands: What happens then, before the model is asked.
        then: Called, in a task of its own, when the conversation holds the result.
    """

    result: Any = None
    run: bool | None = None
    commands: tuple[Event, ...] = ()
    then: Callable[[], Awaitable[None]] | None = None


__all__ = ["ToolAnswer", "ToolUse"]
