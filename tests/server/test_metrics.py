"""What a server measures, as its collectors read it."""

import math
import random
from collections.abc import Iterable
from typing import Any, cast

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain

from rxvoice.aio import Queues
from rxvoice.items import Fault, Metric, ReplyEnded, ResponseLatency, Turn
from rxvoice.server._metrics import ServerMetrics
from rxvoice.telemetry._exposition import expose
from rxvoice.telemetry._families import Count, Distribution, Family, Level

OPEN = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(metrics: ServerMetrics | Iterable[Family[Any]], accept: str = "") -> Samples:
    """Return what a collector has understood, by its own parser."""
    said = metrics.expose(accept) if isinstance(metrics, ServerMetrics) else expose(metrics, accept)
    text = said.body.decode()
    is_open = "openmetrics" in said.content_type
    parse: Any = cast("Any", openmetrics).text_string_to_metric_families if is_open else read_plain
    families: Iterable[Any] = parse(text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def at(samples: Samples, name: str, /, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


both = pytest.mark.parametrize("accept", ["", OPEN], ids=["text", "openmetrics"])


@both
def test_sessions_are_counted_by_transport(accept: str) -> None:
    metrics = ServerMetrics()
    phone, page = metrics.session("twilio", 10.0), metrics.session("websocket", 11.0)
    metrics.session("websocket", 12.0)
    phone.ended(40.0, failed=True)
    phone.ended(50.0)
    metrics.refused("capacity")
    page.received(640)
    page.received(640)
    page.sent(1_000)
    page.observe(Metric("dejitter", "late", 0.06), 1.0)
    samples = read(metrics, accept)
    assert at(samples, "rxvoice_sessions_active", transport="twilio") == 0.0
    assert at(samples, "rxvoice_sessions_active", transport="websocket") == 2.0
    assert at(samples, "rxvoice_sessions_started_total", transport="websocket") == 2.0
    assert at(samples, "rxvoice_sessions_failed_total", transport="twilio") == 1.0
    assert at(samples, "rxvoice_sessions_failed_total", transport="websocket") == 0.0
    assert at(samples, "rxvoice_sessions_refused_total", reason="capacity") == 1.0
    lasted = "rxvoice_session_duration_seconds"
    assert at(samples, f"{lasted}_sum", transport="twilio") == 30.0
    assert at(samples, f"{lasted}_bucket", transport="twilio", le="15.0") == 0.0
    assert at(samples, f"{lasted}_bucket", transport="twilio", le="30.0") == 1.0
    way = {"transport": "websocket", "direction": "in"}
    assert at(samples, "rxvoice_messages_total", **way) == 2.0
    assert at(samples, "rxvoice_message_bytes_total", **way) == 1280.0
    way["direction"] = "out"
    assert at(samples, "rxvoice_message_bytes_total", **way) == 1000.0
    dropped = at(samples, "rxvoice_audio_dropped_seconds_total", transport="websocket")
    assert dropped == pytest.approx(0.06)


@both
def test_what_happens_in_sessions_is_measured(accept: str) -> None:
    metrics = ServerMetrics()
    for event in [
        Fault("llm", "it took too long"),
        Fault("llm", "the key is wrong", fatal=True),
        ResponseLatency(0.45),
        ResponseLatency(0.5),
        ResponseLatency(7.0, first=True),
        Metric("tts", "ttfb", 0.18),
        Metric("llm", "ttfb", 0.3),
        Metric("agent", "first_audio", 0.7),
        Metric("end_of_turn", "probability", 0.9),
        "anything else",
        None,
    ]:
        metrics.observe(event)
    samples = read(metrics, accept)
    assert at(samples, "rxvoice_faults_total", source="llm", fatal="true") == 1.0
    assert at(samples, "rxvoice_faults_total", source="llm", fatal="false") == 1.0
    response = "rxvoice_response_latency_seconds"
    assert at(samples, f"{response}_count", first="false") == 2.0
    assert at(samples, f"{response}_bucket", first="false", le="0.4") == 0.0
    assert at(samples, f"{response}_bucket", first="false", le="0.5") == 2.0
    assert at(samples, f"{response}_bucket", first="true", le="5.0") == 0.0
    assert at(samples, f"{response}_bucket", first="true", le="+Inf") == 1.0
    assert at(samples, "rxvoice_first_audio_seconds_sum", source="tts") == 0.18
    assert at(samples, "rxvoice_first_audio_seconds_sum", source="agent") == 0.7
    assert at(samples, "rxvoice_stage_seconds_sum", source="llm", name="ttfb") == 0.3
    assert not [key for key in samples if ("source", "end_of_turn") in key[1]]


def test_the_format_is_the_one_that_was_asked_for() -> None:
    plain, opened = ServerMetrics().expose(), ServerMetrics().expose(OPEN)
    assert plain.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert opened.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert opened.body.endswith(b"# EOF\n")
    assert b"# UNIT rxvoice_event_loop_lag_seconds seconds\n" in opened.body
    assert b"# TYPE rxvoice_faults counter\n" in opened.body
    assert b"# TYPE rxvoice_faults_total counter\n" in plain.body
    for accept in [
        "*/*",
        "text/plain",
        "application/openmetrics-text; q=0",
        "application/openmetrics-text; q=0.000",
        "application/openmetrics-text; version=2.0.0",
        "application/openmetrics-text; q=often",
        "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5",
        "\0;;,;=",
        "é",
    ]:
        assert ServerMetrics().expose(accept).content_type == plain.content_type, accept
    for accept in [
        "application/openmetrics-text",
        "Application/OpenMetrics-Text; version=0.0.1, */*",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.2",
    ]:
        assert ServerMetrics().expose(accept).content_type == opened.content_type, accept


def test_a_metric_that_nobody_has_used_is_known_to_be_nothing() -> None:
    assert at(read(ServerMetrics()), "rxvoice_event_loop_lag_seconds_count") == 0.0


@both
def test_values_of_labels_may_be_anything(accept: str) -> None:
    strange = ['say "hi"', "back\\slash", "two\nlines", "grüße", "", "a" * 500, "{}=,#", "\ud800"]
    family = Family("rxvoice_strange", 'A "help"\\of\ntwo lines.', Count, ["source"])
    for value in strange:
        family.at(value).add()
    samples = read([family], accept)
    told = {dict(labels)["source"] for _, labels in samples}
    assert told == {*['say "hi"', "back\\slash", "two?lines", "grüße", "", "a" * 64, "{}=,#", "?"]}
    assert sum(samples.values()) == len(strange)


def test_nobody_fills_the_memory_by_inventing_labels() -> None:
    metrics = ServerMetrics()
    for number in range(5_000):
        metrics.observe(Fault(f"source {number}", "any"))
        metrics.observe(Metric(f"source {number}", "ttfb", 0.1))
    samples = read(metrics)
    faults = {key: value for key, value in samples.items() if key[0] == "rxvoice_faults_total"}
    assert len(faults) == 65
    assert at(faults, "rxvoice_faults_total", source="other", fatal="other") == 5_000 - 64
    assert at(samples, "rxvoice_stage_seconds_count", source="other", name="other") == 5_000 - 64
    assert len(metrics.expose().body) < 250_000


def test_what_is_no_measurement_is_left_out() -> None:
    family: Family[Distribution] = Family("any", "Any.", lambda: Distribution([1.0, 2.0]))
    for value in (math.nan, math.inf, -1.0, 0.0, 1.0, 1.5, 3.0):
        family.at().add(value)
    samples = read([family])
    assert [at(samples, "any_bucket", le=le) for le in ("1.0", "2.0", "+Inf")] == [2.0, 3.0, 4.0]
    assert at(samples, "any_sum") == 5.5
    for wrong in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="counter"):
            Count().add(wrong)


def test_labels_are_checked_where_they_are_given() -> None:
    family = Family("any", "Any.", Level, ["one", "two"])
    with pytest.raises(ValueError, match="2 labels, got 1"):
        family.at("x")


def test_what_waits_and_is_lost_in_calls_adds_up() -> None:
    """What is lost stays counted when a call has ended, what waits does not."""

    class Waiting:
        name = "write"
        capacity = 5
        dropped = 2

        def __len__(self) -> int:
            return 3

    metrics = ServerMetrics()
    queues = [Queues(), Queues()]
    calls = [metrics.session("websocket", 0.0, each) for each in queues]
    border = Waiting()
    for each in queues:
        each.add(border)
    for _ in range(2):
        samples = read(metrics)
        assert at(samples, "rxvoice_queue_length", queue="write") == 6.0
        assert at(samples, "rxvoice_queue_dropped_total", queue="write") == 4.0
    border.dropped = 7
    calls[0].ended(1.0)
    samples = read(metrics)
    assert at(samples, "rxvoice_queue_length", queue="write") == 3.0
    assert at(samples, "rxvoice_queue_dropped_total", queue="write") == 14.0
    calls[1].ended(1.0)
    samples = read(metrics)
    assert at(samples, "rxvoice_queue_dropped_total", queue="write") == 14.0
    assert ("rxvoice_queue_length", frozenset({("queue", "write")})) not in samples


def test_calls_that_go_on_are_told_one_by_one() -> None:
    metrics = ServerMetrics()
    first, second = metrics.session("twilio", 10.0), metrics.session("websocket", 20.0)
    for event in [Turn("Hello.", 1), ResponseLatency(0.61234), Fault("llm", "slow")]:
        first.observe(event, 1.0)
    first.observe(ReplyEnded(1, "Hi", interrupted=True), 2.0)
    assert metrics.rows(25.5) == [
        {
            "transport": "twilio",
            "seconds": 15.5,
            "turns": 1,
            "interrupted": 1,
            "faults": 1,
            "latency": 0.612,
        },
        {
            "transport": "websocket",
            "seconds": 5.5,
            "turns": 0,
            "interrupted": 0,
            "faults": 0,
            "latency": None,
        },
    ]
    first.ended(30.0)
    assert [row["transport"] for row in metrics.rows(30.0)] == ["websocket"]
    second.ended(30.0)
    assert metrics.rows(30.0) == []


def test_hostile_values_are_told_so_that_collectors_still_read_them() -> None:
    randomly = random.Random(17)
    pieces = [
        "\\",
        '"',
        "\n",
        "\r",
        "}",
        "{",
        "=",
        ",",
        "#",
        " ",
        "\0",
        "\u2028",
        "\x85",
        "é",
        "🎈",
    ]
    for accept in ("", OPEN):
        for _ in range(10):
            family = Family("hostile", "Any.", Count, ["a", "b"], most=2_000)
            for _ in range(1_000):
                values = ["".join(randomly.choices(pieces, k=randomly.randrange(6))) for _ in "ab"]
                family.at(*values).add()
            samples = read([family], accept)
            assert sum(samples.values()) == 1_000.0
