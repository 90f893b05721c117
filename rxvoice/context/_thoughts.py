"""Thoughts in a conversation."""

from rxvoice.items import Message, ThoughtEnded


def thought_message(thought: ThoughtEnded) -> Message:
    """Return the message that gives a provider back what it thought.

    Its ``data`` are ``{"thoughts": [...]}``, one entry a piece that had data.
    """
    data = {"thoughts": [dict(data) for data in thought.data]}
    return Message("assistant", thought.text, provider=thought.provider, data=data)


__all__ = ["thought_message"]
