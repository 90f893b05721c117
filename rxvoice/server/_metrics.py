"""What a server measures."""

import asyncio
import math
from functools import partial
from typing import Final, NoReturn

from rxvoice.items import Fault, Metric, ResponseLatency

from ._exposition import Exposition, expose
from ._families import Count, Distribution, Family
from ._session_metrics import SessionFamilies, SessionMetrics, family

_WAITS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Seconds. People leave each other 0.2, and think of a dead line from 2 on."""

_LAGS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds. A packet of audio has 0.02."""

_TIMES: Final = frozenset(
    {"ttfb", "latency", "last_transcript", "first_audio", "connect_time", "tool_call"}
)
"""Names of `rxvoice.Metric` that are told: those that are seconds."""


class ServerMetrics:
    """Counts and measures, for one server.

    Labels have a bounded number of values, so that nobody fills the memory by inventing some.
    """

    def __init__(self) -> None:
        waits = partial(Distribution, _WAITS)
        self._sessions = SessionFamilies()
        self._refused = family("sessions_refused", "Sessions refused.", Count, ["reason"])
        self._faults = family("faults", "What went wrong in sessions.", Count, ["source", "fatal"])
        self._response: Family[Distribution] = family(
            "response_latency",
            "From the end of a user's speech, or the beginning, to the bot's first sound.",
            waits,
            ["first"],
            unit="seconds",
        )
        self._first_audio: Family[Distribution] = family(
            "first_audio",
            "From a text to the first sound of it.",
            waits,
            ["source"],
            unit="seconds",
        )
        self._stages: Family[Distribution] = family(
            "stage", "What stages and providers took.", waits, ["source", "name"], unit="seconds"
        )
        self._lag: Family[Distribution] = family(
            "event_loop_lag",
            "How late the event loop comes to what is due.",
            partial(Distribution, _LAGS),
            unit="seconds",
        )

    def session(self, transport: str, now: float) -> SessionMetrics:
        """Count a session, and return what it tells of itself.

        Args:
            transport: Such as ``"websocket"``.
            now: Seconds on a clock that does not go back.
        """
        return SessionMetrics(self._sessions, transport, now)

    def refused(self, reason: str) -> None:
        """Count a session that was refused.

        Args:
            reason: One of few words, such as `ExcessKind`, `RefusalKind` and `TokenErrorKind`.
        """
        self._refused.at(reason).add()

    def lag(self, seconds: float) -> None:
        """Tell how late the event loop was."""
        self._lag.at().add(seconds)

    def observe(self, event: object) -> None:
        """Tell what happened in a session.

        `rxvoice.Fault` is counted, `rxvoice.ResponseLatency` and those of `rxvoice.Metric` that are
        seconds are measured, all else is left out.
        """
        match event:
            case Fault(source=source, fatal=fatal):
                self._faults.at(source, _word(fatal)).add()
            case ResponseLatency(value=value, first=first):
                self._response.at(_word(first)).add(value)
            case Metric(source=source, name=name, value=value) if name in _TIMES:
                self._stages.at(source, name).add(value)
                if name == "first_audio" or (source, name) == ("tts", "ttfb"):
                    self._first_audio.at(source).add(value)
            case _:
                pass

    def expose(self, accept: str = "") -> Exposition:
        """Return everything, as a collector wants it.

        Args:
            accept: The header of its request.
        """
        own = (
            self._refused,
            self._faults,
            self._response,
            self._first_audio,
            self._stages,
            self._lag,
        )
        return expose((*self._sessions.all(), *own), accept)


async def watch_lag(metrics: ServerMetrics, every: float = 0.25) -> NoReturn:
    """Measure how late the event loop is, without end.

    Args:
        metrics: Is told.
        every: Seconds between two measurements.

    Raises:
        ValueError: When ``every`` is not positive.
    """
    if not 0.0 < every < math.inf:
        raise ValueError(f"every must be positive and finite, got {every}")
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        metrics.lag(max(0.0, loop.time() - due))


def _word(value: bool) -> str:
    return "true" if value else "false"


__all__ = ["ServerMetrics", "watch_lag"]
