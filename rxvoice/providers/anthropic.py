"""Language models by Anthropic."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from rxvoice.context import Context
from rxvoice.context._prepared import Warned
from rxvoice.providers._anthropic_events import MessageEvents, explain
from rxvoice.providers._anthropic_messages import NAME, Lifetime, request_body
from rxvoice.providers._http_chat import HttpChat, http_key
from rxvoice.providers._http_request import Request
from rxvoice.providers._http_stream import HttpStream
from rxvoice.providers._options import base_of, check_max_tokens, check_temperature

VERSION: Final = "2023-06-01"
"""Of the interface, which the vendor wants to be told."""

_LEAST_BUDGET: Final = 1024
"""Tokens, by the vendor's documentation of extended thinking."""

_LEAST_THINKING: Final[Mapping[str, str]] = {
    "claude-haiku-5-5": "disabled",
    "claude-sonnet-5-5": "between_tools",
}
"""Models that think unless they are told not to, and what they have to be told."""

Thinking: TypeAlias = int | Literal["adaptive", "between_tools", "disabled"]
"""How a model thinks: as it likes, only between tools, not at all, or so many tokens at most."""

Effort: TypeAlias = Literal["low", "medium", "high", "xhigh", "max"]


def anthropic(
    *,
    model: str = "claude-haiku-5-5",
    api_key: str | None = None,
    base_url: str | None = None,
    max_tokens: int = 1024,
    temperature: float | None = None,
    thinking: Thinking | None = None,
    effort: Effort | None = None,
    cache: bool | Lifetime = False,
    instruction: str = "",
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 15.0,
    first_timeout: float | None = None,
    retries: int = 1,
) -> "HttpChat[AnthropicWire]":
    """Return a language model behind Anthropic's Messages API.

    A call with a `rxvoice.context.Context` gives a cold observable: `Token` items as they come, the
    summaries of thoughts as `Thought`, with the signed originals behind them, whole `ToolCall`
    items, `Sources` of a web search, and one `Usage` at the end. An answer that was cut off, or
    refused by the model, gives a `Fault` before it. Unsubscribing closes the connection, which
    stops the model; otherwise a session's replies share connections.

    A request that fails before anything came is made again ``retries`` times where that may help,
    with a `Fault` for each time; the vendor's wish for a pause is followed up to 2 s.

    Args:
        model: Its name. By the vendor's account the default is the quickest one.
        api_key: The key; that of the environment variable ``ANTHROPIC_API_KEY``, as it is at the
            call, unless given.
        base_url: Where the service is; ``https://api.anthropic.com`` unless given.
        max_tokens: Length of an answer, thoughts included.
        temperature: 0 to 1. The models of the 5 series refuse requests that have one.
        thinking: How the model thinks. Unless given, as little as is known to be possible: not at
            all for Claude Haiku 5.5, between tools for Claude Sonnet 5.5, else as the model does
            by itself. A budget is for models up to 4.6.
        effort: How much the model puts into an answer; the model's own measure unless given.
        cache: Whether the vendor keeps the instruction, the tools and the conversation up to the
            user's last turns, so that the next request is read from its cache: for five minutes,
            or as long as is said here.
        instruction: Wins over that of the conversation.
        extra: More fields of the request's body; they replace those of the same name.
        headers: More headers, such as ``anthropic-beta``.
        connect_timeout: Seconds until there is a connection.
        read_timeout: Seconds without a sign of the server.
        first_timeout: Seconds that the first attempt has until the first sign of an answer; then a
            second one is made without this limit.
        retries: How often a request is made again.

    Returns:
        An `rxvoice.contracts.Chat`. Its streams fail with `rxvoice.errors.ProviderRejected` when
        the vendor refuses, `rxvoice.errors.ProviderTimeout` when it is silent for too long, and
        `rxvoice.errors.ProviderError` when there is no key or no connection, or the answer breaks
        off or is malformed.

    Raises:
        ValueError: When an argument is out of range.

    What the vendor wants is described at https://platform.claude.com/docs: Messages API, streaming,
    thinking, tool use and prompt caching, as read on 30 November 2026 along with the types of its
    SDK 2.14.
    """
    check_max_tokens(max_tokens)
    check_temperature(temperature, 1.0)
    if isinstance(thinking, int) and not _LEAST_BUDGET <= thinking < max_tokens:
        raise ValueError(
            f"thinking must be at least {_LEAST_BUDGET} and less than max_tokens, got {thinking}"
        )
    fields: dict[str, Any] = {"model": model, "max_tokens": max_tokens, "stream": True}
    if temperature is not None:
        fields["temperature"] = temperature
    if isinstance(thinking, int):
        fields["thinking"] = {"type": "enabled", "budget_tokens": thinking}
    elif kind := thinking or _LEAST_THINKING.get(model):
        fields["thinking"] = {"type": kind}
        if kind == "adaptive":
            fields["thinking"]["display"] = "summarized"
    if effort is not None:
        fields["output_config"] = {"effort": effort}
    http = HttpStream(
        NAME,
        explain,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        first_timeout=first_timeout,
        retries=retries,
    )
    wire = AnthropicWire(
        url=base_of(base_url, "https://api.anthropic.com"),
        api_key=api_key,
        fields=fields,
        cache=("5m" if cache else None) if isinstance(cache, bool) else cache,
        instruction=instruction,
        extra=dict(extra or {}),
        headers=dict(headers or {}),
    )
    return HttpChat(wire, http)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnthropicWire:
    """How Anthropic is asked.

    Attributes:
        url: Where the service is.
        api_key: The key, if one was given.
        fields: What all requests say besides the conversation.
        cache: How long the vendor keeps the beginning of a conversation.
        instruction: Wins over that of the conversation.
        extra: More fields of the request.
        headers: More headers.
        warned: What was complained about already.
    """

    url: str
    api_key: str | None = field(repr=False)
    fields: Mapping[str, Any]
    cache: Lifetime | None
    instruction: str = field(repr=False)
    extra: Mapping[str, Any]
    headers: Mapping[str, str] = field(repr=False)
    warned: Warned = field(default_factory=Warned, repr=False)

    @property
    def name(self) -> str:
        """The provider's name."""
        return NAME

    def request(self, context: Context) -> Request:
        """Return what asks for an answer to a conversation."""
        body = request_body(context, self.warned, instruction=self.instruction, cache=self.cache)
        return self._request("messages", {**self.fields, **body, **self.extra})

    def probe(self) -> Request:
        """Return what is fetched to see whether the vendor is there and accepts the key."""
        return self._request("models", {})

    def decoder(self) -> MessageEvents:
        """Return what reads one answer."""
        return MessageEvents()

    def once(self, max_tokens: int | None, instruction: str) -> "AnthropicWire":
        """Return the same with another length of answers, or another instruction."""
        limit: int = self.fields["max_tokens"] if max_tokens is None else max_tokens
        check_max_tokens(limit)
        asked: dict[str, Any] = {**self.fields, "max_tokens": limit}
        if asked.get("thinking", {}).get("budget_tokens", 0) >= limit:
            del asked["thinking"]  # it would leave no room for an answer
        return replace(self, fields=asked, instruction=instruction or self.instruction)

    def _request(self, path: str, body: Mapping[str, Any]) -> Request:
        key = http_key(self.api_key, "ANTHROPIC_API_KEY", provider=NAME)
        headers = {"x-api-key": key, "anthropic-version": VERSION, **self.headers}
        return Request(f"{self.url}/v1/{path}", headers, body, secrets=(key,))


__all__ = ["Effort", "Thinking", "anthropic"]
