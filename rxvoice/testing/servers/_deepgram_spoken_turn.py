"""A turn of Deepgram's ``/v2/speak``."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

_SENTENCE = re.compile(r"[^.!?]*[.!?]+(?=\s)")


@dataclass
class SpokenTurn:
    """One turn, and how far it has come.

    Attributes:
        name: Its ``speech_id``.
        text: All of its text.
        pending: What is not spoken yet.
        said: What is spoken.
        seconds: Of audio.
        flushed: Whether it has no more text.
        started: Whether its audio has begun.
        grown: Set when there is more text, or when it is flushed.
    """

    name: str
    text: str = ""
    pending: str = ""
    said: str = ""
    seconds: float = 0.0
    flushed: bool = False
    started: bool = False
    grown: asyncio.Event = field(default_factory=asyncio.Event)

    def next(self) -> str | None:
        """Take the next text that can be spoken; None when there is none yet."""
        sentence = _SENTENCE.match(self.pending)
        size = sentence.end() if sentence else len(self.pending) if self.flushed else 0
        text, self.pending = self.pending[:size], self.pending[size:].lstrip()
        return text if size else None

    def metadata(self) -> dict[str, Any]:
        """Return what is told of it at its end."""
        return {
            "speech_id": self.name,
            "audio_duration_ms": round(self.seconds * 1000),
            "input_character_count": len(self.text),
            "billable_character_count": len(self.text),
            "controls_applied": {
                "breaks_applied": 0,
                "pronunciations_applied": 0,
                "pronunciation_warnings": 0,
            },
        }


__all__ = ["SpokenTurn"]
