"""Sentences out of text that comes in pieces."""

import re
from collections.abc import Iterator
from typing import Final

from rxvoice.operators._sentence_end import BULLETS, CLOSERS, MARKS, QUOTES, UNAMBIGUOUS, ends

_CLAUSE_MARKS: Final = frozenset(",;:–")
_CLAUSE_ENDS: Final = frozenset("—，；、،")
_ITEM: Final = re.compile(r"[\W_]*(\d{1,3})([.)]+)\s")
_NEXT_ITEM: Final = re.compile(r"(?<=\s)(\d{1,3})([.)]+)$")
_IDEOGRAPHS: Final = 0x2E80


class SentenceSplitter:
    """Groups text into sentences, whatever the pieces it comes in.

    Args:
        min_length: Characters that a sentence has at least; shorter ones join the next.
        max_length: Characters after which the next blank ends a sentence.
        first_clause: Characters after which the first chunk may end at a clause; 0 for never.
    """

    def __init__(self, *, min_length: int, max_length: int, first_clause: int) -> None:
        self._min = min_length
        self._max = max_length
        self._clause_from = first_clause
        self._reset()
        self._first = True

    def feed(self, text: str) -> Iterator[str]:
        """Take a piece of text; yield the sentences that it completes."""
        for char in text:
            if (sentence := self._take(char)) is not None:
                yield sentence

    def flush(self) -> str | None:
        """Return the rest, if there is any, and begin anew."""
        rest = "".join(self._text).strip()
        self._reset()
        self._first = True
        return rest or None

    def _reset(self, rest: str = "") -> None:
        self._text = list(rest)
        self._speakable = any(map(str.isalnum, rest))
        self._end = 0  # a sentence may end there; 0 for nowhere
        self._blanks = ""  # what came after it
        self._quotes: list[str] = []

    def _take(self, char: str) -> str | None:
        if self._end and (char in MARKS or char in CLOSERS) and not self._blanks:
            self._text.append(char)
            self._end = len(self._text)
            return None
        if self._end and not char.isspace():
            return self._decide(char)
        self._text.append(char)
        if char.isspace():
            return self._take_blank(char)
        return self._take_visible(char)

    def _take_blank(self, char: str) -> str | None:
        if item := self._next_item():
            return item
        if self._end or char == "\n":
            self._end = self._end or len(self._text)
            self._blanks += char
            return None
        clause = self._text[-2:-1]
        if clause and clause[0] in _CLAUSE_MARKS and self._may_end_at_clause():
            return self._cut(len(self._text))
        if len(self._text) > self._max:
            return self._cut(len(self._text))
        return None

    def _take_visible(self, char: str) -> str | None:
        self._speakable = self._speakable or char.isalnum()
        if char in MARKS:
            self._end = len(self._text)
        elif char in UNAMBIGUOUS:
            if self._quotes:
                self._end = len(self._text)
            else:
                return self._cut(len(self._text))
        elif char in QUOTES:
            self._quotes.append(QUOTES[char])
        elif self._quotes and char == self._quotes[-1]:
            self._quotes.pop()
        elif char in BULLETS:
            return self._cut(len(self._text) - 1)
        if char in _CLAUSE_ENDS and self._may_end_at_clause():
            return self._cut(len(self._text))
        if len(self._text) >= 2 * self._max:
            return self._cut(len(self._text))
        return None

    def _decide(self, char: str) -> str | None:
        """Whether the sentence has ended, now that the next visible character is known."""
        end, blanks = self._end, self._blanks
        self._end, self._blanks = 0, ""
        before = "".join(self._text[:end])
        if before.endswith("\n"):
            ended = not char.islower() or blanks.count("\n") > 1
        elif blanks.count("\n") > 1 or before.rstrip("".join(CLOSERS))[-1:] in UNAMBIGUOUS:
            ended = True
        elif blanks:
            ended = ends(before, char)
        else:
            ended = ord(char) >= _IDEOGRAPHS and char.isalnum()
        sentence = self._cut(end) if ended else None
        following = self._take(char)
        return sentence if following is None else following

    def _next_item(self) -> str | None:
        """Split before the next number of a list that has no other marks."""
        if self._text[-2:-1] not in (["."], [")"]):
            return None
        text = "".join(self._text[:-1])
        now, later = _ITEM.match(text), _NEXT_ITEM.search(text)
        if not now or not later or now[2] != later[2] or int(later[1]) != int(now[1]) + 1:
            return None
        self._end = 0
        return self._cut(later.start())

    def _may_end_at_clause(self) -> bool:
        return self._first and 0 < self._clause_from <= len("".join(self._text).strip())

    def _cut(self, end: int) -> str | None:
        """Take a sentence off, unless it would be too short or there is nothing to say in it."""
        sentence = "".join(self._text[:end]).strip()
        if not self._speakable or not sentence or len(sentence) < self._min:
            return None
        self._reset("".join(self._text[end:]).lstrip())
        self._first = False
        return sentence


__all__ = ["SentenceSplitter"]
