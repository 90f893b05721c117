"""Chat completions."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rxvoice.items import ToolCall

from ._call import Call
from ._clock import wait

_CREATED = 1_700_000_000


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What the fake chat model answers to one request.

    Attributes:
        text: What it says: a text, which is cut into words, or the tokens themselves.
        calls: The tools that it calls.
        refusal: What it says in place of an answer that it refuses to give.
        finish: The finish reason; by default ``tool_calls`` or ``stop``.
        latency: Seconds until the first token.
        between: Seconds between two tokens.
    """

    text: str | Sequence[str] = ()
    calls: Sequence[ToolCall] = ()
    refusal: str | None = None
    finish: str | None = None
    latency: float = 0.0
    between: float = 0.0

    def __post_init__(self) -> None:
        for name in ("latency", "between"):
            if getattr(self, name) < 0.0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")

    @property
    def tokens(self) -> list[str]:
        """The text in pieces."""
        return cut(self.text) if isinstance(self.text, str) else list(self.text)

    @property
    def finish_reason(self) -> str:
        """Why it ended."""
        return self.finish or ("tool_calls" if self.calls else "stop")


async def chat(call: Call, reply: str | bytes | ChatReply) -> None:
    """Answer a request for a chat completion."""
    asked = call.exchange.json
    if isinstance(reply, bytes):
        async with call.stream() as answer:
            for event in re.split(rb"(?<=\n\n)|(?<=\r\n\r\n)", reply):
                if event:
                    await answer.send(event)
        return
    if isinstance(reply, str):
        reply = ChatReply(reply)
    if not asked.get("stream"):
        await wait(reply.latency + reply.between * max(0, len(reply.tokens) - 1))
        await call.json(_whole(call, reply))
        return
    options: Mapping[str, Any] = asked.get("stream_options") or {}
    counted = bool(options.get("include_usage"))
    head = _head(call, "chat.completion.chunk")
    if counted:
        head["usage"] = None
    async with call.stream() as answer:
        pause = reply.latency
        for delta, is_token in _deltas(reply):
            if is_token:
                await wait(pause)
                pause = reply.between
            await answer.send({**head, "choices": [_choice(delta, None)]})
        await answer.send({**head, "choices": [_choice({}, reply.finish_reason)]})
        if counted:
            await answer.send({**head, "choices": [], "usage": _usage(asked, reply)})
        await answer.send("[DONE]")


def cut(text: str) -> list[str]:
    """Cut a text into words, each with the blanks before it; the last with those after it too."""
    return re.findall(r"\s*\S+(?:\s+$)?", text)


def _deltas(reply: ChatReply) -> Iterator[tuple[dict[str, Any], bool]]:
    """The deltas, and whether each is a token that takes time."""
    yield {"role": "assistant", "content": None if reply.calls else "", "refusal": None}, False
    for token in reply.tokens:
        yield {"content": token}, True
    for token in cut(reply.refusal or ""):
        yield {"refusal": token}, True
    for index, called in enumerate(reply.calls):
        function = {"name": called.name, "arguments": ""}
        begun = {"index": index, "id": called.id, "type": "function", "function": function}
        yield {"tool_calls": [begun]}, True
        for piece in re.findall(r"(?s).{1,6}", written_arguments(called)):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}, True


def _whole(call: Call, reply: ChatReply) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(reply.tokens) or None,
        "refusal": reply.refusal,
        "annotations": [],
    }
    if reply.calls:
        message["tool_calls"] = [
            {
                "id": called.id,
                "type": "function",
                "function": {"name": called.name, "arguments": written_arguments(called)},
            }
            for called in reply.calls
        ]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": reply.finish_reason,
    }
    head = _head(call, "chat.completion")
    return {**head, "choices": [choice], "usage": _usage(call.exchange.json, reply)}


def _head(call: Call, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-fake{call.exchange.number}",
        "object": kind,
        "created": _CREATED,
        "model": call.exchange.json["model"],
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }


def _choice(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _usage(asked: Mapping[str, Any], reply: ChatReply) -> dict[str, Any]:
    """Tokens: words read, deltas written."""
    read = len(json.dumps(asked["messages"], ensure_ascii=False).split())
    written = sum(is_token for _, is_token in _deltas(reply))
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def written_arguments(called: ToolCall) -> str:
    """Return the arguments of a call as a model writes them."""
    return json.dumps(dict(called.arguments), ensure_ascii=False, separators=(",", ":"))


__all__ = ["ChatReply", "chat", "cut", "written_arguments"]
