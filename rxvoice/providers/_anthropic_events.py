"""The events of Anthropic's Messages API."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rxvoice.contracts import Written
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Source, Sources, Thought, Token, Usage
from rxvoice.providers._anthropic_messages import NAME
from rxvoice.providers._http_request import Refusal, read_object, rejected, text_at
from rxvoice.providers._loose import arguments, count, fields, text
from rxvoice.providers._openai_calls import call_id, whole_call
from rxvoice.providers._sse import ServerEvent

_STATUS: Final[Mapping[str, int]] = {
    "api_error": 500,
    "authentication_error": 401,
    "billing_error": 402,
    "invalid_request_error": 400,
    "not_found_error": 404,
    "overloaded_error": 529,
    "permission_error": 403,
    "rate_limit_error": 429,
    "request_too_large": 413,
    "timeout_error": 504,
}
"""Which status a kind of error has when it is not told within a stream."""

_CUT_OFF: Final[Mapping[str, str]] = {
    "max_tokens": "the answer was cut off at its greatest length",
    "model_context_window_exceeded": "the answer was cut off where the model's context ends",
    "pause_turn": "the answer paused in the middle of a tool of the provider",
    "refusal": "the model refused to answer",
}
"""Reasons to stop that are none to be content with."""


def explain(body: Mapping[str, Any]) -> Refusal:
    """Read what the vendor says about a request that it refuses."""
    error = fields(body.get("error"))
    kind = text(error.get("type"))
    return Refusal(text(error.get("message")), kind, _STATUS.get(kind, 0))


@dataclass(slots=True)
class _Block:
    """A block of the answer as far as it has come."""

    kind: str
    begun: Mapping[str, Any]
    written: list[str] = field(default_factory=list[str])
    signature: str = ""


class MessageEvents:
    """Reads the events of one answer.

    Calls are given when their block ends, thoughts when their signature has come. Blocks and events
    of unknown kinds are left out. A message that begins anew, as when the vendor goes on with
    another model, ends the blocks of the one before.

    Attributes:
        finish: Why the model stopped, in the vendor's word; empty while it has not.
        over: Whether the answer is complete.
    """

    def __init__(self) -> None:
        self.finish: str = ""
        self.over: bool = False
        self._blocks: dict[int, _Block] = {}
        self._ids: set[str] = set()
        self._sources: dict[str, Source] = {}
        self._queries: list[str] = []
        self._counted: dict[str, int] = {}

    def read(self, event: ServerEvent) -> Iterator[Written]:
        """Take an event and give what it says.

        Raises:
            ProviderError: When it tells of a failure, or is malformed.
        """
        if self.over:
            return
        said = read_object(event.data, NAME)
        index = count(said.get("index")) or 0
        match said.get("type"):
            case "message_start":
                yield from self._end_all()
                self._count(fields(fields(said.get("message")).get("usage")))
            case "content_block_start":
                yield from self._end(index)
                yield from self._begin(index, fields(said.get("content_block")))
            case "content_block_delta":
                yield from self._delta(index, fields(said.get("delta")))
            case "content_block_stop":
                yield from self._end(index)
            case "message_delta":
                self._count(fields(said.get("usage")))
                self.finish = text(fields(said.get("delta")).get("stop_reason")) or self.finish
            case "message_stop":
                self.over = True
            case "error":
                raise rejected(NAME, explain(said))
            case _:
                pass

    def close(self) -> Iterator[Written]:
        """Give what is left; what was used comes last.

        Raises:
            ProviderError: When the answer is not complete.
        """
        if not self.over and not self.finish:
            raise ProviderError("the answer broke off", provider=NAME)
        yield from self._end_all()
        if self._sources or self._queries:
            yield Sources(tuple(self._sources.values()), tuple(self._queries))
        if self.finish in _CUT_OFF:
            yield Fault(NAME, _CUT_OFF[self.finish])
        read = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        yield Usage(
            NAME,
            input_tokens=sum(self._counted.get(name, 0) for name in read),
            output_tokens=self._counted.get("output_tokens", 0),
            cached_tokens=self._counted.get("cache_read_input_tokens", 0),
            reasoning_tokens=self._counted.get("thinking_tokens", 0),
        )

    def _begin(self, index: int, block: Mapping[str, Any]) -> Iterator[Written]:
        kind = text(block.get("type"))
        self._blocks[index] = _Block(kind, block, signature=text(block.get("signature")))
        if kind == "redacted_thinking":
            yield Thought(provider=NAME, data={"type": kind, "data": text(block.get("data"))})
        elif kind == "text" and (piece := text_at(block, "text", NAME)):
            yield Token(piece)
        elif kind == "thinking" and (piece := text_at(block, "thinking", NAME)):
            self._blocks[index].written.append(piece)
            yield Thought(piece)

    def _delta(self, index: int, delta: Mapping[str, Any]) -> Iterator[Written]:
        block = self._blocks.setdefault(index, _Block("", {}))
        match delta.get("type"):
            case "text_delta":
                if piece := text_at(delta, "text", NAME):
                    yield Token(piece)
            case "thinking_delta":
                if piece := text_at(delta, "thinking", NAME):
                    block.written.append(piece)
                    yield Thought(piece)
            case "signature_delta":
                block.signature += text_at(delta, "signature", NAME)
            case "input_json_delta":
                block.written.append(text_at(delta, "partial_json", NAME))
            case "citations_delta":
                self._cite(fields(delta.get("citation")))
            case _:
                pass

    def _end(self, index: int) -> Iterator[Written]:
        block = self._blocks.pop(index, None)
        if block is None:
            return
        written = "".join(block.written)
        if block.kind == "thinking" and block.signature:
            data = {"type": "thinking", "thinking": written, "signature": block.signature}
            yield Thought(provider=NAME, data=data)
        elif block.kind == "tool_use":
            name, id_ = text(block.begun.get("name")), text(block.begun.get("id"))
            if not written.strip() and (given := fields(block.begun.get("input"))):
                written = json.dumps(given)
            yield from whole_call(NAME, self._unique(id_), name, written)
        elif block.kind == "server_tool_use":
            query = text((arguments(written) or {}).get("query"))
            self._queries += [query] if query else []

    def _end_all(self) -> Iterator[Written]:
        for index in sorted(self._blocks):
            yield from self._end(index)

    def _unique(self, id_: str) -> str:
        while not id_ or id_ in self._ids:
            id_ = call_id()
        self._ids.add(id_)
        return id_

    def _cite(self, citation: Mapping[str, Any]) -> None:
        url = text(citation.get("url"))
        if url:
            cited = text(citation.get("cited_text"))
            self._sources.setdefault(url, Source(text(citation.get("title")), url, cited))

    def _count(self, usage: Mapping[str, Any]) -> None:
        """Keep the last numbers, which count from the beginning; missing ones stay."""
        details = fields(usage.get("output_tokens_details"))
        for name, value in (*usage.items(), *details.items()):
            number = count(value)
            if number is not None:
                self._counted[name] = number


__all__ = ["MessageEvents", "explain"]
