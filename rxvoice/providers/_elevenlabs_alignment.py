"""Characters with their times, as ElevenLabs tells them."""

from collections.abc import Iterator, Mapping
from typing import Any

from rxvoice.providers._loose import fields
from rxvoice.providers._spelling import Character


def alignment_of(
    told: Mapping[str, Any], normalized_name: str, *, normalized: bool
) -> Mapping[str, Any]:
    """Return the alignment of a message that is to be told; an empty one where there is none.

    Args:
        told: The message.
        normalized_name: What it calls the alignment of the text as it is spoken.
        normalized: Whether that is wanted. Where it is in other letters than what was written, as
            romanised Japanese is, the text as it was written is taken all the same.
    """
    written, spoken = fields(told.get("alignment")), fields(told.get(normalized_name))
    if not normalized or not spoken:
        return written
    return written if _has_signs(written) and not _has_signs(spoken) else spoken


def of_socket(alignment: Mapping[str, Any], at: float) -> Iterator[Character]:
    """Return the characters of an alignment in milliseconds.

    Args:
        alignment: Its times count from the first sample of its audio.
        at: Seconds before that.
    """
    if alignment:
        starts, durations = alignment["charStartTimesMs"], alignment["charDurationsMs"]
        for character, start, duration in zip(alignment["chars"], starts, durations, strict=True):
            begin = at + start / 1000.0
            yield character, round(begin, 6), round(begin + duration / 1000.0, 6)


def of_answer(alignment: Mapping[str, Any]) -> Iterator[Character]:
    """Return the characters of an alignment in seconds, from the first sample of the answer."""
    if alignment:
        yield from zip(
            alignment["characters"],
            alignment["character_start_times_seconds"],
            alignment["character_end_times_seconds"],
            strict=True,
        )


def _has_signs(alignment: Mapping[str, Any]) -> bool:
    characters = alignment.get("chars") or alignment.get("characters") or ()
    return any(ord(sign) > 0x24F and sign.isalpha() for one in characters for sign in one)


__all__ = ["alignment_of", "of_answer", "of_socket"]
