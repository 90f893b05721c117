"""Voices by OpenAI, and by those who do as it does."""

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from rxvoice.providers._audio_presets import OPENAI, AudioPreset, audio_preset, named
from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._openai_speech import (
    OpenAISpeech,
    SpeechFormat,
    SpeechVoice,
    StreamFormat,
)


class SpeechOptions(TypedDict, total=False):
    """What `openai_tts` and `openai_compatible_tts` take besides.

    Attributes:
        api_key: By default what the vendor's variable holds when a sentence is spoken.
        base_url: Where the API is, with its ``/v1``; by default the vendor's.
        instructions: How to speak.
        speed: 0.25 to 4.0.
        response_format: ``"pcm"``, or ``"wav"`` whose head tells the rate.
        stream_format: ``"audio"`` as it is, or ``"sse"`` for events.
        sample_rate: Samples a second of ``"pcm"``; OpenAI's is always 24000.
        extra: Further fields.
        connect_timeout: Seconds until a connection stands; 2.0.
        read_timeout: Seconds without a sign of the server after which a request has failed; 10.0.
    """

    api_key: str | None
    base_url: str | None
    instructions: str | None
    speed: float | None
    response_format: SpeechFormat
    stream_format: StreamFormat
    sample_rate: int
    extra: Mapping[str, Any]
    connect_timeout: float
    read_timeout: float


def openai_tts(
    *, model: str, voice: SpeechVoice = "marin", **options: Unpack[SpeechOptions]
) -> HttpTts:
    """Return a voice by OpenAI, over HTTP: a request a sentence. See `HttpTts`.

    OpenAI shuts down all models of this interface on 6 January 2027 (``"gpt-4o-mini-tts"``,
    ``"tts-1"`` and ``"tts-1-hd"``) and has named none that takes their place here, so there is no
    default: choose a voice of another vendor for what is to last.

    Args:
        model: Its name.
        voice: Its name, or ``{"id": …}`` of one of your own.
        **options: See `SpeechOptions`. The key is by default that of ``OPENAI_API_KEY``.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range.
    """
    return _speech(OPENAI, model, voice, options)


def openai_compatible_tts(
    vendor: str,
    /,
    *,
    model: str | None = None,
    voice: str | None = None,
    **options: Unpack[SpeechOptions],
) -> HttpTts:
    """Return a voice whose interface is that of OpenAI.

    It is `openai_tts` with what is particular to the vendor. Sentences that are too long for it
    are cut at blanks.

    Args:
        vendor: ``"groq"``, or a server on this machine: ``"kokoro"`` (Kokoro-FastAPI),
            ``"speaches"``, ``"vllm"``, ``"localai"``, or ``"local"`` for any other.
        model: Its name; by default the vendor's usual one, where there is such.
        voice: Likewise.
        **options: See `SpeechOptions`.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When there is no such vendor, when the model, the voice or the address is
            missing and there is no default, or when a number is out of range.
    """
    return _speech(audio_preset(vendor), model, voice, options)


def _speech(
    preset: AudioPreset, model: str | None, voice: SpeechVoice | None, options: SpeechOptions
) -> HttpTts:
    rate = options.get("sample_rate", preset.rate)
    if rate < 1:
        raise ValueError(f"sample_rate must be positive, got {rate}")
    own = voice if isinstance(voice, Mapping) else named(voice, preset.voice, "voice", preset.name)
    dialect = OpenAISpeech(
        provider=preset.name,
        key=preset.key,
        model=named(model, preset.tts, "model", preset.name),
        voice=own,
        base_url=named(options.get("base_url"), preset.base_url, "base_url", preset.name),
        api_key=options.get("api_key"),
        instructions=options.get("instructions"),
        speed=options.get("speed"),
        response_format=options.get("response_format", preset.format),
        stream_format=options.get("stream_format"),
        sample_rate=rate,
        most=preset.longest,
        extra=options.get("extra", {}),
    )
    return http_tts(
        dialect,
        connect_timeout=options.get("connect_timeout", 2.0),
        read_timeout=options.get("read_timeout", 10.0),
    )


__all__ = ["SpeechOptions", "openai_compatible_tts", "openai_tts"]
