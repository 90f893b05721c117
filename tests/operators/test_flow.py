"""EC03: tools lead from state to state within the reply, and nothing is ever half done."""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import reduce
from itertools import count
from typing import Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable

from rxvoice import (
    Context,
    Event,
    Fault,
    Goto,
    Memory,
    ReplyEnded,
    ResponseEnded,
    ResponseStarted,
    RunModel,
    Say,
    Sentence,
    SetInstruction,
    State,
    StateEntered,
    Tool,
    ToolAnswer,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    ToolUse,
    Turn,
    flow,
    state,
    tool,
)
from rxvoice.context import advance
from rxvoice.items import Keep
from rxvoice.operators import call_tools, interruptible, respond
from rxvoice.testing import OnNext, marbles, search_races
from rxvoice.testing.calls import Response, ScriptedLLM
from tests.operators.flows import Log, calling, only, talk


def leading(name: str, to: str | State, seconds: float = 0.0, **options: Any) -> Tool:
    """A tool that leads to a state after a while."""

    @tool(name=name, background=options.pop("background", False))
    async def lead() -> Goto:
        await asyncio.sleep(seconds)
        return Goto(to, f"{name} is done", **options)

    return lead


def slow(seconds: float = 1.0) -> Tool:
    @tool(name="slow")
    async def wait() -> str:
        await asyncio.sleep(seconds)
        return "waited"

    return wait


def in_state(memory: Memory) -> str:
    found = memory.context.flow
    assert found is not None
    return found.state


def results(log: Log) -> list[tuple[str, Any]]:
    return [(item.id, item.result) for item in only(log, ToolResult)]


def entered(log: Log) -> list[tuple[float, str, str]]:
    return [(at, i.previous, i.name) for at, i in log if isinstance(i, StateEntered)]


def test_ec03_a_tool_leads_to_another_state_before_the_model_is_asked_again() -> None:
    order = state("order", "Take the order.", tools=[slow()])
    memory = Memory(
        "Be kind.", flow=flow(state("a", "Greet.", tools=[leading("go", "order")]), order)
    )
    llm = ScriptedLLM(calling("go", text="Well."), "What do you want?")
    log = talk(llm, memory)
    assert entered(log) == [(0.0, "", "a"), (0.1, "a", "order")]
    assert results(log) == [("go", "go is done")]
    first, second = llm.asked
    assert first.instruction == "Be kind.\n\nGreet."
    assert second.instruction == "Be kind.\n\nTake the order."
    assert [[one.name for one in c.tools.standard] for c in llm.asked] == [["go"], ["slow"]]
    assert [message.text for message in second.messages] == ["Hello.", "Well.", "go is done"]
    kinds = (ToolCall, StateEntered, ToolResult, ResponseStarted, ResponseEnded)
    assert [type(item).__name__ for item in only(log, *kinds)] == [
        "StateEntered",
        "ResponseStarted",
        "ToolCall",
        "ResponseEnded",
        "StateEntered",
        "ToolResult",
        "ResponseStarted",
        "ResponseEnded",
    ]
    assert len(only(log, ReplyEnded)) == 1


def test_ec03_a_state_may_begin_with_words_of_its_own() -> None:
    """The greeting takes the place of the model, and its words are said within the reply."""
    order = state("order", "Take the order.", greeting="What may it be?")
    memory = Memory(flow=flow(state("a", tools=[leading("go", "order")]), order))
    llm = ScriptedLLM(calling("go"))
    log = talk(llm, memory)
    assert only(log, Sentence) == [Sentence("What may it be?")]
    assert len(llm.asked) == 1
    assert only(log, Fault) == []
    assert in_state(memory) == "order"


def test_ec03_a_state_may_be_entered_without_a_word() -> None:
    order = state("order", greeting="What may it be?")
    memory = Memory(flow=flow(state("a", tools=[leading("go", "order", run=False)]), order))
    llm = ScriptedLLM(calling("go", text="Mind the step."))
    log = talk(llm, memory)
    assert (len(llm.asked), only(log, Sentence), in_state(memory)) == (1, [], "order")


def test_ec03_what_a_state_wants_called_is_called_in_the_same_reply() -> None:
    pick = state("pick", tools=[leading("done", "a")], tool_choice="required")
    memory = Memory(flow=flow(state("a", tools=[leading("go", "pick")]), pick))
    llm = ScriptedLLM(calling("go"), calling("done"), "Fine.")
    talk(llm, memory)
    assert [context.tool_choice for context in llm.asked] == ["auto", "required", "auto"]


def test_ec03_a_tool_that_has_to_be_called_has_been_once_its_state_stays() -> None:
    memory = Memory(flow=flow(state("a", tools=[slow()], tool_choice="required")))
    llm = ScriptedLLM(calling("slow"), "Fine.")
    talk(llm, memory)
    assert [context.tool_choice for context in llm.asked] == ["required", "auto"]


@pytest.mark.parametrize(("keep", "known"), [("turn", ["Hello.", "", "go is done"]), ("none", [])])
def test_ec03_the_next_state_may_know_less(keep: Any, known: list[str]) -> None:
    memory = Memory(
        Context(), flow=flow(state("a", tools=[leading("go", "b")]), state("b", "Ask.", keep=keep))
    )
    memory.context = memory.context.append("user", "Earlier.").append("assistant", "Oh.")
    llm = ScriptedLLM(calling("go"), "And now?")
    talk(llm, memory)
    assert [message.text for message in llm.asked[1].messages] == known
    assert [message.text for message in memory.context.messages] == known


@pytest.mark.parametrize("parallel", [True, False])
def test_ec03_of_two_transitions_in_one_response_the_first_that_is_done_counts(
    parallel: bool,
) -> None:
    """The other one is told so; one after another, that is the first that was called."""
    both = [leading("late", "b", 0.5), leading("soon", "c", 0.2)]
    memory = Memory(tools=both, flow=flow(state("a"), state("b"), state("c")))
    llm = ScriptedLLM(calling("late", "soon"), "Fine.")
    log = talk(llm, memory, parallel=parallel)
    won, lost, to = ("soon", "late", "c") if parallel else ("late", "soon", "b")
    assert results(log) == [
        (won, f"{won} is done"),
        (lost, {"error": f"nothing was done: the conversation went on to {to}"}),
    ]
    assert [name for _, _, name in entered(log)] == ["a", to]
    assert in_state(memory) == to
    assert only(log, Fault) == []
    assert len(llm.asked) == 2


def test_ec03_to_enter_the_same_state_twice_at_once_is_to_enter_it_once() -> None:
    twice = [leading("one", "a", 0.1), leading("two", "a", 0.2)]
    memory = Memory(tools=twice, flow=flow(state("a")))
    log = talk(ScriptedLLM(calling("one", "two"), "Fine."), memory)
    assert [previous for _, previous, _ in entered(log)] == ["", "a"]


def test_ec03_the_state_changes_while_other_tools_run_and_the_model_waits_for_them() -> None:
    memory = Memory(
        flow=flow(state("a", tools=[leading("go", "b", 0.2), slow()]), state("b", "Now b."))
    )
    llm = ScriptedLLM(calling("slow", "go"), "Fine.")
    log = talk(llm, memory)
    assert [at for at, _, name in entered(log) if name == "b"] == [0.3]
    told = [(at, item.id) for at, item in log if isinstance(item, ToolResult)]
    assert told == [(0.3, "go"), (1.1, "slow")]
    assert [at for at, item in log if isinstance(item, ResponseStarted)] == [0.1, 1.1]
    assert llm.asked[1].instruction == "Now b."


def test_ec03_a_state_is_not_entered_in_the_midst_of_what_the_model_says() -> None:
    """The model is asked after each tool: the second one answers while it speaks."""
    memory = Memory(flow=flow(state("a", tools=[slow(0.1), leading("go", "b", 0.2)]), state("b")))
    llm = ScriptedLLM(calling("slow", "go"), "One two three four five six.", "Fine.")
    log = talk(llm, memory, ask_after="each")
    ended = [at for at, item in log if isinstance(item, ResponseEnded)]
    assert ended[1] > 0.3
    assert [at for at, _, name in entered(log) if name == "b"] == [ended[1]]
    told = [(at, item.id) for at, item in log if isinstance(item, ToolResult)]
    assert told == [(0.2, "slow"), (ended[1], "go")]
    assert len(llm.asked) == 3


def test_ec03_of_two_that_wait_for_the_model_the_first_counts_too() -> None:
    some = [slow(0.1), leading("one", "b", 0.2), leading("two", "c", 0.25)]
    memory = Memory(tools=some, flow=flow(state("a"), state("b"), state("c")))
    llm = ScriptedLLM(calling("slow", "one", "two"), "One two three four five six.", "Fine.")
    log = talk(llm, memory, ask_after="each")
    assert [name for _, _, name in entered(log)] == ["a", "b"]
    assert len(results(log)) == 3


@pytest.mark.parametrize("ask_after", ["last", "each"])
def test_ec03_who_interrupts_before_that_finds_the_conversation_where_it_was(
    ask_after: Any,
) -> None:
    """With "each", the tool has answered already, while the model was speaking."""
    memory = Memory(
        flow=flow(state("a", "Still a.", tools=[slow(0.1), leading("go", "b", 0.2)]), state("b"))
    )
    llm = ScriptedLLM(calling("slow", "go"), "One two three four five six.", "Fine.", "Fine.")
    turns = "ST---U-V" if ask_after == "each" else "STU--V"
    log = talk(llm, memory, turns, ask_after=ask_after)
    assert [name for _, _, name in entered(log)] == ["a"]
    cancelled = [call.id for item in only(log, ToolsCancelled) for call in item.calls]
    assert cancelled == (["go"] if ask_after == "each" else ["slow", "go"])
    assert llm.asked[-1].instruction == "Still a."
    assert in_state(memory) == "a"


def test_ec03_who_interrupts_after_it_speaks_in_the_new_state() -> None:
    memory = Memory(flow=flow(state("a", tools=[leading("go", "b")]), state("b", "Now b.")))
    llm = ScriptedLLM(calling("go"), "One two three four five six.", "Fine.")
    log = talk(llm, memory, "ST-U-V")
    assert [name for _, _, name in entered(log)] == ["a", "b"]
    assert results(log) == [("go", "go is done")]
    assert llm.asked[2].instruction == "Now b."


@pytest.mark.parametrize(("seconds", "there"), [(0.2 - 1e-6, "b"), (0.2, "a")])
def test_ec03_who_interrupts_at_the_very_instant_finds_it_done_or_not_begun(
    seconds: float, there: str
) -> None:
    """The tool answers right before 0.3 s, or then, when the user interrupts; in any order."""

    def interrupted() -> None:
        lead = leading("go", "b", seconds)
        memory = Memory(flow=flow(state("a", "a", tools=[lead]), state("b", "b")))
        llm = ScriptedLLM(calling("go"), "Fine.", "Fine.")
        log = talk(llm, memory, "ST-U-V", until="3s")
        cancelled = [call.id for item in only(log, ToolsCancelled) for call in item.calls]
        done = [id_ for id_, _ in results(log)]
        assert [*done, *cancelled] == ["go"]
        assert in_state(memory) == llm.asked[-1].instruction == ("b" if done else "a")
        assert in_state(memory) == there

    search_races(interrupted, 20)


def test_ec03_a_source_that_fails_leaves_no_half_of_it() -> None:
    memory = Memory(flow=flow(state("a", tools=[slow(0.1), leading("go", "b", 0.2)]), state("b")))
    llm = ScriptedLLM(calling("slow", "go"), "One two three four five six.")
    log = talk(llm, memory, "ST---#", ask_after="each")
    ends = [i.id for i in only(log, ToolResult)]
    ends += [call.id for i in only(log, ToolsCancelled) for call in i.calls]
    assert sorted(ends) == ["go", "slow"]
    assert (in_state(memory) == "b") == (("go", "go is done") in results(log))


def test_ec03_a_source_that_fails_lets_happen_what_a_tool_has_answered() -> None:
    """The tool answers at 0.3 s, while the model speaks; the source fails at 0.4 s."""
    memory = Memory(flow=flow(state("a", tools=[slow(0.1), leading("go", "b", 0.2)]), state("b")))
    llm = ScriptedLLM(calling("slow", "go"), "One two three four five six.")
    with marbles(tick=0.1) as m:
        turns = m.hot("-T--#", {"T": Turn("Hello.", 1)})
        log = m.record(turns.pipe(respond(llm, memory, ask_after="each"), memory.record()))
    items = [n.value for _, n in log if isinstance(n, OnNext)]
    assert [i.id for i in items if isinstance(i, ToolResult)] == ["slow", "go"]
    assert [i for i in items if isinstance(i, ToolsCancelled)] == []
    assert in_state(memory) == "b"


@pytest.mark.parametrize(
    ("to", "wrong"),
    [("x", "there is no state with the name x"), ("c", "a does not lead to c")],
    ids=["unknown", "not from here"],
)
def test_ec03_a_tool_that_leads_nowhere_tells_the_model_and_the_application(
    to: str, wrong: str
) -> None:
    states = [state("a", tools=[leading("go", to)], to=["b"]), state("b", to=["c"]), state("c")]
    memory = Memory(flow=flow(*states))
    log = talk(ScriptedLLM(calling("go"), "Sorry."), memory)
    assert results(log) == [("go", {"error": wrong})]
    assert only(log, Fault) == [Fault("flow", f"the tool go: {wrong}")]
    assert in_state(memory) == "a"


def test_ec03_the_second_half_of_an_answer_leads_on_as_well() -> None:
    """Where replies begin before they are wanted, `call_tools` is what runs the tools."""
    memory = Memory(flow=flow(state("a", tools=[leading("go", "b")]), state("b", "Now b.")))
    llm = ScriptedLLM(calling("go"), "Fine.")

    def reply(turn: Turn) -> Observable[Event]:
        think: Observable[Event] = rx.just(turn).pipe(respond(llm, memory, run_tools=False))
        return think.pipe(call_tools(llm, memory))

    with marbles(tick=0.1) as m:
        turns = m.hot("-T", {"T": Turn("Hello.", 1)})
        m.record(turns.pipe(interruptible(reply), memory.record()), "^ 5s !")
    assert [context.instruction for context in llm.asked] == ["", "Now b."]
    assert in_state(memory) == "b"


def test_ec03_what_else_a_tool_orders_happens_with_it_or_not_at_all() -> None:
    @tool
    async def go(use: ToolUse) -> ToolAnswer:
        return ToolAnswer("gone", commands=(SetInstruction("Be brief.", "style"), Goto("b")))

    @tool
    async def again() -> ToolAnswer:
        await asyncio.sleep(0.1)
        return ToolAnswer("gone", commands=(SetInstruction("Be long.", "style"), Goto("b")))

    memory = Memory(flow=flow(state("a", tools=[go, again]), state("b", "Now b.")))
    llm = ScriptedLLM(calling("go", "again"), "Fine.")
    talk(llm, memory)
    assert llm.asked[1].instruction == "Now b.\n\nBe brief."


def test_ec03_states_may_be_made_during_the_conversation() -> None:
    def question(number: int) -> State:
        @tool(name="answer")
        async def answer(text: str) -> Goto:
            return Goto(question(number + 1), f"{text} is right")

        return state(f"question {number}", f"Ask question {number}.", tools=[answer])

    memory = Memory("Hold a quiz.", flow=flow(question(1)))
    said = [Response("(a|)", {"a": ToolCall(f"{n}", "answer", {"text": f"{n}"})}) for n in (1, 2)]
    llm = ScriptedLLM(*said, "Question three.")
    log = talk(llm, memory)
    assert [name for _, _, name in entered(log)] == ["question 1", "question 2", "question 3"]
    assert [context.instruction.split()[-1] for context in llm.asked] == ["1.", "2.", "3."]


def test_ec03_the_application_changes_the_state_when_no_reply_is_in_progress() -> None:
    memory = Memory(flow=flow(state("a"), state("b", "Now b.")))
    llm = ScriptedLLM("One two three.", "Hm.")
    log = talk(llm, memory, "ST", commands="--g", wanted={"g": Goto("b")})
    ended = [at for at, item in log if isinstance(item, ReplyEnded)]
    assert [at for at, _, name in entered(log) if name == "b"] == [ended[0]]
    assert ended[0] > 0.2
    assert [context.instruction for context in llm.asked] == ["", "Now b."]
    assert only(log, RunModel) == [RunModel()]


def test_ec03_the_application_changes_the_state_before_a_turn_is_answered() -> None:
    memory = Memory(flow=flow(state("a"), state("b", "Now b.")))
    llm = ScriptedLLM("Hm.")
    log = talk(llm, memory, "S---T", commands="--g", wanted={"g": Goto("b")})
    assert [at for at, _, name in entered(log) if name == "b"] == [0.2]
    assert [context.instruction for context in llm.asked] == ["Now b."], "and that one reply does"


def test_ec03_the_application_may_have_the_greeting_said_or_nothing() -> None:
    greeted = state("b", greeting="Here we are.")
    memory = Memory(flow=flow(state("a"), greeted))
    log = talk(ScriptedLLM(), memory, "-", commands="-g", wanted={"g": Goto("b")})
    assert only(log, Say) == [Say("Here we are.")]
    assert [turn.answer.text for turn in only(log, Turn)] == ["Here we are."]
    memory = Memory(flow=flow(state("a"), greeted))
    log = talk(ScriptedLLM(), memory, "-", commands="-g", wanted={"g": Goto("b", run=False)})
    assert (only(log, Turn), in_state(memory)) == ([], "b")


def test_ec03_a_conversation_may_begin_with_the_greeting_of_its_first_state() -> None:
    memory = Memory(flow=flow(state("a", greeting="Good evening.")))
    log = talk(ScriptedLLM(), memory, "-")
    assert [item for _, item in log[:2]] == [
        StateEntered(state("a", greeting="Good evening.")),
        Say("Good evening."),
    ]
    assert [turn.answer.text for turn in only(log, Turn)] == ["Good evening."]


def test_ec03_the_application_is_told_that_a_state_does_not_exist() -> None:
    memory = Memory(flow=flow(state("a")))
    log = talk(ScriptedLLM(), memory, "-", commands="-g", wanted={"g": Goto("x")})
    assert only(log, Fault) == [Fault("flow", "there is no state with the name x")]
    assert in_state(memory) == "a"


def test_ec03_of_two_wishes_of_the_application_both_happen_in_order() -> None:
    memory = Memory(flow=flow(state("a"), state("b"), state("c")))
    wanted = {"g": Goto("b", run=False), "h": Goto("c", run=False)}
    log = talk(ScriptedLLM("One two."), memory, "ST", commands="--gh", wanted=wanted)
    assert [(previous, name) for _, previous, name in entered(log)] == [
        ("", "a"),
        ("a", "b"),
        ("b", "c"),
    ]


def test_ec03_a_tool_in_the_background_leads_on_when_the_reply_is_over() -> None:
    paid = leading("pay", "paid", 0.2, background=True)
    memory = Memory(flow=flow(state("a", tools=[paid]), state("paid", "Say thanks.")))
    llm = ScriptedLLM(calling("pay", text="One two three four five six."), "Thanks.")
    log = talk(llm, memory, "ST")
    ended = [at for at, item in log if isinstance(item, ReplyEnded)]
    assert [at for at, _, name in entered(log) if name == "paid"] == [max(ended[0], 0.3)]
    assert [context.instruction for context in llm.asked] == ["", "Say thanks."]
    assert "pay is done" in llm.asked[1].messages[-1].text


@pytest.mark.parametrize(
    ("greeting", "run", "said"),
    [("Thanks.", True, ["Thanks."]), ("Thanks.", False, []), ("", False, [])],
)
def test_ec03_a_tool_in_the_background_has_the_bot_speak_once_or_not_at_all(
    greeting: str, run: bool, said: list[str]
) -> None:
    pay = leading("pay", "paid", 2.0, background=True, run=run)
    memory = Memory(flow=flow(state("a", tools=[pay]), state("paid", greeting=greeting)))
    llm = ScriptedLLM(calling("pay", text="One moment."))
    log = talk(llm, memory)
    assert len(llm.asked) == 1
    assert [turn.answer.text for turn in only(log, Turn) if turn.answer] == said
    assert in_state(memory) == "paid"


def test_ec03_a_tool_in_the_background_does_not_pull_the_conversation_back() -> None:
    paid = leading("pay", "paid", 1.0, background=True)
    memory = Memory(
        tools=[paid, leading("go", "b")], flow=flow(state("a"), state("b"), state("paid"))
    )
    llm = ScriptedLLM(calling("pay", "go"), "Fine.", "Oh.")
    log = talk(llm, memory, "ST")
    assert [name for _, _, name in entered(log)] == ["a", "b"]
    assert results(log)[1] == (
        "pay",
        {"error": "nothing was done: the conversation went on to b"},
    )


def test_ec03_a_tool_may_wish_for_a_state_and_go_on() -> None:
    """What a tool sends is not its answer: it happens when the reply is over."""

    @tool
    async def plan(use: ToolUse) -> str:
        use.send(Goto("b", run=False))
        return "planned"

    memory = Memory(flow=flow(state("a", tools=[plan]), state("b")))
    log = talk(ScriptedLLM(calling("plan"), "Fine."), memory)
    ended = [at for at, item in log if isinstance(item, ReplyEnded)]
    assert [at for at, _, name in entered(log) if name == "b"] == ended


def test_ec03_a_conversation_without_states_gets_some() -> None:
    made = state("made", "Now made.", tools=[leading("further", State("last"))])
    memory = Memory(tools=[leading("go", made)])
    llm = ScriptedLLM(calling("go"), calling("further"), "Fine.")
    log = talk(llm, memory)
    assert [(p, n) for _, p, n in entered(log)] == [("", "made"), ("made", "last")]
    assert [[one.name for one in c.tools.standard] for c in llm.asked] == [
        ["go"],
        ["go", "further"],
        ["go"],
    ]


def test_ec03_two_calls_that_begin_with_the_same_states_know_nothing_of_each_other() -> None:
    table = flow(state("a", tools=[leading("go", "b")]), state("b"))
    one, two = Memory(flow=table), Memory(flow=table)
    talk(ScriptedLLM(calling("go"), "Fine."), one)
    assert (in_state(one), in_state(two)) == ("b", "a")


NAMES = ("a", "b", "c")
KEEP: tuple[Keep, ...] = ("all", "turn", "none")


@given(st.data())
def test_ec03_whatever_happens_there_is_one_state_and_one_end_of_each_call(
    data: st.DataObject,
) -> None:
    """Answers, interruptions, wishes of the application, at any time; replayed, it is the same."""
    draw = data.draw
    seconds = st.sampled_from([0.0, 0.1, 0.3])
    every: list[Tool] = [
        leading(f"to_{name}", name, draw(seconds), run=draw(st.booleans())) for name in NAMES
    ]
    every += [slow(0.2), leading("astray", "x"), leading("later", "c", 0.4, background=True)]
    own = leading("made", state("made", "Make.", keep="turn"), 0.1)
    greeting = st.sampled_from(["", "Hm."])
    keep = st.sampled_from(KEEP)
    states = [
        state(name, name, tools=[own], greeting=draw(greeting), keep=draw(keep)) for name in NAMES
    ]
    memory = Memory("Be kind.", tools=every, flow=flow(*states))
    called = st.sampled_from([one.name for one in (*every, own)])
    ids = count()

    def says(chosen: list[str], end: str) -> Callable[[Context], Response]:
        """Ids are unique, as providers have to make them: a state may forget which were used."""

        def made(_: Context) -> Response:
            values = {
                letter: ToolCall(str(next(ids)), name)
                for letter, name in zip("abc", chosen, strict=False)
            }
            return Response("-".join(values) + "'Hm.'" + end, values, tick=0.05)

        return made

    ending = st.sampled_from(["|", "|", "|", "#"])
    answers = st.builds(says, st.lists(called, max_size=3), ending)
    script = draw(st.lists(answers, min_size=1, max_size=4))
    begun = memory.context
    log = talk(
        ScriptedLLM(*script, again=True),
        memory,
        draw(st.sampled_from(["ST", "ST-U-V", "ST---U-----V", "ST--U#", "ST---|"])),
        commands=draw(st.sampled_from(["", "--g", "----g-h"])),
        wanted={"g": Goto(draw(st.sampled_from([*NAMES, "x"]))), "h": Goto("b", run=False)},
        until="5s",
        parallel=draw(st.booleans()),
        ask_after=draw(st.sampled_from(["last", "each"])),
        max_rounds=3,
    )
    items = [item for _, item in log]
    replayed = reduce(advance, items, begun)
    assert replayed.flow == memory.context.flow
    if _is_settled(items):
        assert replayed == memory.context

    steps = only(log, StateEntered)
    assert [step.previous for step in steps] == ["", *(step.name for step in steps[:-1])]
    assert in_state(memory) == steps[-1].name
    assert memory.context.instruction == f"Be kind.\n\n{steps[-1].state.instruction}"
    tools_now = [one.name for one in memory.context.tools.standard]
    expected = [one.name for one in (*every, *steps[-1].state.tools.standard)]
    assert tools_now == expected

    ends = Counter(item.id for item in items if isinstance(item, ToolResult))
    ends.update(call.id for i in items if isinstance(i, ToolsCancelled) for call in i.calls)
    assert set(ends.values()) <= {1}
    ordinary = {i.id for i in items if isinstance(i, ToolCall) and not i.background}
    if _is_settled(items):
        assert ordinary <= set(ends)
    happened = [i for i in items if isinstance(i, ToolResult) and str(i.result).endswith("is done")]
    by_tools = [i for i in happened if not i.background]
    wished = [i for i in items if isinstance(i, Goto)]
    assert len(by_tools) <= len(steps) - 1 <= len(by_tools) + len(wished)


def _is_settled(items: list[Any]) -> bool:
    """Tell whether the conversation was left between two replies, and not in the midst of one."""
    began = sum(type(item).__name__ == "ReplyStarted" for item in items)
    return began == sum(isinstance(item, ReplyEnded) for item in items)
