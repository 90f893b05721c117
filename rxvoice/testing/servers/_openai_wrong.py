"""What OpenAI refuses in a request."""

from typing import Any, cast

from ._exchange import Exchange


def wrong_body(exchange: Exchange) -> str | None:
    """Say what is wrong with a request whose body is no JSON object."""
    try:
        _ = exchange.json
    except ValueError:
        return "We could not parse the JSON body of your request."
    return None


def wrong_chat(exchange: Exchange) -> str | None:
    """Say what is wrong with a request for a chat completion."""
    if wrong := wrong_body(exchange):
        return wrong
    asked = exchange.json
    if not isinstance(asked.get("model"), str):
        return "you must provide a model parameter"
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages:
        return "Missing required parameter: 'messages'."
    if asked.get("stream_options") is not None and not asked.get("stream"):
        return "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    return _wrong_answers(cast("list[Any]", messages))


def _wrong_answers(messages: "list[Any]") -> str | None:
    """What is wrong with a conversation's tool calls: each has to be answered before it goes on."""
    open_calls: set[str] = set()
    for message in messages:
        if not isinstance(message, dict):
            return "Invalid type for 'messages': expected an object."
        said = cast("dict[str, Any]", message)
        if said.get("role") == "tool":
            if said.get("tool_call_id") not in open_calls:
                return "messages with role 'tool' must answer a preceding message's 'tool_calls'."
            open_calls.remove(said["tool_call_id"])
        elif open_calls:
            break
        open_calls |= {call["id"] for call in said.get("tool_calls") or ()}
    if open_calls:
        missing = ", ".join(sorted(open_calls))
        return f"'tool_calls' must be followed by messages that answer each; missing: {missing}"
    return None


__all__ = ["wrong_body", "wrong_chat"]
