"""Finding phrases in what was said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

KEPT = 250


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that was said.

    Attributes:
        phrase: As it was configured.
        text: What was said from the phrase on.
    """

    phrase: str
    text: str


class Phrases:
    """Looks for phrases in texts that follow each other.

    Args:
        phrases: Each with at least one letter or digit.
    """

    def __init__(self, phrases: Sequence[str]) -> None:
        self._patterns = [(phrase, pattern(phrase)) for phrase in phrases]
        self._kept = ""

    def find(self, text: str) -> Found | None:
        """Return the phrase that comes first; then what was said so far is forgotten."""
        said = f"{self._kept} {text}".strip()
        matches = [(each.search(said), phrase) for phrase, each in self._patterns]
        found = [(match.start(), phrase) for match, phrase in matches if match]
        if not found:
            self._kept = _end(said)
            return None
        self._kept = ""
        start, phrase = min(found, key=lambda each: each[0])
        return Found(phrase, said[start:])


def pattern(phrase: str) -> re.Pattern[str]:
    """Return what matches a phrase as whole words, whatever the case and punctuation."""
    words = ["".join(filter(str.isalnum, word)) for word in re.split(r"[\s\-]+", phrase)]
    loose = [r"[^\w\s]*".join(map(re.escape, word)) for word in words if word]
    apart = r"[\W_]+".join(loose)
    return re.compile(rf"(?<!\w){apart}(?!\w)", re.IGNORECASE)


def _end(text: str) -> str:
    """Return the last characters in whole words; half a word must not become another one."""
    end = text[-KEPT:]
    if len(text) > KEPT and not text[-KEPT - 1].isspace():
        end = end.partition(" ")[2]
    return end
