"""Reports: figures, percentiles, tables and limits."""

import pytest

from rxvoice.testing.simulation import Limit, Outcome, Report
from rxvoice.testing.simulation._figures import percentile


def report(*calls: Outcome) -> Report:
    return Report("an <agent>", "calm", "usual", 7, calls)


ONE = Outcome(
    1, 1800.0, said=10, noises=4, turns=11, replies=8, interruptions=4, by_noise=2,
    stops=(0.2, 0.3), attempts=4, missed=1, cut_offs=1, dead_air=2, answered_twice=1,
    latencies=((0.8, 0.4, None, 0.3, 1.5),), faults=("llm", "tts"),
)  # fmt: skip
TWO = Outcome(
    2, 1800.0, said=10, replies=2, latencies=((0.8, 0.2, 0.1, 0.4, 1.5),), faults=("llm",),
    failure="KeyError: 'x'\nin the agent",
)  # fmt: skip


def test_shares_are_of_all_calls_together() -> None:
    figures = report(ONE, TWO).figures
    assert figures["hours"] == 1.0
    assert figures["interruptions"] == 0.4
    assert figures["false_interruptions"] == 0.2
    assert figures["missed_interruptions"] == 0.25
    assert figures["cut_offs"] == 0.05
    assert figures["dead_air"] == 0.1
    assert figures["answered_twice"] == 0.05
    assert figures["faults"] == 3
    assert figures["failed"] == 1
    assert report(ONE, TWO).faults == {"llm": 2, "tts": 1}


def test_steps_that_are_not_known_are_left_out_of_percentiles() -> None:
    figures = report(ONE, TWO).figures
    assert figures["latency.first_audio.p50"] == 0.1
    assert figures["latency.first_token.p50"] == 0.2
    assert figures["latency.first_token.p90"] == 0.4
    assert figures["latency.p99"] == 1.5
    assert figures["stop.p50"] == 0.2


def test_a_report_of_nothing_has_no_times_and_no_shares() -> None:
    figures = report(Outcome(1)).figures
    assert figures["cut_offs"] == 0.0
    assert figures["latency.p50"] is None
    assert "–" in str(report(Outcome(1)))


@pytest.mark.parametrize(
    ("percent", "value"), [(50, 5), (90, 9), (95, 10), (99, 10), (10, 1), (1, 1), (100, 10)]
)
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    assert percentile([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], percent) == value


def test_the_table_tells_what_was_counted() -> None:
    text = str(report(ONE, TWO))
    assert "2 simulated calls of calm callers with an <agent>, usual conditions, seed 7" in text
    assert "cut-offs                      5.0 %  1 of 20 were not yet at their end" in text
    assert "faults                            3  llm 2, tts 1" in text
    assert "call 2 failed: KeyError: 'x'" in text
    assert not any(line.endswith(" ") for line in text.splitlines())
    lines = text.splitlines()
    head = next(line for line in lines if line.startswith("milliseconds"))
    row = next(line for line in lines if line.startswith("speech end → first sound"))
    assert len(head) == len(row)


def test_many_failures_are_not_all_told() -> None:
    text = str(report(*(Outcome(n, failure="E: no") for n in range(1, 21))))
    assert "call 8 failed" in text
    assert "call 9 failed" not in text
    assert "and 12 more" in text


def test_a_notebook_shows_tables_in_which_nothing_is_markup() -> None:
    html = report(ONE, TWO)._repr_html_()  # pyright: ignore[reportPrivateUsage]
    assert html.count("<table>") == 2
    assert "an &lt;agent&gt;" in html
    assert "<agent>" not in html


def test_a_report_that_cannot_hold_calls_again_says_so() -> None:
    with pytest.raises(ValueError, match="cannot be held again"):
        report(ONE).call(1)


@pytest.mark.parametrize(
    ("text", "breach"),
    [
        ("cut_offs>0.05", None),
        ("cut_offs>=0.05", "cut_offs>=0.05: cut_offs is 0.05"),
        ("cut_offs > 4%", "cut_offs>0.04: cut_offs is 0.05"),
        ("replies<10", None),
        ("replies<=10", "replies<=10: replies is 10"),
        ("latency.p95>1.4", "latency.p95>1.4: latency.p95 is 1.5"),
        ("latency.p95>1.6", None),
        ("failed>0", "failed>0: failed is 1"),
    ],
)
def test_a_limit_says_how_it_is_breached(text: str, breach: str | None) -> None:
    assert Limit.parse(text).breach(report(ONE, TWO).figures) == breach


def test_a_figure_that_nothing_is_known_of_breaches_every_limit() -> None:
    breach = Limit.parse("latency.p95>100").breach(report(Outcome(1)).figures)
    assert breach == "latency.p95>100: latency.p95 is not known"


@pytest.mark.parametrize("text", ["", "cut_offs", "cut_offs>", "cut_offs>x", "cut_offs=1", ">1"])
def test_a_limit_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a limit must be like"):
        Limit.parse(text)


def test_an_unknown_figure_is_refused_with_a_list() -> None:
    with pytest.raises(ValueError, match=r"no figure 'cutoffs'; there are .*cut_offs"):
        Limit.parse("cutoffs>1")
