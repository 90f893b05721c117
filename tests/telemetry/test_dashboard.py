"""What a page of metrics is shown as."""

import gc
import math
import random

import pytest
import reactivex as rx

from rxvoice import run
from rxvoice.items import Fault, Metric, ReplyEnded, ResponseLatency, Turn, Usage
from rxvoice.server._metrics import ServerMetrics
from rxvoice.telemetry import Dashboard, Prometheus
from rxvoice.telemetry._reading import Reading, quantile, since
from rxvoice.testing import run_virtual


def test_a_server_is_shown_with_sessions_turns_waits_lag_and_faults() -> None:
    metrics = ServerMetrics()
    metrics.session("twilio", 0.0)
    metrics.session("websocket", 0.0).ended(9.0, failed=True)
    metrics.session("websocket", 0.0).observe(Metric("dejitter", "late", 1.25), 0.0)
    metrics.refused("capacity")
    for number in range(100):
        metrics.observe(Turn("Hello.", number))
        value = 0.55 if number < 90 else 1.1
        waited = Metric("turn", "wait", 0.35)
        metrics.observe(ResponseLatency(value, breakdown=(waited,)))
        metrics.observe(Metric("llm", "ttfb", 0.25))
        metrics.observe(ReplyEnded(number, "Hi", number % 4 == 0))
        metrics.lag(0.0015)
    metrics.observe(ResponseLatency(12.0, first=True))
    metrics.observe(Fault("llm", "slow"))
    metrics.observe(Fault("stt", "bad credentials", fatal=True))
    metrics.observe(Metric("rxvoice.operators.vad_gate", "blocked", 0.03))
    metrics.observe(Usage("openai", 123_456, 80))
    metrics.observe(Usage("cartesia", characters=42, audio=31.25))
    assert Dashboard().lines(metrics.expose().body.decode(), 0.0) == [
        "sessions               2 active, 3 started, 1 failed, 1 refused: twilio 1, websocket 1",
        "turns                  100, 25 % of 100 replies interrupted",
        "",
        "                            p50      p90      p99    count",
        "response                 0.56 s   0.60 s   1.23 s      100",
        "first word               > 10 s   > 10 s   > 10 s        1",
        "  turn wait              0.35 s   0.39 s   0.40 s      100",
        "  llm ttfb               0.25 s   0.29 s   0.30 s      100",
        "loop lag                   2 ms     2 ms     2 ms      100",
        "",
        "faults                 llm 1, stt 1 (1 fatal)",
        "loop blocked by        rxvoice.operators.vad_gate 1, 30 ms",
        "audio dropped          1.2 s",
        "used                   input tokens 123456, output tokens 80, characters 42, audio 31.2 s",
    ]


def test_percentiles_are_of_what_came_lately() -> None:
    page, dashboard = Prometheus(), Dashboard(window=60.0)
    for _ in range(100):
        page.observe(ResponseLatency(5.0))
    dashboard.lines(page.text, 0.0)
    page.observe(ResponseLatency(0.05))
    page.observe(Turn("Hello.", 1))
    lines = dashboard.lines(page.text, 1.0)
    assert "turns                  1, 1 of them lately" in lines
    assert "response                  50 ms    90 ms    99 ms        1" in lines
    later = dashboard.lines(page.text, 59.0)
    assert "response                  50 ms    90 ms    99 ms        1" in later
    quiet = dashboard.lines(page.text, 240.0)
    assert any(line.startswith("response") and line.endswith("101") for line in quiet)


def test_few_readings_are_kept_however_often_a_page_is_read() -> None:
    page, dashboard = Prometheus(), Dashboard(window=60.0)
    page.observe(ResponseLatency(5.0))
    before = [one for one in gc.get_objects() if isinstance(one, Reading)]
    for step in range(1_000):
        if step == 900:
            page.observe(ResponseLatency(0.05))
        lines = dashboard.lines(page.text, step * 0.1)
        if step >= 900:
            assert "response                  50 ms    90 ms    99 ms        1" in lines
    kept = [one for one in gc.get_objects() if isinstance(one, Reading)]
    assert len(kept) - len(before) < 65


def test_a_server_that_was_started_anew_is_read_from_its_beginning() -> None:
    old, new, dashboard = Prometheus(), Prometheus(), Dashboard()
    for _ in range(10):
        old.observe(ResponseLatency(5.0))
    new.observe(ResponseLatency(0.05))
    dashboard.lines(old.text, 0.0)
    lines = dashboard.lines(new.text, 1.0)
    assert "response                  50 ms    90 ms    99 ms        1" in lines


def test_a_server_that_was_started_anew_is_not_measured_by_what_was_before() -> None:
    """Also when it has soon counted more than the old one had."""
    old, new, dashboard = Prometheus(), Prometheus(), Dashboard()
    old.observe(ResponseLatency(5.0))
    for number in range(3):
        old.observe(Turn("Hello.", number))
    dashboard.lines(old.text, 0.0)
    new.observe(Turn("Hello.", 1))
    dashboard.lines(new.text, 1.0)
    for _ in range(4):
        new.observe(ResponseLatency(0.05))
    lines = dashboard.lines(new.text, 2.0)
    assert "response                  50 ms    90 ms    99 ms        4" in lines


def test_calls_are_shown_one_by_one() -> None:
    calls: list[dict[str, object]] = [
        {"transport": "twilio", "seconds": 3725.4, "turns": 12, "interrupted": 3, "faults": 1},
        {"transport": "websocket", "seconds": 61.0, "turns": 0, "latency": 0.61},
        {"transport": "a name that is longer than its column", "seconds": "x", "latency": None},
    ]
    calls[0]["latency"] = 0.05
    shown = Dashboard().lines("rxvoice_turns_total 1", 0.0, calls)
    assert shown[-5:] == [
        "",
        "calls                     lasts  latency    turns  cut off   faults",
        "  twilio                1:02:05    50 ms       12        3        1",
        "  websocket                1:01   0.61 s        0                  ",
        "  a name that is longe" + 45 * " ",
    ]
    many = Dashboard().lines("rxvoice_turns_total 1", 0.0, calls * 5)
    assert many[-1] == "  and 3 more"


def test_a_call_in_process_is_shown_too() -> None:
    page = Prometheus()
    metrics = [Metric("ears", "queue_length", 3), Metric("ears", "queue_dropped", 2)]
    run_virtual(run(rx.from_iterable([Turn("Hello.", 1), *metrics]), page))
    lines = Dashboard().lines(page.text, 0.0)
    assert lines[:2] == [
        "sessions               0 active, 1 started, 0 failed, 0 refused",
        "turns                  1",
    ]
    assert "faults                 none" in lines
    assert "lost in queues         ears 2" in lines


@pytest.mark.parametrize("page", ["", "<html>no metrics here</html>", "# only\n# comments\n"])
def test_a_page_without_metrics_says_so(page: str) -> None:
    assert Dashboard().lines(page, 0.0) == ["nothing is measured there"]


def test_labels_are_read_as_they_were_written() -> None:
    reading = Reading(
        'a{x="say \\"hi\\"\\\\",y="two\\nlines"} 1\na{x="b"} NaN\na{x="c"} bad\nb 2.5\n'
    )
    assert reading.by("y", "a")["two\nlines"] == 1.0
    assert reading.total("a", x='say "hi"\\') == 1.0
    assert reading.total("b") == 2.5
    assert reading.total("nothing") == 0.0


def test_quantiles_lie_between_the_ends_of_their_class() -> None:
    classes = {0.1: 0.0, 0.2: 10.0, 0.4: 20.0, math.inf: 20.0}
    assert quantile(0.25, classes) == pytest.approx(0.15)
    assert quantile(0.5, classes) == pytest.approx(0.2)
    assert quantile(0.75, classes) == pytest.approx(0.3)
    assert quantile(0.5, {}) is None
    assert quantile(0.5, {0.1: 0.0, math.inf: 0.0}) is None
    assert quantile(0.5, {0.1: 0.0, math.inf: 3.0}) == math.inf
    assert since({0.1: 3.0}, {0.1: 2.0}) == {0.1: 1.0}
    assert since({0.1: 1.0}, {0.1: 2.0}) == {0.1: 1.0}


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 10**400, None, "x", [1]])
def test_whatever_another_server_tells_of_its_calls_is_shown_without_it(odd: object) -> None:
    calls = [{"transport": "websocket", "seconds": odd, "latency": odd, "turns": odd}]
    lines = Dashboard().lines("rxvoice_turns_total 1", 0.0, calls)
    assert lines[-1].startswith("  websocket")


def test_a_page_may_hold_anything() -> None:
    randomly = random.Random(3)
    page = Prometheus()
    page.observe(ResponseLatency(0.5, breakdown=(Metric("turn", "wait", 0.5),)))
    whole = page.text.splitlines()
    for _ in range(500):
        lines = list(whole)
        for _ in range(5):
            place = randomly.randrange(len(lines))
            odd = randomly.choice(["NaN", "+Inf", "-Inf", "-1", "1e400", "abc", ""])
            lines[place] = randomly.choice(
                [
                    f"{lines[place].rpartition(' ')[0]} {odd}",
                    lines[place].replace('le="', f'le="{odd}'),
                    lines[place][: randomly.randrange(len(lines[place]) + 1)],
                ]
            )
        dashboard = Dashboard()
        dashboard.lines(page.text, 0.0)
        assert dashboard.lines("\n".join(lines), 1.0)


def test_large_numbers_are_told_whole() -> None:
    page = 'rxvoice_turns_total 1234567\nrxvoice_faults_total{source="llm"} 7654321'
    lines = Dashboard().lines(page, 0.0)
    assert "turns                  1234567" in lines
    assert "faults                 llm 7654321" in lines


def test_a_window_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="window must be positive and finite"):
        Dashboard(window=0.0)
