"""Recognisers of whole utterances by OpenAI, and by those who do as it does."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

from rxvoice.providers._audio_presets import OPENAI, AudioPreset, audio_preset, named
from rxvoice.providers._file_stt import FileStt
from rxvoice.providers._http_client import HttpClient
from rxvoice.providers._openai_file import Extra, FileOptions, explain


class FileSttOptions(TypedDict, total=False):
    """What `openai_stt` and `openai_compatible_stt` take besides.

    Attributes:
        api_key: By default what the vendor's variable holds when an utterance is sent.
        base_url: Where the API is, with its ``/v1``; by default the vendor's.
        language: BCP 47 tag of what is spoken; its region is left out.
        languages: Several of them, for ``gpt-transcribe``.
        keywords: Words to expect, for ``gpt-transcribe``.
        prompt: Text that guides the model's style.
        temperature: Of sampling, 0 to 1.
        stream: Whether interim transcripts come while an utterance is transcribed.
        words: Whether words have times; then there are no interim transcripts.
        latency: Seconds from the end of speech in which 99 % of final transcripts come.
        prefix_padding: Seconds before `SpeechStarted` that belong to an utterance; 1.0.
        max_duration: Seconds after which an utterance is cut; 30.0.
        extra: Further fields.
        connect_timeout: Seconds until a connection stands; 2.0.
        read_timeout: Seconds without a sign of the server; 15.0.
    """

    api_key: str | None
    base_url: str | None
    language: str | None
    languages: Sequence[str]
    keywords: Sequence[str]
    prompt: str | None
    temperature: float | None
    stream: bool
    words: bool
    latency: float
    prefix_padding: float
    max_duration: float
    extra: Extra
    connect_timeout: float
    read_timeout: float


def openai_stt(*, model: str | None = None, **options: Unpack[FileSttOptions]) -> FileStt:
    """Return a recogniser of whole utterances by OpenAI.

    Each utterance, from a second before its speech to its end, is sent as a file, and gives one
    transcript that is final and finalised; meanwhile the text comes bit by bit, as interim
    transcripts. See `FileStt`.

    Args:
        model: Its name, by default ``"gpt-transcribe"``.
        **options: See `FileSttOptions`. The key is by default that of ``OPENAI_API_KEY``, the
            latency 2.01 s (Pipecat's measurement).

    Returns:
        An `rxvoice.contracts.Transcriber`; its ``recognise`` takes a single utterance.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range, or there are ``language`` and ``languages``.
    """
    return _file_stt(OPENAI, model, options)


def openai_compatible_stt(
    vendor: str, /, *, model: str | None = None, **options: Unpack[FileSttOptions]
) -> FileStt:
    """Return a recogniser of whole utterances whose interface is that of OpenAI.

    It is `openai_stt` with what is particular to the vendor.

    Args:
        vendor: ``"groq"``, or a server on this machine: ``"speaches"``, ``"vllm"``, ``"localai"``,
            or ``"local"`` for any other.
        model: Its name; by default the vendor's usual one, where there is such.
        **options: See `FileSttOptions`.

    Returns:
        An `rxvoice.contracts.Transcriber`; its ``recognise`` takes a single utterance.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When there is no such vendor, when it does not recognise, when the model or the
            address is missing and there is no default, or when a number is out of range.
    """
    preset = audio_preset(vendor)
    if not preset.hears:
        raise ValueError(f"{vendor} only speaks")
    return _file_stt(preset, model, options)


def _file_stt(preset: AudioPreset, model: str | None, options: FileSttOptions) -> FileStt:
    language, languages = options.get("language"), options.get("languages", ())
    if language is not None and languages:
        raise ValueError("give language or languages, not both")
    latency = options.get("latency", preset.latency)
    asking = FileOptions(
        provider=preset.name,
        key=preset.key,
        model=named(model, preset.stt, "model", preset.name),
        base_url=named(options.get("base_url"), preset.base_url, "base_url", preset.name),
        api_key=options.get("api_key"),
        language=language,
        languages=languages,
        keywords=options.get("keywords", ()),
        prompt=options.get("prompt"),
        temperature=options.get("temperature"),
        stream=options.get("stream", preset.streams),
        words=options.get("words", False),
        extra=options.get("extra", {}),
    )
    client = HttpClient(
        preset.name,
        explain,
        connect_timeout=options.get("connect_timeout", 2.0),
        read_timeout=options.get("read_timeout", 15.0),
    )
    padding, longest = options.get("prefix_padding", 1.0), options.get("max_duration", 30.0)
    return FileStt(asking, client, latency, padding, longest)


__all__ = ["FileSttOptions", "openai_compatible_stt", "openai_stt"]
