"""Warnings about delays that do not fit together."""

import logging

from rxvoice.items import SpeechStopped

USUAL = 0.2
ROUNDING = 1e-6

logger = logging.getLogger(__name__)


class StopDelay:
    """Warns, once each, when voice activity stops with a delay that costs time or words.

    It is made with a strategy and not with its subscriptions, so that a call is warned once and
    not at each turn. A strategy that is made with another latency warns again.

    """

    def __init__(self) -> None:
        self._unusual = self._too_long = False

    def check(self, stopped: SpeechStopped, latency: float) -> None:
        """Look at the end of some speech; who marks it without a delay does not know it.

        Args:
            stopped: The end.
            latency: The recogniser's, in seconds.
        """
        delay = stopped.delay
        if delay == 0.0:
            return
        if abs(delay - USUAL) > ROUNDING and not self._unusual:
            self._unusual = True
            logger.warning(
                "speech is declared over after %g s of silence; turns are tuned for %g s",
                delay,
                USUAL,
            )
        if delay >= latency - ROUNDING and not self._too_long:
            self._too_long = True
            logger.warning(
                "speech is declared over after %g s of silence, which leaves nothing of the "
                "recogniser's latency of %g s to wait for its transcript",
                delay,
                latency,
            )
