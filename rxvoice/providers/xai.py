"""xAI: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._xai_listen import URL, XaiListen


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
        keyterm=tuple(keyterm),
        smart_turn=smart_turn,
        smart_turn_timeout=smart_turn_timeout,
        vad_threshold=vad_threshold,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


__all__ = ["StreamingStt", "xai_stt"]
