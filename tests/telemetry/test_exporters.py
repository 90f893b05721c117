"""Exporters of spans that break, or hang."""

import asyncio
import logging
import threading
from collections.abc import Sequence

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from rxvoice import Session, run
from rxvoice.telemetry import to_otel
from rxvoice.testing import run_virtual
from tests.telemetry.test_to_otel import CALL, DURATION, EXPECTED, noon
from tests.telemetry.traced import play, provider


def test_a_tracer_that_breaks_does_not_disturb_the_call() -> None:
    class Broken(trace.NoOpTracer):
        def start_span(self, *args: object, **options: object) -> trace.Span:
            raise OSError("the tracer is broken")

    class Tracers(trace.TracerProvider):
        def get_tracer(self, *args: object, **options: object) -> trace.Tracer:
            return Broken()

    seen: list[object] = []

    async def main() -> None:
        async with Session() as session:

            def look(stream: object, session: Session) -> "asyncio.Future[None]":
                done = session.scheduler.loop.create_future()
                session.subscribe(
                    stream,  # pyright: ignore[reportArgumentType]
                    seen.append,
                    done.set_exception,
                    lambda: done.set_result(None),
                )
                return done

            with pytest.raises(OSError, match="the tracer is broken"):
                await session.run(play(CALL.events, DURATION), look, to_otel(Tracers()))

    run_virtual(main())
    assert len(seen) == len(CALL.events)


class Broken(SpanProcessor):
    """Fails at the end of each span, as a processor of one's own may."""

    def on_end(self, span: ReadableSpan) -> None:
        raise OSError("the disk is full")


def breaking() -> TracerProvider:
    tracers, _ = provider()
    tracers.add_span_processor(Broken())
    return tracers


def test_an_exporter_that_breaks_fails_its_sink_and_nothing_waits_for_it() -> None:
    """The first span that ends is that of the recogniser, when the turn has ended."""

    async def main() -> None:
        async with Session() as session:
            with pytest.raises(OSError, match="the disk is full"):
                await session.run(play(CALL.events, DURATION), to_otel(breaking()))
            assert session.now == pytest.approx(0.9)

    run_virtual(main())


class Hanging(SpanExporter):
    """Waits for a collector that does not answer."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.answered = threading.Event()
        self.taken: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        self.answered.wait(60.0)
        self.taken += spans
        return SpanExportResult.SUCCESS


def test_ob09_an_exporter_that_hangs_holds_no_call_up_and_gets_all_of_it_later() -> None:
    hanging, tracers = Hanging(), TracerProvider()
    tracers.add_span_processor(BatchSpanProcessor(hanging, max_export_batch_size=1))
    run_virtual(run(play(CALL.events, DURATION), to_otel(tracers, epoch=noon)))
    assert hanging.asked.wait(60.0)
    assert hanging.taken == []
    run_virtual(run(play(CALL.events, DURATION), to_otel(tracers, epoch=noon)))
    hanging.answered.set()
    tracers.shutdown()
    assert len(hanging.taken) == 2 * len(EXPECTED)


def test_an_exporter_that_breaks_at_the_end_fails_its_sink(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the stream failed with is the reason, and a call that is cancelled is."""
    tracers = breaking()

    async def cancelled() -> None:
        async with Session() as session:
            running = asyncio.ensure_future(session.run(play([], DURATION), to_otel(tracers)))
            await asyncio.sleep(1.0)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running

    with pytest.raises(OSError, match="the disk is full"):
        run_virtual(run(play([], 1.0), to_otel(tracers)))
    with caplog.at_level(logging.WARNING, "rxvoice.telemetry"):
        caplog.clear()
        with pytest.raises(ConnectionError):
            run_virtual(run(play([], 1.0, ConnectionError()), to_otel(tracers)))
        run_virtual(cancelled())
    assert [record.getMessage() for record in caplog.records] == ["to_otel failed"] * 2
