"""What is measured in a process, in Prometheus's text format, without a server."""

import asyncio

import pytest
import reactivex as rx
from prometheus_client.parser import text_string_to_metric_families as read
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice import Session, run
from rxvoice.aio import pull
from rxvoice.items import Event, Fault, Metric, ReplyEnded, ResponseLatency, Turn, Usage
from rxvoice.telemetry import Prometheus, watch_queues
from rxvoice.testing import run_virtual


def told(page: Prometheus) -> dict[str, float]:
    """Return what a collector understands, by name and the values of the labels."""
    return {
        " ".join([sample.name, *(f"{key}={value}" for key, value in sample.labels.items())]): (
            sample.value
        )
        for family in read(page.text)
        for sample in family.samples
    }


EVENTS: list[Event] = [
    Turn("Hello.", 1),
    ResponseLatency(0.45),
    Metric("llm", "ttfb", 0.3),
    Metric("vad_gate", "blocked", 0.04),
    Metric("loop", "lag", 0.003),
    Usage("openai", 100, 7, audio=2.5),
    Usage("openai", 50),
    Fault("llm", "it took too long"),
    ReplyEnded(1, "Hi", True),
]


def test_a_session_is_measured_as_a_sink() -> None:
    page = Prometheus()
    run_virtual(run(rx.from_iterable(EVENTS), page))
    found = told(page)
    assert found["rxvoice_sessions_active"] == 0.0
    assert found["rxvoice_sessions_started_total"] == 1.0
    assert found["rxvoice_turns_total"] == 1.0
    assert found["rxvoice_replies_total interrupted=true"] == 1.0
    assert found["rxvoice_faults_total source=llm fatal=false"] == 1.0
    assert found["rxvoice_usage_tokens_total source=openai kind=input"] == 150.0
    assert found["rxvoice_usage_audio_seconds_total source=openai"] == 2.5
    assert found["rxvoice_response_latency_seconds_bucket first=false le=0.5"] == 1.0
    assert found["rxvoice_stage_seconds_sum source=llm name=ttfb"] == 0.3
    assert found["rxvoice_event_loop_blocked_seconds_sum source=vad_gate"] == 0.04
    assert found["rxvoice_event_loop_lag_seconds_count"] == 1.0


def test_what_users_waited_for_adds_up_to_how_long_they_waited() -> None:
    """The greeting answers nobody, and is left out."""
    page = Prometheus()
    parts = Metric("turn", "wait", 0.6), Metric("llm", "ttfb", 0.3), Metric("other", "wait", 0.1)
    page.observe(ResponseLatency(1.0, breakdown=parts))
    page.observe(ResponseLatency(0.5, breakdown=parts[:1]))
    page.observe(ResponseLatency(2.0, (), True, parts))
    found = told(page)
    name = "rxvoice_response_part_seconds_sum"
    assert found[f"{name} source=turn name=wait"] == 1.2
    assert found[f"{name} source=llm name=ttfb"] == 0.3
    assert found[f"{name} source=other name=wait"] == 0.1


def test_sessions_of_a_process_add_up() -> None:
    page = Prometheus()

    async def main() -> None:
        slow: Observable[Event] = rx.timer(1.0).pipe(lambda _: rx.from_iterable(EVENTS))
        async with Session() as one, Session() as other:
            running = [
                asyncio.ensure_future(one.run(rx.concat(slow, rx.timer(1.0)), page)),
                asyncio.ensure_future(other.run(rx.concat(slow, rx.timer(2.0)), page)),
            ]
            await asyncio.sleep(0.5)
            assert told(page)["rxvoice_sessions_active"] == 2.0
            await asyncio.sleep(1.0)
            assert told(page)["rxvoice_sessions_active"] == 1.0
            running[1].cancel()
            await asyncio.wait(running)
        assert told(page)["rxvoice_sessions_active"] == 0.0

    run_virtual(main())
    assert told(page)["rxvoice_turns_total"] == 2.0


def test_a_session_that_fails_is_counted() -> None:
    page = Prometheus()

    async def main() -> None:
        with pytest.raises(OSError, match="lost"):
            await run(rx.throw(OSError("lost")), page)

    run_virtual(main())
    assert told(page)["rxvoice_sessions_failed_total"] == 1.0
    assert told(page)["rxvoice_sessions_active"] == 0.0


def test_queues_of_all_sessions_add_up_and_end_with_them() -> None:
    page = Prometheus()

    async def call(session: Session, count: int) -> None:
        items: Subject[int] = Subject()
        async with pull(
            items, capacity=2, policy="drop_oldest", scheduler=session.scheduler, name="ears"
        ):
            running = asyncio.ensure_future(session.run(watch_queues(every=0.1), page))
            for number in range(count):
                items.on_next(number)
            await asyncio.sleep(0.5)
            running.cancel()
            await asyncio.wait([running])

    async def main() -> None:
        async with Session() as one, Session() as other:
            calls = asyncio.gather(call(one, 3), call(other, 5))
            await asyncio.sleep(0.3)
            assert told(page)["rxvoice_queue_length queue=ears"] == 4.0
            assert told(page)["rxvoice_queue_dropped_total queue=ears"] == 4.0
            await calls

    run_virtual(main())
    assert told(page)["rxvoice_queue_length queue=ears"] == 0.0
    assert told(page)["rxvoice_queue_dropped_total queue=ears"] == 4.0


def test_what_was_lost_since_the_last_look_at_the_queues_counts_at_the_end() -> None:
    page = Prometheus()

    async def main() -> None:
        async with Session() as session:
            items: Subject[int] = Subject()
            async with pull(
                items, capacity=2, policy="drop_oldest", scheduler=session.scheduler, name="ears"
            ):
                running = asyncio.ensure_future(session.run(watch_queues(every=1.0), page))
                await asyncio.sleep(1.5)
                for number in range(5):
                    items.on_next(number)
                assert told(page)["rxvoice_queue_dropped_total queue=ears"] == 0.0
                running.cancel()
                await asyncio.wait([running])

    run_virtual(main())
    assert told(page)["rxvoice_queue_length queue=ears"] == 0.0
    assert told(page)["rxvoice_queue_dropped_total queue=ears"] == 3.0


def test_the_format_is_the_one_that_was_asked_for() -> None:
    page = Prometheus()
    page.observe(Fault("llm", "it took too long"))
    assert page.expose().content_type.startswith("text/plain; version=0.0.4")
    assert page.expose("application/openmetrics-text").body.endswith(b"# EOF\n")
    assert told(page)["rxvoice_faults_total source=llm fatal=false"] == 1.0
