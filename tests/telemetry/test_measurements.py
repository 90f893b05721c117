"""Time to the first byte, processing, usage, and who is told of them (OB01 to OB04)."""

import logging
from collections.abc import Callable
from typing import Any, assert_type

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import Event, Operator, Session
from rxvoice.items import (
    Fault,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    Token,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    Turn,
    Usage,
)
from rxvoice.operators import converse
from rxvoice.telemetry import (
    Measurement,
    Meter,
    collect,
    measure_processing,
    measurements,
    processing_time,
    time_to_first,
)
from rxvoice.testing import OnNext, approx, check_example, conversation, marbles

ITEMS: dict[str, Event] = {
    "l": Metric("llm", "ttfb", 0.2),
    "v": Metric("tts", "ttfb", 0.1),
    "p": Metric("llm", "processing", 0.5),
    "t": Token("Hi."),
    "u": Usage("llm", 10, 2),
    "r": ResponseLatency(1.0),
    "R": ResponseStarted(1),
    "E": ResponseEnded(1),
    "T": Turn("Hello.", 1),
    "f": Fault("llm", "broken"),
    "x": ReplyEnded(1, interrupted=True),
}

LETTERS: dict[str, str] = {}


@pytest.mark.parametrize("operator", [time_to_first, processing_time, measurements])
def test_ob01_ob02_what_the_documentation_shows(operator: Callable[..., Any]) -> None:
    check_example(operator)


def told(events: str, operator: Operator[Event, Any]) -> list[Any]:
    with marbles(0.1) as m:
        log = m.record(m.hot(events, ITEMS).pipe(operator))
    return [note.value for _, note in log if isinstance(note, OnNext)]


def test_ob01_each_service_of_a_call_tells_its_time_to_the_first_byte() -> None:
    call = conversation(converse, user="[--]'hello'", llm=["Good day."])
    found = [(one.source, round(one.value, 3)) for one in call.only(Metric) if one.name == "ttfb"]
    assert found == [("llm", 0.3), ("tts", 0.1)]


def test_ob01_zeros_come_first_so_that_all_services_are_known() -> None:
    assert told("l|", measurements(services=["stt", "llm"])) == [
        Metric("stt", "ttfb", 0.0),
        Metric("stt", "processing", 0.0),
        Metric("llm", "ttfb", 0.0),
        Metric("llm", "processing", 0.0),
        ITEMS["l"],
    ]


def test_ob01_only_the_first_of_each_service_when_that_is_wanted() -> None:
    wanted = measurements(services=(), only_first_ttfb=True)
    assert told("lvuplvur|", wanted) == [ITEMS[key] for key in "lvupur"]
    assert told("lvl|", measurements(services=())) == [ITEMS[key] for key in "lvl"]


def test_ob01_two_subscribers_have_their_own_first() -> None:
    with marbles(0.1) as m:
        picked = m.hot("-l|", ITEMS).pipe(measurements(services=(), only_first_ttfb=True))
        m.expect(picked).to_be("-l|", ITEMS)
        m.expect(picked).to_be("-l|", ITEMS)


def test_ob01_it_can_be_read_while_the_model_is_asked() -> None:
    """Then it is the time that has passed."""
    meter = Meter()
    read: list[float | None] = []
    with marbles(0.1) as m:
        events = m.hot("--R--l-E---R-x--|", ITEMS).pipe(meter.watch())
        m.record(events)

        def look(_: str) -> None:
            read.append(meter.ttfb("llm"))

        m.record(m.hot("-1--1-1-----1-1", LETTERS).pipe(ops.do_action(look)))
    assert read == [None, pytest.approx(0.2), 0.2, pytest.approx(0.1), 0.2]


def test_ob02_a_request_of_ones_own_is_timed() -> None:
    with marbles(0.1) as m:
        answer = m.cold("--a|", LETTERS)
        timed = answer.pipe(processing_time("search"))
        took = approx(Metric("search", "processing", 0.3))
        m.expect(timed).to_be("--a(m |)", {"m": took})
        failing = m.cold("--#", LETTERS).pipe(processing_time("search"))
        m.expect(failing).to_be("--(m #)", {"m": approx(Metric("search", "processing", 0.2))})
        m.expect(m.cold("--|", LETTERS).pipe(time_to_first("search"))).to_be("--|")


def test_ob02_the_services_of_a_call_tell_how_long_they_worked() -> None:
    def agent(vad: Any, stt: Any, llm: Any, tts: Any) -> Operator[Any, Event]:
        talk = converse(vad=vad, stt=stt, llm=llm, tts=tts)
        return rx.compose(talk, measure_processing())

    call = conversation(agent, user="[--]'hello'", llm=["Good day."])
    found = [(one.source, round(one.value, 3)) for one in call.only(Metric) if one.name != "ttfb"]
    assert found == [("stt", 0.4), ("llm", 0.33), ("tts", 0.6)]


def test_ob02_tools_tell_by_their_names_and_what_is_cut_off_has_worked_until_then() -> None:
    items: dict[str, Event] = {
        "T": Turn("Hello.", 1),
        "r": ReplyStarted(1),
        "R": ResponseStarted(1),
        "c": ToolCall("1", "weather"),
        "C": ToolResult("1", "weather"),
        "d": ToolCall("2", "diary"),
        "D": ToolsCancelled((ToolCall("2", "diary"),)),
        "x": ReplyEnded(1, interrupted=True),
    }
    with marbles(0.1) as m:
        log = m.record(m.hot("TrR-c--C-d-D-x|", items).pipe(measure_processing()))
    told = [note.value for _, note in log if isinstance(note, OnNext)]
    found = [(one.source, round(one.value, 3)) for one in told if isinstance(one, Metric)]
    assert found == [("weather", 0.3), ("diary", 0.2), ("llm", 1.1)]


def test_ob03_what_was_used_adds_up_by_provider() -> None:
    """Tokens, characters and seconds of audio."""
    meter = Meter()
    for used in (
        Usage("openai", 100, 7, cached_tokens=64, reasoning_tokens=3),
        Usage("openai", 120, 5),
        Usage("cartesia", characters=40, audio=2.5),
        Usage("deepgram", audio=4.0),
        Usage("deepgram", audio=1.5),
    ):
        meter.take(used, 0.0)
    assert meter.usage("openai") == Usage("openai", 220, 12, cached_tokens=64, reasoning_tokens=3)
    assert meter.usage("cartesia") == Usage("cartesia", characters=40, audio=2.5)
    assert meter.usage("deepgram").audio == 5.5
    assert meter.usage("nobody") == Usage("nobody")
    assert meter.sources == ["cartesia", "deepgram", "openai"]


def test_what_happened_is_counted() -> None:
    meter = Meter()
    assert told("TRlExrTf|", meter.watch()) == [ITEMS[key] for key in "TRlExrTf"]
    assert (meter.turns, meter.interruptions, meter.faults) == (2, 1, 1)
    assert meter.latencies == [1.0]
    assert meter.last("llm", "ttfb") == 0.2
    assert meter.last("llm", "cost") is None


def test_ob04_a_collector_sees_all_that_is_measured_and_nobody_is_blind_behind_it() -> None:
    first: list[Measurement] = []
    second: list[Measurement] = []

    def forgetful(item: Measurement) -> None:
        first.append(item)

    both: Operator[Event, Event] = rx.compose(collect(forgetful), collect(second.append))
    assert told("ltuvr|", both) == [ITEMS[key] for key in "ltuvr"]
    assert first == second == [ITEMS[key] for key in "luvr"]


def test_ob04_a_collector_that_fails_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Measurement) -> None:
        raise OSError("no route to the collector")

    with caplog.at_level(logging.WARNING):
        assert told("lvr|", collect(broken)) == [ITEMS[key] for key in "lvr"]
    assert [record.getMessage() for record in caplog.records] == ["a collector of metrics failed"]


def test_ob04_a_collector_must_be_a_function_that_nobody_has_to_await() -> None:
    async def later(_: object) -> None: ...

    with pytest.raises(TypeError, match="collector must be a function that is not async, got 3"):
        collect(3)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="collector must be a function that is not async, got <fun"):
        collect(later)


def test_the_types_of_what_passes_are_kept() -> None:
    stream: rx.Observable[int] = rx.never()
    assert_type(stream.pipe(time_to_first("search")), rx.Observable[int | Metric])
    assert Session  # a session gives them its clock
