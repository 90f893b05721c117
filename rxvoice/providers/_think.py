"""Thoughts within tags."""

from typing import Final

from rxvoice.items import Thought, Token

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"


class ThinkTags:
    """Takes what stands between ``<think>`` and ``</think>`` out of a text that comes in pieces.

    Blanks right behind a tag say nothing and are left out; all else stays as it is.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._fresh = False

    def feed(self, piece: str) -> list[Token | Thought]:
        """Take a piece and return what is certain."""
        self._held += piece
        said: list[Token | Thought] = []
        while True:
            tag = _CLOSE if self._inside else _OPEN
            before, found, after = self._held.partition(tag)
            if not found:
                break
            self._say(before, said)
            self._held, self._inside, self._fresh = after, not self._inside, True
        certain = len(self._held) - _begun(self._held, tag)
        self._say(self._held[:certain], said)
        self._held = self._held[certain:]
        return said

    def flush(self) -> list[Token | Thought]:
        """Return what is held back because it could have been the beginning of a tag."""
        said: list[Token | Thought] = []
        self._say(self._held, said)
        self._held = ""
        return said

    def _say(self, text: str, said: list[Token | Thought]) -> None:
        if self._fresh:
            text = text.lstrip()
            self._fresh = not text
        if text:
            said.append(Thought(text) if self._inside else Token(text))


def _begun(text: str, tag: str) -> int:
    """Return how many signs at the end of a text could begin a tag."""
    for length in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:length]):
            return length
    return 0


__all__ = ["ThinkTags"]
