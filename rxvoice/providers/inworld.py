"""Inworld: voices."""

from collections.abc import Mapping
from typing import Any

from reactivex import Observable

from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._inworld import (
    URL,
    DeliveryMode,
    InworldGenerate,
    InworldSpeak,
    Normalization,
)
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts


def inworld_tts(
    *,
    voice_id: str = "Ashley",
    model_id: str = "inworld-tts-2",
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    sample_rate: int = 24_000,
    speaking_rate: float | None = None,
    temperature: float | None = None,
    delivery_mode: DeliveryMode | None = None,
    apply_text_normalization: Normalization | None = None,
    timestamps: bool = True,
    extra: Mapping[str, Any] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by Inworld, over a websocket, with words and their times.

    A reply is a context, of which a websocket has five at most. A sentence is flushed when it is
    sent; pieces of one are gathered until it ends. An interruption closes the context; what it
    speaks still is ignored. See `StreamingTts`.

    Args:
        voice_id: The voice; Inworld has no usual one.
        model_id: The model.
        api_key: By default what ``INWORLD_API_KEY`` holds when a connection is opened: the key in
            Base64, as the vendor gives it.
        base_url: Where the API is.
        language: BCP 47 tag of what is spoken; detected unless given.
        sample_rate: Samples a second, 8000 to 48000.
        speaking_rate: Speed. What is None, here and below, is as usual there.
        temperature: As for the API; so are the next ones.
        delivery_mode: As for the API.
        apply_text_normalization: Whether numbers and the like are written out before they are
            spoken; the vendor decides unless given.
        timestamps: Whether words have times, which the vendor promises for English. They cost about
            0.1 s before the first sound.
        extra: Further fields of a context, by the vendor's names.
        changes: Options that hold from the next sentence on, by their names; the websocket stays.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range, or there is no voice.
    """
    dialect = InworldSpeak(
        voice_id=voice_id,
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        speaking_rate=speaking_rate,
        temperature=temperature,
        delivery_mode=delivery_mode,
        apply_text_normalization=apply_text_normalization,
        timestamps=timestamps,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


def inworld_tts_http(
    *,
    voice_id: str = "Ashley",
    model_id: str = "inworld-tts-2",
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    sample_rate: int = 24_000,
    speaking_rate: float | None = None,
    temperature: float | None = None,
    delivery_mode: DeliveryMode | None = None,
    apply_text_normalization: Normalization | None = None,
    timestamps: bool = True,
    extra: Mapping[str, Any] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by Inworld, over HTTP, with words and their times: a request a sentence.

    See `HttpTts`. Nothing in an answer tells its end from a break in good form.

    Args:
        voice_id: As for `inworld_tts`, as are the next ones.
        model_id: The model.
        api_key: By default what ``INWORLD_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        language: BCP 47 tag of what is spoken.
        sample_rate: Samples a second.
        speaking_rate: Speed.
        temperature: As for the API.
        delivery_mode: As for the API.
        apply_text_normalization: As for the API.
        timestamps: Whether words have times.
        extra: Further fields, by the vendor's names.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range, or there is no voice.
    """
    dialect = InworldGenerate(
        voice_id=voice_id,
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        speaking_rate=speaking_rate,
        temperature=temperature,
        delivery_mode=delivery_mode,
        apply_text_normalization=apply_text_normalization,
        timestamps=timestamps,
        extra=extra or {},
    )
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = ["HttpTts", "Patience", "StreamingTts", "inworld_tts", "inworld_tts_http"]
