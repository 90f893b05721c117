"""What a voice says, whatever its vendor."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Word


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound.

    Attributes:
        context: Whose; None where the vendor does not say.
        data: In the encoding of the dialect, cut anywhere.
    """

    context: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are spoken.

    Attributes:
        context: Whose.
        words: With times in seconds, that count from the first sample of the context.
        chunk: Whether they count from the first sample of the `Audio` that comes next instead.
        until: Time, counted likewise, up to which all words are told now; None where all that
            belong to the next `Audio` are.

    Raises:
        ValueError: When a time is none.
        TypeError: When a time is no number, or a text is none.
    """

    context: str | None
    words: tuple[Word, ...]
    chunk: bool = False
    until: float | None = None

    def __post_init__(self) -> None:
        for word in self.words:
            if not isinstance(word.text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError("a word must be a text")
            if not (math.isfinite(word.pts) and math.isfinite(word.end)):
                raise ValueError("the times of words must be finite")
        if self.until is not None and math.isnan(self.until):
            raise ValueError("until must be a time")


@dataclass(frozen=True, slots=True)
class SentenceDone:
    """One more of the sentences was spoken; all of its audio is out.

    Attributes:
        context: Whose.
    """

    context: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """All of a context was spoken, or what was left of one that was cancelled is out.

    Attributes:
        context: Which.
    """

    context: str | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """The server has forgotten what it was told before `VoiceDialect.cancel`.

    Only for vendors who do not say to which context something belongs: until this comes,
    everything belongs to what was cancelled.
    """


@dataclass(frozen=True, slots=True)
class Failed:
    """A context has failed; the others, and the websocket, have not.

    Attributes:
        context: Which.
        error: Why.
    """

    context: str | None
    error: ProviderError


VoiceEvent: TypeAlias = Audio | Words | SentenceDone | Done | Cleared | Failed | Fault


UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What a reader raises where a field is missing or of a wrong type."""


def words_with_audio(words: Callable[[], Words], audio: Audio) -> Iterator[Words | Audio]:
    """Return the words of a message and its audio, which comes also where they cannot be read.

    Raises:
        Exception: What ``words`` does.
    """
    try:
        found = words()
    except UNREADABLE:
        if audio.data:
            yield audio
        raise
    yield found
    if audio.data:
        yield audio


__all__ = [
    "UNREADABLE",
    "Audio",
    "Cleared",
    "Done",
    "Failed",
    "SentenceDone",
    "VoiceEvent",
    "Words",
    "words_with_audio",
]
