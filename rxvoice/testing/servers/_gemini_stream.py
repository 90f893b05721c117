"""Answers of the fake of the Gemini API."""

import base64
import json
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from ._call import Call
from ._clock import wait
from ._exchange import Exchange
from ._gemini_request import thinking_of
from ._model_reply import ModelReply, as_reply
from ._openai_chat import ChatReply, cut


async def answer(
    call: Call,
    reply: str | bytes | ChatReply,
    model: str,
    signed: MutableMapping[str, str],
    *,
    streamed: bool,
) -> None:
    """Answer a request that was accepted.

    Args:
        call: The request.
        reply: An entry of the script.
        model: The model's name.
        signed: The calls by their signatures; new ones are added.
        streamed: Whether the answer comes in pieces.
    """
    if isinstance(reply, bytes):
        async with call.stream() as stream:
            for event in re.split(rb"(?<=\n\n)|(?<=\r\n\r\n)", reply):
                if event:
                    await stream.send(event)
        return
    said = as_reply(reply)
    chunks = list(_chunks(call.exchange, said, model, signed))
    if not streamed:
        await wait(said.latency + said.between * (len(chunks) - 1))
        parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
        candidate = {**chunks[-1]["candidates"][0], "content": {"parts": parts, "role": "model"}}
        await call.json({**chunks[-1], "candidates": [candidate]})
        return
    async with call.stream() as stream:
        pause = said.latency
        for chunk in chunks:
            await wait(pause)
            pause = said.between
            await stream.send(chunk)


def _chunks(
    exchange: Exchange, reply: ModelReply, model: str, signed: MutableMapping[str, str]
) -> Iterator[dict[str, Any]]:
    asked = exchange.json
    read = len(json.dumps(asked["contents"], ensure_ascii=False).split())
    thinking = thinking_of(asked)
    thoughts = [{"text": piece, "thought": True} for piece in reply.thought_pieces]
    written = [{"text": token} for token in [*reply.tokens, *cut(reply.refusal or "")]]
    written += list(_calls(exchange, reply, signed))
    parts = [*(thoughts if thinking.get("includeThoughts") else []), *written]
    if thoughts and not reply.calls:
        signature = _signature(f"{exchange.number}-text")
        signed[signature] = ""
        parts.append({"text": "", "thoughtSignature": signature})
    parts = parts or [{"text": ""}]
    for place, part in enumerate(parts):
        done = place == len(parts) - 1
        usage: dict[str, Any] = {
            "promptTokenCount": read,
            "candidatesTokenCount": len(written) if done else min(place, len(written)),
            "totalTokenCount": read + len(thoughts) + len(written),
        }
        if thoughts:
            usage["thoughtsTokenCount"] = len(thoughts)
        if reply.cached:
            usage["cachedContentTokenCount"] = reply.cached
        candidate: dict[str, Any] = {"content": {"parts": [part], "role": "model"}, "index": 0}
        if done:
            usual = "STOP" if reply.refusal is None else "SAFETY"
            candidate["finishReason"] = reply.finish or usual
            if reply.sources or reply.queries:
                candidate["groundingMetadata"] = _grounding(reply)
        yield {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": model,
            "responseId": f"fake{exchange.number}",
        }


def _calls(
    exchange: Exchange, reply: ModelReply, signed: MutableMapping[str, str]
) -> Iterator[dict[str, Any]]:
    for place, called in enumerate(reply.calls):
        call: dict[str, Any] = {"name": called.name}
        if called.arguments:
            call["args"] = dict(called.arguments)
        if called.id:
            call["id"] = called.id
        part: dict[str, Any] = {"functionCall": call}
        if not place:
            part["thoughtSignature"] = _signature(f"{exchange.number}-{called.name}")
            signed[part["thoughtSignature"]] = called.name
        yield part


def _grounding(reply: ModelReply) -> dict[str, Any]:
    return {
        "webSearchQueries": list(reply.queries),
        "searchEntryPoint": {"renderedContent": "<div></div>"},
        "groundingChunks": [
            {"web": {"uri": source.url, "title": source.title}} for source in reply.sources
        ],
        "groundingSupports": [
            {
                "segment": {"endIndex": len(source.text.encode()), "text": source.text},
                "groundingChunkIndices": [place],
            }
            for place, source in enumerate(reply.sources)
            if source.text
        ],
    }


def _signature(of: str) -> str:
    return base64.b64encode(f"signature {of}".encode()).decode("ascii")


__all__ = ["answer"]
