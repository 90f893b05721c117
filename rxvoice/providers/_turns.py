"""Conversations for vendors that want user and assistant to take turns."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from rxvoice.context._prepared import plain_roles
from rxvoice.items import Message

EMPTY: Final = "…"
"""Stands for what nobody said, where something has to be said."""


def take_turns(messages: Sequence[Message]) -> list[tuple[bool, list[Message]]]:
    """Group messages so that the user and the assistant take turns.

    The first and the last turn are the user's: what is missing is an empty message. Remarks of the
    application are the user's, and so are the answers of tools. Where several users speak, each
    message says who.

    Args:
        messages: As `rxvoice.context._prepared.prepare` leaves them.

    Returns:
        Whether it is the assistant's, and its messages, for each turn.
    """
    said = _named(plain_roles(messages))
    turns = [
        (assistant, list(group))
        for assistant, group in groupby(said, lambda message: message.role == "assistant")
    ]
    nobody = (False, [Message("user")])
    if not turns or turns[0][0]:
        turns.insert(0, nobody)
    if turns[-1][0]:
        turns.append(nobody)
    return turns


def last_exchange(turns: Sequence[tuple[bool, list[Message]]]) -> int:
    """Return the place of the last turn in which a user said something, not only tools."""
    for place in range(len(turns) - 1, -1, -1):
        assistant, messages = turns[place]
        if not assistant and any(message.role == "user" for message in messages):
            return place
    return 0


def _named(messages: list[Message]) -> list[Message]:
    names = {message.name for message in messages if message.role == "user"} - {""}
    if len(names) < 2:
        return messages
    return [
        replace(message, text=f"{message.name}: {message.text}")
        if message.role == "user" and message.name and message.text
        else message
        for message in messages
    ]


__all__ = ["EMPTY", "last_exchange", "take_turns"]
