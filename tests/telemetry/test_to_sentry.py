"""Faults and times in Sentry (OB10), read from a transport that keeps what it is given."""

import asyncio
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from rxvoice import Session, run
from rxvoice.items import Fault, Metric, ReplyEnded, ResponseEnded, ToolCall, ToolResult
from rxvoice.operators import converse
from rxvoice.telemetry import Trace, to_sentry
from rxvoice.telemetry._sentry_spans import SentrySpans
from rxvoice.testing import conversation, run_virtual
from tests.telemetry.test_trace import ASKED
from tests.telemetry.traced import at, play

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
CALL = conversation(converse, user="[--]'hello'", llm=["Good day."])


class Kept(Transport):
    """Keeps what it is given, and what the client has waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []
        self.flushed: list[float] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        """Take an event."""
        assert not self.flushed, "nothing comes after the end"
        for item in envelope.items:
            if (event := item.payload.json) is not None and item.type in ("event", "transaction"):
                self.sent.append(dict(event))

    def flush(self, timeout: float, callback: Any = None) -> None:
        """Take that the client waits."""
        self.flushed.append(timeout)

    def only(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.sent if one.get("transaction") == kind]


@pytest.fixture
def kept() -> Kept:
    return Kept()


def client(kept: Kept, **options: Any) -> sentry_sdk.Client:
    given: dict[str, Any] = {"traces_sample_rate": 1.0, **options}
    return sentry_sdk.Client(
        dsn="http://key@127.0.0.1:9/1", transport=kept, default_integrations=False, **given
    )


def noon() -> datetime:
    return NOON


def seconds(time: Any) -> float:
    moment = time if isinstance(time, datetime) else datetime.fromisoformat(str(time))
    return round((moment - NOON).total_seconds(), 3)


def test_ob10_each_turn_is_a_transaction_with_its_times(kept: Kept) -> None:
    sink = to_sentry(client(kept), session_id="7", attributes={"customer": 12}, today=noon)
    run_virtual(run(play(CALL.events, CALL.duration), sink))
    (turn,) = kept.only("turn")
    assert (seconds(turn["start_timestamp"]), seconds(turn["timestamp"])) == (0.0, 1.83)
    assert [(span["op"], seconds(span["timestamp"])) for span in turn["spans"]] == [
        ("voice.stt", 0.4),
        ("voice.llm", 1.23),
        ("voice.tts", 1.83),
    ]
    measured = {name: round(one["value"], 3) for name, one in turn["measurements"].items()}
    assert measured == {
        "stt.processing": 0.4,
        "llm.processing": 0.33,
        "llm.ttfb": 0.3,
        "tts.processing": 0.6,
        "tts.ttfb": 0.1,
    }
    (whole,) = kept.only("conversation")
    trace = whole["contexts"]["trace"]
    assert trace["data"]["gen_ai.conversation.id"] == "7"
    assert trace["data"]["customer"] == 12
    assert turn["contexts"]["trace"]["trace_id"] == trace["trace_id"]
    assert turn["contexts"]["trace"]["parent_span_id"] == trace["span_id"]


@pytest.mark.parametrize(("rate", "sent"), [(1.0, 2), (True, 2), (0.0, 0), (False, 0), (None, 0)])
def test_ob10_a_sampler_is_asked_once_for_a_call_and_decides(
    kept: Kept, rate: float | None, sent: int
) -> None:
    asked: list[str] = []

    def sampler(context: Any) -> Any:
        asked.append(context["transaction_context"]["name"])
        return rate

    sentry = client(kept, traces_sample_rate=0.5, traces_sampler=sampler)
    run_virtual(run(play(CALL.events, CALL.duration), to_sentry(sentry)))
    assert asked == ["conversation"]
    assert len([one for one in kept.sent if one["type"] == "transaction"]) == sent


def test_a_long_call_keeps_nothing_of_the_turns_that_are_over(kept: Kept) -> None:
    trace, sentry = Trace(), SentrySpans(client(kept), NOON)

    def turns(count: int) -> int:
        for _ in range(count):
            for event in events:
                for told in trace.take(event.item, event.at):
                    sentry.take(told)
        held: list[Any] = [*vars(sentry).values()]
        return sum(len(one) for one in held if hasattr(one, "__setitem__"))

    events = [
        *ASKED,
        *at(2.6, ToolCall("1", "look"), ToolResult("1", "look"), ResponseEnded(1, "Good day.")),
        *at(2.7, Metric("tts", "ttfb", 0.1), ReplyEnded(1, "Good day.")),
    ]
    for begun in trace.begin(0.0):
        sentry.take(begun)
    assert turns(1) == turns(50)
    assert len(kept.only("turn")) == 51


def test_ob10_what_waits_is_sent_at_the_end(kept: Kept) -> None:
    async def main() -> None:
        async with Session() as session:
            sink = to_sentry(client(kept), flush=3.0)
            await session.run(play(CALL.events, CALL.duration), sink)
            assert kept.flushed == [3.0]

    run_virtual(main())


def test_ob10_a_call_that_is_cancelled_is_sent_too(kept: Kept) -> None:
    async def main() -> None:
        async with Session() as session:
            sink = to_sentry(client(kept))
            running = asyncio.ensure_future(session.run(play(CALL.events, 9.0), sink))
            await asyncio.sleep(1.0)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert kept.flushed == [2.0]

    run_virtual(main())
    (whole,) = kept.only("conversation")
    assert whole["contexts"]["trace"]["data"]["rxvoice.cancelled"] is True
    assert len(kept.only("turn")) == 1


def test_ob10_faults_are_events_without_anybodys_words(kept: Kept) -> None:
    cause = ValueError("the user said 1234")
    events = [
        *ASKED,
        *at(2.6, Fault("llm", "the model is gone", cause=cause), ResponseEnded(1, "a secret")),
        *at(2.7, Fault("stt", "bad credentials", True), ReplyEnded(1, "a secret")),
    ]
    sink = to_sentry(client(kept, traces_sample_rate=None), today=noon)
    run_virtual(run(play(events, 3.0), sink))
    assert [(one["level"], one["message"], one["tags"]["exception"]) for one in kept.sent] == [
        ("error", "llm: the model is gone", "ValueError"),
        ("fatal", "stt: bad credentials", ""),
    ]
    assert "1234" not in str(kept.sent)
    assert "secret" not in str(kept.sent)


def test_ob10_a_turn_is_sent_when_its_tools_in_the_background_have_ended(kept: Kept) -> None:
    events = [
        *ASKED,
        *at(2.6, ToolCall("1", "book", background=True), ResponseEnded(1)),
        *at(3.0, ReplyEnded(1, "Done.")),
        *at(9.0, ToolResult("1", "book", background=True)),
    ]

    async def main() -> None:
        async with Session() as session:
            sink = to_sentry(client(kept), today=noon)
            running = asyncio.ensure_future(session.run(play(events, 10.0), sink))
            await asyncio.sleep(5.0)
            assert kept.sent == []
            await running

    run_virtual(main())
    (turn,) = kept.only("turn")
    assert "voice.tool" in [span["op"] for span in turn["spans"]]


def test_ob10_calls_at_the_same_time_have_traces_of_their_own(kept: Kept) -> None:
    async def main() -> None:
        sentry = client(kept)
        calls = (
            run(play(CALL.events, CALL.duration), to_sentry(sentry, session_id=name))
            for name in "abc"
        )
        with sentry_sdk.isolation_scope() as scope:
            scope.set_tag("ambient", "yes")
            await asyncio.gather(*calls)

    kept.flush = lambda timeout, callback=None: None  # type: ignore[method-assign]
    run_virtual(main())
    traces = [one["contexts"]["trace"]["trace_id"] for one in kept.only("turn")]
    assert len(set(traces)) == 3
    assert "ambient" not in str(kept.sent)


def test_ob10_an_operator_sends_what_waits_as_well(kept: Kept) -> None:
    async def main() -> None:
        async with Session() as session:
            watch = to_sentry(client(kept)).watch()
            session.subscribe(play(CALL.events, 9.0).pipe(watch))
            await asyncio.sleep(1.0)
        assert kept.flushed == [2.0]

    run_virtual(main())
    assert len(kept.only("turn")) == 1


def test_ob10_a_transport_that_breaks_ends_the_sink_and_lets_everything_pass_the_operator(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(envelope: Envelope) -> None:
        raise OSError("no way to Sentry")

    kept.capture_envelope = broken  # type: ignore[method-assign]
    passed: list[object] = []

    async def main() -> None:
        sink = to_sentry(client(kept))
        with pytest.raises(OSError, match="no way to Sentry"):
            await run(play(CALL.events, CALL.duration), sink)
        async with Session() as session:
            session.subscribe(play(CALL.events, 9.0).pipe(sink.watch()), passed.append)
            await asyncio.sleep(9.5)

    with caplog.at_level(logging.WARNING):
        run_virtual(main())
    assert passed == [event.item for event in CALL.events]
    assert [record.getMessage() for record in caplog.records] == ["to_sentry failed"]
    assert kept.flushed == [2.0, 2.0]


def test_without_sentry_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ImportError, match=r"pip install 'rxvoice\[sentry\]'"):
        to_sentry()
