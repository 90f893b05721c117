"""What the user waited for adds up to how long they waited (OB05)."""

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rxvoice import Event
from rxvoice.items import (
    BotSpeechStarted,
    Metric,
    ReplyStarted,
    ResponseLatency,
    SpeechStarted,
    SpeechStopped,
    Token,
    ToolCall,
    ToolResult,
    Turn,
)
from rxvoice.operators import measure_response
from rxvoice.operators._breakdown import breakdown
from rxvoice.testing import OnNext, marbles

times = st.floats(0.0, 10.0, allow_nan=False)
SPANS = st.lists(
    st.tuples(times, st.floats(0.0, 5.0), st.sampled_from(["llm", "tts", "book"])), max_size=12
)


@given(times, st.floats(0.0, 10.0), SPANS)
def test_ob05_the_breakdown_adds_up_whatever_was_measured(
    since: float, lasted: float, spans: Sequence[tuple[float, float, str]]
) -> None:
    parts = [(began, began + took, Metric(name, "ttfb", took)) for began, took, name in spans]
    found = breakdown(since, since + lasted, parts)
    total = since + lasted - since
    assert math.isclose(math.fsum(part.value for part in found), total, abs_tol=1e-9)
    assert all(part.value >= 0.0 for part in found)


EVENTS: dict[str, Event] = {
    "s": SpeechStarted(100.0),
    "e": SpeechStopped(200.0, 0.2),
    "T": Turn("Hello.", 1),
    "r": ReplyStarted(1),
    "l": Metric("llm", "ttfb", 0.2),
    "v": Metric("tts", "ttfb", 0.1),
    "w": Metric("tts", "ttfb", 0.35),
    "t": Token("Hi."),
    "c": ToolCall("1", "weather"),
    "d": ToolCall("2", "diary"),
    "C": ToolResult("1", "weather"),
    "D": ToolResult("2", "diary"),
    "B": BotSpeechStarted(1),
}


@given(st.text("elvwtcdCDTr-", max_size=30))
def test_ob05_the_breakdown_of_a_response_adds_up_to_its_value(events: str) -> None:
    (latency,) = latencies(f"s--e-{events}-B") or latencies("s--e-B")
    found = math.fsum(part.value for part in latency.breakdown)
    assert math.isclose(found, latency.value, abs_tol=1e-9)


def latencies(events: str) -> list[ResponseLatency]:
    with marbles(0.1) as m:
        log = m.record(m.hot(events, EVENTS).pipe(measure_response()))
    found = [note.value for _, note in log if isinstance(note, OnNext)]
    return [item for item in found if isinstance(item, ResponseLatency)]


def shown(events: str) -> list[str]:
    (latency,) = latencies(events)
    return [f"{part.source} {part.name} {part.value:.1f}" for part in latency.breakdown]


def test_ob05_time_that_nobody_accounts_for_is_told() -> None:
    assert shown("s---e--T----lt-v--B") == [
        "turn wait 0.5",
        "other wait 0.3",
        "llm ttfb 0.2",
        "other wait 0.1",
        "tts first_sentence 0.1",
        "tts ttfb 0.1",
        "other wait 0.3",
    ]


def test_ob05_what_goes_on_at_once_counts_once() -> None:
    """Two tools: the second one runs in the shadow of the first, but for its end."""
    assert shown("s---e--Tcd---C-DB") == [
        "turn wait 0.5",
        "other wait 0.1",
        "weather tool_call 0.5",
        "diary tool_call 0.2",
        "other wait 0.1",
    ]


def test_ob05_a_tool_that_still_runs_is_what_was_waited_for() -> None:
    assert shown("s---e--Tc---B") == ["turn wait 0.5", "other wait 0.1", "weather tool_call 0.4"]
