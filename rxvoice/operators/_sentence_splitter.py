"""Sentences out of text that comes in pieces."""

import re
from collections.abc import Iterator
from typing import Final

from rxvoice.operators._sentence_end import (
    ARABIC,
    BULLETS,
    CLOSERS,
    MARKS,
    QUOTES,
    TITLE,
    UNAMBIGUOUS,
    ends,
)

_CLAUSE_MARKS: Final = frozenset(",;:–")
_CLAUSE_ENDS: Final = frozenset("—，、،")
_ITEM: Final = re.compile(r"[\W_]*(\d{1,3}|[a-z])([.)]+)\s")
_NEXT_ITEM: Final = re.compile(r"(?<=\s)(\d{1,3}|[a-z])([.)]+)$")
_PLAIN: Final = re.compile(r"[^\W_]+")
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
        at = 0
        while at < len(text):
            if not self._end and (plain := _PLAIN.match(text, at)) and self._has_room(plain):
                self._text += plain[0]
                self._speakable = True
                at = plain.end()
            else:
                yield from self._take(text[at])
                at += 1

    def feed_whole(self, text: str) -> Iterator[str]:
        """Take a text within which no sentence ends; yield the sentence that it completes."""
        visible = text.lstrip()
        if self._end and visible:
            self._blanks += text[: len(text) - len(visible)]
            ahead, self._ahead = self._ahead, ""
            if not ahead and (sentence := self._decide(visible + "\n")):
                yield sentence
            elif ahead:
                yield from self._settle(ahead, ahead + text)
        self._text += text
        self._speakable = self._speakable or any(map(str.isalnum, text))
        self._end = len(self._text) if text[-1:] in MARKS else 0
        self._blanks = ""

    def flush(self, *, begin_anew: bool = True) -> tuple[list[str], str]:
        """Return the sentences that are left, and the blanks after the last one.

        Args:
            begin_anew: Whether what comes next is another response.
        """
        left: list[str] = []
        while self._ahead:
            ahead, self._ahead = self._ahead, ""
            left += self._settle(ahead, ahead + "\n")
        text = "".join(self._text)
        rest = text.strip()
        self._reset()
        if rest:
            left.append(rest)
            self._first = False
        self._first = self._first or begin_anew
        return left, text[len(text.rstrip()) :]

    def _reset(self, rest: str = "") -> None:
        self._text = list(rest)
        self._speakable = any(map(str.isalnum, rest))
        self._end = 0  # a sentence may end there; 0 for nowhere
        self._blanks = ""  # what came after it
        self._ahead = ""  # what came after these, while that does not tell yet
        self._quotes: list[str] = []

    def _has_room(self, plain: re.Match[str]) -> bool:
        return len(self._text) + plain.end() - plain.start() < 2 * self._max

    def _take(self, char: str) -> list[str]:
        if not self._end:
            self._text.append(char)
            sentence = self._take_blank(char) if char.isspace() else self._take_visible(char)
            return [] if sentence is None else [sentence]
        if self._ahead:
            ahead, self._ahead = self._ahead, ""
            return self._settle(ahead + char, ahead + char)
        if char.isspace():
            self._text.append(char)
            sentence = self._next_item()
            if sentence is None:
                self._blanks += char
            return [] if sentence is None else [sentence]
        if self._belongs(char):
            self._text.append(char)
            self._end, self._blanks = len(self._text), ""
            return []
        return self._settle(char, char)

    def _belongs(self, char: str) -> bool:
        """Whether a character behind a mark is a part of it."""
        closes = bool(self._quotes) and char == self._quotes[-1]
        if self._blanks:
            closes = closes and char == "»" and len(self._blanks) == 1
        elif char in MARKS or (char in CLOSERS and not closes):
            return True
        if closes:
            self._quotes.pop()
        return closes

    def _settle(self, ahead: str, following: str) -> list[str]:
        """Decide by what follows, and take it, or keep it until it tells more."""
        verdict = self._ended(following)
        if verdict is None and not following.endswith("\n"):
            self._ahead = ahead
            return []
        end, self._end, self._blanks = self._end, 0, ""
        sentence = self._cut(end) if verdict else None
        found = [] if sentence is None else [sentence]
        for char in ahead:
            found += self._take(char)
        return found

    def _decide(self, following: str) -> str | None:
        """Decide by what follows, which is not taken."""
        found = self._settle("", following)
        return found[0] if found else None

    def _take_blank(self, char: str) -> str | None:
        if item := self._next_item():
            return item
        if char == "\n":
            self._end, self._blanks = len(self._text), char
            return None
        clause = self._text[-2:-1]
        if clause and clause[0] in _CLAUSE_MARKS and self._may_end_at_clause():
            return self._cut(len(self._text))
        if len(self._text) > self._max:
            return self._cut(len(self._text))
        return None

    def _take_visible(self, char: str) -> str | None:
        self._speakable = self._speakable or char.isalnum()
        if char in _CLAUSE_ENDS and self._may_end_at_clause():
            return self._cut(len(self._text))
        if char in MARKS or (char in "،:" and ARABIC.search("".join(self._text[-4:-1]))):
            self._end = len(self._text)
        elif char in UNAMBIGUOUS:
            if self._quotes:
                self._end = len(self._text)
            else:
                return self._cut(len(self._text))
        elif self._quotes and char == self._quotes[-1]:
            self._quotes.pop()
        elif char in QUOTES:
            self._quotes.append(QUOTES[char])
        elif char in BULLETS:
            return self._cut(len(self._text) - 1)
        if len(self._text) >= 2 * self._max:
            return self._cut(len(self._text))
        return None

    def _ended(self, following: str) -> bool | None:
        """Whether the sentence has ended, as far as what follows tells."""
        before, char = "".join(self._text[: self._end]), following[0]
        if before.endswith("\n"):
            return not char.islower() or self._blanks.count("\n") > 1
        if before.rstrip("".join(CLOSERS))[-1:] in UNAMBIGUOUS:
            return self._quotes[-1:] != [TITLE]
        if self._blanks.count("\n") > 1:
            return True
        if self._blanks:
            return ends(before, following)
        return ord(char) >= _IDEOGRAPHS and char.isalnum()

    def _next_item(self) -> str | None:
        """Split before the next number of a list that has no other marks."""
        if self._text[-2:-1] not in (["."], [")"]):
            return None
        text = "".join(self._text[:-1])
        now, later = _ITEM.match(text), _NEXT_ITEM.search(text)
        if not now or not later or now[2] != later[2] or later[1] != _after(now[1]):
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


def _after(item: str) -> str:
    return str(int(item) + 1) if item.isdecimal() else chr(ord(item) + 1)


__all__ = ["SentenceSplitter"]
