"""What is heard of the user."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_MARKS: Final = frozenset(",.;:!?…)]}")


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The user began to speak.

    Attributes:
        pts: When it was declared.
        delay: How long speech had lasted by then; the speech began at ``pts - delay``.
    """

    pts: float
    delay: float = 0.0

    @property
    def speech_pts(self) -> float:
        """When the speech really began."""
        return self.pts - self.delay


@dataclass(frozen=True, slots=True)
class SpeechOngoing:
    """The user is still speaking; sent periodically.

    Attributes:
        pts: Time on the source's clock.
    """

    pts: float


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The user ceased to speak.

    Attributes:
        pts: When it was declared.
        delay: How long it had been silent by then; the speech ended at ``pts - delay``.
    """

    pts: float
    delay: float = 0.0

    @property
    def speech_pts(self) -> float:
        """When the speech really ended."""
        return self.pts - self.delay


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its place in time, heard from the user or spoken by the bot.

    Attributes:
        text: The word with its punctuation.
        pts: Start.
        end: End; equal to ``pts`` when it is not known.
        verbatim: Whether ``text`` carries its own blanks, so that none is added between words.
        spoken: Whether it is heard; a text that is only written has its place among the others.
        remembered: Whether it belongs to the history.
    """

    text: str
    pts: float
    end: float = 0.0
    verbatim: bool = False
    spoken: bool = True
    remembered: bool = True

    def __post_init__(self) -> None:
        if self.end < self.pts:
            object.__setattr__(self, "end", self.pts)


def moved(word: Word, by: float) -> Word:
    """Return a word that is so many seconds later, for less than `dataclasses.replace` takes."""
    if not by:
        return word
    pts, end = word.pts + by, word.end + by
    return Word(word.text, pts, end, word.verbatim, word.spoken, word.remembered)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard.

    Attributes:
        text: Without surrounding blanks.
        is_final: Whether the recogniser will not revise it.
        is_finalized: Whether, besides, nothing more will come for the speech so far.
        language: BCP 47 tag, when known.
        words: The words with their times, where the recogniser has them.
        speaker: Who spoke, where the recogniser knows.
        pts: Start of the speech.
        end: End of the speech.
        confidence: How sure the recogniser is of the words, 0 to 1, when it says so.
        raw: The recogniser's own answer; not part of the comparison.
    """

    text: str
    is_final: bool
    is_finalized: bool = False
    language: str | None = None
    words: tuple[Word, ...] = ()
    speaker: str | None = None
    pts: float = 0.0
    end: float = 0.0
    confidence: float | None = None
    raw: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Translation:
    """What was heard, in another language.

    It stands beside the `Transcript` of the same speech and is no part of what the user said: turns
    are made of transcripts. Let a translated text be the user's by mapping it to a `Transcript`.

    Attributes:
        text: Without surrounding blanks.
        language: BCP 47 tag of the language that it is translated to.
        source_language: BCP 47 tag of what was spoken, when known.
        is_final: Whether the recogniser will not revise it.
        pts: Start of the speech.
        end: End of the speech.
        speaker: Who spoke, where the recogniser knows.
    """

    text: str
    language: str
    source_language: str | None = None
    is_final: bool = True
    pts: float = 0.0
    end: float = 0.0
    speaker: str | None = None


def spoken_text(words: Sequence[Word]) -> str:
    """Join words as they were spoken.

    Those that carry their own blanks follow each other as they are; between others, and between the
    two kinds, stands a blank, unless there is one already, or a mark follows that carries its own.
    What does not belong to the history is left out.
    """
    return joined((word.text, word.verbatim) for word in words if word.remembered)


def joined(parts: Iterable[tuple[str, bool]]) -> str:
    """Join parts of a text.

    Args:
        parts: Texts, and whether they carry their own blanks.
    """
    pieces: list[str] = []
    last, verbatim = " ", True
    for text, is_verbatim in parts:
        if not text:
            continue
        own = is_verbatim and (verbatim or text[0] in _MARKS)
        if not (own or last.isspace() or text[0].isspace()):
            pieces.append(" ")
        pieces.append(text)
        last, verbatim = text[-1], is_verbatim
    return "".join(pieces).strip()


__all__ = [
    "SpeechOngoing",
    "SpeechStarted",
    "SpeechStopped",
    "Transcript",
    "Translation",
    "Word",
    "spoken_text",
]
