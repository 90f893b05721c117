"""Spans in OpenTelemetry (OB09), read with its own exporter in memory."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
import reactivex as rx
from aiohttp.test_utils import TestServer
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from rxvoice import Session, run
from rxvoice.items import Stamped
from rxvoice.operators import converse, measure_response
from rxvoice.server import CallSession
from rxvoice.telemetry import Service, to_otel
from rxvoice.testing import conversation, run_virtual
from tests.server.agents import READY, connected, message, scripted, served
from tests.telemetry.traced import attributes, identity, kind_of, parent_of, play, provider, seconds

NOON = 1_800_000_000_000_000_000
CALL = conversation(
    converse,
    user="[--]'hello' 2s [-]'stop'",
    llm=["I am the assistant of the city library.", "Sorry."],
)
DURATION = CALL.duration


def noon() -> int:
    return NOON


def _order(span: ReadableSpan) -> tuple[int, int]:
    kinds = ["conversation", "turn", "stt", "llm", "tool", "tts"]
    return span.start_time or 0, kinds.index(kind_of(span))


def exported(spans: Sequence[ReadableSpan]) -> list[tuple[str, str, tuple[float, float]]]:
    found: list[tuple[str, str, tuple[float, float]]] = []
    for span in sorted(spans, key=_order):
        parent = parent_of(span, spans)
        above = "" if parent is None else kind_of(parent)
        found.append((kind_of(span), above, seconds(span, NOON)))
    return found


EXPECTED = [
    ("conversation", "", (0.0, 5.95)),
    ("turn", "conversation", (0.0, 2.8)),
    ("stt", "turn", (0.0, 0.4)),
    ("llm", "turn", (0.9, 1.41)),
    ("tts", "turn", (1.41, 2.8)),
    ("turn", "conversation", (2.5, 3.95)),
    ("stt", "turn", (2.5, 2.8)),
    ("llm", "turn", (3.3, 3.6)),
    ("tts", "turn", (3.6, 3.95)),
]


def test_ob09_a_call_with_an_interruption_is_exported_with_its_times() -> None:
    tracers, exporter = provider()
    sink = to_otel(
        tracers,
        session_id="call-7",
        attributes={"customer": 12},
        services={"llm": Service("llm", "openai", "gpt-5")},
        epoch=noon,
    )
    run_virtual(run(play(CALL.events, DURATION), sink))
    spans = exporter.get_finished_spans()
    assert exported(spans) == EXPECTED
    root = next(span for span in spans if span.parent is None)
    assert attributes(root)["gen_ai.conversation.id"] == "call-7"
    assert attributes(root)["customer"] == 12
    assert root.kind is SpanKind.INTERNAL
    llm = next(span for span in spans if kind_of(span) == "llm")
    assert (llm.name, llm.kind) == ("chat gpt-5", SpanKind.CLIENT)
    assert attributes(llm)["gen_ai.provider.name"] == "openai"
    assert {identity(span)[0] for span in spans} == {identity(root)[0]}
    assert {attributes(span)["gen_ai.conversation.id"] for span in spans} == {"call-7"}
    assert [span.name for span in spans if "customer" in attributes(span)] == ["conversation"]


@pytest.mark.parametrize(
    ("name", "told"), [("session", None), ("session 7f3a", "7f3a"), ("call 7", "call 7")]
)
def test_ob09_a_session_without_a_name_of_its_own_has_no_id(name: str, told: str | None) -> None:
    tracers, exporter = provider()
    run_virtual(run(play([], 1.0), to_otel(tracers, epoch=noon), name=name))
    (root,) = exporter.get_finished_spans()
    assert attributes(root).get("gen_ai.conversation.id") == told


def test_ob09_calls_of_a_server_are_told_by_their_ids() -> None:
    """With one sink for all of them, as the documentation shows it."""
    tracers, exporter = provider()
    trace_it = to_otel(tracers)
    ids: list[str] = []

    def agent(session: CallSession) -> Any:
        ids.append(session.id)
        talk: Any = scripted("Yes.")(session)
        return rx.compose(talk, measure_response(), trace_it.watch())

    async def call(site: TestServer) -> None:
        async with connected(site) as client:
            await client.send(READY)
            await client.send(message("send-text", "2", content="Hello!", options={}))
            await client.told("bot-stopped-speaking")

    async def main() -> None:
        async with served(agent) as (_, site):
            await asyncio.gather(call(site), call(site))

    run_virtual(main(), real_io=True)
    spans = exporter.get_finished_spans()
    assert len(set(ids)) == 2
    for name in ids:
        own = [span for span in spans if attributes(span)["gen_ai.conversation.id"] == name]
        assert len({identity(span)[0] for span in own}) == 1
        assert {"conversation", "turn", "llm", "tts"} <= {kind_of(span) for span in own}


def test_ob09_calls_at_the_same_time_never_mix() -> None:
    """Also not with what is current where they are run from."""
    tracers, exporter = provider()
    tracer = tracers.get_tracer("test")

    async def call(number: int) -> None:
        await asyncio.sleep(0.1 * number)
        with tracer.start_as_current_span(f"outside {number}"):
            sink = to_otel(tracers, session_id=str(number), epoch=noon)
            await run(play(CALL.events, DURATION), sink)
            assert trace.get_current_span().get_span_context().is_valid

    async def main() -> None:
        await asyncio.gather(*(call(number) for number in range(5)))

    run_virtual(main())
    spans = [one for one in exporter.get_finished_spans() if not one.name.startswith("outside")]
    roots = [span for span in spans if span.parent is None]
    assert {attributes(root)["gen_ai.conversation.id"] for root in roots} == set("01234")
    assert len({identity(root)[0] for root in roots}) == 5
    for root in roots:
        own = [span for span in spans if identity(span)[0] == identity(root)[0]]
        assert exported(own) == EXPECTED


def test_a_call_may_be_a_part_of_something() -> None:
    tracers, exporter = provider()
    outer = tracers.get_tracer("test").start_span("outer")
    parent = trace.set_span_in_context(outer)
    run_virtual(run(play([], 1.0), to_otel(tracers, parent=parent, epoch=noon)))
    (root,) = exporter.get_finished_spans()
    assert root.parent is not None
    assert root.parent.span_id == outer.get_span_context().span_id


def test_ob09_a_call_that_fails_ends_its_spans_with_the_error() -> None:
    tracers, exporter = provider()

    async def main() -> None:
        with pytest.raises(ConnectionError):
            await run(
                play(CALL.events, 1.0, ConnectionError("words of the user")),
                to_otel(tracers, epoch=noon),
            )

    run_virtual(main())
    spans = exporter.get_finished_spans()
    assert [kind for kind, _, _ in exported(spans)] == ["conversation", "turn", "stt", "llm"]
    root = next(span for span in spans if span.parent is None)
    assert root.status.status_code is StatusCode.ERROR
    assert root.status.description == "ConnectionError"


def test_ob09_a_call_that_is_cancelled_ends_its_spans() -> None:
    tracers, exporter = provider()

    async def main() -> None:
        async with Session() as session:
            running = asyncio.ensure_future(
                session.run(play(CALL.events, DURATION), to_otel(tracers, epoch=noon))
            )
            await asyncio.sleep(1.0)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running

    run_virtual(main())
    spans = exporter.get_finished_spans()
    assert exported(spans) == [
        ("conversation", "", (0.0, 1.0)),
        ("turn", "conversation", (0.0, 1.0)),
        ("stt", "turn", (0.0, 0.4)),
        ("llm", "turn", (0.9, 1.0)),
    ]
    assert attributes(next(s for s in spans if s.parent is None))["rxvoice.cancelled"] is True


def test_ob09_a_session_that_is_closed_ends_its_spans() -> None:
    tracers, exporter = provider()

    async def main() -> None:
        session = Session()
        running = asyncio.ensure_future(
            session.run(play(CALL.events, DURATION), to_otel(tracers, epoch=noon))
        )
        await asyncio.sleep(1.0)
        await session.aclose()
        with pytest.raises(Exception, match="was closed while"):
            await running

    run_virtual(main())
    assert len(exporter.get_finished_spans()) == 4


def watched(seconds: float, **options: Any) -> tuple[list[object], InMemorySpanExporter]:
    """Return what passed the operator until the session was closed, and where the spans are."""
    tracers, exporter = provider()
    passed: list[object] = []

    async def main() -> None:
        async with Session(name="call 7") as session:
            watch = to_otel(tracers, epoch=noon, **options).watch()
            session.subscribe(play(CALL.events, DURATION).pipe(watch), passed.append)
            await asyncio.sleep(seconds)

    run_virtual(main())
    return passed, exporter


def test_ob09_an_operator_does_the_same_where_somebody_else_runs_the_session() -> None:
    passed, exporter = watched(9.0)
    assert passed == [event.item for event in CALL.events]
    spans = exporter.get_finished_spans()
    assert exported(spans) == EXPECTED
    root = next(span for span in spans if span.parent is None)
    assert attributes(root)["gen_ai.conversation.id"] == "call 7"
    assert "rxvoice.cancelled" not in attributes(root)


def test_ob09_what_is_unsubscribed_ends_its_spans() -> None:
    _, exporter = watched(1.0)
    spans = exporter.get_finished_spans()
    assert [times for _, _, times in exported(spans)] == [(0, 1), (0, 1), (0, 0.4), (0.9, 1)]
    assert attributes(next(s for s in spans if s.parent is None))["rxvoice.cancelled"] is True


def test_an_exporter_that_breaks_is_logged_and_everything_passes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> str:
        raise OSError("the vault is closed")

    with caplog.at_level(logging.WARNING):
        passed, _ = watched(9.0, instruction=broken)
    assert passed == [event.item for event in CALL.events]
    assert [record.getMessage() for record in caplog.records] == ["to_otel failed"]


def test_ob13_opentelemetry_is_imported_only_where_it_is_used() -> None:
    code = (
        "import sys; import rxvoice.telemetry; "
        "print(sorted({'opentelemetry', 'sentry_sdk'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_without_opentelemetry_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    with pytest.raises(ImportError, match=r"pip install 'rxvoice\[otel\]'"):
        to_otel()


def test_the_call_of_these_tests_is_what_they_think() -> None:
    assert isinstance(CALL.events[0], Stamped)
    assert CALL.history[-1] == "bot: Sorry."
