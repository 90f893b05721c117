"""Servers whose audio interface is that of OpenAI."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class AudioPreset:
    """One vendor, or a kind of server on this machine.

    Attributes:
        name: What it is called here, and in faults.
        base_url: Where its API is; empty where it has to be named.
        key: The variable of its key; empty for servers without keys.
        stt: Recognises unless another model is named; empty where one has to be.
        latency: Seconds from the end of speech in which 99 % of final transcripts come.
        streams: Whether it tells a transcript as events.
        hears: Whether it recognises at all.
        tts: Speaks unless another model is named; empty where one has to be.
        voice: Unless another one is named; empty where one has to be.
        format: Of its speech: raw samples, or a WAV file, whose head tells the rate.
        rate: Samples a second of raw speech.
        longest: Characters of a request for speech.
    """

    name: str
    base_url: str = ""
    key: str = ""
    stt: str = ""
    latency: float = 1.0
    streams: bool = False
    hears: bool = True
    tts: str = ""
    voice: str = ""
    format: Literal["pcm", "wav"] = "pcm"
    rate: int = 24_000
    longest: int = 4_096


OPENAI: Final = AudioPreset(
    "openai",
    "https://api.openai.com/v1",
    "OPENAI_API_KEY",
    stt="gpt-transcribe",
    latency=2.01,
    streams=True,
    voice="marin",
)

_TABLE: Final = (
    AudioPreset(
        "groq",
        "https://api.groq.com/openai/v1",
        "GROQ_API_KEY",
        stt="whisper-large-v3-turbo",
        latency=1.54,
        tts="canopylabs/orpheus-v1-english",
        voice="autumn",
        format="wav",
        longest=200,
    ),
    AudioPreset("kokoro", "http://localhost:8880/v1", tts="kokoro", voice="af_heart", hears=False),
    AudioPreset(
        "speaches",
        "http://localhost:8000/v1",
        stt="Systran/faster-whisper-small",
        tts="speaches-ai/Kokoro-82M-v1.0-ONNX",
        voice="af_heart",
    ),
    AudioPreset("vllm", "http://localhost:8000/v1", format="wav"),
    AudioPreset("localai", "http://localhost:8080/v1", stt="whisper-1", format="wav"),
    AudioPreset("local"),
)

AUDIO_PRESETS: Final[Mapping[str, AudioPreset]] = {preset.name: preset for preset in _TABLE}
"""All of them but OpenAI itself, by their names."""


def audio_preset(vendor: str, /) -> AudioPreset:
    """Return a preset by its name.

    Raises:
        ValueError: When there is none.
    """
    preset = AUDIO_PRESETS.get(vendor)
    if preset is None:
        raise ValueError(f"vendor must be one of {', '.join(AUDIO_PRESETS)}; got {vendor!r}")
    return preset


def named(given: str | None, usual: str, what: str, vendor: str) -> str:
    """Return what was given, else what is usual with a vendor.

    Raises:
        ValueError: When there is neither.
    """
    if not (given or usual):
        raise ValueError(f"{vendor} has no {what} of its own: name one")
    return given or usual


__all__ = ["AUDIO_PRESETS", "OPENAI", "AudioPreset", "audio_preset", "named"]
