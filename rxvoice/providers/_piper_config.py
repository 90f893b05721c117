"""What the file beside a voice of Piper says of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rxvoice.errors import ProviderError


@dataclass(frozen=True, slots=True)
class PiperConfig:
    """What has to be known of a voice.

    Attributes:
        rate: Samples a second.
        speakers: Numbers of its speakers, by name; empty when it has one only.
        count: How many speakers it has.
    """

    rate: int
    speakers: dict[str, int]
    count: int

    def number(self, speaker: str | int) -> int:
        """Return a speaker's number.

        Raises:
            ProviderError: When the voice has no such speaker.
        """
        if isinstance(speaker, int) and 0 <= speaker < self.count:
            return speaker
        if isinstance(speaker, str) and speaker in self.speakers:
            return self.speakers[speaker]
        there = ", ".join(self.speakers) if self.speakers else f"numbers below {self.count}"
        raise broken(f"speaker must be one of {there}; got {speaker!r}")


def read_config(voice: Path, config: Path) -> PiperConfig:
    """Read the file, and see that the voice is there; blocking.

    Raises:
        ProviderError: When a file is missing or says nothing of the kind.
    """
    for name, path in (("voice", voice), ("config", config)):
        if not path.is_file():
            raise broken(f"{name}: there is no file {path}")
    try:
        told: Any = json.loads(config.read_text(encoding="utf-8"))
        rate = int(told["audio"]["sample_rate"])
        names: dict[str, Any] = told.get("speaker_id_map") or {}
        speakers = {name: int(number) for name, number in names.items()}
        count = int(told.get("num_speakers", 1))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        message = f"config: {config} does not tell what a voice sounds like"
        raise broken(message) from error
    if not 4_000 <= rate <= 192_000:
        raise broken(f"config: {config} tells {rate} samples a second")
    return PiperConfig(rate, speakers, count)


def broken(message: str) -> ProviderError:
    """Return the error that says why a voice cannot be used."""
    return ProviderError(message, provider="piper", retryable=False)


__all__ = ["PiperConfig", "read_config"]
