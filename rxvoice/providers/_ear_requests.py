"""What a recogniser is asked for at the ends of utterances."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_NEAR: Final = 0.01
"""Seconds by which the server's times may be off."""


@dataclass(slots=True)
class Request:
    """The rest of one utterance is wanted.

    Attributes:
        due: When the answer is given up, on the loop's clock.
        speech: Start of the speech; None where nobody marked it.
        end: Time of what was sent last.
        stale: Whether the user has spoken again since, so that more will come.
    """

    due: float
    speech: float | None
    end: float
    stale: bool = False


class Requests:
    """Keeps what was asked for on one connection, which is answered in order, late, or never."""

    def __init__(self) -> None:
        self._open: deque[Request] = deque()
        self._given_up = 0
        self._done = -math.inf

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def due(self) -> float:
        """When the first answer is given up; infinite when none is awaited."""
        return self._open[0].due if self._open else math.inf

    @property
    def first(self) -> Request | None:
        """What is answered next."""
        return self._open[0] if self._open else None

    def ask(self, request: Request) -> None:
        """Await one more answer."""
        self._open.append(request)

    def speak_again(self) -> None:
        """Take note that the user speaks again: what is awaited will not be the last word."""
        for request in self._open:
            request.stale = True

    def take(self) -> Request | None:
        """Await the first answer no more: it came, or nothing will. None when none is awaited."""
        if not self._open:
            self._given_up = max(0, self._given_up - 1)
            return None
        request = self._open.popleft()
        self._done = max(self._done, request.end)
        return request

    def overdue(self, now: float) -> Iterator[Request]:
        """Give up what should have been answered by now."""
        while self._open and self._open[0].due <= now:
            self._given_up += 1
            request = self._open.popleft()
            self._done = max(self._done, request.end)
            yield request

    def is_late(self, end: float) -> bool:
        """Tell whether an answer belongs to what is not awaited any more.

        Args:
            end: Time of the last that it speaks of.
        """
        return end <= self._done + _NEAR

    def late(self) -> bool:
        """Take a late answer, and return whether it was still missing."""
        missing = self._given_up > 0
        self._given_up = max(0, self._given_up - 1)
        return missing


__all__ = ["Request", "Requests"]
