"""Cartesia: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._cartesia_listen import URL, VERSION, CartesiaListen
from rxvoice.providers._ear_stt import StreamingStt


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
    `rxvoice.operators.vad_gate`, ``ink-2`` makes nothing final before the source ends. See
    `StreamingStt` for what happens when a connection is lost.

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
        ValueError: When a number is out of range.
    """
    dialect = CartesiaListen(
        model=model,
        api_key=api_key,
        base_url=base_url,
        version=version,
        language=language,
        sample_rate=sample_rate,
        keyterm=tuple(keyterm),
        min_volume=min_volume,
        max_silence_duration_secs=max_silence_duration_secs,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


__all__ = ["cartesia_stt"]
