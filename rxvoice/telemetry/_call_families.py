"""What is measured of what happens in calls."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from rxvoice.items import Fault, Metric, ReplyEnded, ResponseLatency, Turn, Usage

from ._families import Count, Distribution, Family, Series, is_amount

S = TypeVar("S", bound=Series)

WAITS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Seconds. People leave each other 0.2, and think of a dead line from 2 on."""

LAGS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds. A packet of audio has 0.02."""

TIMES: Final = frozenset(
    {"ttfb", "latency", "last_transcript", "first_audio", "connect_time", "tool_call", "processing"}
)
"""Names of `rxvoice.Metric` that are told: those that are seconds."""


def family(
    name: str, help: str, make: Callable[[], S], labels: Sequence[str] = (), *, unit: str = ""
) -> Family[S]:
    """Return a family with rxvoice's name before its own, and its unit behind."""
    whole = f"rxvoice_{name}_{unit}" if unit else f"rxvoice_{name}"
    return Family(whole, help, make, labels, unit=unit)


class CallFamilies:
    """Counts and measures what happens in calls.

    Labels have a bounded number of values, so that nobody fills the memory by inventing some.
    """

    def __init__(self) -> None:
        waits, lags = partial(Distribution, WAITS), partial(Distribution, LAGS)
        seconds = partial(family, unit="seconds")
        self._faults = family("faults", "What went wrong in sessions.", Count, ["source", "fatal"])
        self._turns = family("turns", "Turns of users.", Count)
        self._replies = family("replies", "Replies of the bot.", Count, ["interrupted"])
        by = ["source"]
        self._tokens = family(
            "usage", "Tokens that models read and wrote.", Count, ["source", "kind"], unit="tokens"
        )
        self._cached = family(
            "usage_cached", "Those of the tokens read that were cached.", Count, by, unit="tokens"
        )
        self._reasoning = family(
            "usage_reasoning",
            "Those of the tokens written that were thoughts.",
            Count,
            by,
            unit="tokens",
        )
        self._characters = family(
            "usage", "Characters that voices were given.", Count, by, unit="characters"
        )
        self._audio = family("usage_audio", "Audio heard or spoken.", Count, by, unit="seconds")
        self._response = seconds(
            "response_latency",
            "From the end of a user's speech, or the beginning, to the bot's first sound.",
            waits,
            ["first"],
        )
        self._parts = seconds(
            "response_part",
            "What the time from the end of a user's speech to the bot's first sound went into.",
            waits,
            ["source", "name"],
        )
        self._first_audio = seconds(
            "first_audio", "From a text to the first sound of it.", waits, by
        )
        self._stages = seconds(
            "stage", "What stages and providers took.", waits, ["source", "name"]
        )
        self._lag = seconds("event_loop_lag", "How late the event loop comes to what is due.", lags)
        self._blocked = seconds(
            "event_loop_blocked", "How long something kept the event loop.", lags, by
        )

    def lag(self, seconds: float) -> None:
        """Tell how late the event loop was."""
        self._lag.at().add(seconds)

    def blocked(self, source: str, seconds: float) -> None:
        """Tell who kept the event loop, and for how long."""
        self._blocked.at(source).add(seconds)

    def observe(self, event: object) -> None:
        """Tell what happened in a session; what is not measured is left out."""
        match event:
            case Fault(source=source, fatal=fatal):
                self._faults.at(source, _word(fatal)).add()
            case ResponseLatency():
                self._waited(event)
            case Metric(source="loop", name="lag", value=value):
                self.lag(value)
            case Metric(source=source, name="blocked", value=value):
                self.blocked(source, value)
            case Metric(source=source, name=name, value=value) if name in TIMES:
                self._stages.at(source, name).add(value)
                if name == "first_audio" or (source, name) == ("tts", "ttfb"):
                    self._first_audio.at(source).add(value)
            case Usage():
                self._used(event)
            case Turn():
                self._turns.at().add()
            case ReplyEnded(interrupted=interrupted):
                self._replies.at(_word(interrupted)).add()
            case _:
                pass

    def all(self) -> tuple[Family[Any], ...]:
        """Return all of them."""
        return (
            self._faults,
            self._turns,
            self._replies,
            self._tokens,
            self._cached,
            self._reasoning,
            self._characters,
            self._audio,
            self._response,
            self._parts,
            self._first_audio,
            self._stages,
            self._lag,
            self._blocked,
        )

    def _waited(self, latency: ResponseLatency) -> None:
        self._response.at(_word(latency.first)).add(latency.value)
        if not latency.first:
            for part in latency.breakdown:
                self._parts.at(part.source, part.name).add(part.value)

    def _used(self, usage: Usage) -> None:
        source = usage.source
        for counter, labels, amount in (
            (self._tokens, (source, "input"), usage.input_tokens),
            (self._tokens, (source, "output"), usage.output_tokens),
            (self._cached, (source,), usage.cached_tokens),
            (self._reasoning, (source,), usage.reasoning_tokens),
            (self._characters, (source,), usage.characters),
            (self._audio, (source,), usage.audio),
        ):
            if amount and is_amount(amount):
                counter.at(*labels).add(amount)


def _word(value: bool) -> str:
    return "true" if value else "false"


__all__ = ["CallFamilies", "family"]
