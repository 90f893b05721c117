"""What Anthropic's Messages API refuses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from ._exchange import Exchange, Json

_WORDS: Final = """
cache_control container diagnostics inference_geo max_tokens messages metadata model output_config
service_tier speed stop_sequences stream system temperature thinking tool_choice tools top_k top_p
"""
_FIELDS: Final = frozenset(_WORDS.split())
_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_MARKS: Final = 4


def wrong_request(exchange: Exchange, signed: Mapping[str, str]) -> str | None:
    """Return what is wrong with a request; None when it is right.

    Args:
        exchange: The request.
        signed: The thoughts that the fake has written, by their signatures.
    """
    try:
        asked = exchange.json
    except ValueError:
        return "The request body is not valid JSON"
    return next(_wrong(exchange, asked, signed), None)


def _wrong(exchange: Exchange, asked: Json, signed: Mapping[str, str]) -> Iterator[str]:
    if not exchange.headers.get("anthropic-version"):
        yield "anthropic-version: header is required"
    for name in ("model", "max_tokens", "messages"):
        if name not in asked:
            yield f"{name}: Field required"
    for name in sorted(asked.keys() - _FIELDS):
        yield f"{name}: Extra inputs are not permitted"
    limit = asked["max_tokens"]
    if not isinstance(limit, int) or limit < 1:
        yield "max_tokens: Input should be greater than or equal to 1"
    thinking = _object(asked.get("thinking"))
    if thinking.get("type") == "enabled":
        budget = thinking.get("budget_tokens", 0)
        if budget < 1024:
            yield "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"
        if budget >= limit:
            yield "`max_tokens` must be greater than `thinking.budget_tokens`"
    yield from _wrong_tools(asked, thinking)
    yield from _wrong_texts("system", asked.get("system", "-"))
    yield from _wrong_messages(_list(asked["messages"]), asked, thinking, signed)
    if str(asked).count("'cache_control': {") > _MARKS:
        yield f"A maximum of {_MARKS} blocks with cache_control may be provided."


def _wrong_tools(asked: Json, thinking: Json) -> Iterator[str]:
    names: list[str] = []
    for place, tool in enumerate(_list(asked.get("tools"))):
        name = tool.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield f"tools.{place}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        elif name in names:
            yield "tools: Tool names must be unique."
        own = tool.get("type") in (None, "custom")
        if own and _object(tool.get("input_schema")).get("type") != "object":
            yield f"tools.{place}.custom.input_schema.type: Field required"
        names.append(str(name))
    choice = _object(asked.get("tool_choice"))
    if choice and not names:
        yield "tool_choice may only be specified while providing tools"
    if choice.get("type") == "tool" and choice.get("name") not in names:
        yield f"Tool '{choice.get('name')}' not found in provided tools"
    if choice.get("type") in ("any", "tool") and thinking.get("type") in ("enabled", "adaptive"):
        yield "Thinking may not be enabled when tool_choice forces tool use."


def _wrong_messages(
    messages: list[Json], asked: Json, thinking: Json, signed: Mapping[str, str]
) -> Iterator[str]:
    if not messages:
        yield "messages: at least one message is required"
    if messages[0].get("role") != "user":
        yield 'messages: first message must use the "user" role'
    if messages[-1].get("role") != "user":
        yield "This model does not support assistant message prefill."
    open_calls: list[str] = []
    for place, message in enumerate(messages):
        role = message.get("role")
        if role not in ("user", "assistant"):
            yield f"messages.{place}.role: Input should be 'user' or 'assistant'"
        yield from _wrong_texts(f"messages.{place}", message.get("content"))
        blocks = _list(message.get("content"))
        results = [block["tool_use_id"] for block in blocks if block.get("type") == "tool_result"]
        if missing := set(open_calls) - set(results):
            yield (
                f"messages.{place - 1}: `tool_use` ids were found without `tool_result` blocks "
                f"immediately after: {', '.join(sorted(missing))}"
            )
        if set(results) - set(open_calls):
            yield f"messages.{place}: unexpected `tool_use_id` found in `tool_result` blocks"
        if any(block.get("type") != "tool_result" for block in blocks[: len(results)]):
            yield f"messages.{place}: `tool_result` blocks must come first"
        open_calls = [block["id"] for block in blocks if block.get("type") == "tool_use"]
        if len(set(open_calls)) < len(open_calls):
            yield "messages: `tool_use` ids must be unique"
        if open_calls and not asked.get("tools"):
            yield "Requests which include `tool_use` blocks must define tools"
        current = all(_is_result(later) for later in messages[place + 1 :: 2])
        yield from _wrong_thoughts(place, blocks, signed)
        first = blocks[0].get("type") if blocks else ""
        asks = bool(open_calls) and current and thinking.get("type") == "enabled"
        if asks and first not in ("thinking", "redacted_thinking"):
            yield (
                f"messages.{place}.content.0.type: Expected `thinking` or `redacted_thinking`, "
                f"but found `{first}`"
            )


def _wrong_thoughts(place: int, blocks: list[Json], signed: Mapping[str, str]) -> Iterator[str]:
    for block in blocks:
        kind = block.get("type")
        if kind == "thinking" and signed.get(block.get("signature", "")) != block.get("thinking"):
            yield f"messages.{place}: Invalid `signature` in `thinking` block"
        if kind == "redacted_thinking" and block.get("data") not in signed:
            yield f"messages.{place}: Invalid `data` in `redacted_thinking` block"
    if blocks and blocks[-1].get("type") in ("thinking", "redacted_thinking"):
        yield f"messages.{place}: The final block in an assistant message cannot be `thinking`."


def _wrong_texts(where: str, content: object) -> Iterator[str]:
    if isinstance(content, str):
        if not content.strip():
            yield f"{where}: text content must be non-empty"
        return
    if not _list(content):
        yield f"{where}: content must not be empty"
    for block in _list(content):
        if block.get("type") == "text" and not str(block.get("text", "")).strip():
            yield f"{where}: text content blocks must contain non-whitespace text"
        if block.get("type") == "image" and _object(block.get("source")).get("type") not in (
            "base64",
            "url",
            "file",
        ):
            yield f"{where}: an image needs a source"
        if block.get("type") == "tool_result" and "content" in block:
            yield from _wrong_texts(where, block["content"])


def _is_result(message: Json) -> bool:
    blocks = _list(message.get("content"))
    return bool(blocks) and all(block.get("type") == "tool_result" for block in blocks)


def _object(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Json]:
    entries = cast("list[Any]", value) if isinstance(value, list) else []
    return [_object(entry) for entry in entries]


__all__ = ["wrong_request"]
