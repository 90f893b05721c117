"""Words as ElevenLabs' recognisers tell them."""

import math
from collections.abc import Mapping
from typing import Any

from rxvoice.items import Word
from rxvoice.providers._loose import entries, fields, text


def words_of(told: object, at: float = 0.0) -> tuple[Word, ...]:
    """Return the words, without the blanks and the sounds between them.

    A word without times is left out.

    Args:
        told: What the recogniser tells.
        at: Time of the first sample, from which it counts.
    """
    return tuple(
        Word(word["text"].strip(), at + word["start"], at + word["end"])
        for word in _words(told)
        if word.get("start") is not None and word.get("end") is not None
    )


def speaker_of(told: object) -> str | None:
    """Return who spoke most of the words, where that is told."""
    speakers = [text(word.get("speaker_id")) for word in _words(told)]
    known = [speaker for speaker in speakers if speaker]
    return max(known, key=known.count) if known else None


def confidence_of(told: object) -> float | None:
    """Return the mean probability of the words, 0 to 1, where that is told."""
    found = [word.get("logprob") for word in _words(told)]
    known = [math.exp(min(0.0, one)) for one in found if isinstance(one, int | float)]
    return sum(known) / len(known) if known else None


def _words(told: object) -> list[Mapping[str, Any]]:
    return [word for word in map(fields, entries(told)) if word.get("type") == "word"]


__all__ = ["confidence_of", "speaker_of", "words_of"]
