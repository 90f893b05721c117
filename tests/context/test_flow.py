"""EC03: what states are, which tables of them make sense, and what it means to enter one."""

from functools import reduce
from typing import Any

import pytest

from rxvoice import (
    Context,
    Event,
    Goto,
    Memory,
    Message,
    ReplyStarted,
    State,
    StateEntered,
    ToolCall,
    ToolResult,
    Turn,
    flow,
    state,
    tools,
)
from rxvoice.context import advance, from_json, to_json
from rxvoice.context._flow import Refused, move
from rxvoice.testing import OnNext, marbles


async def hang_up() -> str:
    return "bye"


async def look_up(name: str) -> str:
    return name


async def pay() -> str:
    return "paid"


WELCOME = state("welcome", "Greet them.", tools=[look_up], to=["order"])
ORDER = state("order", "Take the order.", tools=[pay], to=["welcome"], tool_choice="required")


def names(context: Context) -> list[str]:
    return [one.name for one in context.tools.standard]


def test_ec03_a_conversation_begins_in_the_first_state() -> None:
    memory = Memory("Be kind.", tools=[hang_up], flow=flow(WELCOME, ORDER))
    context = memory.context
    assert context.flow is not None
    assert context.flow.state == "welcome"
    assert context.instruction == "Be kind.\n\nGreet them."
    assert names(context) == ["hang_up", "look_up"]
    assert context.messages == ()


def test_ec03_a_conversation_may_begin_elsewhere() -> None:
    context = Memory(flow=flow(WELCOME, ORDER, first="order")).context
    assert (context.instruction, context.tool_choice) == ("Take the order.", "required")


def test_ec03_a_state_has_its_own_instruction_tools_and_choice() -> None:
    begun = Memory("Be kind.", tools=[hang_up], flow=flow(WELCOME, ORDER)).context
    context = advance(begun, StateEntered(ORDER, "welcome"))
    assert context.instruction == "Be kind.\n\nTake the order."
    assert names(context) == ["hang_up", "pay"]
    assert context.tool_choice == "required"
    back = advance(context, StateEntered(WELCOME, "order"))
    assert back.flow is not None
    assert (back.flow.state, back.flow.moves) == ("welcome", 2)
    assert names(back) == ["hang_up", "look_up"]
    assert back.tool_choice == "auto"


def test_ec03_a_state_without_an_instruction_leaves_none_of_the_last_one() -> None:
    begun = Memory("Be kind.", flow=flow(WELCOME, ORDER)).context
    quiet = advance(begun, StateEntered(State("quiet"), "welcome"))
    assert (quiet.instruction, quiet.additions) == ("Be kind.", ())


def test_ec03_of_two_tools_with_one_name_the_states_own_counts() -> None:
    async def other() -> str:
        return "other"

    own = tools(other, raw={"x": ({"type": "search"},)})
    always = tools(hang_up, other, raw={"y": ({"type": "maps"},)})
    context = Memory(tools=always, flow=flow(state("one", tools=own))).context
    assert names(context) == ["hang_up", "other"]
    assert context.tools.standard[1] is own.standard[0]
    assert set(context.tools.raw) == {"x", "y"}


CALL = ToolCall("1", "go")
HISTORY: list[Event] = [
    Turn("Hello.", 1),
    Turn("An order, please.", 2),
    CALL,
]


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("all", ["be good", "Hello.", "An order, please.", "", "gone"]),
        ("turn", ["be good", "An order, please.", "", "gone"]),
        ("none", ["be good"]),
    ],
)
def test_ec03_what_is_kept_of_the_conversation(keep: Any, kept: list[str]) -> None:
    start = Context(messages=(Message("system", "be good"),))
    before = reduce(advance, HISTORY, start)
    entered = StateEntered(State("next", keep=keep), "before")
    after = reduce(advance, [entered, ToolResult("1", "go", "gone")], before)
    assert [message.text for message in after.messages] == kept


def test_ec03_where_the_user_has_said_nothing_all_is_the_last_turn() -> None:
    before = Context(messages=(Message("developer", "The guest is a member."),))
    after = advance(before, StateEntered(State("next", keep="turn"), "before"))
    assert after.messages == before.messages


def test_ec03_the_first_state_takes_nothing_away() -> None:
    """A conversation that goes on from a file begins in a state, and remembers."""
    told = Context(messages=(Message("user", "Hello."),))
    memory = Memory(told, flow=flow(state("one", keep="none")))
    assert memory.context.messages == told.messages


def test_ec03_states_that_are_made_later_need_no_table() -> None:
    context = Memory("Be kind.", tools=[hang_up]).context
    entered = move(context, Goto(WELCOME))
    assert entered == StateEntered(WELCOME, "")
    changed = advance(context, StateEntered(WELCOME))
    assert names(changed) == ["hang_up", "look_up"]
    again = move(changed, Goto(State("third")), 1)
    assert again == StateEntered(State("third"), "welcome")
    assert names(advance(changed, StateEntered(State("third"), "welcome"))) == ["hang_up"]


def test_ec03_where_a_tool_may_lead() -> None:
    done = state("done", to=[])
    table = flow(state("a", to=["b"]), state("b", to=["done"]), done)
    context = Memory(flow=table).context
    entered = move(context, Goto("b"), 0)
    assert isinstance(entered, StateEntered)
    assert entered.name == "b"
    assert move(context, Goto("done"), 0) == Refused("a does not lead to done", mistake=True)
    missing = Refused("there is no state with the name x", mistake=True)
    assert move(context, Goto("x"), 0) == move(context, Goto("x")) == missing
    assert move(context, Goto("done")) == StateEntered(done, "a"), "the application may"
    made = State("made")
    assert move(context, Goto(made), 0) == StateEntered(made, "a"), "what is made later may"
    assert move(context, Goto("b"), 3) == Refused(
        "nothing was done: the conversation went on to a", mistake=False
    )


@pytest.mark.parametrize(
    ("states", "wrong"),
    [
        ((), "at least one state"),
        ((State("a"), State("a")), "two states have the name 'a'"),
        ((State("a", to=("b",)),), "the state 'a' leads to 'b', which is no state"),
        ((State("a", to=("a",)), State("b"), State("c")), "nothing leads to 'b', 'c'"),
    ],
)
def test_ec03_a_table_that_makes_no_sense(states: tuple[State, ...], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        flow(*states)


def test_ec03_a_state_that_only_the_first_one_cannot_reach_is_lost() -> None:
    states = (State("a", to=("b",)), State("b", to=("a",)), State("c", to=("a",)))
    with pytest.raises(ValueError, match="nothing leads to 'c'"):
        flow(*states)
    assert flow(*states, first="c").state == "c"
    with pytest.raises(ValueError, match="first must be the name of a state, got 'x'"):
        flow(*states, first="x")


def test_ec03_a_state_that_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="name must not be blank"):
        state(" ")
    with pytest.raises(ValueError, match="keep must be 'all', 'turn' or 'none', got 'some'"):
        State("a", keep="some")  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="to must be a list of names, got 'order'"):
        state("a", to="order")
    with pytest.raises(TypeError, match="tools must be Tools"):
        State("a", tools=[hang_up])  # pyright: ignore[reportArgumentType]


def test_ec03_who_speaks_is_kept_until_a_state_says_otherwise() -> None:
    context = Memory(flow=flow(state("a"), state("b", agent="cook"), state("c"))).context
    seen = [context.flow.agent if context.flow else ""]
    for one in (State("b", agent="cook"), State("c"), State("d", agent="waiter")):
        context = advance(context, StateEntered(one, "x"))
        seen.append(context.flow.agent if context.flow else "")
    assert seen == ["", "cook", "cook", "waiter"]


def recorded(memory: Memory, diagram: str, values: dict[str, Event]) -> list[Event]:
    with marbles() as m:
        log = m.record(m.hot(diagram, values).pipe(memory.record()))
    return [notification.value for _, notification in log if isinstance(notification, OnNext)]


def test_ec03_a_conversation_that_is_kept_in_a_file_keeps_its_state() -> None:
    context = Memory("Be kind.", tools=[hang_up], flow=flow(WELCOME, ORDER)).context
    read = from_json(to_json(context))
    assert read.flow is not None
    assert (read.flow.state, read.instruction) == (WELCOME.name, context.instruction)
    known = {tool.name: tool for one in (WELCOME, ORDER) for tool in one.tools.standard}
    given = tools(*known.values()).plus(*context.tools.standard)
    assert from_json(to_json(context), tools=given) == context
    again = Memory(read, tools=[hang_up], flow=flow(WELCOME, ORDER, first="order")).context
    assert again.instruction == "Be kind.\n\nTake the order."
    assert names(again) == ["hang_up", "pay"]


def test_ec03_who_leaves_in_the_midst_of_a_reply_leaves_what_was_to_come_undone() -> None:
    memory = Memory(flow=flow(WELCOME, ORDER))
    values: dict[str, Event] = {"r": ReplyStarted(1), "g": Goto("order")}
    with marbles() as m:
        m.record(m.hot("-rg-", values).pipe(memory.record()), "^---!")
    assert memory.context.flow is not None
    assert memory.context.flow.state == "welcome"


def test_ec03_the_first_state_is_told_once() -> None:
    memory = Memory(flow=flow(WELCOME, ORDER))
    assert recorded(memory, "-|", {}) == [StateEntered(WELCOME)]
    assert recorded(memory, "-|", {}) == []
    assert recorded(Memory("Be kind."), "-|", {}) == []
