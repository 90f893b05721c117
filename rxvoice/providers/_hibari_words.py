"""Written words and the phonemes that they are spoken with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

MAX_PHONEMES: Final = 250
"""Of one run of the model, whose memory grows with their square."""

_MARKS: Final = frozenset(';:,.!?—…"“”() ')
_SENTENCE_END: Final = (80, ".!?…")
_CLAUSE_END: Final = (150, ",;:—")
_QUOTES: Final = "\"'”’)]}*_"


@dataclass(frozen=True, slots=True)
class Unit:
    """Written words that are spoken as one, mostly a single one.

    Attributes:
        words: As they are written.
        phonemes: As they are spoken; marks among them are pauses.
    """

    words: tuple[str, ...]
    phonemes: str

    @property
    def spoken(self) -> range:
        """Where the phonemes that sound begin and end."""
        sounding = [index for index, sign in enumerate(self.phonemes) if sign not in _MARKS]
        return range(sounding[0], sounding[-1] + 1) if sounding else range(0)


def align(written: Sequence[str], spoken: Sequence[tuple[str, str]]) -> list[Unit]:
    """Find the phonemes of each written word.

    What is spoken has been rewritten: "$3" is "3 dollars", "Dr." is "Doctor". Where the words
    agree they are paired; what lies between is spoken as one unit.

    Args:
        written: The words of the text.
        spoken: The words of the rewritten text, each with its phonemes.

    Returns:
        All words in order. A unit lacks words or sound only where no other has any.
    """
    ours = [word.replace("’", "'") for word in written]
    theirs = [word for word, _ in spoken]
    units: list[Unit] = []
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            for word, (_, phonemes) in zip(written[a:b], spoken[c:d], strict=True):
                _add(units, (word,), phonemes)
        else:
            _add(units, tuple(written[a:b]), " ".join(ps for _, ps in spoken[c:d] if ps))
    return units


def _add(units: list[Unit], words: tuple[str, ...], phonemes: str) -> None:
    """Append a unit; one that lacks words or sound is joined to the last."""
    last = units[-1] if units else None
    if last is None or (words and Unit(words, phonemes).spoken and last.words and last.spoken):
        units.append(Unit(words, phonemes))
    else:
        both = f"{last.phonemes} {phonemes}".strip()
        units[-1] = Unit(last.words + words, both)


def chunks(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Group units for one run of the model each, if possible to whole sentences or clauses."""
    chunk: list[Unit] = []
    size = 0
    for unit in _slices(units):
        if chunk and size + 1 + len(unit.phonemes) > MAX_PHONEMES:
            yield chunk
            chunk, size = [], 0
        chunk.append(unit)
        size += 1 + len(unit.phonemes)
        last = unit.words[-1].rstrip(_QUOTES)[-1:] if unit.words else ""
        if any(size >= enough and last and last in ends for enough, ends in _ENDS):
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


_ENDS: Final = (_SENTENCE_END, _CLAUSE_END)


def _slices(units: Sequence[Unit]) -> Iterator[Unit]:
    """Cut up what is too long for one run; its words go with the first slice."""
    for unit in units:
        yield Unit(unit.words, unit.phonemes[:MAX_PHONEMES])
        for start in range(MAX_PHONEMES, len(unit.phonemes), MAX_PHONEMES):
            yield Unit((), unit.phonemes[start : start + MAX_PHONEMES])


__all__ = ["MAX_PHONEMES", "Unit", "align", "chunks"]
