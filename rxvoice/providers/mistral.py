"""Mistral: recognition and voices of Voxtral."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._mistral_listen import URL, MistralListen


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
    for the words that it holds back, so that each utterance is finalised at once; see
    `StreamingStt` for what happens when a connection is lost.

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
        ValueError: When a number is out of range.
    """
    dialect = MistralListen(
        model=model,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        target_streaming_delay_ms=target_streaming_delay_ms,
        context_bias=tuple(context_bias),
        turn_detection=turn_detection,
        p99=latency,
    )
    return StreamingStt(dialect, changes, connect_timeout)


__all__ = ["StreamingStt", "mistral_stt"]
