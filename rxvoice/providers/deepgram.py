"""Deepgram: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._deepgram_flux import deepgram_flux
from rxvoice.providers._deepgram_flux_speak import deepgram_flux_tts
from rxvoice.providers._deepgram_generate import DeepgramGenerate
from rxvoice.providers._deepgram_listen import URL, DeepgramListen
from rxvoice.providers._deepgram_speak import DeepgramSpeak
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts


def deepgram_stt(
    *,
    model: str = "nova-3",
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    sample_rate: int = 16_000,
    interim_results: bool = True,
    smart_format: bool | None = None,
    punctuate: bool | None = True,
    endpointing: int | bool | None = None,
    utterance_end_ms: int | None = None,
    vad_events: bool | None = None,
    diarize: bool | None = None,
    keyterm: Sequence[str] = (),
    finalize: bool = True,
    latency: float = 0.35,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by Deepgram's nova models.

    It gives interim and final transcripts with words, their times, and, where asked for, speakers.
    At the end of speech Deepgram is asked for the rest, so that each utterance is finalised at
    once; see `StreamingStt` for what happens when a connection is lost.

    Args:
        model: Its name.
        api_key: By default what ``DEEPGRAM_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language: BCP 47 tag, or ``"multi"``; the model's default unless given. With the latter each
            transcript tells its own.
        sample_rate: Samples a second that are sent; other audio is resampled.
        interim_results: Whether interim transcripts come.
        smart_format: As for the API; so are the next ones. What is None is as usual there.
        punctuate: Whether there is punctuation.
        endpointing: Milliseconds of silence after which a result becomes final; False for never.
        utterance_end_ms: As for the API.
        vad_events: As for the API.
        diarize: Whether speakers are told apart; they are ``"0"``, ``"1"``, ….
        keyterm: Words to expect. They can change without another connection.
        finalize: Whether the rest is asked for at the end of speech. Servers of others that speak
            this protocol may not take that; then results are final by ``endpointing``, and none is
            finalised.
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        extra: Further parameters.
        changes: Options that are others from now on, by their names. What is part of the address is
            changed by another connection, when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = DeepgramListen(
        model=model,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        interim_results=interim_results,
        smart_format=smart_format,
        punctuate=punctuate,
        endpointing=endpointing,
        utterance_end_ms=utterance_end_ms,
        vad_events=vad_events,
        diarize=diarize,
        keyterm=keyterm,
        finalizes=finalize,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


def deepgram_tts(
    *,
    model: str = "aura-2-thalia-en",
    api_key: str | None = None,
    base_url: str = URL,
    sample_rate: int = 24_000,
    mip_opt_out: bool | None = None,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by Deepgram's Aura, over a websocket.

    Sentences are sent as they come. An interruption clears what was not spoken. The vendor tells no
    words; `rxvoice.operators.synthesize` spreads them over the audio. See `StreamingTts`.

    Args:
        model: The voice.
        api_key: By default what ``DEEPGRAM_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        sample_rate: Samples a second: 8000, 16000, 24000, 32000 or 48000.
        mip_opt_out: As for the API.
        extra: Further parameters.
        changes: Options that hold from the next sentence on, by their names.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range.
    """
    dialect = DeepgramSpeak(
        model=model,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        mip_opt_out=mip_opt_out,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


def deepgram_tts_http(
    *,
    model: str = "aura-2-thalia-en",
    api_key: str | None = None,
    base_url: str = URL,
    sample_rate: int = 24_000,
    mip_opt_out: bool | None = None,
    extra: Mapping[str, Parameter] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by Deepgram's Aura, over HTTP: a request a sentence. See `HttpTts`.

    Args:
        model: The voice.
        api_key: By default what ``DEEPGRAM_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        sample_rate: Samples a second: 8000, 16000, 24000, 32000 or 48000.
        mip_opt_out: As for the API.
        extra: Further parameters.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range.
    """
    dialect = DeepgramGenerate(
        model=model,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        mip_opt_out=mip_opt_out,
        extra=extra or {},
    )
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = [
    "HttpTts",
    "Patience",
    "StreamingStt",
    "StreamingTts",
    "deepgram_flux",
    "deepgram_flux_tts",
    "deepgram_stt",
    "deepgram_tts",
    "deepgram_tts_http",
]
