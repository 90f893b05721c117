"""Cartesia: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._cartesia_generate import CartesiaBytes, CartesiaEvents
from rxvoice.providers._cartesia_listen import URL, VERSION, CartesiaListen
from rxvoice.providers._cartesia_speak import CartesiaSpeak
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts


def cartesia_stt(
    *,
    model: str = "ink-2",
    api_key: str | None = None,
    base_url: str = URL,
    version: str = VERSION,
    language: str | None = None,
    sample_rate: int = 16_000,
    keyterm: Sequence[str] = (),
    min_volume: float | None = None,
    max_silence_duration_secs: float | None = None,
    latency: float = 0.81,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by Cartesia's Ink models.

    It gives interim and final transcripts with words and their times. At the end of speech
    Cartesia is asked for the rest, so that each utterance is finalised at once; the models of
    ``ink-whisper`` give finals at pauses, too. Without speech marks, such as those of
    `rxvoice.operators.vad_gate`, ``ink-2`` is final only when a sentence ends after ten seconds.
    See `StreamingStt` for what happens when a connection is lost.

    The messages are those of the vendor's API reference of version 2026-03-01, as of November 2026.

    Args:
        model: Its name.
        api_key: By default what ``CARTESIA_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        version: Of the interface.
        language: BCP 47 tag; its region is left out. The model's default unless given.
        sample_rate: Samples a second that are sent; other audio is resampled.
        keyterm: Words to expect, at most 100; of ``ink-2``.
        min_volume: As for the API, of ``ink-whisper``; so is the next one.
        max_silence_duration_secs: Seconds of silence after which a transcript becomes final.
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        extra: Further parameters.
        changes: Options that are others from now on, by their names: another connection is opened
            when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = CartesiaListen(
        model=model,
        api_key=api_key,
        base_url=base_url,
        version=version,
        language=language,
        sample_rate=sample_rate,
        keyterm=keyterm,
        min_volume=min_volume,
        max_silence_duration_secs=max_silence_duration_secs,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


def cartesia_tts(
    voice: str,
    /,
    *,
    model_id: str = "sonic-3.5",
    api_key: str | None = None,
    base_url: str = URL,
    version: str = VERSION,
    language: str | None = None,
    sample_rate: int = 24_000,
    generation_config: Mapping[str, Any] | None = None,
    pronunciation_dict_id: str | None = None,
    max_buffer_delay_ms: int | None = None,
    use_normalized_timestamps: bool | None = None,
    extra: Mapping[str, Any] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by Cartesia's Sonic, over a websocket.

    A reply is one context, whose sentences are spoken with one intonation, and its words come with
    their times. An interruption cancels the context. Cartesia ends a context one second after its
    last audio; what comes after a longer pause is another one. See `StreamingTts`.

    The messages are those of the vendor's API reference of version 2026-03-01 and its guides on
    contexts and buffering, as of November 2026.

    Args:
        voice: Its id; Cartesia has no voice of its own accord.
        model_id: The model's name.
        api_key: By default what ``CARTESIA_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        version: Of the interface.
        language: BCP 47 tag; its region is left out. The model's default unless given.
        sample_rate: Samples a second: 8000, 16000, 22050, 24000, 44100 or 48000.
        generation_config: As for the API: ``speed``, ``volume``, ``emotion``.
        pronunciation_dict_id: As for the API.
        max_buffer_delay_ms: Milliseconds for which the server may gather text. Unless given, whole
            sentences are spoken at once, and for pieces it is Cartesia's default of 3000.
        use_normalized_timestamps: Whether words are told as they are spoken, numbers in words for
            instance, and not as they are written.
        extra: Further fields of each request.
        changes: Options that hold from the next sentence on, by their names.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When an argument is out of range.
    """
    dialect = CartesiaSpeak(
        voice=voice,
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        version=version,
        language=language,
        sample_rate=sample_rate,
        generation_config=generation_config,
        pronunciation_dict_id=pronunciation_dict_id,
        max_buffer_delay_ms=max_buffer_delay_ms,
        use_normalized_timestamps=use_normalized_timestamps,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


def cartesia_tts_http(
    voice: str,
    /,
    *,
    model_id: str = "sonic-3.5",
    api_key: str | None = None,
    base_url: str = URL,
    version: str = VERSION,
    language: str | None = None,
    sample_rate: int = 24_000,
    generation_config: Mapping[str, Any] | None = None,
    pronunciation_dict_id: str | None = None,
    add_timestamps: bool = True,
    use_normalized_timestamps: bool | None = None,
    extra: Mapping[str, Any] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by Cartesia's Sonic, over HTTP: a request a sentence. See `HttpTts`.

    Args:
        voice: Its id.
        model_id: The model's name.
        api_key: By default what ``CARTESIA_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        version: Of the interface.
        language: BCP 47 tag; its region is left out. The model's default unless given.
        sample_rate: Samples a second: 8000, 16000, 22050, 24000, 44100 or 48000.
        generation_config: As for the API: ``speed``, ``volume``, ``emotion``.
        pronunciation_dict_id: As for the API.
        add_timestamps: Whether words come with their times, by ``/tts/sse``; otherwise the audio
            comes as it is, by ``/tts/bytes``, which is a quarter less.
        use_normalized_timestamps: Whether words are told as they are spoken, and not as they are
            written.
        extra: Further fields of each request.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When an argument is out of range.
    """
    sonic = CartesiaSpeak(
        voice=voice,
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        version=version,
        language=language,
        sample_rate=sample_rate,
        generation_config=generation_config,
        pronunciation_dict_id=pronunciation_dict_id,
        use_normalized_timestamps=use_normalized_timestamps if add_timestamps else None,
        extra=extra or {},
    )
    dialect = CartesiaEvents(sonic) if add_timestamps else CartesiaBytes(sonic)
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = [
    "HttpTts",
    "Patience",
    "StreamingStt",
    "StreamingTts",
    "cartesia_stt",
    "cartesia_tts",
    "cartesia_tts_http",
]
