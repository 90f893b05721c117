"""Language models by Google, through the Gemini API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from rxvoice.context import Context
from rxvoice.context._prepared import Warned
from rxvoice.providers._gemini_contents import NAME, request_body
from rxvoice.providers._gemini_events import ContentEvents, explain
from rxvoice.providers._http_chat import HttpChat, http_key
from rxvoice.providers._http_request import Request
from rxvoice.providers._http_stream import HttpStream
from rxvoice.providers._options import base_of, check_max_tokens, check_temperature

_MINIMAL: Final = ("gemini-3-flash", "gemini-3.1-flash-lite", "gemini-3.5-flash-lite")
"""Beginnings of the names of models that can think that little."""

Thinking: TypeAlias = int | Literal["minimal", "low", "medium", "high"]
"""How much a model thinks: a level, or tokens (0 for not at all, -1 for as many as it likes)."""


def gemini(
    *,
    model: str = "gemini-3.5-flash-lite",
    api_key: str | None = None,
    base_url: str | None = None,
    version: Literal["v1", "v1beta"] = "v1",
    max_tokens: int | None = None,
    temperature: float | None = None,
    thinking: Thinking | None = None,
    thoughts: bool = False,
    instruction: str = "",
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 15.0,
    first_timeout: float | None = None,
    retries: int = 1,
) -> "HttpChat[GeminiWire]":
    """Return a language model behind the Gemini API.

    A call with a `rxvoice.context.Context` gives a cold observable: `Token` items as they come,
    `Thought` items for summaries of thoughts and for the signatures that the vendor wants back,
    whole `ToolCall` items, `Sources` where the model has searched, and one `Usage` at the end. An
    answer that was cut off, or stopped by a filter, gives a `Fault` before it. Unsubscribing closes
    the connection; otherwise a session's replies share connections.

    A request that fails before anything came is made again ``retries`` times where that may help,
    with a `Fault` for each time; the vendor's wish for a pause is followed up to 2 s.

    Args:
        model: Its name. The default is the vendor's quickest one for text.
        api_key: The key; that of the environment variable ``GEMINI_API_KEY``, or
            ``GOOGLE_API_KEY``, as it is at the call, unless given. It goes into a header.
        base_url: Where the service is; ``https://generativelanguage.googleapis.com`` unless given.
        version: Of the interface; ``"v1beta"`` knows more that is not settled yet.
        max_tokens: Length of an answer, thoughts included; the model's own measure unless given.
        temperature: 0 to 2. The newest models do not heed it.
        thinking: How much the model thinks; a level for models of the 3 series, tokens for those
            before. Unless given, as little as is known to be possible for models called Flash, for
            a user who waits hears the difference; the others do as they like.
        thoughts: Whether the vendor tells summaries of the thoughts.
        instruction: Wins over that of the conversation.
        extra: More fields of the request's body, such as ``safetySettings``; they replace those of
            the same name.
        headers: More headers.
        connect_timeout: Seconds until there is a connection.
        read_timeout: Seconds without a sign of the server.
        first_timeout: Seconds that the first attempt has until the first sign of an answer; then a
            second one is made without this limit.
        retries: How often a request is made again.

    Returns:
        An `rxvoice.contracts.Chat`. Its streams fail with `rxvoice.errors.ProviderRejected` when
        the vendor refuses or blocks the conversation, `rxvoice.errors.ProviderTimeout` when it is
        silent for too long, and `rxvoice.errors.ProviderError` when there is no key or no
        connection, or the answer breaks off or is malformed.

    Raises:
        ValueError: When an argument is out of range.

    What the vendor wants is described at https://ai.google.dev/gemini-api/docs: generateContent,
    thinking, thought signatures, function calling and grounding, as read on 30 November 2026 along
    with the types of its SDK google-genai 3.6.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", model):
        raise ValueError(f"model must be a name without slashes, got {model!r}")
    if max_tokens is not None:
        check_max_tokens(max_tokens)
    check_temperature(temperature, 2.0)
    if isinstance(thinking, int) and thinking < -1:
        raise ValueError(f"thinking must be at least -1, got {thinking}")
    config: dict[str, Any] = {}
    if max_tokens is not None:
        config["maxOutputTokens"] = max_tokens
    if temperature is not None:
        config["temperature"] = temperature
    thinks = _thinking(model, thinking)
    if thoughts:
        thinks["includeThoughts"] = True
    if thinks:
        config["thinkingConfig"] = thinks
    http = HttpStream(
        NAME,
        explain,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        first_timeout=first_timeout,
        retries=retries,
    )
    wire = GeminiWire(
        url=f"{base_of(base_url, 'https://generativelanguage.googleapis.com')}/{version}",
        model=model,
        api_key=api_key,
        config=config,
        instruction=instruction,
        extra=dict(extra or {}),
        headers=dict(headers or {}),
    )
    return HttpChat(wire, http)


def _thinking(model: str, given: Thinking | None) -> dict[str, Any]:
    if isinstance(given, int):
        return {"thinkingBudget": given}
    if given is not None:
        return {"thinkingLevel": given.upper()}
    if "flash" not in model or "image" in model:
        return {}
    if model.startswith("gemini-2.5-"):
        return {"thinkingBudget": 0}
    if model.startswith("gemini-3"):
        return {"thinkingLevel": "MINIMAL" if model.startswith(_MINIMAL) else "LOW"}
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiWire:
    """How the Gemini API is asked.

    Attributes:
        url: Where the service is, with its version.
        model: The model's name.
        api_key: The key, if one was given.
        config: How an answer is made.
        instruction: Wins over that of the conversation.
        extra: More fields of the request.
        headers: More headers.
        warned: What was complained about already.
    """

    url: str
    model: str
    api_key: str | None = field(repr=False)
    config: Mapping[str, Any]
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
        signed = not self.model.startswith(("gemini-1", "gemini-2"))
        body = request_body(context, self.warned, instruction=self.instruction, signed=signed)
        if self.config:
            body["generationConfig"] = dict(self.config)
        return self._request(":streamGenerateContent?alt=sse", {**body, **self.extra})

    def probe(self) -> Request:
        """Return what is fetched to see whether the vendor is there and accepts the key."""
        return self._request("", {})

    def decoder(self) -> ContentEvents:
        """Return what reads one answer."""
        return ContentEvents()

    def once(self, max_tokens: int | None, instruction: str) -> "GeminiWire":
        """Return the same with another length of answers, or another instruction."""
        config = dict(self.config)
        if max_tokens is not None:
            check_max_tokens(max_tokens)
            config["maxOutputTokens"] = max_tokens
        return replace(self, config=config, instruction=instruction or self.instruction)

    def _request(self, rest: str, body: Mapping[str, Any]) -> Request:
        key = http_key(self.api_key, "GEMINI_API_KEY", "GOOGLE_API_KEY", provider=NAME)
        headers = {"x-goog-api-key": key, **self.headers}
        url = f"{self.url}/models/{self.model}{rest}"
        return Request(url, headers, body, secrets=(key,))


__all__ = ["Thinking", "gemini"]
