"""Gladia: recognition."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._ear_own import OwnStt
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._gladia_listen import URL, GladiaListen


def gladia_stt(
    *,
    model: str = "solaria-1",
    api_key: str | None = None,
    base_url: str = URL,
    region: str | None = None,
    sample_rate: int = 16_000,
    interim_results: bool = True,
    languages: Sequence[str] = (),
    code_switching: bool | None = None,
    endpointing: float = 0.3,
    maximum_duration_without_endpointing: float | None = None,
    audio_enhancer: bool | None = None,
    speech_threshold: float | None = None,
    custom_vocabulary: Sequence[str | Mapping[str, Any]] = (),
    target_languages: Sequence[str] = (),
    translation_model: str | None = None,
    latency: float = 1.49,
    extra: Mapping[str, Any] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by Gladia.

    It gives interim and final transcripts with words and their times, and translations beside them,
    as `rxvoice.Translation`, where asked for. Gladia cannot be asked for the rest of an utterance:
    it ends them itself, and says nothing of one without words. When a connection is lost the next
    one goes on with the same session, and is sent only what Gladia had not acknowledged; when the
    session is gone, another one is sent all that was not recognised. See `StreamingStt` for the
    rest.

    It speaks the vendor's live interface v2 as documented in July 2026.

    Args:
        model: Its name.
        api_key: By default what ``GLADIA_API_KEY`` holds when a session is opened.
        base_url: Where the API is.
        region: Such as ``"eu-west"``; the nearest one unless given.
        sample_rate: Samples a second that are sent, 8000, 16000, 32000, 44100 or 48000; other audio
            is resampled.
        interim_results: Whether interim transcripts come.
        languages: BCP 47 tags of what is spoken; detected unless given.
        code_switching: As for the API; so are the next ones. What is None is as usual there.
        endpointing: Seconds of silence that end an utterance. It should not be shorter than what
            ends speech for the voice detector, so that utterances are the same.
        maximum_duration_without_endpointing: Seconds of an utterance after which it ends anyway.
        audio_enhancer: As for the API.
        speech_threshold: 0 to 1; the higher, the less is taken for speech.
        custom_vocabulary: Words to expect.
        target_languages: BCP 47 tags of languages that are translated to.
        translation_model: As for the API.
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        extra: Further options of the session.
        changes: Options that are others from now on, by their names. They take another session,
            which is opened when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = GladiaListen(
        model=model,
        api_key=api_key,
        base_url=base_url,
        region=region,
        sample_rate=sample_rate,
        interim_results=interim_results,
        languages=languages,
        code_switching=code_switching,
        endpointing=endpointing,
        maximum_duration_without_endpointing=maximum_duration_without_endpointing,
        audio_enhancer=audio_enhancer,
        speech_threshold=speech_threshold,
        custom_vocabulary=custom_vocabulary,
        target_languages=target_languages,
        translation_model=translation_model,
        p99=latency,
        extra=extra or {},
    )
    return OwnStt(dialect, changes, connect_timeout)


__all__ = ["StreamingStt", "gladia_stt"]
