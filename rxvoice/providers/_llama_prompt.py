"""What a chat model is asked: its messages, and which of them fit."""

import math
from dataclasses import dataclass
from typing import Final

from rxvoice.context import Context
from rxvoice.context._prepared import Warned, plain_roles, prepare
from rxvoice.items import Message as Said

Message = dict[str, str]

_FRAME: Final = 8.0
"""Tokens that a template puts around a message."""

_TOKENS_PER_BYTE: Final = 1.0 / 3.0
"""Measured over English talk: 0.25; over Chinese and German: 0.3."""


def messages(context: Context) -> list[Message]:
    """Turn a context into the messages of a chat request.

    Blank messages are left out and neighbours of the same role joined, for some templates refuse
    both. Remarks of the application, and the answers of tools, are said by the user. What looks
    like a template's own marks is broken up, so that nobody can say a role change; half surrogate
    pairs, which no encoding has, are replaced.
    """
    chat: list[Message] = []
    ready = prepare(context, "llama", Warned(), lone=False)
    for said in (Said("system", ready.instruction), *plain_roles(ready.messages)):
        role = "user" if said.role == "tool" else said.role
        text = said.text.encode("utf-8", "replace").decode().replace("<|", "< |").strip()
        if not text:
            continue
        if chat and chat[-1]["role"] == role:
            chat[-1]["content"] += "\n" + text
        else:
            chat.append({"role": role, "content": text})
    return chat


@dataclass(frozen=True, slots=True)
class Ruler:
    """Estimates how many tokens messages have.

    Attributes:
        scale: Factor that corrects the estimate.
    """

    scale: float = 1.0

    def measure(self, message: Message) -> float:
        """Return the tokens of a message, about."""
        return self.scale * (_FRAME + _TOKENS_PER_BYTE * len(message["content"].encode()))

    def total(self, chat: list[Message]) -> float:
        """Return the tokens of all messages, about."""
        return sum(map(self.measure, chat))

    def corrected(self, chat: list[Message], tokens: int) -> "Ruler":
        """Return a ruler that knows how many tokens some messages have; a little cautious."""
        return Ruler(self.scale * max(1.0, 1.05 * tokens / self.total(chat)))


def fit(chat: list[Message], room: float, ruler: Ruler) -> list[Message]:
    """Drop the oldest messages of a chat that is too long.

    An instruction at the beginning and the last message always stay. As much as half the room is
    dropped at a time, so that for many turns the same messages are left and the model need not
    read them again. What is left begins with the user.

    Args:
        chat: Oldest first.
        room: Tokens that there is room for.
        ruler: Measures them.
    """
    excess = ruler.total(chat) - room
    if excess <= 0.0:
        return chat
    kept = 1 if chat[0]["role"] == "system" else 0
    block = room / 2
    drop = math.ceil(excess / block) * block
    first, dropped = kept, 0.0
    while first < len(chat) - 1 and (dropped < drop or chat[first]["role"] != "user"):
        dropped += ruler.measure(chat[first])
        first += 1
    return chat[:kept] + chat[first:]


__all__ = ["Message", "Ruler", "fit", "messages"]
