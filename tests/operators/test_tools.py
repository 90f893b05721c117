"""A model calls tools (LM03, LM06, LM09, LM10, LM11, LM13, LM14)."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import (
    Context,
    Event,
    Fault,
    Memory,
    Message,
    ReplaceMessages,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    Sentence,
    SetInstruction,
    SetTools,
    Thought,
    Token,
    ToolAnswer,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    ToolUse,
    Turn,
    TurnStarted,
    tool,
    tools,
)
from rxvoice.context import advance
from rxvoice.operators import interrupt_at_once, interruptible, respond
from rxvoice.testing import OnNext, marbles
from rxvoice.testing.calls import Response, ScriptedLLM

TURN = Turn("What is it like?", 1)
WEATHER = ToolCall("w", "weather", {"city": "Rome"})
TIME = ToolCall("t", "time", {})


@tool
async def weather(city: str) -> str:
    """Return the weather.

    Args:
        city: Where.
    """
    await asyncio.sleep(1.0)
    return f"sunny in {city}"


@tool(name="time")
async def clock() -> Mapping[str, Any]:
    """Return the time."""
    await asyncio.sleep(0.4)
    return {"hour": 12}


def calling(*calls: ToolCall, text: str = "") -> Response:
    """A response that calls tools at once and then ends."""
    names = "abcdefgh"[: len(calls)]
    said = f"'{text}'" if text else ""
    values = dict(zip(names, calls, strict=True))
    return Response(f"({said}{names}|)", values)


def answer(
    llm: ScriptedLLM, memory: Memory, *, until: float = 20.0, **options: Any
) -> list[tuple[float, Event]]:
    """What comes of one turn, and when; recorded by the memory as in a call."""
    memory.context = advance(memory.context, TURN)
    with marbles() as m:
        stream: Observable[Event] = rx.concat(rx.just(TURN), rx.never())
        kept = stream.pipe(respond(llm, memory, **options), memory.record())
        log = m.record(kept, f"^ {round(until * 1000)}ms !")
    return [(round(at, 6), n.value) for at, n in log if isinstance(n, OnNext)]


def only(log: Sequence[tuple[float, Event]], *kinds: type) -> list[Any]:
    return [item for _, item in log if isinstance(item, kinds)]


def results(log: Sequence[tuple[float, Event]]) -> list[tuple[float, str, Any]]:
    return [(at, item.id, item.result) for at, item in log if isinstance(item, ToolResult)]


def test_a_result_is_what_the_model_is_asked_again_with() -> None:
    llm = ScriptedLLM(calling(WEATHER, text="Let me see."), "It is sunny.")
    memory = Memory("Be kind.", tools=[weather])
    log = answer(llm, memory)
    assert results(log) == [(1.0, "w", "sunny in Rome")]
    assert len(only(log, ResponseStarted)) == len(only(log, ResponseEnded)) == 2
    assert only(log, Token)[-1] == Token(" sunny.")
    assert llm.asked[1].instruction == "Be kind."
    assert llm.asked[1].messages == (
        Message("user", "What is it like?"),
        Message("assistant", "Let me see.", calls=(WEATHER,)),
        Message("tool", "sunny in Rome", answers="w", name="weather"),
    )
    assert memory.context.messages[1] == Message("assistant", calls=(WEATHER,))


def test_without_a_memory_that_records_the_model_knows_all_the_same() -> None:
    llm = ScriptedLLM(calling(WEATHER, text="Hm."), "Sunny.")
    memory = Memory(tools=[weather])
    with marbles() as m:
        m.record(m.hot("T", {"T": TURN}).pipe(respond(llm, memory)), "^ 5s !")
    assert [message.role for message in llm.asked[1].messages] == ["user", "assistant", "tool"]
    assert memory.context.messages == ()


def test_a_result_that_is_held_up_on_its_way_to_the_memory_is_known_to_the_model() -> None:
    def late(item: Event) -> Observable[Event]:
        delay = 0.5 if isinstance(item, ToolResult) else 0.0
        return rx.timer(delay).pipe(ops.map(lambda _: item))

    llm = ScriptedLLM(calling(WEATHER), "Sunny.")
    memory = Memory("Be kind.", tools=[weather])
    memory.context = advance(memory.context, TURN)
    with marbles() as m:
        turns: Observable[Event] = rx.concat(rx.just(TURN), rx.never())
        m.record(turns.pipe(respond(llm, memory), ops.concat_map(late), memory.record()), "^ 5s !")
    assert [(message.role, message.text) for message in llm.asked[1].messages] == [
        ("user", "What is it like?"),
        ("assistant", ""),
        ("tool", "sunny in Rome"),
    ]
    assert llm.asked[1].messages == memory.context.messages


def test_lm06_calls_of_one_response_run_at_the_same_time_and_the_model_is_asked_once() -> None:
    llm = ScriptedLLM(calling(WEATHER, TIME), "Noon, and sunny.")
    log = answer(llm, Memory(tools=[weather, clock]))
    assert results(log) == [(0.4, "t", {"hour": 12}), (1.0, "w", "sunny in Rome")]
    assert len(llm.asked) == 2
    _, called, *answers = llm.asked[1].messages
    assert called.calls == (WEATHER, TIME)
    assert [(a.answers, a.text) for a in answers] == [
        ("t", '{"hour": 12}'),
        ("w", "sunny in Rome"),
    ]


def test_lm06_one_after_another_when_that_is_wanted() -> None:
    llm = ScriptedLLM(calling(WEATHER, TIME), "Done.")
    log = answer(llm, Memory(tools=[weather, clock]), parallel=False)
    assert results(log) == [(1.0, "w", "sunny in Rome"), (1.4, "t", {"hour": 12})]
    assert len(llm.asked) == 2


def test_lm06_the_model_is_asked_after_each_when_that_is_wanted() -> None:
    llm = ScriptedLLM(calling(WEATHER, TIME), "Noon.", "And sunny.")
    log = answer(llm, Memory(tools=[weather, clock]), ask_after="each")
    assert [at for at, item in log if isinstance(item, ResponseStarted)] == [0.0, 0.4, 1.0]
    first, second = llm.asked[1], llm.asked[2]
    assert [message.answers for message in first.messages if message.role == "tool"] == ["t"]
    assert {m.answers for m in second.messages if m.role == "tool"} == {"t", "w"}


def test_lm06_results_that_come_while_the_model_speaks_ask_it_once_more() -> None:
    """Three tools end while the second answer is being written: one more answer, not three."""
    names = ["one", "two", "three", "four"]

    def waiting(name: str, seconds: float) -> Any:
        @tool(name=name)
        async def wait() -> str:
            await asyncio.sleep(seconds)
            return name

        return wait

    made = [waiting(name, 0.1 + 0.05 * place) for place, name in enumerate(names)]
    llm = ScriptedLLM(calling(*(ToolCall(n, n) for n in names)), "One is there.", "All.")
    log = answer(llm, Memory(tools=made), ask_after="each")
    assert len(llm.asked) == 3
    assert len(results(log)) == 4


def test_a_model_may_call_again_with_what_it_knows_now() -> None:
    again = ToolCall("x", "weather", {"city": "Oslo"})
    llm = ScriptedLLM(calling(WEATHER), calling(again), "Rome is better.")
    log = answer(llm, Memory(tools=[weather]))
    assert results(log) == [(1.0, "w", "sunny in Rome"), (2.0, "x", "sunny in Oslo")]
    assert [len(context.messages) for context in llm.asked] == [1, 3, 5]


def test_a_model_that_never_ceases_to_call_is_stopped() -> None:
    llm = ScriptedLLM(*[calling(ToolCall("t", "time"))] * 9)
    log = answer(llm, Memory(tools=[clock]), max_rounds=3)
    assert len(llm.asked) == 4
    assert [context.tool_choice for context in llm.asked] == ["auto", "auto", "auto", "none"]
    assert only(log, Fault) == [Fault("tools", "the model goes on calling tools")]
    assert [cancelled.reason for cancelled in only(log, ToolsCancelled)] == ["too many rounds"]


def test_ids_that_a_model_uses_twice_are_told_apart() -> None:
    llm = ScriptedLLM(calling(ToolCall("", "time")), calling(ToolCall("", "time")), "Noon.")
    log = answer(llm, Memory(tools=[clock]))
    assert [call.id for call in only(log, ToolCall)] == ["time", "time-2"]
    assert [id_ for _, id_, _ in results(log)] == ["time", "time-2"]


def test_a_tool_that_has_to_be_called_is_called_once() -> None:
    llm = ScriptedLLM(calling(TIME), "Noon.")
    memory = Memory(Context(tools=tools(clock), tool_choice="time"))
    answer(llm, memory)
    assert [context.tool_choice for context in llm.asked] == ["time", "auto"]


def test_lm09_a_tool_that_does_not_exist_has_a_result_and_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    llm = ScriptedLLM(calling(WEATHER), "I cannot tell.")
    log = answer(llm, Memory())
    assert results(log) == [(0.0, "w", {"error": "there is no tool with the name weather"})]
    assert [r.getMessage() for r in caplog.records] == ["a model called weather, which is no tool"]
    assert only(log, ToolCall) == [WEATHER]
    assert only(log, ResponseEnded)[-1].text == "I cannot tell."


def test_lm10_a_tool_is_looked_up_when_it_is_run() -> None:
    """The first of two calls takes the second one's tool away."""

    async def forget(use: ToolUse) -> str:
        use.send(SetTools(use.context.tools.without("weather")))
        return "forgotten"

    llm = ScriptedLLM(calling(ToolCall("f", "forget"), WEATHER), "Gone.")
    log = answer(llm, Memory(tools=[tool(forget), weather]), parallel=False)
    assert results(log) == [
        (0.0, "f", "forgotten"),
        (0.0, "w", {"error": "there is no tool with the name weather"}),
    ]
    assert [one.name for one in llm.asked[1].tools.standard] == ["forget"]


def test_lm03_what_has_no_tool_of_its_own_goes_to_the_one_for_the_others() -> None:
    async def other(use: ToolUse, arguments: Mapping[str, Any]) -> str:
        return f"{use.call.name} {json.dumps(dict(arguments))}"

    llm = ScriptedLLM(calling(WEATHER), "Fine.")
    log = answer(llm, Memory(tools=tools(clock, other=other)))
    assert results(log) == [(0.0, "w", 'weather {"city": "Rome"}')]


@pytest.mark.parametrize("own", [True, False], ids=["the tool's own", "for all"])
def test_lm13_a_tool_that_takes_too_long_has_no_result_and_is_stopped(own: bool) -> None:
    ended: list[str] = []

    async def slow() -> str:
        try:
            await asyncio.sleep(9.0)
        finally:
            ended.append("stopped")
        return "too late"

    made = tool(timeout=0.5)(slow) if own else tool(slow)
    llm = ScriptedLLM(calling(ToolCall("s", "slow")), "Sorry.")
    log = answer(llm, Memory(tools=[made]), tool_timeout=0.5 if not own else 7.0)
    assert results(log) == [(0.5, "s", None)]
    assert [fault.message for fault in only(log, Fault)] == ["the tool slow took longer than 0.5 s"]
    assert ended == ["stopped"]
    assert llm.asked[1].messages[-1].text == "null"


def test_lm13_a_tool_that_will_not_stop_is_not_heard_again() -> None:
    async def stubborn(use: ToolUse) -> str:
        try:
            await asyncio.sleep(9.0)
        except asyncio.CancelledError:
            use.say("Still here.")
            await asyncio.sleep(0.5)
        return "late"

    llm = ScriptedLLM(calling(ToolCall("s", "stubborn")), "Sorry.")
    log = answer(llm, Memory(tools=[tool(timeout=0.5)(stubborn)]))
    assert results(log) == [(0.5, "s", None)]
    assert only(log, Sentence) == []


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_lm13_a_timeout_must_be_positive(seconds: float) -> None:
    with pytest.raises(ValueError, match="tool_timeout must be positive"):
        respond(ScriptedLLM("x"), tool_timeout=seconds)
    with pytest.raises(ValueError, match=r"^timeout must be positive"):
        replace(weather, timeout=seconds)


def test_a_tool_that_fails_tells_the_model_and_the_application() -> None:
    async def broken() -> str:
        raise LookupError("no such table")

    llm = ScriptedLLM(calling(ToolCall("b", "broken")), "It does not work.")
    log = answer(llm, Memory(tools=[broken]))
    assert results(log) == [(0.0, "b", {"error": "no such table"})]
    assert only(log, Fault) == [Fault("tools", "the tool broken failed: LookupError")]


def test_arguments_that_do_not_fit_are_told_the_model_and_nobody_else() -> None:
    llm = ScriptedLLM(calling(ToolCall("w", "weather", {"town": "Rome"})), "Which city?")
    log = answer(llm, Memory(tools=[weather]))
    assert results(log) == [(0.0, "w", {"error": "city: Field required"})]
    assert only(log, Fault) == []


@pytest.mark.parametrize(("run", "asked"), [(None, 2), (True, 2), (False, 1)])
def test_lm14_a_result_may_keep_the_model_from_being_asked(run: bool | None, asked: int) -> None:
    async def note() -> ToolAnswer:
        return ToolAnswer("noted", run=run)

    llm = ScriptedLLM(calling(ToolCall("n", "note"), text="I will."), "Done.")
    answer(llm, Memory(tools=[note]))
    assert len(llm.asked) == asked


@pytest.mark.parametrize("wants", [True, None])
def test_lm14_one_result_that_wants_an_answer_is_enough(wants: bool | None) -> None:
    async def note(run: bool) -> ToolAnswer:
        return ToolAnswer("noted", run=wants if run else False)

    calls = [ToolCall("1", "note", {"run": False}), ToolCall("2", "note", {"run": True})]
    llm = ScriptedLLM(calling(*calls), "Done.")
    answer(llm, Memory(tools=[note]))
    assert len(llm.asked) == 2


def test_lm14_somebody_may_be_called_when_the_conversation_holds_the_result() -> None:
    seen: list[tuple[str, ...]] = []
    memory = Memory()

    async def look() -> None:
        seen.append(tuple(message.text for message in memory.context.messages))
        await asyncio.sleep(5.0)
        seen.append(("five seconds later",))

    async def note() -> ToolAnswer:
        return ToolAnswer("Żółć", then=look)

    memory.context = Context(tools=tools(note))
    answer(ScriptedLLM(calling(ToolCall("n", "note")), "Done."), memory)
    assert seen == [("What is it like?", "", "Żółć"), ("five seconds later",)]


def test_lm14_text_that_is_not_ascii_is_not_escaped() -> None:
    async def note() -> Mapping[str, str]:
        return {"name": "Żółć 🦔"}

    llm = ScriptedLLM(calling(ToolCall("n", "note")), "Done.")
    answer(llm, Memory(tools=[note]))
    assert llm.asked[1].messages[-1].text == '{"name": "Żółć 🦔"}'


def test_a_result_that_no_json_can_hold_is_told_as_well_as_it_can_be() -> None:
    async def odd() -> Any:
        loop: list[Any] = []
        loop.append(loop)
        return loop

    llm = ScriptedLLM(calling(ToolCall("o", "odd")), "Odd.")
    log = answer(llm, Memory(tools=[odd]))
    assert len(results(log)) == 1
    assert len(llm.asked) == 2


def test_what_a_tool_orders_is_done_before_the_model_is_asked() -> None:
    async def sell() -> ToolAnswer:
        return ToolAnswer("sold", commands=(SetInstruction("Say good bye."),))

    llm = ScriptedLLM(calling(ToolCall("s", "sell")), "Good bye.")
    answer(llm, Memory("Sell.", tools=[sell]))
    assert [context.system for context in llm.asked] == ["Sell.", "Say good bye."]


@pytest.mark.parametrize("kept", [(), (Message("user", "What is it like?"),)], ids=["none", "one"])
def test_a_conversation_that_is_replaced_while_a_tool_runs_is_what_the_model_is_asked_with(
    kept: tuple[Message, ...],
) -> None:
    """CX14: what was taken out of it is not sent any more; what is being answered is."""
    secret, remark = Message("user", "My number is 1234."), Message("developer", "Be quick.")
    llm = ScriptedLLM(calling(WEATHER, text="Hm."), calling(TIME), "Sunny.")
    memory = Memory(Context("Be kind.", (secret, Message("assistant", "Thanks."))))
    memory.context = advance(replace(memory.context, tools=tools(weather, clock)), TURN)
    with marbles(tick=0.1) as m:
        turns: Observable[Event] = rx.concat(rx.just(TURN), rx.never())
        edits: Observable[Event] = m.hot("-----r", {"r": ReplaceMessages((remark, *kept))})
        commands = edits.pipe(ops.merge(rx.timer(0.6).pipe(ops.map(lambda _: SetInstruction("!")))))
        m.record(turns.pipe(respond(llm, memory), ops.merge(commands), memory.record()), "^ 5s !")
    for asked, called in ((llm.asked[1], [WEATHER]), (llm.asked[2], [WEATHER, TIME])):
        assert asked.system == "!"
        assert [(message.role, message.text) for message in asked.messages] == [
            ("developer", "Be quick."),
            ("user", "What is it like?"),
            ("assistant", "Hm."),
            ("tool", "sunny in Rome"),
            *([("assistant", ""), ("tool", '{"hour": 12}')] if TIME in called else []),
        ]
        assert [call for message in asked.messages for call in message.calls] == called


def test_a_tool_that_replaces_the_conversation_itself_has_the_last_word() -> None:
    async def start_over(use: ToolUse) -> ToolAnswer:
        return ToolAnswer("done", commands=(ReplaceMessages((Message("user", "Hello."),)),))

    llm = ScriptedLLM(calling(ToolCall("s", "start_over")), "Hello!")
    memory = Memory(Context("", (Message("user", "Forget."), Message("assistant", "Me?"))))
    memory.context = replace(memory.context, tools=tools(start_over))
    answer(llm, memory)
    assert llm.asked[1].messages == (Message("user", "Hello."),)


def test_a_tool_that_takes_long_may_say_so() -> None:
    async def slow(use: ToolUse) -> str:
        await asyncio.sleep(2.0)
        use.say("Nearly there.")
        await asyncio.sleep(1.0)
        return "done"

    made = tool(filler="One moment, please.", filler_after=0.5)(slow)
    log = answer(ScriptedLLM(calling(ToolCall("s", "slow")), "Done."), Memory(tools=[made]))
    assert [(at, item) for at, item in log if isinstance(item, Sentence)] == [
        (0.5, Sentence("One moment, please.", remembered=False)),
        (2.0, Sentence("Nearly there.", remembered=False)),
    ]


def test_a_quick_tool_says_nothing() -> None:
    made = replace(clock, filler="One moment, please.", filler_after=0.5)
    assert only(answer(ScriptedLLM(calling(TIME), "Noon."), Memory(tools=[made])), Sentence) == []


def test_lm12_an_ordinary_tool_cannot_report(caplog: pytest.LogCaptureFixture) -> None:
    async def eager(use: ToolUse) -> str:
        use.report("half")
        return "whole"

    llm = ScriptedLLM(calling(ToolCall("e", "eager")), "Done.")
    log = answer(llm, Memory(tools=[eager]))
    assert results(log) == [(0.0, "e", "whole")]
    assert ["cannot report" in record.getMessage() for record in caplog.records] == [True]


def test_resources_are_given_by_reference() -> None:
    database: dict[str, int] = {}

    async def count(use: ToolUse) -> int:
        assert use.resources is database
        database["calls"] = database.get("calls", 0) + 1
        return database["calls"]

    llm = ScriptedLLM(calling(ToolCall("1", "count"), ToolCall("2", "count")), "Two.")
    answer(llm, Memory(tools=[count]), resources=database)
    assert database == {"calls": 2}


def test_the_calls_of_a_response_that_broke_off_come_to_nothing() -> None:
    llm = ScriptedLLM(Response("(a#)", {"a": WEATHER}, ConnectionError("lost")))
    log = answer(llm, Memory(tools=[weather]), apology="Pardon?")
    assert only(log, ToolsCancelled) == [ToolsCancelled((WEATHER,), "failed")]
    assert results(log) == []
    assert len(llm.asked) == 1


def test_thoughts_that_the_provider_wants_back_stand_before_the_calls() -> None:
    signed = Thought(provider="deep", data={"signature": "s"})
    first = Response("(tsc|)", {"t": Thought("hm"), "s": signed, "c": WEATHER})
    llm = ScriptedLLM(first, "Sunny.")
    memory = Memory(tools=[weather])
    answer(llm, memory)
    assert llm.asked[1].messages[1] == Message(
        "assistant", "hm", provider="deep", data={"thoughts": [{"signature": "s"}]}
    )
    assert not any(message.provider for message in memory.context.messages)


def test_cx18_thoughts_are_remembered_when_that_is_wanted() -> None:
    signed = Thought(provider="deep", data={"signature": "s"})
    first = Response("(tsx|)", {"t": Thought("hm"), "s": signed, "x": Token("Yes.")})
    memory = Memory(keep_thoughts=True)
    answer(ScriptedLLM(first), memory)
    assert memory.context.messages[1:] == (
        Message("assistant", "hm", provider="deep", data={"thoughts": [{"signature": "s"}]}),
    )


TURNS: dict[str, Event] = {
    "S": TurnStarted(1),
    "T": Turn("What is it like?", 1),
    "U": TurnStarted(2),
    "V": Turn("Never mind.", 2),
}


def call(llm: ScriptedLLM, memory: Memory, turns: str, **options: Any) -> list[Any]:
    """What comes out of a conversation in which every turn interrupts."""
    with marbles(tick=0.1) as m:

        def reply(turn: Turn) -> Observable[Event]:
            return rx.just(turn).pipe(respond(llm, memory, **options))

        stream = m.hot(turns, TURNS).pipe(
            interruptible(reply, policy=interrupt_at_once()), memory.record()
        )
        log = m.record(stream, "^ 30s !")
    return [(round(at, 6), n.value) for at, n in log if isinstance(n, OnNext)]


def test_lm11_an_interruption_cancels_what_runs_and_lists_it() -> None:
    ended: list[float] = []

    async def slow() -> str:
        try:
            await asyncio.sleep(9.0)
        finally:
            ended.append(asyncio.get_running_loop().time())
        return "never"

    quick, long = ToolCall("t", "time"), ToolCall("s", "slow")
    llm = ScriptedLLM(calling(quick, long), "You are welcome.")
    memory = Memory(tools=[clock, slow])
    log = call(llm, memory, "ST------U-V---")
    cancelled = ToolsCancelled((long,), "interrupted")
    place = [item for _, item in log].index(cancelled)
    assert [item for _, item in log][place : place + 3] == [
        cancelled,
        ReplyEnded(1, "", interrupted=True),
        TurnStarted(2),
    ]
    assert log[place][0] == ended[0] == 0.8
    assert [(m.role, m.text) for m in memory.context.messages][:4] == [
        ("user", "What is it like?"),
        ("assistant", ""),
        ("tool", '{"hour": 12}'),
        ("tool", '{"status": "cancelled"}'),
    ]
    assert llm.asked[1].messages[-1] == Message("user", "Never mind.")


def test_lm11_who_hangs_up_leaves_no_call_without_an_answer() -> None:
    memory = Memory(tools=[weather])
    llm = ScriptedLLM(calling(WEATHER))
    with marbles(tick=0.1) as m:

        def reply(turn: Turn) -> Observable[Event]:
            return rx.just(turn).pipe(respond(llm, memory))

        stream = m.hot("ST--", TURNS).pipe(interruptible(reply), memory.record())
        m.record(stream, "^---!")
    assert memory.context.messages[-1].text == '{"status": "cancelled"}'


def test_a_source_that_fails_cancels_the_tools_first() -> None:
    memory = Memory(tools=[weather])
    with marbles(tick=0.1) as m:
        turns = m.hot("T--#", TURNS)
        values = {
            "1": ResponseStarted(1),
            "c": WEATHER,
            "e": ResponseEnded(1),
            "x": ToolsCancelled((WEATHER,), "failed"),
        }
        out = turns.pipe(respond(ScriptedLLM(calling(WEATHER)), memory))
        log = m.record(out)
    assert [n.value for _, n in log if isinstance(n, OnNext)][-1] == values["x"]


@given(st.data())
def test_every_call_ends_exactly_once_whatever_happens(data: st.DataObject) -> None:
    """LM06, LM09, LM11, LM13: one terminal event for each call, in any order of events.

    Tools end, fail, hang, do not exist; models break off; the user interrupts at any time.
    """
    kinds = ["quick", "slow", "broken", "missing", "timed"]
    counts = st.integers(0, 3)
    script: list[Response] = []
    for _ in range(data.draw(st.integers(1, 5))):
        made = [ToolCall("id", data.draw(st.sampled_from(kinds))) for _ in range(data.draw(counts))]
        values: dict[str, Any] = dict(zip("abc", made, strict=False))
        names = "-".join(values)
        end = data.draw(st.sampled_from(["|", "|", "|", "#"]))
        script.append(Response(f"{names}'Hm.'{end}", values, tick=0.05))

    def named(name: str, seconds: float, error: bool = False) -> Any:
        @tool(name=name, timeout=0.15 if name == "timed" else None)
        async def act(use: ToolUse) -> str:
            use.say("Hm.")
            await asyncio.sleep(seconds)
            if error:
                raise ValueError("no")
            return name

        return act

    memory = Memory(
        tools=[
            named("quick", 0.0),
            named("slow", 0.3),
            named("broken", 0.1, error=True),
            named("timed", 5.0),
        ]
    )
    llm = ScriptedLLM(*script, again=True)
    turns = data.draw(st.sampled_from(["ST", "ST-U-V", "ST---U-----V", "ST--U#", "ST---|"]))
    log = call(
        llm,
        memory,
        turns,
        parallel=data.draw(st.booleans()),
        ask_after=data.draw(st.sampled_from(["last", "each"])),
        max_rounds=3,
    )
    items = [item for _, item in log]
    calls = [item.id for item in items if isinstance(item, ToolCall)]
    assert len(set(calls)) == len(calls)
    ends: dict[str, int] = dict.fromkeys(calls, 0)
    for item in items:
        if isinstance(item, ToolResult):
            ends[item.id] += 1
        elif isinstance(item, ToolsCancelled):
            for one in item.calls:
                ends[one.id] += 1
    assert set(ends.values()) <= {1}
    settled_calls = [m.answers for m in memory.context.messages if m.role == "tool"]
    assert sorted(settled_calls) == sorted(calls)
    assert len([i for i in items if isinstance(i, ReplyStarted)]) == len(
        [i for i in items if isinstance(i, ReplyEnded)]
    )
