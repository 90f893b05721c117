"""Faults of messages, applied."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ._exchange import Json, Message
from ._faults import Fault
from ._message_faults import (
    Duplicate,
    Fail,
    Garble,
    Insert,
    Lose,
    MessageFault,
    Mistype,
    Swap,
    Wrong,
)

_TELLS_THE_TYPE = frozenset({"type", "object", "event", "message_type"})


class Edits:
    """What becomes of the messages of one answer.

    Args:
        faults: Those of the answer; other faults than those of messages are left alone.
        unknown: Makes a message of a type that the vendor's clients do not know.
        failure: Makes the vendor's message that something failed, from a text.
    """

    def __init__(
        self,
        faults: Sequence[Fault],
        unknown: Callable[[], Message],
        failure: Callable[[str], Message],
    ) -> None:
        self._faults = [fault for fault in faults if isinstance(fault, MessageFault)]
        self._unknown = unknown
        self._failure = failure
        self._index = 0
        self._waiting: list[Message] = []

    def of(self, message: Message) -> list[Message]:
        """Return what is sent in place of the next message."""
        index, self._index = self._index, self._index + 1
        result: list[Message] = [message]
        for fault in self._faults:
            if isinstance(fault, Swap) and index in (fault.after, fault.after + 1):
                result = self._swap(result, first=index == fault.after)
            elif index == fault.after:
                result = self._edit(fault, result)
        return result

    def rest(self) -> list[Message]:
        """Return what still waits for a message to change places with."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def _swap(self, messages: list[Message], *, first: bool) -> list[Message]:
        if first:
            self._waiting = messages
            return []
        return messages + self.rest()

    def _edit(self, fault: MessageFault, messages: list[Message]) -> list[Message]:
        match fault:
            case Garble():
                return [garbled(message) for message in messages]
            case Mistype():
                return [mistyped(message, fault) for message in messages]
            case Insert():
                extra = self._unknown() if fault.message is None else fault.message
                return [extra, *messages]
            case Fail():
                return [self._failure(fault.text), *messages]
            case Duplicate():
                return messages * 2
            case Lose():
                return []
            case _:
                return messages


def garbled(message: Message) -> Message:
    """Return the first half of a message; of bytes, an odd number."""
    if isinstance(message, bytes):
        return message[: len(message) // 2 | 1]
    text = message if isinstance(message, str) else dump(message)
    return text[: max(1, len(text) // 2)]


def mistyped(message: Message, fault: Mistype) -> Message:
    """Return a message with a value of a wrong type in one place; bytes are left alone."""
    if not isinstance(message, Mapping):
        return message
    copied: Any = copy.deepcopy(dict(message))
    if fault.field is None:
        places = list(_places(copied, ()))
        path = random.Random(fault.seed).choice(places) if places else ()
    else:
        path = tuple(fault.field.split("."))
    if not path:
        return message
    holder: Any = copied
    try:
        for step in path[:-1]:
            holder = holder[_key(holder, step)]
        last = _key(holder, path[-1])
        holder[last] = _wrong(holder[last]) if fault.value is Wrong.TYPE else fault.value
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError(f"field {fault.field!r} is not in the message {dump(message)}") from error
    return copied


def dump(message: Json) -> str:
    """Return a JSON object as a compact text, with all letters as they are."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _places(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All places in a JSON value, but those that tell the type of the whole."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            if path or key not in _TELLS_THE_TYPE:
                yield from _places(inner, (*path, str(key)))  # pyright: ignore
    elif isinstance(value, list):
        for index, inner in enumerate(value):  # pyright: ignore
            yield from _places(inner, (*path, str(index)))


def _key(holder: Any, step: str) -> Any:
    return int(step) if isinstance(holder, list) else step


def _wrong(value: Any) -> Any:
    return 7 if isinstance(value, str) else "wrong"


__all__ = ["Edits", "dump", "garbled", "mistyped"]
