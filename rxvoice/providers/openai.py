"""Language models of OpenAI, and of all who have the same interface.

The SDK is an extra: ``pip install 'rxvoice[openai]'``.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, TypedDict, Unpack

from rxvoice.context._prepared import Warned
from rxvoice.errors import ProviderError
from rxvoice.providers._kept import Kept
from rxvoice.providers._key import key_of
from rxvoice.providers._openai_chat import OpenAIChat
from rxvoice.providers._openai_client import kept_client
from rxvoice.providers._presets import PRESETS, Preset
from rxvoice.providers._responses_http import Asking, OpenAIResponses
from rxvoice.providers._responses_socket import Lines, OpenAIResponsesSocket


def openai_chat(
    *,
    model: str = PRESETS["openai"].model,
    api_key: str | None = None,
    base_url: str | None = None,
    instruction: str = "",
    temperature: float | None = None,
    top_p: float | None = None,
    seed: int | None = None,
    frequency_penalty: float | None = None,
    presence_penalty: float | None = None,
    max_tokens: int | None = None,
    reasoning_effort: str | None = None,
    service_tier: str | None = None,
    extra: Mapping[str, Any] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 15.0,
    first_timeout: float | None = None,
    retries: int = 2,
) -> OpenAIChat:
    """Return a language model behind OpenAI's chat completions.

    A call with a `rxvoice.context.Context` gives a cold observable of the answer as it is written:
    `Token`, `Thought`, `ToolCall` items, each call whole, and one `Usage` at the end. Unsubscribing
    closes the connection, so that the server stops, too. A call of a tool whose arguments are no
    JSON object is left out and told by a `Fault`; so is an answer that was cut off.

    Args:
        model: Its name.
        api_key: By default what ``OPENAI_API_KEY`` holds when the model is asked.
        base_url: Where the API is; by default OpenAI's.
        instruction: Wins over that of the conversation.
        temperature: As for the API.
        top_p: As for the API.
        seed: As for the API.
        frequency_penalty: As for the API.
        presence_penalty: As for the API.
        max_tokens: Greatest length of an answer, thoughts included.
        reasoning_effort: As for the API.
        service_tier: As for the API.
        extra: What is added to each request as it is.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds of silence after which a request has failed.
        first_timeout: Seconds after which a request that has not begun to be answered is made once
            more, and told by a `Fault`; the second has no limit but ``read_timeout``.
        retries: How often what fails before an answer begins is asked again, as the SDK does it.

    Returns:
        An `rxvoice.contracts.Chat`. Its streams fail with `rxvoice.errors.ProviderTimeout`,
        `rxvoice.errors.ProviderRejected` or `rxvoice.errors.ProviderError`, which without a key
        names the variable.

    Raises:
        ImportError: When the SDK is not installed.
        ValueError: When a number is out of range.
    """
    return _chat(
        PRESETS["openai"],
        model,
        "",
        {
            "api_key": api_key,
            "base_url": base_url,
            "instruction": instruction,
            "temperature": temperature,
            "top_p": top_p,
            "seed": seed,
            "frequency_penalty": frequency_penalty,
            "presence_penalty": presence_penalty,
            "max_tokens": max_tokens,
            "reasoning_effort": reasoning_effort,
            "service_tier": service_tier,
            "extra": extra or {},
            "connect_timeout": connect_timeout,
            "read_timeout": read_timeout,
            "first_timeout": first_timeout,
            "retries": retries,
        },
    )


class ChatOptions(TypedDict, total=False):
    """What `openai_compatible` takes besides: the options of `openai_chat`."""

    api_key: str | None
    base_url: str | None
    instruction: str
    temperature: float | None
    top_p: float | None
    seed: int | None
    frequency_penalty: float | None
    presence_penalty: float | None
    max_tokens: int | None
    reasoning_effort: str | None
    service_tier: str | None
    extra: Mapping[str, Any]
    connect_timeout: float
    read_timeout: float
    first_timeout: float | None
    retries: int


class ResponsesOptions(TypedDict, total=False):
    """What `openai_responses_ws` takes besides: options of `openai_responses`."""

    model: str
    api_key: str | None
    base_url: str | None
    instruction: str
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    reasoning_effort: str | None
    reasoning_summary: str | None
    service_tier: str | None
    extra: Mapping[str, Any] | None


def openai_compatible(
    vendor: str,
    /,
    *,
    model: str | None = None,
    api_version: str = "",
    **options: Unpack[ChatOptions],
) -> OpenAIChat:
    """Return a language model of a vendor whose interface is that of OpenAI's chat completions.

    It is `openai_chat` with what is particular to the vendor: see `PRESETS`. A parameter that the
    vendor refuses is left out, and a warning tells so once; messages are arranged as it wants them.

    Args:
        vendor: One of `PRESETS`: a vendor, or a server on this machine (``"ollama"``, ``"vllm"``,
            ``"llama.cpp"``, ``"lmstudio"``).
        model: Its name; by default the preset's, which vendors replace now and then. Of Azure, the
            name of the deployment.
        api_version: Of Azure, where ``base_url`` is the address of the resource. Without it,
            ``base_url`` ends with ``/openai/v1``.
        **options: As for `openai_chat`; ``api_key`` is by default what the vendor's variable
            holds when the model is asked.

    Returns:
        An `rxvoice.contracts.Chat`.

    Raises:
        ImportError: When the SDK is not installed.
        ValueError: When there is no such vendor, when the model or the address is missing and there
            is no default, or when a number is out of range.
    """
    preset = PRESETS.get(vendor)
    if preset is None:
        raise ValueError(f"vendor must be one of {', '.join(PRESETS)}; got {vendor!r}")
    return _chat(preset, model or preset.model, api_version, options)


def openai_responses(
    *,
    model: str = PRESETS["openai"].model,
    api_key: str | None = None,
    base_url: str | None = None,
    instruction: str = "",
    temperature: float | None = None,
    top_p: float | None = None,
    max_tokens: int | None = None,
    reasoning_effort: str | None = None,
    reasoning_summary: str | None = None,
    service_tier: str | None = None,
    extra: Mapping[str, Any] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 15.0,
    retries: int = 2,
) -> OpenAIResponses:
    """Return a language model behind OpenAI's responses, over HTTP.

    It answers as `openai_chat` does. Each request holds the whole conversation, and nothing is
    stored at OpenAI. With a ``reasoning_effort`` the model's encrypted reasoning comes as `Thought`
    items, which belong in front of the calls of tools that followed it when these are answered. A
    response that fails in its midst, or is cut off, is told by a `Fault`.

    Args:
        model: Its name.
        api_key: By default what ``OPENAI_API_KEY`` holds when the model is asked.
        base_url: Where the API is; by default OpenAI's.
        instruction: Wins over that of the conversation.
        temperature: As for the API.
        top_p: As for the API.
        max_tokens: Greatest length of an answer, thoughts included.
        reasoning_effort: As for the API; only for models that reason.
        reasoning_summary: As for the API, such as ``"auto"``: what may be read of the thoughts.
        service_tier: As for the API.
        extra: What is added to each request as it is.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds of silence after which a request has failed.
        retries: How often what fails before an answer begins is asked again.

    Returns:
        An `rxvoice.contracts.Chat`. Its streams fail as those of `openai_chat` do.

    Raises:
        ImportError: When the SDK is not installed.
        ValueError: When a number is out of range.
    """
    if max_tokens is not None and max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens}")
    reasoning = {"effort": reasoning_effort, "summary": reasoning_summary}
    thinks = {name: value for name, value in reasoning.items() if value is not None}
    settings = {
        "temperature": temperature,
        "top_p": top_p,
        "max_output_tokens": max_tokens,
        "reasoning": thinks or None,
        "include": ["reasoning.encrypted_content"] if thinks else None,
        "service_tier": service_tier,
    }
    clients = kept_client(
        name="openai",
        key=partial(_key, api_key, PRESETS["openai"]),
        base_url=base_url or PRESETS["openai"].base_url,
        retries=retries,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    )
    asking = Asking(model, settings, extra or {}, instruction, Warned())
    return OpenAIResponses(asking, clients)


def openai_responses_ws(
    *,
    connect_timeout: float = 2.0,
    read_timeout: float = 15.0,
    retries: int = 2,
    **options: Unpack[ResponsesOptions],
) -> OpenAIResponsesSocket:
    """Return a language model behind OpenAI's responses, over a websocket, for one conversation.

    It answers as `openai_responses` does. What the server knows from the last response is not sent
    again, as long as the conversation begins with exactly that; messages count by role and text,
    calls by their ids. An answer that is unsubscribed is cancelled, and what was under way of it is
    read before the next request, for at most 5 s.

    A connection that is lost before an answer has begun is opened again, later each time, and the
    request is made once more, which a `Fault` tells. Where the server does not know the last
    response any more, or the connection has become too old, the request is made once more with the
    whole conversation.

    Args:
        connect_timeout: Seconds until the websocket stands.
        read_timeout: Seconds of silence after which a request has failed.
        retries: How often a lost connection is opened again for one answer.
        **options: As for `openai_responses`.

    Returns:
        An `rxvoice.contracts.Chat`. Its streams fail as those of `openai_chat` do.

    Raises:
        ImportError: When the SDK is not installed.
        ValueError: When a number is out of range.
    """
    http = openai_responses(
        connect_timeout=connect_timeout, read_timeout=read_timeout, retries=retries, **options
    )
    clients = kept_client(
        name="openai",
        key=partial(_key, options.get("api_key"), PRESETS["openai"]),
        base_url=options.get("base_url") or PRESETS["openai"].base_url,
        retries=0,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    )

    def lines() -> Lines:
        client = clients.make()
        return Lines(client, connect_timeout=connect_timeout, read_timeout=read_timeout)

    return OpenAIResponsesSocket(http, retries, Kept(lines, Lines.aclose, name="openai"))


def _chat(preset: Preset, model: str, api_version: str, options: ChatOptions) -> OpenAIChat:
    if not model:
        raise ValueError(f"{preset.name} needs a model")
    base_url = options.get("base_url") or preset.base_url
    if not base_url:
        raise ValueError(f"{preset.name} needs base_url, the address of your resource")
    max_tokens, first_timeout = options.get("max_tokens"), options.get("first_timeout")
    if max_tokens is not None and max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens}")
    if first_timeout is not None and not first_timeout > 0.0:
        raise ValueError(f"first_timeout must be positive, got {first_timeout}")
    clients = kept_client(
        name=preset.name,
        key=partial(_key, options.get("api_key"), preset),
        base_url=base_url,
        retries=options.get("retries", 2),
        connect_timeout=options.get("connect_timeout", 2.0),
        read_timeout=options.get("read_timeout", 15.0),
        api_version=api_version,
    )
    settings = {
        "temperature": options.get("temperature"),
        "top_p": options.get("top_p"),
        "seed": options.get("seed"),
        "frequency_penalty": options.get("frequency_penalty"),
        "presence_penalty": options.get("presence_penalty"),
        "max_completion_tokens": max_tokens,
        "reasoning_effort": options.get("reasoning_effort"),
        "service_tier": options.get("service_tier"),
    }
    return OpenAIChat(
        preset,
        model,
        settings,
        options.get("extra", {}),
        options.get("instruction", ""),
        first_timeout,
        clients,
        Warned(),
    )


def _key(given: str | None, preset: Preset) -> str:
    if not preset.key:
        return given or "none"
    try:
        return key_of(given, preset.key, provider=preset.name)
    except ValueError as error:
        raise ProviderError(str(error), provider=preset.name, retryable=False) from error


__all__ = [
    "PRESETS",
    "ChatOptions",
    "OpenAIChat",
    "OpenAIResponses",
    "OpenAIResponsesSocket",
    "Preset",
    "ResponsesOptions",
    "openai_chat",
    "openai_compatible",
    "openai_responses",
    "openai_responses_ws",
]
