"""What some vendors want of a list of messages: pure functions that leave it as it is."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

Messages: TypeAlias = list[dict[str, Any]]


def mistral(messages: Messages) -> Messages:
    """Arrange messages as Mistral wants them.

    What a tool answered is followed by something that the assistant says, if only a blank, before
    the user speaks again; a last message of the assistant is marked as one to be gone on with; and
    ids of calls have nine letters or digits.
    """
    arranged: Messages = []
    for message in messages:
        if arranged and arranged[-1]["role"] == "tool" and message["role"] not in _AFTER_TOOL:
            arranged.append({"role": "assistant", "content": " "})
        arranged.append(_with_short_ids(message))
    if arranged and arranged[-1]["role"] == "assistant":
        arranged[-1] = {**arranged[-1], "prefix": True}
    return arranged


def perplexity(messages: Messages) -> Messages:
    """Arrange messages as Perplexity wants them.

    System messages after the first ones are the user's, roles take turns (neighbours of one role
    are joined), the user begins, and the assistant is not the last. System messages with nothing
    behind them stay what they are.
    """
    begun, arranged = False, list[dict[str, Any]]()
    for message in messages:
        role = message["role"]
        if begun and role == "system":
            role = "user"
        if not begun and role == "assistant":
            arranged.append({"role": "user", "content": _BEGINNING})
        begun = begun or role != "system"
        before = arranged[-1] if arranged else {}
        if before.get("role") == role and _is_plain(before) and _is_plain(message):
            joined = _joined(before["content"], message["content"])
            arranged[-1] = {**before, "content": joined}
        else:
            arranged.append({**message, "role": role})
    while arranged and arranged[-1]["role"] == "assistant":
        arranged.pop()
    return arranged


def _with_short_ids(message: dict[str, Any]) -> dict[str, Any]:
    changed = dict(message)
    if "tool_call_id" in message:
        changed["tool_call_id"] = _short(message["tool_call_id"])
    if "tool_calls" in message:
        changed["tool_calls"] = [
            {**call, "id": _short(call["id"])} for call in message["tool_calls"]
        ]
    return changed


def _short(id_: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9]{9}", id_):
        return id_
    return hashlib.sha256(id_.encode()).hexdigest()[:9]


def _is_plain(message: dict[str, Any]) -> bool:
    return "tool_calls" not in message and "tool_call_id" not in message


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, str) and isinstance(second, str):
        return "\n".join(filter(None, [first, second]))
    return [*_parts(first), *_parts(second)]


def _parts(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


_AFTER_TOOL: Final = frozenset({"tool", "assistant"})

_BEGINNING: Final = "-"
"""What the user says where the assistant spoke first, as it does when it greets."""

ADAPTERS: Final[Mapping[str, Callable[[Messages], Messages]]] = {
    "": list,
    "mistral": mistral,
    "perplexity": perplexity,
}

__all__ = ["ADAPTERS", "Messages", "mistral", "perplexity"]
