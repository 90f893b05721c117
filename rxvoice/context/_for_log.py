"""A conversation as it may be logged."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, cast, overload

from rxvoice.items import AudioPart, Context, Message, Part

_LONGEST: Final = 100
"""Characters, or bytes, of what has the form of a provider."""


@overload
def for_log(conversation: Context, /) -> Context: ...
@overload
def for_log(conversation: Iterable[Message], /) -> tuple[Message, ...]: ...
def for_log(conversation: Context | Iterable[Message], /) -> Context | tuple[Message, ...]:
    """Return a copy without what only fills a log.

    Pictures and recordings are told by their size; addresses of pictures stay. Of what has the form
    of a provider, texts of more than 100 characters are cut. What was said is in it: log it at
    DEBUG, and nowhere else.

    Args:
        conversation: A conversation, or its messages; it is not changed.

    Returns:
        The same, shorter.
    """
    if isinstance(conversation, Context):
        return conversation.with_messages(tuple(map(_message, conversation.messages)))
    return tuple(map(_message, conversation))


def _message(message: Message) -> Message:
    if not message.parts and not message.data:
        return message
    parts = tuple(map(_part, message.parts))
    return replace(message, parts=parts, data=_shortened(message.data))


def _part(part: Part) -> Part:
    if isinstance(part, AudioPart):
        return replace(part, data=_size(part.data))
    if part.url.startswith("data:"):
        kind = part.url[: _LONGEST // 2].partition(",")[0]
        return replace(part, url=f"{kind},({len(part.url)} characters)")
    return replace(part, data=_size(part.data)) if part.data else part


def _size(data: bytes) -> bytes:
    return f"({len(data)} bytes)".encode()


def _shortened(value: Any) -> Any:
    match value:
        case str() if len(value) > _LONGEST:
            return f"{value[:_LONGEST]}… ({len(value)} characters)"
        case bytes() if len(value) > _LONGEST:
            return _size(value)
        case Mapping():
            held = cast("Mapping[Any, Any]", value)
            return {key: _shortened(item) for key, item in held.items()}
        case list():
            return [_shortened(item) for item in cast("list[Any]", value)]
        case tuple():
            return tuple(_shortened(item) for item in cast("tuple[Any, ...]", value))
        case _:
            return value


__all__ = ["for_log"]
