"""Words and languages in ElevenLabs' shapes."""

from collections.abc import Iterator, Sequence
from typing import Any

from rxvoice.items import Word

from ._said import Said

_THREE_LETTERS = {"de": "deu", "en": "eng", "es": "spa", "fr": "fra", "ja": "jpn", "pl": "pol"}


def is_code(language: str) -> bool:
    """Return whether something is a code of two or three letters, without a region."""
    return len(language) in (2, 3) and language.isalpha()


def three_letters(language: str) -> str:
    """Return the ISO 639-3 code of a BCP 47 tag, as far as this fake knows it."""
    base = language.split("-")[0].lower()
    return _THREE_LETTERS.get(base, base)


def timed_words(words: Sequence[tuple[Said, Word]]) -> Iterator[dict[str, Any]]:
    """Return words, and the blanks between them, as entries of their own."""
    end: float | None = None
    for said, word in words:
        speaker = None if said.speaker is None else f"speaker_{said.speaker}"
        if end is not None:
            yield _entry(" ", "spacing", end, word.pts, speaker)
        yield _entry(word.text, "word", word.pts, word.end, speaker)
        end = word.end


def _entry(text: str, kind: str, start: float, end: float, speaker: str | None) -> dict[str, Any]:
    return {
        "text": text,
        "start": start,
        "end": end,
        "type": kind,
        "speaker_id": speaker,
        "logprob": 0.0,
    }


__all__ = ["is_code", "three_letters", "timed_words"]
