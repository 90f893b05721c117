"""An answer that begins with a sign."""

import logging

from reactivex import abc

from rxvoice.clock import LoopScheduler
from rxvoice.context import CompletionMarkers
from rxvoice.items import (
    Completeness,
    CompletionMark,
    Event,
    Fault,
    ResponseEnded,
    ResponseStarted,
    Token,
)

logger = logging.getLogger(__name__)


class SignedAnswer:
    """What the model answered: its sign, and what may be spoken.

    Attributes:
        completeness: What its sign says, once it has come.
        judged: When that was known.
        turn: The number of the turn.
    """

    def __init__(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, markers: CompletionMarkers
    ) -> None:
        self.completeness: Completeness | None = None
        self.judged = 0.0
        self.turn = 1
        self._observer = observer
        self._clock = clock
        self._markers = markers
        self._begin()

    def _begin(self) -> None:
        self.completeness = None
        self._held = ""
        self._is_open = True  # whether a sign may still come
        self._is_blank = False  # whether nothing has followed the sign yet

    def on_next(self, item: Event) -> None:
        """Take an item of the answer."""
        if isinstance(item, Token):
            self._take(item)
            return
        if isinstance(item, ResponseStarted):
            self.finish()
            self.turn = item.turn
            self._begin()
        elif isinstance(item, ResponseEnded):
            self.finish()
        elif isinstance(item, Fault):
            self._is_open = self._is_open and bool(self._held)  # an apology has no sign
        self._observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Take that the stream has failed."""
        self.finish()
        self._observer.on_error(error)

    def finish(self) -> None:
        """Let go of what was held."""
        if self._is_open and self._held:
            self._speak_anyway()

    def _take(self, token: Token) -> None:
        if self._is_open:
            self._held += token.text
            self._judge(self._held.lstrip())
        elif self.completeness in ("short", "long"):
            pass
        elif self._is_blank:
            self._follow(token.text.lstrip())
        else:
            self._observer.on_next(token)

    def _judge(self, text: str) -> None:
        """Look for a sign in what has come so far."""
        for completeness, sign in self._markers.signs.items():
            if text.startswith(sign):
                self._found(completeness, sign, text[len(sign) :].lstrip())
                return
        if not any(sign.startswith(text) for sign in self._markers.signs.values()):
            self._speak_anyway()

    def _found(self, completeness: Completeness, sign: str, rest: str) -> None:
        self._is_open, self._held = False, ""
        self._is_blank = True
        self.completeness, self.judged = completeness, self._clock.now_seconds
        self._observer.on_next(CompletionMark(completeness, sign))
        if completeness == "complete":
            self._follow(rest)

    def _follow(self, text: str) -> None:
        if text:
            self._is_blank = False
            self._observer.on_next(Token(text))

    def _speak_anyway(self) -> None:
        text, self._held, self._is_open = self._held, "", False
        if text.strip():
            logger.warning("an answer has no completion marker and is spoken as it is")
        self._observer.on_next(Token(text))


__all__ = ["SignedAnswer"]
