"""ElevenLabs: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._elevenlabs_scribe import URL, ScribeListen


def elevenlabs_stt(
    *,
    model_id: str = "scribe_v2_realtime",
    api_key: str | None = None,
    base_url: str = URL,
    language_code: str | None = None,
    sample_rate: int = 16_000,
    commit_strategy: Literal["manual", "vad"] = "manual",
    include_timestamps: bool = False,
    include_language_detection: bool = False,
    vad_silence_threshold_secs: float | None = None,
    vad_threshold: float | None = None,
    min_speech_duration_ms: int | None = None,
    min_silence_duration_ms: int | None = None,
    keyterms: Sequence[str] = (),
    no_verbatim: bool | None = None,
    latency: float = 0.41,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by ElevenLabs' Scribe.

    At the end of speech what was heard is committed, so that each utterance is finalised at once.
    With ``commit_strategy="vad"`` ElevenLabs commits at pauses that it finds itself, and the
    transcripts are final, but not finalised. See `StreamingStt` for what happens when a connection
    is lost.

    The messages are those of the vendor's API reference and of the types of its Python library
    2.78, as of November 2026.

    Args:
        model_id: The model's name.
        api_key: By default what ``ELEVENLABS_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language_code: BCP 47 tag; its region is left out. ElevenLabs finds out unless given.
        sample_rate: Samples a second that are sent; other audio is resampled. 8000, 16000, 22050,
            24000, 44100 or 48000.
        commit_strategy: Who tells when a transcript is final.
        include_timestamps: Whether transcripts have words with their times, and speakers; they come
            somewhat later then.
        include_language_detection: Whether transcripts tell the language that was spoken; likewise.
        vad_silence_threshold_secs: As for the API; so are the next ones. What is None is as usual
            there.
        vad_threshold: As for the API.
        min_speech_duration_ms: As for the API.
        min_silence_duration_ms: As for the API.
        keyterms: Words to expect, at most 50.
        no_verbatim: Whether fillers and false starts are left out.
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        extra: Further parameters.
        changes: Options that are others from now on, by their names: another connection is opened
            when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        ValueError: When an argument is out of range.
    """
    dialect = ScribeListen(
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language_code=language_code,
        sample_rate=sample_rate,
        commit_strategy=commit_strategy,
        include_timestamps=include_timestamps,
        include_language_detection=include_language_detection,
        vad_silence_threshold_secs=vad_silence_threshold_secs,
        vad_threshold=vad_threshold,
        min_speech_duration_ms=min_speech_duration_ms,
        min_silence_duration_ms=min_silence_duration_ms,
        keyterms=tuple(keyterms),
        no_verbatim=no_verbatim,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


__all__ = ["elevenlabs_stt"]
