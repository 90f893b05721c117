"""Judging in a thread."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from typing import TypeAlias

from rxvoice._types import Operator
from rxvoice.aio import Pulled, in_thread, lift
from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame, Event, Fault
from rxvoice.operators._judge import Judge, Judged

WAITING = 3_000

Result: TypeAlias = tuple[Event, Judged | None]
"""An item, and what was judged of it when it is audio."""


class ThreadJudge(Judge):
    """A judge at work in a thread, while the loop tells it to forget and to close.

    Both wait for the detector to be idle, and the loop waits for nothing: to forget is the first
    thing that is done with the next frame, and who closes while a frame is being judged leaves it
    to that thread.
    """

    def __init__(self, detector: VoiceDetector) -> None:
        super().__init__(detector)
        self._busy = threading.Lock()
        self._must_forget = False
        self._must_close = False
        self._is_closed = False

    def push(self, frame: AudioFrame) -> Judged:
        """Take a frame that is not empty; in a thread."""
        with self._busy:
            if self._is_closed:
                return 0.0, frame.end, 0.0, ()
            if self._must_forget:
                self._must_forget = False
                super().forget()
            judged = super().push(frame)
        self._close_when_idle()
        return judged

    def forget(self) -> None:
        """Begin anew with the next frame."""
        self._must_forget = True

    def close(self) -> None:
        """Release the detector, as soon as no thread uses it."""
        self._must_close = True
        self._close_when_idle()

    def _close_when_idle(self) -> None:
        if self._must_close and self._busy.acquire(blocking=False):
            first, self._is_closed = not self._is_closed, True
            self._busy.release()
            if first:
                super().close()


def judged_in_thread(judge: ThreadJudge) -> Operator[Event, Result]:
    """Judge what is audio in a worker thread, one frame at a time, and keep all items in order.

    At most `WAITING` items wait, half a minute of audio; then the oldest go and a `Fault` says so.
    """

    async def judged(items: Pulled[Event]) -> AsyncIterator[Result]:
        told = 0
        async for item in items:
            if items.dropped > told:
                lost, told = items.dropped - told, items.dropped
                yield Fault("vad", f"{lost} items were lost: voice detection is too slow"), None
            if isinstance(item, AudioFrame) and len(item.samples):
                yield item, await in_thread(judge.push, item, name="vad")
            else:
                yield item, None

    return lift(judged, capacity=WAITING, policy="drop_oldest", name="vad")
