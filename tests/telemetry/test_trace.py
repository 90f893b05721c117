"""The spans of a call, as a fold over its events (OB09)."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice import Event, Memory, ToolUse, tool, tools
from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Fault,
    InterruptionRejected,
    Metric,
    ProviderSwitched,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Usage,
)
from rxvoice.operators import converse
from rxvoice.telemetry import Service, SpanStarted, Trace, Tracing, spans
from rxvoice.testing import OnNext, Response, conversation, marbles
from tests.telemetry.traced import at, fold, only, shown

SAID = (Transcript("Hello.", is_final=True),)
ASKED = [
    *at(1.0, SpeechStarted(1.0, 0.2), TurnStarted(1, reason="speech")),
    *at(1.5, Metric("stt", "latency", 0.1), SAID[0]),
    *at(2.0, Turn("Hello.", 1, transcripts=SAID), ReplyStarted(1), ResponseStarted(1)),
    *at(2.5, Metric("llm", "ttfb", 0.5)),
]


def test_ob09_a_turn_holds_the_services_that_worked_for_it() -> None:
    call = conversation(converse, user="[--]'hello'", llm=["Good day."])
    assert [(span.kind, span.parent, span.times) for span in fold(call.events)] == [
        ("conversation", "", (0.0, 1.83)),
        ("turn", "conversation", (0.0, 1.83)),
        ("stt", "turn", (0.0, 0.4)),
        ("llm", "turn", (0.9, 1.23)),
        ("tts", "turn", (1.23, 1.83)),
    ]


def test_ob09_an_interruption_ends_all_spans_of_the_reply() -> None:
    """What the switch unsubscribes is over, and the next turn has spans of its own."""
    call = conversation(
        converse,
        user="[--]'hello' 2s [-]'stop'",
        llm=["I am the assistant of the city library.", "Sorry."],
    )
    told = fold(call.events, until=call.duration)
    first, second = only(told, "turn")
    assert (first.times, first.attributes["rxvoice.turn.interrupted"]) == ((0.0, 2.8), True)
    assert (second.times, second.attributes["rxvoice.turn.interrupted"]) == ((2.5, 3.95), False)
    assert [span.times for span in only(told, "tts")] == [(1.41, 2.8), (3.6, 3.95)]
    assert only(told, "conversation")[0].attributes["rxvoice.interruptions"] == 1


def test_ob09_a_response_that_is_cut_off_says_so() -> None:
    told = fold([*ASKED, *at(3.0, ReplyEnded(1, "", True))])
    (llm,) = only(told, "llm")
    assert llm.times == (2.0, 3.0)
    assert llm.attributes["rxvoice.cancelled"] is True
    assert llm.attributes["gen_ai.response.finish_reasons"] == ("error",), "no reason came"
    assert (llm.error, "error.type" in llm.attributes) == ("", False), (
        "it is not wrong to be cut off"
    )


def test_ob09_the_attributes_have_opentelemetrys_names() -> None:
    services = {
        "llm": Service("llm", "openai", "gpt-5"),
        "stt": Service("stt", model="nova-3"),
        "voice": Service("tts", "cartesia", "sonic"),
    }
    parts = Metric("turn", "wait", 0.6), Metric("llm", "ttfb", 0.25), Metric("llm", "ttfb", 0.5)
    told = fold(
        [
            *ASKED,
            *at(2.6, Usage("openai", 100, 7, cached_tokens=64, reasoning_tokens=3)),
            *at(2.7, ResponseEnded(1, "Good day.")),
            *at(2.9, Metric("voice", "ttfb", 0.2), Usage("voice", characters=9, audio=0.5)),
            *at(3.0, BotSpeechStarted(1), ResponseLatency(1.6, parts)),
            *at(4.0, ReplyEnded(1, "Good day.")),
        ],
        Tracing(services),
    )
    by_kind: dict[str, dict[str, Any]] = {span.kind: span.attributes for span in told}
    used = {name: value for name, value in by_kind["conversation"].items() if ".usage." in name}
    assert used == {
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 7,
        "rxvoice.usage.characters": 9,
        "rxvoice.usage.audio": 0.5,
    }
    assert by_kind["llm"] == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.request.stream": True,
        "gen_ai.response.time_to_first_chunk": 0.5,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.reasoning.output_tokens": 3,
        "gen_ai.response.finish_reasons": ("stop",),
    }
    assert by_kind["tts"] == {
        "gen_ai.operation.name": "text_to_speech",
        "gen_ai.provider.name": "cartesia",
        "gen_ai.request.model": "sonic",
        "gen_ai.output.type": "speech",
        "gen_ai.request.stream": True,
        "gen_ai.response.time_to_first_chunk": 0.2,
        "rxvoice.usage.characters": 9,
        "rxvoice.usage.audio": 0.5,
    }
    assert by_kind["stt"] == {
        "gen_ai.operation.name": "speech_to_text",
        "gen_ai.request.model": "nova-3",
        "rxvoice.stt.latency": 0.1,
    }
    assert by_kind["turn"] == {
        "rxvoice.turn.number": 1,
        "rxvoice.turn.reason": "speech",
        "rxvoice.user.characters": 6,
        "rxvoice.bot.characters": 9,
        "rxvoice.turn.interrupted": False,
        "rxvoice.latency": 1.6,
        "rxvoice.latency.turn.wait": 0.6,
        "rxvoice.latency.llm.ttfb": 0.75,
    }
    assert by_kind["conversation"]["gen_ai.usage.input_tokens"] == 100
    assert [span.name for span in told] == [
        "conversation",
        "turn",
        "stt nova-3",
        "chat gpt-5",
        "tts sonic",
    ]


def test_ob09_what_else_is_timed_is_no_service() -> None:
    """Such as a search in a tool, see `time_to_first`, while the model answers or thinks."""
    told = fold(
        [
            *ASKED[:-1],
            *at(2.1, Metric("search", "ttfb", 0.1), Metric("stt", "ttfb", 0.0)),
            *at(2.5, Metric("llm", "ttfb", 0.5), Metric("search", "ttfb", 0.2)),
            *at(2.7, ResponseEnded(1, "Good day."), ReplyEnded(1, "Good day.")),
        ]
    )
    assert [span.kind for span in told] == ["conversation", "turn", "stt", "llm"]
    assert only(told, "llm")[0].attributes["gen_ai.response.time_to_first_chunk"] == 0.5


def test_ob09_who_answers_is_known_from_what_it_used_or_was_switched_to() -> None:
    used = [*ASKED, *at(2.6, Usage("llama", 10, 2), ResponseEnded(1))]
    (llm,) = only(fold(used), "llm")
    assert llm.attributes["gen_ai.provider.name"] == "llama"
    switched = ProviderSwitched("llm", "anthropic", "openai", "failed")
    (llm,) = only(fold([*at(0.5, switched), *used]), "llm")
    assert llm.attributes["gen_ai.provider.name"] == "anthropic"


WORDS = ("Hello.", "Secret answer.", "PRIVATE", "Be kind.")
SPOKEN = [
    *ASKED,
    *at(2.6, ToolCall("1", "look", {"for": "PRIVATE"})),
    *at(2.7, ToolResult("1", "look", {"found": "PRIVATE"})),
    *at(
        2.8, ResponseEnded(1, "Secret answer."), Fault("llm", "it broke", cause=OSError("PRIVATE"))
    ),
    *at(3.0, ReplyEnded(1, "Secret answer.")),
]


def test_ob09_nobodys_words_are_told_unless_they_are_wanted() -> None:
    assert not any(word in str(fold(SPOKEN)) for word in WORDS)


def test_ob09_content_and_the_instruction_are_told_when_they_are_wanted() -> None:
    told = fold(SPOKEN, Tracing(content=True, instruction=lambda: "Be kind."))
    by_kind = {span.kind: span.attributes for span in told}
    assert by_kind["turn"]["rxvoice.user.text"] == "Hello."
    assert by_kind["turn"]["rxvoice.bot.text"] == "Secret answer."
    assert by_kind["stt"]["rxvoice.stt.text"] == "Hello."
    assert by_kind["llm"]["gen_ai.system_instructions"] == (
        '[{"type": "text", "content": "Be kind."}]'
    )
    assert by_kind["llm"]["gen_ai.input.messages"] == (
        '[{"role": "user", "parts": [{"type": "text", "content": "Hello."}]}]'
    )
    assert by_kind["llm"]["gen_ai.output.messages"] == (
        '[{"role": "assistant", "parts": [{"type": "text", "content": "Secret answer."}]}]'
    )
    assert by_kind["tool"]["gen_ai.tool.call.arguments"] == '{"for": "PRIVATE"}'
    assert by_kind["tool"]["gen_ai.tool.call.result"] == '{"found": "PRIVATE"}'


def test_ob09_tools_and_each_response_of_a_turn_have_spans() -> None:
    @tool
    async def weather(_: ToolUse, city: str) -> str:
        """Tell the weather.

        Args:
            city: Where.
        """
        return f"rain in {city}"

    memory = Memory("You know the weather.", tools=tools(weather))

    def agent(vad: Any, stt: Any, llm: Any, tts: Any) -> Any:
        return converse(vad=vad, stt=stt, llm=llm, tts=tts, memory=memory)

    called = Response("t|", {"t": ToolCall("7", "weather", {"city": "Rome"})})
    call = conversation(agent, user="[--]'weather'", llm=[called, "It rains."])
    told = fold(call.events)
    assert [span.kind for span in told] == [
        "conversation",
        "turn",
        "stt",
        "llm",
        "tool",
        "llm",
        "tts",
    ]
    (run,) = only(told, "tool")
    assert (run.name, run.parent) == ("execute_tool weather", "turn")
    assert run.attributes["gen_ai.tool.call.id"] == "7"
    assert [span.attributes["gen_ai.response.finish_reasons"] for span in only(told, "llm")] == [
        ("tool_call",),
        ("stop",),
    ]


def test_ob09_a_tool_that_fails_says_of_what_kind_the_error_is() -> None:
    """And not what it says, which may be anybody's words."""

    @tool
    async def weather(_: ToolUse, city: str) -> str:
        """Tell the weather.

        Args:
            city: Where.
        """
        raise KeyError("PRIVATE")

    @tool(timeout=1.0)
    async def slow(_: ToolUse) -> None:
        """Never end."""
        await asyncio.sleep(1e6)

    memory = Memory("You know the weather.", tools=tools(weather, slow))

    def agent(vad: Any, stt: Any, llm: Any, tts: Any) -> Any:
        return converse(vad=vad, stt=stt, llm=llm, tts=tts, memory=memory)

    called = Response(
        "tsw|",
        {
            "t": ToolCall("7", "weather", {"city": "Rome"}),
            "s": ToolCall("8", "slow"),
            "w": ToolCall("9", "weather", {"town": "Rome"}),
        },
    )
    call = conversation(agent, user="[--]'weather'", llm=[called, "I do not know."])
    told = fold(call.events)
    assert {
        run.attributes["gen_ai.tool.call.id"]: (run.error, run.attributes.get("error.type"))
        for run in only(told, "tool")
    } == {
        "7": ("the tool has failed", "KeyError"),
        "8": ("the tool has failed", "TimeoutError"),
        "9": ("the tool has failed", "_OTHER"),
    }
    assert "PRIVATE" not in str(told)


def test_ob09_a_tool_that_is_cancelled_ends_before_its_turn() -> None:
    call = ToolCall("1", "book")
    told = fold(
        [
            *ASKED,
            *at(2.6, call, ResponseEnded(1)),
            *at(3.0, ToolsCancelled((call,), "interrupted"), ReplyEnded(1, "", True)),
        ]
    )
    (run,) = only(told, "tool")
    assert (run.times, run.attributes["rxvoice.cancelled"]) == ((2.6, 3.0), True)


def test_ob09_a_tool_in_the_background_outlives_its_turn() -> None:
    told = fold(
        [
            *ASKED,
            *at(2.6, ToolCall("1", "book", background=True), ResponseEnded(1)),
            *at(3.0, ReplyEnded(1, "Done.")),
            *at(9.0, ToolResult("1", "book", background=True)),
        ]
    )
    assert [only(told, kind)[0].times for kind in ("turn", "tool")] == [(0.8, 3.0), (2.6, 9.0)]
    assert only(told, "tool")[0].parent == "turn"


@pytest.mark.parametrize("came_to_nothing", [TurnDropped(1, "no text"), InterruptionRejected(1)])
def test_a_turn_that_comes_to_nothing_ends(came_to_nothing: Event) -> None:
    told = fold([*ASKED[:2], *at(1.7, came_to_nothing), *at(9.0, SpeechStopped(9.0))])
    assert [span.kind for span in told] == ["conversation", "turn"]
    assert told[1].times == (0.8, 1.7)
    assert told[1].attributes["rxvoice.turn.dropped"]


def test_a_turn_that_is_held_goes_on_until_it_passes() -> None:
    told = fold([*ASKED[:2], *at(1.7, TurnDropped(1, "held")), *at(5.0, Turn("Hello.", 1))])
    assert only(told, "turn")[0].times == (0.8, 5.0)


def test_a_turn_without_an_answer_ends_when_the_next_begins() -> None:
    told = fold([*at(1.0, TurnStarted(1)), *at(2.0, Turn("a", 1)), *at(3.0, TurnStarted(2))])
    assert [span.times for span in only(told, "turn")] == [(1.0, 3.0), (3.0, 3.0)]


def test_what_the_bot_says_first_is_a_turn() -> None:
    told = fold([*at(0.2, ReplyStarted(0)), *at(2.0, ReplyEnded(0, "Welcome!"))])
    assert [span.times for span in only(told, "turn")] == [(0.2, 2.0)]


def test_a_noise_is_not_where_a_later_turn_begins() -> None:
    """A turn that nobody has spoken begins when it comes."""
    told = fold([*at(1.0, SpeechStarted(1.0)), *at(9.0, Turn("(silent)", 1, reason="idle"))])
    assert only(told, "turn")[0].times == (9.0, 9.0)


def test_what_a_speech_to_speech_model_says_is_a_turn() -> None:
    told = fold(
        [
            *at(1.0, SpeechStarted(1.0, 0.1)),
            *at(3.0, BotSpeechStarted()),
            *at(5.0, BotSpeechStopped(pts=5.0)),
            *at(6.0, SpeechStarted(6.0)),
            *at(7.0, BotSpeechStarted()),
        ]
    )
    assert [span.times for span in only(told, "turn")] == [(0.9, 5.0), (6.0, 7.0)]


def test_ob09_faults_are_told_where_they_happen() -> None:
    told = fold(
        [
            *at(0.5, Fault("stt", "the recogniser is gone", cause=ConnectionError("x"))),
            *ASKED,
            *at(2.6, Fault("llm", "the model is gone", True), ResponseEnded(1, failed=True)),
            *at(2.7, ReplyEnded(1)),
        ]
    )
    call, _, _, llm = told
    (mark,) = call.marks
    assert (mark.name, mark.at) == ("exception", 0.5)
    assert mark.attributes["exception.type"] == "ConnectionError"
    assert (llm.error, llm.attributes["error.type"]) == ("the model is gone", "_OTHER")
    assert call.attributes["error.type"] == "_OTHER"
    assert llm.attributes["gen_ai.response.finish_reasons"] == ("error",)
    assert call.error == "the model is gone"


def test_ob09_all_spans_end_with_the_call() -> None:
    call = ToolCall("1", "book")
    told = fold([*ASKED, *at(2.6, call)], until=4.0, cancelled=True)
    assert {span.end for span in told} == {4.0, 1.5}
    assert told[0].attributes["rxvoice.cancelled"] is True
    (failed, *_) = fold(ASKED, error="ConnectionError")
    assert (failed.error, failed.attributes["error.type"]) == ("ConnectionError",) * 2


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=60))
def test_ob09_whatever_happens_each_span_ends_once_and_inside_of_one_that_there_is(
    happened: Sequence[tuple[int, int]],
) -> None:
    call = ToolCall("1", "look")
    events: list[Stamped] = []
    for step, (choice, number) in enumerate(happened):
        items: list[Event] = [
            SpeechStarted(0.0, 0.3),
            SAID[0],
            TurnStarted(number),
            TurnDropped(number),
            InterruptionRejected(number),
            Turn("a", number, transcripts=SAID),
            ReplyStarted(number),
            ReplyEnded(number, "b", number == 1),
            ResponseStarted(number),
            ResponseEnded(number, "b", number == 1),
            Metric("llm", "ttfb", 0.2),
            Metric("tts", "ttfb", 0.2),
            Metric("other", "ttfb", 0.2),
            Metric("stt", "latency", 0.2),
            Usage("llm", 1, 1),
            Usage("tts", characters=3),
            Usage("stt", audio=1.0),
            call,
            ToolResult("1", "look"),
            ToolsCancelled((call,)),
            BotSpeechStarted(number - 1),
            BotSpeechStopped(number - 1),
            Fault("llm", "broken", number == 1),
            Fault("other", "broken"),
            ResponseLatency(1.0),
        ]
        events.append(Stamped(0.1 * step, items[choice % len(items)]))
    assert all(span.end is not None for span in fold(events, until=60.0))


def test_two_subscribers_have_spans_of_their_own() -> None:
    with marbles(0.1) as m:
        events = m.hot("-T--|", {"T": TurnStarted(1)})
        traced = events.pipe(spans())
        logs = [m.record(traced), m.record(traced)]
    for log in logs:
        told = [note.value for _, note in log if isinstance(note, OnNext)]
        assert [span.kind for span in shown(told)] == ["conversation", "turn"]


def test_spans_end_when_the_stream_fails() -> None:
    with marbles(0.1) as m:
        log = m.record(m.hot("-T--#", {"T": TurnStarted(1)}).pipe(spans()))
    told = [note.value for _, note in log if isinstance(note, OnNext)]
    assert [(span.kind, span.times) for span in shown(told)] == [
        ("conversation", (0.0, 0.4)),
        ("turn", (0.1, 0.4)),
    ]
    assert shown(told)[0].error


def test_what_means_nothing_costs_nothing() -> None:
    trace = Trace()
    assert isinstance(trace.begin(0.0)[0], SpanStarted)
    assert trace.take(SpeechStopped(1.0), 1.0) is trace.take(object(), 2.0)


def test_a_service_needs_a_role() -> None:
    with pytest.raises(ValueError, match="role must be stt, llm or tts, got 'vad'"):
        Service("vad")  # pyright: ignore[reportArgumentType]
