"""What the chunks of a chat completion say."""

from collections.abc import Mapping
from typing import Any, Final

from rxvoice.contracts import Written
from rxvoice.items import Fault, Source, Sources, Thought, Token, Usage
from rxvoice.providers._loose import count, entries, fields, text
from rxvoice.providers._openai_calls import Calls
from rxvoice.providers._think import ThinkTags

CUT_OFF: Final = {
    "length": "the answer was cut off at its greatest length",
    "model_length": "the answer was cut off where the model's context ends",
    "content_filter": "the answer was cut off by the provider's filter",
    "insufficient_system_resource": "the answer was cut off, the provider is short of machines",
    "error": "the answer was cut off by an error of the provider",
}
"""Reasons to finish that are none to be content with."""


class ChatChunks:
    """Reads one streamed answer, chunk by chunk, whatever the vendor makes of the format.

    Args:
        source: The provider's name, for faults and usage.
        think_tags: Whether thoughts may stand in the text, within tags.

    Attributes:
        heard: Whether anything came that belongs to an answer.
    """

    def __init__(self, source: str, *, think_tags: bool = False) -> None:
        self.heard = False
        self._source = source
        self._tags = ThinkTags() if think_tags else None
        self._calls = Calls(source)
        self._reason = ""
        self._spoke = False
        self._counted: dict[str, int] = {}
        self._sources: list[Source] = []

    @property
    def complete(self) -> bool:
        """Whether the model has said that it is done."""
        return bool(self._reason)

    def feed(self, chunk: Mapping[str, Any]) -> list[Written]:
        """Take a chunk and return what it says."""
        self._count(chunk.get("usage"))
        self._note_sources(chunk)
        said: list[Written] = []
        for choice in map(fields, entries(chunk.get("choices"))):
            if count(choice.get("index")):
                continue  # another answer to the same question
            self.heard = True
            self._count(choice.get("usage"))
            said += self._delta(choice)
            if reason := text(choice.get("finish_reason")):
                self._reason = reason
        return said

    def finish(self) -> list[Written]:
        """Return what is left, as nothing more will come; what was used comes last."""
        said: list[Written] = list(self._tags.flush()) if self._tags else []
        said += self._calls.finish(cut_off=not self._reason or self._reason in CUT_OFF)
        if not self._reason:
            said.append(Fault(self._source, "the answer ended without an end"))
        elif self._reason in CUT_OFF:
            said.append(Fault(self._source, CUT_OFF[self._reason]))
        if self._sources:
            said.append(Sources(tuple(self._sources)))
        if self._counted:
            said.append(Usage(self._source, **self._counted))
        return said

    def _delta(self, choice: Mapping[str, Any]) -> list[Written]:
        delta = fields(choice.get("delta"))
        if not delta and not self._spoke:
            delta = fields(choice.get("message"))
        said: list[Written] = []
        if thought := text(delta.get("reasoning_content")) or text(delta.get("reasoning")):
            said.append(Thought(thought))
        content = delta.get("content")
        said += self._text(content) if isinstance(content, str) else self._parts(content)
        said += self._text(text(fields(delta.get("audio")).get("transcript")))
        said += self._text(text(delta.get("refusal")))
        for piece in entries(delta.get("tool_calls")):
            said += self._calls.feed(fields(piece))
        self._spoke = self._spoke or bool(said)
        return said

    def _text(self, piece: str) -> list[Written]:
        if not piece:
            return []
        return list(self._tags.feed(piece)) if self._tags else [Token(piece)]

    def _parts(self, content: object) -> list[Written]:
        """Read content in parts, some of which are thoughts."""
        said: list[Written] = []
        for part in map(fields, entries(content)):
            if part.get("type") == "thinking":
                inner = part.get("thinking")
                pieces = [text(fields(one).get("text")) for one in entries(inner)] or [text(inner)]
                said += [Thought(piece) for piece in pieces if piece]
            else:
                said += self._text(text(part.get("text")))
        return said

    def _count(self, usage: object) -> None:
        """Keep the last numbers; those that are missing in it stay what they were."""
        found = fields(usage)
        read, written = count(found.get("prompt_tokens")), count(found.get("completion_tokens"))
        thought = count(fields(found.get("completion_tokens_details")).get("reasoning_tokens"))
        cached = count(fields(found.get("prompt_tokens_details")).get("cached_tokens"))
        if cached is None:
            cached = count(found.get("prompt_cache_hit_tokens"))
        total = count(found.get("total_tokens"))
        if read is not None and written is not None and total and thought:
            written = max(written, min(total - read, written + thought))  # some leave them out
        for name, value in (
            ("input_tokens", read),
            ("output_tokens", written),
            ("cached_tokens", cached),
            ("reasoning_tokens", thought),
        ):
            if value is not None:
                self._counted[name] = value

    def _note_sources(self, chunk: Mapping[str, Any]) -> None:
        found = [
            Source(text(one.get("title")), text(one.get("url")))
            for one in map(fields, entries(chunk.get("search_results")))
            if text(one.get("url"))
        ]
        found = found or [
            Source(url=url) for url in map(text, entries(chunk.get("citations"))) if url
        ]
        self._sources = found or self._sources


__all__ = ["CUT_OFF", "ChatChunks"]
