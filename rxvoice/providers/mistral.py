"""Mistral: recognition and voices of Voxtral."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._mistral_listen import URL, MistralListen
from rxvoice.providers._mistral_speak import MistralSpeak


def mistral_stt(
    *,
    model: str = "voxtral-mini-transcribe-realtime-3",
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    sample_rate: int = 16_000,
    target_streaming_delay_ms: int | None = None,
    context_bias: Sequence[str] = (),
    turn_detection: Mapping[str, Any] | None = None,
    latency: float = 1.0,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by Mistral's Voxtral, which detects the language.

    It gives interim and final transcripts, without words. At the end of speech Mistral is asked
    for the words that it holds back, so that each utterance is finalised at once; a sentence that
    ends after 2000 characters is final, too, also without speech marks. See `StreamingStt` for what
    happens when a connection is lost.

    Args:
        model: Its name.
        api_key: By default what ``MISTRAL_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language: BCP 47 tag, as a hint; its region is left out.
        sample_rate: Samples a second that are sent: 8000, 16000, 22050, 24000, 44100 or 48000;
            other audio is resampled.
        target_streaming_delay_ms: Milliseconds for which a word is held back, 80 to 2400; the more,
            the more accurate. The vendor's default unless given.
        context_bias: Words to expect.
        turn_detection: Options by which the server finds the ends of turns, ``{}`` for the usual
            ones. Then turn events come, it is not asked at the end of speech, and each turn gives
            one final transcript.
        latency: Seconds from the end of speech in which 99 % of final transcripts come; nobody has
            published a measurement.
        changes: Options that are others from now on, by their names. They are changed by another
            connection, when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = MistralListen(
        model=model,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        target_streaming_delay_ms=target_streaming_delay_ms,
        context_bias=context_bias,
        turn_detection=turn_detection,
        p99=latency,
    )
    return StreamingStt(dialect, changes, connect_timeout)


def mistral_tts(
    *,
    model: str = "voxtral-mini-tts-3-0",
    voice_id: str | None = None,
    ref_audio: str | None = None,
    api_key: str | None = None,
    base_url: str = URL,
    expressiveness: float | None = None,
    extra: Mapping[str, Any] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by Mistral's Voxtral, over HTTP: a request a sentence, told as events.

    The vendor tells no words; `rxvoice.operators.synthesize` spreads them over the audio. See
    `HttpTts`.

    Args:
        model: Its name.
        voice_id: Of a voice of the vendor or of your own, which also says the language; by default
            ``"gb_jane_neutral"`` (the vendor's first example), unless there is ``ref_audio``.
        ref_audio: A recording of a voice to speak with, in base64.
        api_key: By default what ``MISTRAL_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        expressiveness: From 1.0 on; as usual there unless given.
        extra: Further fields.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range, or there are ``voice_id`` and ``ref_audio``.
    """
    if voice_id and ref_audio:
        raise ValueError("give voice_id or ref_audio, not both")
    if expressiveness is not None and not expressiveness >= 1.0:
        raise ValueError(f"expressiveness must be at least 1.0, got {expressiveness}")
    dialect = MistralSpeak(
        model=model,
        voice_id=voice_id or (None if ref_audio else "gb_jane_neutral"),
        ref_audio=ref_audio,
        api_key=api_key,
        base_url=base_url,
        expressiveness=expressiveness,
        extra=extra or {},
    )
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = ["HttpTts", "StreamingStt", "mistral_stt", "mistral_tts"]
