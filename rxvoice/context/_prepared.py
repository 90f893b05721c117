"""What all providers do to a conversation before they put it into a form of their own."""

import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rxvoice.context._advance import RUNNING
from rxvoice.context._for_log import for_log
from rxvoice.items import Context, Message, ToolCall

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Warned:
    """What one provider has complained about already, so that it does so once."""

    keys: set[str] = field(default_factory=set[str])

    def once(self, key: str, level: int, message: str, *args: object) -> None:
        """Log a message, unless one with the same key was."""
        if key not in self.keys:
            self.keys.add(key)
            logger.log(level, message, *args)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A conversation in which every call has its answer.

    Attributes:
        instruction: The only one; empty for none.
        messages: Oldest first. Only the provider's own of those with a ``provider`` are among them.
    """

    instruction: str
    messages: tuple[Message, ...]


def prepare(
    context: Context, provider: str, warned: Warned, *, instruction: str = "", lone: bool = True
) -> Prepared:
    """Settle what is the same for all providers.

    The provider's own instruction wins over that of the conversation, which wins over a system
    message at its beginning; additions are added to whichever it is. A later system message is a
    remark and stays what it is. Calls without an answer get one that says that the tool is running,
    answers stand right behind the calls, and those without a call are left out.

    What is asked is logged at DEBUG, without what only fills a log.

    Args:
        context: The conversation; it is not changed.
        provider: Whose messages are understood.
        warned: Keeps what was logged.
        instruction: The provider's own.
        lone: Whether an instruction with nothing behind it becomes what the user says, for
            providers that want a message.
    """
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("%s is asked", provider, extra={"pii.context": for_log(context)})
    first = context.messages[0] if context.messages else None
    leads = first is not None and first.role == "system" and not first.provider
    leading = first.text if first is not None and leads else ""
    messages = context.messages[1:] if leads else context.messages
    given = [text for text in (instruction, context.system, leading) if text.strip()]
    if len(set(given)) > 1:
        warned.once("instruction", logging.WARNING, "%s: more than one instruction", provider)
    additions = (text for _, text in context.additions)
    whole = "\n\n".join(filter(None, [*given[:1], *additions]))
    kept = tuple(answered(_understood(messages, provider, warned)))
    if lone and whole and not kept:
        return Prepared("", (Message("user", whole),))
    return Prepared(whole, kept)


def plain_roles(messages: Iterable[Message]) -> list[Message]:
    """Let remarks of the application be said by the user, for providers without such roles."""
    return [
        replace(message, role="user") if message.role in ("developer", "system") else message
        for message in messages
    ]


def answered(messages: Sequence[Message]) -> list[Message]:
    """Put one answer behind every call, and drop answers without a call."""
    answers: defaultdict[str, deque[Message]] = defaultdict(deque)
    for message in messages:
        if message.role == "tool":
            answers[message.answers].append(message)
    whole: list[Message] = []
    for message in messages:
        if message.role != "tool":
            whole.append(message)
            whole += [_answer(call, answers[call.id]) for call in message.calls]
    return whole


def _answer(call: ToolCall, answers: deque[Message]) -> Message:
    if answers:
        return answers.popleft()
    return Message("tool", RUNNING, answers=call.id, name=call.name)


def _understood(messages: Sequence[Message], provider: str, warned: Warned) -> list[Message]:
    kept: list[Message] = []
    for message in messages:
        if message.provider in ("", provider):
            kept.append(message)
        else:
            warned.once(
                f"messages of {message.provider}",
                logging.ERROR,
                "%s does not understand messages of %s; they are left out",
                provider,
                message.provider,
            )
    return kept


__all__ = ["Prepared", "Warned", "answered", "plain_roles", "prepare"]
