"""Text in the pieces that a reader says in one breath."""

import re
from dataclasses import dataclass
from typing import Final

from rxvoice.operators._sentence_end import ends

_MARK: Final = re.compile(r"([.!?…]+|[,;:—]+|\s[–-])[\"'”’»)\]]*(?=\s|$)|[。！？，；：、]")
_SAID_AS: Final = {
    "…": ".",
    "—": ";",
    "–": ";",
    "-": ";",
    "。": ".",
    "！": "!",
    "？": "?",
    "，": ",",
    "、": ",",
    "；": ";",
    "：": ":",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of text.

    Attributes:
        text: Its words, without the mark at its end.
        mark: One of ``.!?,;:`` at its end, or nothing.
        written: All of it as it is written.
    """

    text: str
    mark: str
    written: str

    @property
    def ends_sentence(self) -> bool:
        """Whether a sentence ends with it."""
        return self.mark in (".", "!", "?")


def clauses(text: str) -> list[Clause]:
    """Split text at the marks that part what is said.

    What has no letter and no figure, such as a smile, goes with the clause before it; none comes of
    a text that has nothing else.
    """
    found: list[Clause] = []
    start = 0
    for mark in _MARK.finditer(text):
        following = text[mark.end() :].lstrip()
        sign = mark[0].strip()[0]
        if sign in ".!?…" and following and not ends(text[start : mark.end()], following[:40]):
            continue
        _add(found, text[start : mark.start()], sign, text[start : mark.end()])
        start = mark.end()
    _add(found, text[start:], "", text[start:])
    return found


def _add(found: list[Clause], text: str, sign: str, written: str) -> None:
    words, written = " ".join(text.split()), written.strip()
    if any(letter.isalnum() for letter in words):
        found.append(Clause(words, _SAID_AS.get(sign, sign), written))
    elif found and written:
        last = found[-1]
        found[-1] = Clause(last.text, last.mark, f"{last.written} {written}")


__all__ = ["Clause", "clauses"]
