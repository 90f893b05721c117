"""xAI: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts
from rxvoice.providers._xai_generate import XaiGenerate
from rxvoice.providers._xai_listen import URL, XaiListen
from rxvoice.providers._xai_speak import XaiSpeak


def xai_stt(
    *,
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    sample_rate: int = 16_000,
    interim_results: bool = True,
    endpointing: int | None = None,
    diarize: bool | None = None,
    filler_words: bool | None = None,
    keyterm: Sequence[str] = (),
    smart_turn: float | None = None,
    smart_turn_timeout: int | None = None,
    vad_threshold: float | None = None,
    latency: float = 1.0,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by xAI (25 languages, which it detects).

    It gives interim and final transcripts with words, their times, and, where asked for, speakers.
    At the end of speech xAI is told that the audio is done, so that each utterance is finalised
    at once; see `StreamingStt` for what happens when a connection is lost.

    Args:
        api_key: By default what ``XAI_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language: BCP 47 tag. It makes numbers and the like be written in the usual way; what is
            spoken is detected anyhow.
        sample_rate: Samples a second that are sent: 8000, 16000 (the model's own), 22050, 24000,
            44100 or 48000; other audio is resampled.
        interim_results: Whether interim transcripts come, about two a second.
        endpointing: Milliseconds of silence after which an utterance ends, 0 to 5000. What is None,
            here and below, is as usual there; this is 10.
        diarize: Whether speakers are told apart; they are ``"0"``, ``"1"``, ….
        filler_words: As for the API; so are the ones below.
        keyterm: Words to expect, at most 100.
        smart_turn: Threshold from which a pause ends a turn, 0 to 1.
        smart_turn_timeout: Milliseconds of silence after which it ends anyhow.
        vad_threshold: From which audio is speech, 0 to 1.
        latency: Seconds from the end of speech in which 99 % of final transcripts come; nobody has
            published a measurement.
        extra: Further parameters.
        changes: Options that are others from now on, by their names. They are changed by another
            connection, when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = XaiListen(
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        interim_results=interim_results,
        endpointing=endpointing,
        diarize=diarize,
        filler_words=filler_words,
        keyterm=keyterm,
        smart_turn=smart_turn,
        smart_turn_timeout=smart_turn_timeout,
        vad_threshold=vad_threshold,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


def xai_tts(
    *,
    voice: str = "eve",
    language: str = "auto",
    api_key: str | None = None,
    base_url: str = URL,
    sample_rate: int = 24_000,
    speed: float | None = None,
    optimize_streaming_latency: int | None = None,
    text_normalization: bool | None = None,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by xAI, over a websocket.

    Sentences are sent as they come; a reply is one utterance. An interruption clears what was not
    spoken. The vendor tells no words here; `rxvoice.operators.synthesize` spreads them over the
    audio. See `StreamingTts`.

    Args:
        voice: Its name, such as ``"ara"``, or the id of one of your own.
        language: BCP 47 tag of what is spoken, or ``"auto"``.
        api_key: By default what ``XAI_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        sample_rate: Samples a second: 8000, 16000, 22050, 24000, 44100 or 48000.
        speed: 0.7 to 1.5. What is None, here and below, is as usual there.
        optimize_streaming_latency: 0 for the best sound, 1 or 2 for an earlier one.
        text_normalization: Whether numbers and the like are written out before they are spoken.
        extra: Further parameters.
        changes: Options that hold from the next sentence on, by their names.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range.
    """
    dialect = XaiSpeak(
        voice=voice,
        language=language,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        speed=speed,
        optimize_streaming_latency=optimize_streaming_latency,
        text_normalization=text_normalization,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


def xai_tts_http(
    *,
    voice: str = "eve",
    language: str = "auto",
    api_key: str | None = None,
    base_url: str = URL,
    sample_rate: int = 24_000,
    speed: float | None = None,
    optimize_streaming_latency: int | None = None,
    text_normalization: bool | None = None,
    extra: Mapping[str, Any] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by xAI, over HTTP: a request a sentence. See `HttpTts`.

    Args:
        voice: Its name, such as ``"ara"``, or the id of one of your own.
        language: BCP 47 tag of what is spoken, or ``"auto"``.
        api_key: By default what ``XAI_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        sample_rate: Samples a second: 8000, 16000, 22050, 24000, 44100 or 48000.
        speed: 0.7 to 1.5. What is None, here and below, is as usual there.
        optimize_streaming_latency: 0 for the best sound, 1 or 2 for an earlier one.
        text_normalization: Whether numbers and the like are written out before they are spoken.
        extra: Further fields.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range.
    """
    dialect = XaiGenerate(
        voice=voice,
        language=language,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        speed=speed,
        optimize_streaming_latency=optimize_streaming_latency,
        text_normalization=text_normalization,
        extra=extra or {},
    )
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = [
    "HttpTts",
    "Patience",
    "StreamingStt",
    "StreamingTts",
    "xai_stt",
    "xai_tts",
    "xai_tts_http",
]
