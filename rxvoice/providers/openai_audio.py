"""OpenAI's recognisers and voices, and those of servers that speak as OpenAI's do."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._file_stt import FileStt
from rxvoice.providers._http_tts import HttpTts
from rxvoice.providers._openai_live import URL, NoiseReduction, OpenAILive
from rxvoice.providers._openai_stt import FileSttOptions, openai_compatible_stt, openai_stt
from rxvoice.providers._openai_tts import SpeechOptions, openai_compatible_tts, openai_tts


def openai_stt_realtime(
    *,
    model: str = "gpt-live-transcribe",
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    languages: Sequence[str] = (),
    keywords: Sequence[str] = (),
    prompt: str | None = None,
    delay: str | None = None,
    noise_reduction: NoiseReduction | None = None,
    turn_detection: Mapping[str, Any] | None = None,
    latency: float = 1.66,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by OpenAI's realtime transcription.

    It gives interim transcripts while the user speaks, where the model does, and final ones,
    without words. At the end of speech the audio is committed, so that each utterance is
    finalised at once; see `StreamingStt` for what happens when a connection is lost.

    Args:
        model: Its name. This one tells words while audio comes, and finds no turns.
        api_key: By default what ``OPENAI_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language: BCP 47 tag of what is spoken; its region is left out.
        languages: Several of them, in place of ``language``.
        keywords: Words to expect, for ``gpt-transcribe`` and ``gpt-live-transcribe``.
        prompt: Text that guides the model's style.
        delay: As for the API; only for ``gpt-realtime-whisper``.
        noise_reduction: What the microphone is like; None for no filter.
        turn_detection: How the server finds the ends of utterances, as for the API, such as
            ``{"type": "server_vad"}``; models that are live have none. Then turn events come, and
            nothing is committed at the end of speech.
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        changes: Options that are others from now on, by their names. Most are changed without
            another connection.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range, or there are ``language`` and ``languages``.
    """
    if language is not None and languages:
        raise ValueError("give language or languages, not both")
    dialect = OpenAILive(
        model=model,
        api_key=api_key,
        base_url=base_url,
        language=language,
        languages=languages,
        keywords=keywords,
        prompt=prompt,
        delay=delay,
        noise_reduction=noise_reduction,
        turn_detection=turn_detection,
        p99=latency,
    )
    return StreamingStt(dialect, changes, connect_timeout)


__all__ = [
    "FileStt",
    "FileSttOptions",
    "HttpTts",
    "SpeechOptions",
    "StreamingStt",
    "openai_compatible_stt",
    "openai_compatible_tts",
    "openai_stt",
    "openai_stt_realtime",
    "openai_tts",
]
