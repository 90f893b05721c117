"""The application, and tools, steer a conversation (CX14, CX15, CX16, LM12, LM15)."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice import (
    AppendMessages,
    CancelTool,
    Command,
    Context,
    EagerTurn,
    Event,
    Fault,
    InterruptionRejected,
    Memory,
    Message,
    ReplaceMessages,
    ReplyEnded,
    ReplyStarted,
    RunModel,
    Say,
    SetInstruction,
    SetToolChoice,
    SetTools,
    Token,
    ToolCall,
    ToolProgress,
    ToolResult,
    ToolsCancelled,
    ToolUse,
    TransformContext,
    Turn,
    TurnDropped,
    TurnResumed,
    TurnStarted,
    tool,
    tools,
)
from rxvoice.context import cancel_tool
from rxvoice.operators import (
    background_tools,
    converse,
    interrupt_at_once,
    interruptible,
    respond,
    steer,
    with_feedback,
)
from rxvoice.testing import OnNext, conversation, like, marbles
from rxvoice.testing.calls import Response, ScriptedLLM

REMARK = Message("developer", "It rains.")

ITEMS: dict[str, Any] = {
    "S": TurnStarted(1),
    "T": Turn("Hello.", 1),
    "D": TurnDropped(1),
    "g": EagerTurn(Turn("Hello.", 1)),
    "z": TurnResumed(1),
    "U": TurnStarted(2),
    "V": Turn("Well?", 2),
    "r": RunModel(),
    "h": Say("Hold on."),
    "q": Say("Quiet.", remembered=False),
    "a": AppendMessages((REMARK,)),
    "b": AppendMessages((REMARK,), run=True),
    "c": ReplaceMessages((REMARK,), run=True),
    "t": TransformContext(lambda context: context, run=True),
    "k": SetTools(tools(), run=True),
    "1": ReplyStarted(1),
    "2": ReplyEnded(1, "Hi."),
    "i": ReplyEnded(1, "Hi.", interrupted=True),
    "3": ReplyStarted(2),
    "4": ReplyEnded(2, "Hi."),
    "x": InterruptionRejected(1),
    "p": ToolProgress("c", "search", 1),
    "e": ToolResult("c", "search", 1, background=True),
    "f": ToolResult("c", "search", 1, run=False, background=True),
    "o": ToolResult("c", "search", 1),
}


def run(number: int) -> Any:
    return like(Turn, text="", number=number, reason="run", answer=None)


def said(number: int, text: str, remembered: bool = True) -> Any:
    token = Token(text, remembered=remembered)
    return like(Turn, text="", number=number, reason="say", answer=token)


@pytest.mark.parametrize(
    ("turns", "out", "expected"),
    [
        pytest.param("-----", "-r---", "-R---", id="CX14 nobody speaks"),
        pytest.param("-----", "-b---", "-R---", id="CX14 messages are added, and the model asked"),
        pytest.param("-----", "-a---", "-----", id="CX14 messages are added, and nobody is asked"),
        pytest.param("-----", "-c---", "-R---", id="CX14 messages are replaced"),
        pytest.param("-----", "-t---", "-R---", id="CX15 the context is transformed"),
        pytest.param("-----", "-k---", "-R---", id="CX16 there are other tools"),
        pytest.param("-----", "-e---", "-R---", id="LM12 a tool in the background has a result"),
        pytest.param("-----", "-p---", "-R---", id="LM12 it has something to tell"),
        pytest.param("-----", "-f---", "-----", id="LM14 a result that wants no answer"),
        pytest.param("-----", "-o---", "-----", id="the result of another tool"),
        pytest.param("S--D-", "-r---", "S--(DQ)-", id="LM15 the user speaks, and said nothing"),
        pytest.param("S--T--", "-e--1-2", "S--T--", id="LM15 the user's turn includes it"),
        pytest.param("Sg--T---", "---e-1-2", "Sg--T--Q", id="LM15 it is later than a guess"),
        pytest.param("S--gT---", "-e---1-2", "S--gT---", id="LM15 a guess includes it"),
        pytest.param("Sgz-T---", "---e-1-2", "Sgz-T---", id="LM15 the guess was wrong"),
        pytest.param("ST----", "--1e-2", "ST---Q", id="LM15 the bot speaks"),
        pytest.param("ST----", "--e-12", "ST----", id="LM15 before the model is asked"),
        pytest.param("ST-----", "--1eee2", "ST----Q", id="LM15 several results, one turn"),
        pytest.param("ST-------", "--1eee2-3-4", "ST----Q--", id="LM15 and no second one"),
        pytest.param("ST-----", "--1e--x", "ST----Q", id="LM15 the turn was none after all"),
        pytest.param("ST--U--V--", "--1e-i--3", "ST--U--W--", id="LM15 an interruption"),
        pytest.param("-----", "-h---", "-H---", id="CX14 something is said"),
        pytest.param("-----", "-q---", "-N---", id="CX25 something is said in passing"),
        pytest.param("-----", "-(hr)--", "-H---", id="one after another"),
        pytest.param("------", "-(hr)-1-2", "-H---2", id="the model is asked after what was said"),
        pytest.param("------", "-(hh)-1-2", "-H---G", id="everything is said"),
    ],
)
def test_what_is_wanted_waits_for_the_floor(turns: str, out: str, expected: str) -> None:
    """LM15, CX14."""
    values = {
        **ITEMS,
        "R": run(1),
        "Q": run(2),
        "2": run(2),
        "H": said(1, "Hold on."),
        "G": said(2, "Hold on."),
        "N": said(1, "Quiet.", remembered=False),
        "U": TurnStarted(2),
        "W": Turn("Well?", 2),
    }
    with marbles() as m:
        fed = m.hot(out, ITEMS)
        m.expect(m.hot(turns, ITEMS).pipe(steer(feedback=fed))).to_be(expected, values)
        m.expect_subscriptions(fed, "^")


def test_the_turns_of_the_user_are_counted_on() -> None:
    values = {**ITEMS, "R": run(1), "S": TurnStarted(2), "T": Turn("Hello.", 2)}
    with marbles() as m:
        fed = m.hot("-r-1-2--", ITEMS)
        out = m.hot("------ST|", ITEMS).pipe(steer(feedback=fed))
        m.expect(out).to_be("-R----ST|", values)


def test_commands_pass_on_in_order_and_ask_for_nothing_before_they_have() -> None:
    with marbles() as m:
        commands: Any = m.hot("-(ab)-h|", ITEMS)
        out = m.hot("T------|", ITEMS).pipe(steer(commands, feedback=rx.never()))
        m.expect(out).to_be("T(ab)-h---|", ITEMS)


def test_commands_that_fail_are_a_fault() -> None:
    with marbles() as m:
        commands: Any = m.hot("-a#", ITEMS, error=ConnectionError("gone"))
        out = m.hot("----T|", ITEMS).pipe(steer(commands, feedback=rx.never()))
        m.expect(out).to_be("-af-T|", {**ITEMS, "f": like(Fault, source="commands")})


def test_unsubscribing_leaves_everything() -> None:
    with marbles() as m:
        commands: Any = m.hot("-h---", ITEMS)
        fed = m.hot("--r--", ITEMS)
        turns = m.hot("T----", ITEMS)
        m.expect(turns.pipe(steer(commands, feedback=fed)), "^---!").to_be("Th--", ITEMS)
        for stream in (commands, fed, turns):
            m.expect_subscriptions(stream, "^---!")


def test_an_error_passes() -> None:
    with marbles() as m:
        out = m.hot("-T#", ITEMS).pipe(steer(feedback=rx.never()))
        m.expect(out).to_be("-T#", ITEMS)


def test_each_subscription_counts_for_itself() -> None:
    values = {**ITEMS, "R": run(1)}
    with marbles() as m:
        fed = m.hot("-r---r-", ITEMS)
        out = m.hot("-------", ITEMS).pipe(steer(feedback=fed))
        m.expect(out, "^--!").to_be("-R-", values)
        m.expect(out, "----^--!").to_be("-----R-", values)


# Whole conversations.


def asked(
    user: str,
    llm: ScriptedLLM,
    memory: Memory,
    *commands: tuple[float, Command],
    **options: Any,
) -> Any:
    """A call during which the application wants things at certain times."""
    wanted: Subject[Command] = Subject()

    def agent(session: Any, **parts: Any) -> Any:
        for at, command in commands:
            session.scheduler.call_later(at, lambda command=command: wanted.on_next(command))
        return converse(commands=wanted, memory=memory, **parts)

    def made(*, vad: Any, stt: Any, llm: Any, tts: Any, session: Any) -> Any:
        return agent(session, vad=vad, stt=stt, llm=llm, tts=tts)

    return conversation(made, user=user, llm=llm, **options)


def told(memory: Memory) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in memory.context.messages]


def test_cx14_the_bot_greets_before_anybody_has_spoken() -> None:
    memory = Memory("Be kind.")
    asked("5s", ScriptedLLM("Welcome!"), memory, (0.5, RunModel()))
    assert told(memory) == [("assistant", "Welcome!")]


def test_cx26_what_the_application_has_the_bot_say_is_remembered_when_it_was_heard() -> None:
    """TT26: in order, as replies of their own; what is not to be remembered is not."""
    memory = Memory()
    call = asked(
        "5s [--]'hello' 4s",
        ScriptedLLM("Hello."),
        memory,
        (0.5, Say("This call is recorded.")),
        (0.6, Say("Beep.", remembered=False)),
    )
    assert told(memory) == [
        ("assistant", "This call is recorded."),
        ("user", "hello"),
        ("assistant", "Hello."),
    ]
    spoken = [stamped.item for stamped in call.events if isinstance(stamped.item, ReplyEnded)]
    assert [reply.spoken for reply in spoken] == ["This call is recorded.", "", "Hello."]


def test_cx26_an_interrupted_announcement_is_remembered_as_far_as_it_was_heard() -> None:
    memory = Memory()
    asked(
        "1.5s [------]'stop' 4s",
        ScriptedLLM("Yes?"),
        memory,
        (0.5, Say("One two three four five.")),
    )
    (role, text), *rest = told(memory)
    assert role == "assistant"
    assert text.startswith("One")
    assert "five" not in text
    assert memory.context.messages[0].interrupted
    assert rest == [("user", "stop"), ("assistant", "Yes?")]


def test_cx15_an_edit_keeps_what_was_asked_for_before_it() -> None:
    """A snapshot that is put back would lose the remark; a function does not."""
    memory = Memory("Be kind.")

    def shortened(context: Context) -> Context:
        return replace(context, messages=context.messages[-1:])

    asked(
        "[--]'hello' 4s",
        ScriptedLLM("Hello."),
        memory,
        (3.0, AppendMessages((REMARK,))),
        (3.0, TransformContext(shortened)),
    )
    assert told(memory) == [("developer", "It rains.")]


def test_a_function_that_fails_changes_nothing_and_is_a_fault() -> None:
    memory = Memory()

    def failing(_: Context) -> Context:
        raise LookupError("no such message")

    call = asked("[--]'hello' 3s", ScriptedLLM("Hello."), memory, (3.0, TransformContext(failing)))
    faults = [stamped.item for stamped in call.events if isinstance(stamped.item, Fault)]
    assert faults == [Fault("memory", "TransformContext failed: LookupError")]
    assert told(memory) == [("user", "hello"), ("assistant", "Hello.")]


def test_cx16_tools_and_their_choice_are_changed_during_a_session() -> None:
    async def sing() -> str:
        return "la"

    memory = Memory()
    llm = ScriptedLLM("Hello.", "Fine.")
    note = "You can sing now."
    asked(
        "[--]'hello' 4s [--]'and now?' 4s",
        llm,
        memory,
        (2.5, SetTools(tools(sing), note=note)),
        (2.6, SetToolChoice("none")),
        (2.7, SetInstruction("Be loud.")),
    )
    assert [tuple(t.name for t in context.tools.standard) for context in llm.asked] == [
        (),
        ("sing",),
    ]
    assert llm.asked[1].tool_choice == "none"
    assert llm.asked[1].system == "Be loud."
    assert ("developer", note) in told(memory)


def test_cx16_what_runs_a_tool_comes_with_it() -> None:
    """And goes with it: what is called then is no tool any more."""

    async def sing() -> str:
        return "la"

    memory = Memory()
    call = Response("(a|)", {"a": ToolCall("1", "sing")})
    again = Response("(a|)", {"a": ToolCall("2", "sing")})
    asked(
        "5s [--]'once more' 4s",
        ScriptedLLM(call, "Sung.", again, "I cannot."),
        memory,
        (0.5, SetTools(tools(sing), run=True)),
        (4.0, SetTools(tools())),
    )
    answers = [message.text for message in memory.context.messages if message.role == "tool"]
    assert answers == ["la", '{"error": "there is no tool with the name sing"}']


def test_cx16_tools_that_come_in_the_midst_of_a_reply_are_there_for_the_rest_of_it() -> None:
    async def learn() -> str:
        await asyncio.sleep(1.0)
        return "learnt"

    async def sing() -> str:
        return "la"

    memory = Memory(tools=[learn])
    first = Response("(a|)", {"a": ToolCall("1", "learn")})
    then = Response("(a|)", {"a": ToolCall("2", "sing")})
    llm = ScriptedLLM(first, then, "La.")
    asked("[--]'sing' 6s", llm, memory, (1.5, SetTools(tools(learn, sing))))
    assert [one.name for one in llm.asked[1].tools.standard] == ["learn", "sing"]
    answers = [message.text for message in memory.context.messages if message.role == "tool"]
    assert answers == ["learnt", "la"]


def test_cx14_edits_are_heard_by_the_model_in_the_order_in_which_they_were_wanted() -> None:
    """From a tool as from the application; what asks for an answer gets one."""

    async def note(use: ToolUse) -> str:
        use.send(AppendMessages((REMARK,)))
        return "noted"

    memory = Memory(tools=[note])
    call = Response("(a|)", {"a": ToolCall("1", "note")})
    llm = ScriptedLLM(call, "Noted.", "So it does.")
    more = Message("developer", "It snows.")
    asked(
        "[--]'note it' 8s",
        llm,
        memory,
        (4.0, ReplaceMessages((more,))),
        (4.0, AppendMessages((REMARK,), run=True)),
    )
    assert ("developer", "It rains.") in [(m.role, m.text) for m in llm.asked[1].messages]
    assert llm.asked[2].messages == (more, REMARK)
    assert told(memory)[-1] == ("assistant", "So it does.")


# Tools in the background.


def searching(seconds: float = 3.0, **options: Any) -> Any:
    @tool(background=True, **options)
    async def search(use: ToolUse, what: str) -> str:
        """Search for something, which takes a while."""
        await asyncio.sleep(seconds / 2)
        use.report({"found": 0})
        await asyncio.sleep(seconds / 2)
        return f"{what} found"

    return search


def remark(status: str, result: Any) -> str:
    return json.dumps({"tool": "search", "call": "s", "status": status, "result": result})


SEARCH = Response("(a|)", {"a": ToolCall("s", "search", {"what": "a cat"})})


def test_lm12_a_call_in_the_background_goes_on_while_the_conversation_does() -> None:
    """The model says that it began, answers the user, and tells the result when it is there."""
    memory = Memory(tools=[searching(8.0)])
    llm = ScriptedLLM(SEARCH, "I am searching.", "Fine, thanks.", "Nothing yet.", "A cat!")
    asked("[--]'find a cat' 2s [--]'how are you?' 12s", llm, memory)
    assert told(memory) == [
        ("user", "find a cat"),
        ("assistant", ""),
        ("tool", '{"status": "running"}'),
        ("assistant", "I am searching."),
        ("user", "how are you?"),
        ("assistant", "Fine, thanks."),
        ("developer", remark("running", {"found": 0})),
        ("assistant", "Nothing yet."),
        ("developer", remark("finished", "a cat found")),
        ("assistant", "A cat!"),
    ]


def test_lm12_an_interruption_does_not_cancel_it() -> None:
    memory = Memory(tools=[searching(2.0)])
    llm = ScriptedLLM(SEARCH, "I am searching for it now, please wait.", "Yes?", "Found.", "Found.")
    call = asked("[--]'find a cat' 1.3s [-----]'hey you' 9s", llm, memory)
    items = [stamped.item for stamped in call.events]
    assert [i.result for i in items if isinstance(i, ToolResult)] == ["a cat found"]
    assert not [i for i in items if isinstance(i, ToolsCancelled)]
    assert any(isinstance(i, ReplyEnded) and i.interrupted for i in items)


def background(
    turns: str, llm: ScriptedLLM, memory: Memory, **options: Any
) -> list[tuple[float, Any]]:
    with marbles(tick=0.1) as m:

        def agent(fed: Observable[Event]) -> Callable[[Observable[Event]], Observable[Event]]:
            def reply(turn: Turn) -> Observable[Event]:
                return rx.just(turn).pipe(respond(llm, memory))

            return rx.compose(
                steer(feedback=fed),
                interruptible(reply, policy=interrupt_at_once()),
                background_tools(memory, **options),
                memory.record(),
            )

        values: dict[str, Any] = {**ITEMS, "X": CancelTool("s"), "Z": CancelTool("other")}
        log = m.record(m.hot(turns, values).pipe(with_feedback(agent)), "^ 30s !")
    return [(round(at, 6), n.value) for at, n in log if isinstance(n, OnNext)]


def ends(log: list[tuple[float, Any]]) -> list[tuple[float, Any]]:
    return [(at, i) for at, i in log if isinstance(i, ToolResult | ToolsCancelled | ToolProgress)]


CALL = ToolCall("s", "search", {"what": "a cat"}, background=True)


def test_lm12_a_call_may_be_cancelled() -> None:
    memory = Memory(tools=[searching()])
    log = background("T----ZX", ScriptedLLM(SEARCH, "Searching."), memory)
    assert ends(log) == [(0.6, ToolsCancelled((CALL,), "asked"))]
    assert told(memory)[-1] == (
        "developer",
        '{"tool": "search", "call": "s", "status": "cancelled"}',
    )


def test_lm12_a_model_may_cancel_a_call_itself() -> None:
    """With the tool that is built in for it."""
    stop = Response("(a|)", {"a": ToolCall("c", "cancel_tool", {"call": "s"})})
    wrong = Response("(a|)", {"a": ToolCall("d", "cancel_tool", {"call": "nothing"})})
    llm = ScriptedLLM(SEARCH, "Searching.", stop, "I stopped.", wrong, "There is none.")
    memory = Memory(tools=[searching(), cancel_tool])
    log = background("T-------UV----------", llm, memory)
    cancelled = [(at, item) for at, item in ends(log) if isinstance(item, ToolsCancelled)]
    assert cancelled == [(0.9, ToolsCancelled((CALL,), "asked"))]
    assert not [item for _, item in ends(log) if isinstance(item, ToolResult) and item.id == "s"]


def test_lm13_a_call_in_the_background_may_time_out() -> None:
    memory = Memory(tools=[searching()])
    llm = ScriptedLLM(SEARCH, "Searching.", "It took too long.")
    log = background("T----", llm, memory, timeout=1.0)
    assert ends(log) == [(1.0, ToolResult("s", "search", None, background=True))]
    assert len(llm.asked) == 3


def test_when_the_call_is_over_tools_may_end_for_a_while() -> None:
    memory = Memory(tools=[searching(1.0)])
    log = background("T---|", ScriptedLLM(SEARCH, "Searching."), memory)
    assert [at for at, _ in ends(log)] == [0.5, 1.0]


def test_when_the_call_is_over_those_that_do_not_end_are_cancelled() -> None:
    memory = Memory(tools=[searching(20.0)])
    log = background("T---|", ScriptedLLM(SEARCH, "Searching."), memory, grace=2.0)
    at, item = ends(log)[-1]
    assert item == ToolsCancelled((CALL,), "over")
    assert 2.3 <= at <= 2.5


def test_a_source_that_fails_cancels_them_at_once() -> None:
    memory = Memory(tools=[searching()])
    log = background("T---#", ScriptedLLM(SEARCH, "Searching."), memory)
    assert ends(log) == [(0.4, ToolsCancelled((CALL,), "failed"))]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0.0}, "timeout must be positive, got 0.0"),
        ({"grace": -1.0}, "grace must be finite and not negative, got -1.0"),
        ({"grace": float("inf")}, "grace must be finite and not negative, got inf"),
    ],
)
def test_bad_arguments(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        background_tools(Memory(), **options)


@given(st.data())
def test_lm12_every_call_in_the_background_ends_once(data: st.DataObject) -> None:
    """LM12, LM15: and the model is never asked for two replies at the same time."""
    script: list[Any] = []
    for _ in range(data.draw(st.integers(1, 4))):
        names = data.draw(st.sampled_from(["", "a", "b", "ab", "aa"]))
        values: dict[str, Any] = {
            "a": ToolCall("s", "search", {"what": "a cat"}),
            "b": ToolCall("n", "nothing"),
        }
        script.append(Response(f"{'-'.join(names)}'Well.'|", values, tick=0.05))
    seconds = data.draw(st.sampled_from([0.0, 0.3, 1.0, 9.0]))
    turns = data.draw(st.sampled_from(["T", "T--UV", "T----X", "T--X-UV-|", "T---#", "T-----|"]))
    memory = Memory(tools=[searching(seconds)])
    llm = ScriptedLLM(*script, "End.", "End.", again=True)
    log = background(turns, llm, memory, grace=1.0)
    items = [item for _, item in log]
    calls = [item.id for item in items if isinstance(item, ToolCall)]
    closed = [item.id for item in items if isinstance(item, ToolResult)]
    closed += [c.id for item in items if isinstance(item, ToolsCancelled) for c in item.calls]
    if turns[-1] in "|#":
        assert sorted(closed) == sorted(calls)
    assert set(closed) <= set(calls)
    assert len(set(closed)) == len(closed)
    open_replies = 0
    for item in items:
        open_replies += isinstance(item, ReplyStarted) - isinstance(item, ReplyEnded)
        assert 0 <= open_replies <= 1


def test_two_calls_of_the_same_id_both_end() -> None:
    memory = Memory(tools=[searching(1.0)])
    with marbles(tick=0.1) as m:
        calls = m.hot("-c--c---", {"c": CALL})
        log = m.record(calls.pipe(background_tools(memory)), "^ 5s !")
    results = [n.value for _, n in log if isinstance(n, OnNext) and isinstance(n.value, ToolResult)]
    assert len(results) == 2


def test_a_call_that_is_cancelled_while_the_rest_waits_for_it_ends_the_wait() -> None:
    memory = Memory(tools=[searching(9.0), cancel_tool])
    llm = ScriptedLLM(SEARCH, "Searching.")
    log = background("T---X|", llm, memory, grace=5.0)
    assert ends(log) == [(0.4, ToolsCancelled((CALL,), "asked"))]


def test_what_is_no_stream_of_commands_is_refused_at_the_call() -> None:
    for wrong in ([Say("Hi.")], Say("Hi.")):
        with pytest.raises(TypeError, match="commands must be a stream, got a "):
            steer(wrong, feedback=rx.never())  # pyright: ignore[reportArgumentType]
