"""Telling to which question an answer belongs."""

from collections.abc import Callable
from typing import Any

from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped, Transcript
from rxvoice.operators._comparison import Comparison, Side, Trial


class Recorder:
    """One subscription to both: gives what happens its place in the report.

    A request, and a stream of sentences, is one question. In a stream of speech each speech is one,
    which is asked when it ends, and answered with its final transcripts.

    Args:
        report: The report.
        now: Returns the time in seconds.
    """

    def __init__(self, report: Comparison, now: Callable[[], float]) -> None:
        self._report = report
        self._now = now
        self._asked = [now()]
        self._pairs = [report.begin()]
        self._at: dict[Side, int] = {"a": 0, "b": 0}
        self._heard = False
        self._given = False

    def ask(self, item: Any) -> None:
        """Take what both are given."""
        match item:
            case SpeechStarted():
                if self._heard:
                    self._pairs.append(self._report.begin())
                    self._asked.append(self._now())
                    for side, place in self._at.items():
                        if self._trial(side).text:
                            self._at[side] = place + 1
                self._heard = True
            case SpeechStopped():
                self._asked[-1] = self._now() - item.delay
            case _ if not self._given and not self._heard:
                self._asked[-1] = self._now()
            case _:
                pass
        self._given = self._given or not isinstance(item, AudioFrame)

    def said(self, side: Side, item: Any) -> None:
        """Take what one of them answers."""
        if isinstance(item, Transcript) and not item.is_final:
            return
        passed = self._now() - self._asked[self._at[side]]
        trial = self._trial(side)
        trial.note(item, passed)
        if isinstance(item, Transcript):
            trial.total = passed
            if item.is_finalized and self._at[side] + 1 < len(self._pairs):
                self._at[side] += 1

    def ended(self, side: Side, error: Exception | None = None) -> None:
        """Take the end of one of them."""
        trial = self._trial(side)
        if error is not None:
            trial.failure = f"{type(error).__name__}: {error}"
        elif not self._heard:
            trial.total = self._now() - self._asked[self._at[side]]

    def cut(self, side: Side) -> None:
        """Take that one of them was unsubscribed."""
        self._trial(side).cut = True

    def _trial(self, side: Side) -> Trial:
        pair = self._pairs[self._at[side]]
        return pair.a if side == "a" else pair.b


__all__ = ["Recorder"]
