"""Whole pages of metrics, by the rules of Prometheus's text format and of OpenMetrics."""

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain

from rxvoice import run
from rxvoice.items import Fault, Metric, ReplyEnded, ResponseLatency, Turn, Usage
from rxvoice.server._metrics import ServerMetrics
from rxvoice.telemetry import Exposition, Prometheus
from rxvoice.telemetry._families import number
from rxvoice.testing import run_virtual

EVENTS = [
    Turn("Hello.", 1),
    ReplyEnded(1, "Hi", interrupted=True),
    Fault("llm", "it took too long"),
    ResponseLatency(0.5, breakdown=(Metric("turn", "wait", 0.5),)),
    Metric("llm", "ttfb", 0.3),
    Metric("tts", "ttfb", 0.2),
    Metric("loop", "lag", 0.003),
    Metric("vad_gate", "blocked", 0.04),
    Usage("openai", 100, 7, cached_tokens=64, reasoning_tokens=3),
    Usage("cartesia", characters=42, audio=2.5),
]
UNITS = ("seconds", "bytes", "tokens", "characters")


def served(accept: str) -> Exposition:
    metrics = ServerMetrics()
    session = metrics.session("websocket", 0.0)
    session.received(640)
    session.observe(Metric("dejitter", "late", 0.06), 1.0)
    metrics.refused("capacity")
    for event in EVENTS:
        metrics.observe(event)
    session.ended(9.0)
    return metrics.expose(accept)


def in_process(accept: str) -> Exposition:
    page = Prometheus()
    for event in EVENTS:
        page.observe(event)
    return page.expose(accept)


pages = pytest.mark.parametrize("page", [served, in_process])


@pages
@pytest.mark.parametrize("accept", ["", "application/openmetrics-text"])
def test_each_family_is_told_of_once_with_help_and_type_before_its_samples(
    page: Callable[[str], Exposition], accept: str
) -> None:
    told, open_families = page(accept), bool(accept)
    *lines, last = told.body.decode().split("\n")
    assert last == ""
    if open_families:
        assert lines.pop() == "# EOF"
    seen: set[str] = set()
    name = kind = ""
    series: set[str] = set()
    for line in lines:
        if line.startswith("# HELP "):
            _, _, name, help = line.split(" ", 3)
            assert help.endswith(".")
            assert name not in seen
            seen.add(name)
        elif line.startswith("# TYPE "):
            _, _, again, kind = line.split(" ")
            assert again == name
            assert kind in ("counter", "gauge", "histogram")
        elif line.startswith("# UNIT "):
            _, _, again, unit = line.split(" ")
            assert again == name
            assert name.endswith(f"_{unit}")
        else:
            found = re.fullmatch(r"([a-z_]+)(\{[^ ]*\})? ([^ ]+)", line)
            assert found is not None, line
            endings = {"counter": ["_total"], "gauge": [""]}.get(
                kind, ["_bucket", "_count", "_sum"]
            )
            base = name.removesuffix("_total")
            assert found[1] in [base + ending for ending in endings]
            assert (found[1], found[2]) not in series
            series.add((found[1], found[2]))  # type: ignore[arg-type]
    assert len(seen) > 10


@pages
def test_a_name_has_one_unit_which_it_tells(page: Callable[[str], Exposition]) -> None:
    told = page("application/openmetrics-text").body.decode()
    units = dict(re.findall(r"^# UNIT (\S+) (\S+)$", told, re.M))
    names = re.findall(r"^# TYPE (\S+) \S+$", told, re.M)
    for name in names:
        ending = name.rpartition("_")[2]
        assert (ending in UNITS) == (name in units), name
        assert units.get(name, ending) == ending
    assert "rxvoice_usage" not in names


@pages
def test_what_providers_used_is_told_by_unit(page: Callable[[str], Exposition]) -> None:
    samples: dict[tuple[str, str], float] = {
        (sample.name, sample.labels.get("kind", sample.labels.get("source", ""))): sample.value
        for family in read_plain(page("").body.decode())
        for sample in family.samples
        if sample.name.startswith("rxvoice_usage")
    }
    assert samples == {
        ("rxvoice_usage_tokens_total", "input"): 100.0,
        ("rxvoice_usage_tokens_total", "output"): 7.0,
        ("rxvoice_usage_cached_tokens_total", "openai"): 64.0,
        ("rxvoice_usage_reasoning_tokens_total", "openai"): 3.0,
        ("rxvoice_usage_characters_total", "cartesia"): 42.0,
        ("rxvoice_usage_audio_seconds_total", "cartesia"): 2.5,
    }


@pages
def test_both_parsers_of_prometheus_understand_the_same(page: Callable[[str], Exposition]) -> None:
    parse: Any = openmetrics
    opened = page("application/openmetrics-text").body.decode()
    families = list(parse.text_string_to_metric_families(opened))
    plain = list(read_plain(page("").body.decode()))
    assert [(one.name, one.type) for one in families] == [(one.name, one.type) for one in plain]
    both = [
        {
            (sample.name, *sample.labels.items()): sample.value
            for one in told
            for sample in one.samples
        }
        for told in (families, plain)
    ]
    assert both[0] == both[1]


@pages
def test_classes_of_a_histogram_grow_up_to_its_count(page: Callable[[str], Exposition]) -> None:
    for family in read_plain(page("").body.decode()):
        if family.type != "histogram":
            continue
        counts: dict[object, float] = {}
        lasts: dict[object, tuple[float, float]] = {}
        for sample in family.samples:
            labels = dict(sample.labels)
            end = labels.pop("le", "")
            key = tuple(labels.items())
            if sample.name.endswith("_bucket"):
                before = lasts.get(key, (-math.inf, 0.0))
                lasts[key] = float(end), sample.value
                assert lasts[key][0] > before[0]
                assert lasts[key][1] >= before[1]
            elif sample.name.endswith("_count"):
                counts[key] = sample.value
        assert {key: (math.inf, count) for key, count in counts.items()} == lasts


def test_numbers_that_are_none_or_endless_are_written_as_collectors_read_them() -> None:
    assert [number(value) for value in (math.nan, math.inf, -math.inf)] == ["NaN", "+Inf", "-Inf"]


@pytest.mark.parametrize("amount", [-1, math.nan, math.inf])
def test_what_no_counter_can_grow_by_is_left_out_and_disturbs_no_call(amount: float) -> None:
    """A provider's numbers come from outside."""
    metrics, page = ServerMetrics(), Prometheus()
    session = metrics.session("websocket", 0.0)
    for odd in (Usage("x", -1), Usage("x", audio=amount)):
        metrics.observe(odd)
        page.observe(odd)
    session.observe(Metric("dejitter", "late", amount), 1.0)
    queues = [Metric("ears", "queue_length", amount), Metric("ears", "queue_dropped", amount)]
    run_virtual(run(rx.from_iterable([*queues, Turn("Hello.", 1)]), page))
    assert "rxvoice_usage_tokens_total{" not in page.text
    assert "rxvoice_usage_audio_seconds_total{" not in metrics.expose().body.decode()
    assert "rxvoice_turns_total 1.0" in page.text
    assert "rxvoice_sessions_failed_total 0.0" in page.text
