"""What is logged of a call, and what is not (OB08)."""

import logging
from typing import Any

import numpy as np
import pytest

from rxvoice import Event
from rxvoice.items import (
    AudioFrame,
    Fault,
    Metric,
    ProviderSwitched,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    Token,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Usage,
)
from rxvoice.telemetry import Topic, log_events
from rxvoice.testing import marbles

ITEMS: dict[str, Event] = {
    "S": TurnStarted(1, reason="speech"),
    "i": Transcript("my pin", is_final=False),
    "t": Transcript("my pin is 1234", is_final=True),
    "T": Turn("my pin is 1234", 1, reason="silence"),
    "D": TurnDropped(2, "no text"),
    "R": ResponseStarted(1),
    "c": ToolCall("1", "check", {"pin": "1234"}),
    "C": ToolResult("1", "check", "pin 1234 is fine"),
    "k": Token("Your pin is fine."),
    "E": ResponseEnded(1, "Your pin is fine."),
    "p": ProviderSwitched("llm", "anthropic", "openai", "failed"),
    "m": Metric("llm", "ttfb", 0.25),
    "u": Usage("openai", 10, 2),
    "l": ResponseLatency(0.5, (), False, (Metric("turn", "wait", 0.3), Metric("llm", "ttfb", 0.2))),
    "f": Fault("stt", "the recogniser is gone"),
    "F": Fault("stt", "bad credentials", fatal=True),
    "a": AudioFrame(np.zeros(320, np.int16), 16_000),
}
ALL = "-SitTDRcCkEpmulfFa|"


def logged(
    caplog: pytest.LogCaptureFixture, *topics: Topic, level: int = logging.DEBUG
) -> list[logging.LogRecord]:
    with caplog.at_level(level, "rxvoice"), marbles(0.1) as m:
        caplog.clear()
        m.expect(m.hot(ALL, ITEMS).pipe(log_events(*topics))).to_be(ALL, ITEMS)
    return [one for one in caplog.records if one.name == "rxvoice.telemetry._log_events"]


def told(records: list[logging.LogRecord]) -> list[str]:
    return [one.getMessage() for one in records if one.levelno > logging.DEBUG]


def test_ob08_what_the_model_does_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert told(logged(caplog, "llm")) == [
        "the model answers turn 1",
        "the model calls check",
        "check has answered",
        "response to turn 1: 17 characters",
        "llm: anthropic after openai, failed",
    ]


def test_ob08_what_was_recognised_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert told(logged(caplog, "transcription")) == [
        "turn 1 starts: speech",
        "interim transcript of 6 characters",
        "final transcript of 14 characters",
        "turn 1: 14 characters, silence",
        "turn 2 is dropped: no text",
    ]


def test_ob08_what_was_measured_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert told(logged(caplog, "metrics")) == [
        "llm ttfb: 0.25",
        "openai used 10 tokens read, 2 tokens written",
        "response after 0.500 s: turn wait 0.300, llm ttfb 0.200",
    ]


def test_ob08_faults_are_logged_as_bad_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    found = [(one.levelname, one.getMessage()) for one in logged(caplog, "faults")]
    assert found == [
        ("WARNING", "stt: the recogniser is gone"),
        ("ERROR", "stt: bad credentials"),
    ]


def test_ob08_each_item_but_audio_is_logged_for_those_who_debug(
    caplog: pytest.LogCaptureFixture,
) -> None:
    records = logged(caplog, "debug")
    kinds = [type(ITEMS[key]).__name__ for key in ALL[1:-2]]
    assert [one.getMessage() for one in records] == kinds
    assert {one.levelno for one in records} == {logging.DEBUG}
    assert [fields(one)["at"] for one in records[:2]] == [0.1, 0.2]


def fields(record: logging.LogRecord) -> dict[str, Any]:
    return vars(record)


@pytest.mark.parametrize("topics", [(), ("debug",), ("llm", "transcription", "metrics", "debug")])
def test_ob08_nothing_of_what_was_said_is_logged_above_debug(
    caplog: pytest.LogCaptureFixture, topics: tuple[Topic, ...]
) -> None:
    records = logged(caplog, *topics)
    above = [one for one in records if one.levelno > logging.DEBUG]
    assert "pin" not in str([fields(one) for one in above])
    below = [one for one in records if one.levelno == logging.DEBUG]
    assert "1234" in str([fields(one).get("pii.text") for one in below])
    assert "pin" not in str([one.getMessage() for one in below])


def test_ob08_the_words_are_not_even_made_where_nobody_debugs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    records = logged(caplog, level=logging.INFO)
    assert "pin" not in str([fields(one) for one in records])
    assert len(records) == 15


def test_two_subscribers_log_twice(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "rxvoice"), marbles(0.1) as m:
        stream = m.hot("-m|", ITEMS).pipe(log_events("metrics"))
        m.record(stream)
        m.record(stream)
    assert len(told(caplog.records)) == 2


def test_a_topic_that_there_is_not_is_refused() -> None:
    with pytest.raises(
        ValueError, match="topics are llm, transcription, metrics, faults and debug"
    ):
        log_events("tts")  # pyright: ignore[reportArgumentType]
