"""Soniox: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._soniox_listen import URL, SonioxListen
from rxvoice.providers._soniox_speak import TTS_URL, SonioxSpeak
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts


def soniox_stt(
    *,
    model: str = "stt-rt-v4",
    api_key: str | None = None,
    base_url: str = URL,
    sample_rate: int = 16_000,
    language_hints: Sequence[str] = (),
    language_hints_strict: bool | None = None,
    enable_language_identification: bool | None = None,
    enable_speaker_diarization: bool | None = None,
    enable_endpoint_detection: bool | None = None,
    max_endpoint_delay_ms: int | None = None,
    context: Mapping[str, Any] | None = None,
    translation: Mapping[str, Any] | None = None,
    latency: float = 0.35,
    extra: Mapping[str, Any] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by Soniox, for more than 60 languages, also mixed.

    It gives interim and final transcripts with words and their times, and translations beside them,
    as `rxvoice.Translation`, where asked for. At the end of speech Soniox is asked for the rest;
    see `StreamingStt` for what happens when a connection is lost.

    It speaks the vendor's websocket interface as documented in August 2026.

    Args:
        model: Its name.
        api_key: By default what ``SONIOX_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        sample_rate: Samples a second that are sent; other audio is resampled.
        language_hints: BCP 47 tags of what is spoken.
        language_hints_strict: As for the API; so are the next ones. What is None is as usual there.
        enable_language_identification: Whether each transcript tells its language.
        enable_speaker_diarization: Whether speakers are told apart; they are ``"1"``, ``"2"``, ….
        enable_endpoint_detection: Whether transcripts become final at the end of an utterance as
            Soniox judges it, too.
        max_endpoint_delay_ms: Milliseconds that it takes for that at most.
        context: What is talked about.
        translation: Such as ``{"type": "one_way", "target_language": "de"}``.
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        extra: Further fields of the first message.
        changes: Options that are others from now on, by their names. They take another connection,
            which is opened when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = SonioxListen(
        model=model,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        language_hints=language_hints,
        language_hints_strict=language_hints_strict,
        enable_language_identification=enable_language_identification,
        enable_speaker_diarization=enable_speaker_diarization,
        enable_endpoint_detection=enable_endpoint_detection,
        max_endpoint_delay_ms=max_endpoint_delay_ms,
        context=context,
        translation=translation,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


def soniox_tts(
    voice: str = "Adrian",
    /,
    *,
    model: str = "tts-rt-v2",
    language: str = "en",
    api_key: str | None = None,
    base_url: str = TTS_URL,
    sample_rate: int = 24_000,
    speed: float | None = None,
    reduce_silence: bool | None = None,
    extra: Mapping[str, Any] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by Soniox, over a websocket.

    A reply is one stream, of which a websocket carries five at most, and its words come with their
    times, where the model tells these. An interruption cancels the stream. See `StreamingTts`.

    The messages are those of the vendor's pages on the websocket interface and the end of streams,
    as of August 2026.

    Args:
        voice: Its name.
        model: Its name.
        language: BCP 47 tag of what is said; its region is left out.
        api_key: By default what ``SONIOX_API_KEY`` holds when a stream is opened.
        base_url: Where the API is.
        sample_rate: Samples a second.
        speed: As for the API, 0.7 to 1.3.
        reduce_silence: Whether pauses between words are shorter.
        extra: Further fields of each stream's first message.
        changes: Options that hold from the next sentence on, by their names.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When an argument is out of range.
    """
    dialect = SonioxSpeak(
        voice=voice,
        model=model,
        language=language,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        speed=speed,
        reduce_silence=reduce_silence,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


__all__ = ["Patience", "StreamingStt", "StreamingTts", "soniox_stt", "soniox_tts"]
