"""When it is worth a guess that a turn is about to stop."""

from collections.abc import Callable

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import Transcript
from rxvoice.operators._patience import Patience


class Eagerness:
    """Guesses once the user was silent for a while, or what they said is finalised.

    Args:
        clock: For the timer.
        delay: Seconds of silence; `None` for no guesses.
        patience: Knows what is finalised, and is told first.
        guess: Called when there is text, and again at each transcript.
    """

    def __init__(
        self,
        clock: LoopScheduler,
        delay: float | None,
        patience: Patience,
        guess: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._delay = delay
        self._patience = patience
        self._guess = guess
        self._speaking = self._over = self._has_text = False
        self._timer = SerialDisposable()

    def speech_started(self) -> None:
        """Wait for the next stop."""
        self._speaking = True
        self._timer.disposable = None

    def speech_stopped(self) -> None:
        """Wait for ``delay`` seconds."""
        self._speaking = False
        self._wait()
        self._check()

    def transcript(self, transcript: Transcript, *, restart: bool) -> None:
        """Take a transcript.

        Args:
            transcript: The transcript.
            restart: Whether it is the only sign of when the user spoke.
        """
        self._has_text = self._has_text or bool(transcript.text)
        if restart:
            self._wait()
        self._check()

    def dispose(self) -> None:
        """Stop the timer."""
        self._timer.dispose()

    def _wait(self) -> None:
        self._over = False
        if self._delay is not None:
            self._timer.disposable = self._clock.call_later(self._delay, self._elapsed)

    def _elapsed(self) -> None:
        self._over = True
        self._check()

    def _check(self) -> None:
        if self._delay is None or self._speaking or not self._has_text:
            return
        if self._over or self._patience.finalized:
            self._guess()
