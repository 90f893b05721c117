"""Calls that go on at once, with interruptions and providers that fail: nothing of them mixes."""

import asyncio
import gc
from collections.abc import Callable
from random import Random
from typing import Any

import reactivex as rx
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from reactivex import operators as ops

from rxvoice import Memory, ProviderError, ToolUse, run, tool, tools
from rxvoice.items import ResponseLatency, ToolCall
from rxvoice.operators import converse, measure_response
from rxvoice.telemetry import (
    Measurement,
    Prometheus,
    SpanSink,
    collect,
    measure_processing,
    to_otel,
)
from rxvoice.testing import Response, ScriptedLLM, ScriptedTTS, conversation, run_virtual
from rxvoice.testing.calls._hold import Holding, Setting
from rxvoice.testing.calls._user import Script
from tests.telemetry.traced import identity, kind_of, parent_of, play, provider, seconds

NOON = 1_800_000_000_000_000_000


@tool
async def weather(_: ToolUse, city: str) -> str:
    """Tell the weather.

    Args:
        city: Where.
    """
    await asyncio.sleep(0.7)
    return f"rain in {city}"


CALLS: dict[str, tuple[str, Callable[[], ScriptedLLM]]] = {
    "interrupted": (
        "[--]'hello' 2s [-]'stop' 2s [-]'thanks'",
        lambda: ScriptedLLM("I am the assistant of the city library.", "Sorry.", "Bye."),
    ),
    "failing": (
        "[--]'hello' 2s [-]'again'",
        lambda: ScriptedLLM(ProviderError("the model is gone", provider="openai"), "Here I am."),
    ),
    "tools": (
        "[--]'weather' 4s [-]'no, stop'",
        lambda: ScriptedLLM(
            Response("t|", {"t": ToolCall("7", "weather", {"city": "Rome"})}),
            "It rains in all of the city of Rome today and tomorrow.",
            "Good.",
        ),
    ),
    "gone": ("[--]'hello' 1s |", lambda: ScriptedLLM("I am the assistant of the library.")),
}


class Watched:
    """An agent that is watched by all there is; what watches spans is for all calls."""

    def __init__(self, trace: SpanSink, page: Prometheus) -> None:
        self.measured: list[Measurement] = []
        self._trace = trace
        self._page = page

    def agent(self, vad: Any, stt: Any, llm: Any, tts: Any) -> Any:
        memory = Memory("You know the weather.", tools=tools(weather))
        talk = converse(vad=vad, stt=stt, llm=llm, tts=tts, memory=memory)
        measure: Any = rx.compose(measure_response(), measure_processing())
        watch: Any = rx.compose(collect(self.measured.append), self._trace.watch())
        return rx.compose(talk, measure, watch, ops.do_action(self._page.observe))


def exported(spans: list[ReadableSpan]) -> list[tuple[Any, ...]]:
    """Return what the spans of a call say, without what makes it another one than the others."""
    told: list[tuple[Any, ...]] = []
    for span in spans:
        parent = parent_of(span, spans)
        above = "" if parent is None else kind_of(parent)
        told.append((kind_of(span), above, seconds(span, NOON), span.status.description))
        if parent is not None:
            (begins, ends), (after, before) = seconds(span, NOON), seconds(parent, NOON)
            assert after <= begins
            assert ends <= before
    return sorted(told, key=str)


def hold(*names: str) -> tuple[list[Any], dict[str, list[Measurement]], Prometheus]:
    """Hold calls at once, and return what is told of each."""
    tracers, exporter = provider()
    page, trace = Prometheus(), to_otel(tracers, epoch=lambda: NOON)
    watched = {name: Watched(trace, page) for name in names}

    def holding(name: str) -> Holding:
        user, llm = CALLS[name]
        setting = Setting(llm(), ScriptedTTS())
        return Holding(watched[name].agent, Script(user, 0.1, {}), setting, Random(0))

    async def main() -> None:
        await asyncio.gather(*(holding(name).run() for name in names))

    run_virtual(main())
    spans = list(exporter.get_finished_spans())
    by_trace: dict[int, list[ReadableSpan]] = {}
    for span in spans:
        by_trace.setdefault(identity(span)[0], []).append(span)
    assert len(by_trace) == len(names)
    assert all(len([one for one in own if one.parent is None]) == 1 for own in by_trace.values())
    told = sorted(map(exported, by_trace.values()), key=str)
    return told, {name: one.measured for name, one in watched.items()}, page


def test_ob09_ob05_calls_at_once_are_told_of_as_if_each_were_alone() -> None:
    together, measured, page = hold(*CALLS)
    alone = {name: hold(name) for name in CALLS}
    spans = {name: told for name, ((told,), _, _) in alone.items()}
    assert together == sorted(spans.values(), key=str)
    assert measured == {name: told[name] for name, (_, told, _) in alone.items()}
    assert [kind for kind, *_ in spans["interrupted"]].count("turn") == 3
    assert [error for kind, _, _, error in spans["failing"] if kind == "llm"].count(None) == 1
    assert [above for kind, above, *_ in spans["tools"] if kind == "tool"] == ["turn"]
    assert "rxvoice_turns_total 8.0" in page.text


def test_ob05_whatever_happens_in_a_call_the_breakdown_adds_up() -> None:
    _, measured, _ = hold(*CALLS)
    latencies = [
        item for told in measured.values() for item in told if isinstance(item, ResponseLatency)
    ]
    assert len(latencies) == 7
    for latency in latencies:
        assert abs(sum(part.value for part in latency.breakdown) - latency.value) < 1e-9


def test_a_thousand_calls_leave_nothing_but_numbers() -> None:
    """No series and no objects for each: what is kept is the same after 100 and after 1000."""
    page, trace = Prometheus(), to_otel(TracerProvider(), epoch=lambda: NOON)
    call = conversation(
        converse, user="[--]'hello' 1s [-]'stop'", llm=["I am the assistant.", "Oh."]
    )

    async def calls(count: int) -> tuple[set[str], int]:
        for _ in range(count // 10):
            stream = play(call.events, call.duration)
            await asyncio.gather(*(run(stream, page, trace) for _ in range(10)))
        gc.collect()
        series = {line.rpartition(" ")[0] for line in page.text.splitlines()}
        return series, len(gc.get_objects())

    async def main() -> None:
        series, objects = await calls(100)
        again, more = await calls(900)
        assert again == series
        assert more - objects < 200
        assert "rxvoice_sessions_started_total 1000.0" in page.text
        assert "rxvoice_sessions_active 0.0" in page.text

    run_virtual(main())
