"""What fake language models answer that tell more than text."""

from collections.abc import Sequence
from dataclasses import dataclass

from rxvoice.items import Source

from ._openai_chat import ChatReply, cut


@dataclass(frozen=True, slots=True)
class ModelReply(ChatReply):
    """What a fake model answers to one request, with its thoughts and sources.

    Attributes:
        thoughts: What it thinks before: a text, which is cut into words, or the pieces themselves.
        hidden: A thought that only the vendor can read.
        sources: What it found, told beside the text.
        queries: What it searched for.
        cached: Tokens of the request that came out of the vendor's cache.
    """

    thoughts: str | Sequence[str] = ()
    hidden: str = ""
    sources: Sequence[Source] = ()
    queries: Sequence[str] = ()
    cached: int = 0

    @property
    def thought_pieces(self) -> list[str]:
        """The thoughts in pieces."""
        return cut(self.thoughts) if isinstance(self.thoughts, str) else list(self.thoughts)


def as_reply(reply: str | ChatReply) -> ModelReply:
    """Return an entry of a script with all its fields."""
    if isinstance(reply, ModelReply):
        return reply
    if isinstance(reply, str):
        return ModelReply(reply)
    return ModelReply(
        reply.text, reply.calls, reply.refusal, reply.finish, reply.latency, reply.between
    )


__all__ = ["ModelReply", "as_reply"]
