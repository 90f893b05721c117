"""Answers of the fake of Anthropic's Messages API."""

import json
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from ._call import Call
from ._clock import wait
from ._exchange import Exchange
from ._model_reply import ModelReply, as_reply
from ._openai_chat import ChatReply, cut

_Event = tuple[dict[str, Any], bool]
"""An event, and whether it takes time to write."""


async def answer(
    call: Call, reply: str | bytes | ChatReply, signed: MutableMapping[str, str]
) -> None:
    """Answer a request that was accepted.

    Args:
        call: The request.
        reply: An entry of the script.
        signed: The thoughts by their signatures; new ones are added.
    """
    if isinstance(reply, bytes):
        async with call.stream() as stream:
            for event in re.split(rb"(?<=\n\n)|(?<=\r\n\r\n)", reply):
                if event:
                    await stream.send(event)
        return
    said = as_reply(reply)
    events = list(_events(call.exchange, said, signed))
    if not call.exchange.json.get("stream"):
        await wait(said.latency + said.between * max(0, sum(slow for _, slow in events) - 1))
        await call.json(_whole([event for event, _ in events]))
        return
    async with call.stream("named sse") as stream:
        pause = said.latency
        for event, slow in events:
            if slow:
                await wait(pause)
                pause = said.between
            await stream.send(event)


def _events(
    exchange: Exchange, reply: ModelReply, signed: MutableMapping[str, str]
) -> Iterator[_Event]:
    asked = exchange.json
    read = len(json.dumps(asked["messages"], ensure_ascii=False).split())
    usage: dict[str, Any] = {
        "input_tokens": read,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": reply.cached,
        "output_tokens": 1,
        "service_tier": "standard",
    }
    message: dict[str, Any] = {
        "id": f"msg_fake{exchange.number}",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": asked["model"],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    yield {"type": "message_start", "message": message}, False
    yield {"type": "ping"}, False
    written = thought = 0
    for index, (start, deltas) in enumerate(_blocks(exchange, reply, signed)):
        yield {"type": "content_block_start", "index": index, "content_block": start}, False
        for delta, slow in deltas:
            written += slow
            thought += slow and start["type"] == "thinking"
            yield {"type": "content_block_delta", "index": index, "delta": delta}, slow
        yield {"type": "content_block_stop", "index": index}, False
    stop = reply.finish or ("tool_use" if reply.calls else "end_turn")
    if reply.refusal is not None:
        stop = reply.finish or "refusal"
    details = {"output_tokens_details": {"thinking_tokens": thought}} if thought else {}
    yield (
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop, "stop_sequence": None},
            "usage": {"output_tokens": written, **details},
        },
        False,
    )
    yield {"type": "message_stop"}, False


def _blocks(
    exchange: Exchange, reply: ModelReply, signed: MutableMapping[str, str]
) -> Iterator[tuple[dict[str, Any], list[_Event]]]:
    if reply.thought_pieces:
        signature = f"sig-{exchange.number}-{len(signed)}"
        signed[signature] = "".join(reply.thought_pieces)
        deltas: list[_Event] = [
            ({"type": "thinking_delta", "thinking": piece}, True) for piece in reply.thought_pieces
        ]
        deltas.append(({"type": "signature_delta", "signature": signature}, False))
        yield {"type": "thinking", "thinking": "", "signature": ""}, deltas
    if reply.hidden:
        signed[reply.hidden] = ""
        yield {"type": "redacted_thinking", "data": reply.hidden}, []
    for query in reply.queries:
        start: dict[str, Any] = {
            "type": "server_tool_use",
            "id": "srvtoolu_fake",
            "name": "web_search",
            "input": {},
        }
        written = json.dumps({"query": query})
        yield start, [({"type": "input_json_delta", "partial_json": written}, True)]
        found: dict[str, Any] = {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_fake",
            "content": [],
        }
        yield found, []
    tokens = [*reply.tokens, *cut(reply.refusal or "")]
    if tokens:
        deltas = [({"type": "text_delta", "text": token}, True) for token in tokens]
        deltas += [
            (
                {
                    "type": "citations_delta",
                    "citation": {
                        "type": "web_search_result_location",
                        "url": source.url,
                        "title": source.title,
                        "cited_text": source.text,
                        "encrypted_index": "fake",
                    },
                },
                False,
            )
            for source in reply.sources
        ]
        yield {"type": "text", "text": ""}, deltas
    for called in reply.calls:
        start = {"type": "tool_use", "id": called.id, "name": called.name, "input": {}}
        given = json.dumps(dict(called.arguments), ensure_ascii=False) if called.arguments else ""
        pieces = ["", *re.findall(r"(?s).{1,6}", given)]
        yield start, [({"type": "input_json_delta", "partial_json": one}, True) for one in pieces]


def _whole(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the message that the events make."""
    message: dict[str, Any] = {}
    for event in events:
        match event["type"]:
            case "message_start":
                message = {**event["message"], "content": []}
            case "content_block_start":
                message["content"].append(dict(event["content_block"]))
            case "content_block_delta":
                block, delta = message["content"][-1], event["delta"]
                for key in ("text", "thinking", "signature"):
                    if key in delta:
                        block[key] += delta[key]
                if "partial_json" in delta:
                    block["written"] = block.get("written", "") + delta["partial_json"]
                if "citation" in delta:
                    block.setdefault("citations", []).append(delta["citation"])
            case "content_block_stop":
                written = message["content"][-1].pop("written", "")
                if written:
                    message["content"][-1]["input"] = json.loads(written)
            case "message_delta":
                message |= event["delta"]
                message["usage"] = {**message["usage"], **event["usage"]}
            case _:
                pass
    return message


__all__ = ["answer"]
