"""The tools of a reply that was begun before it was certain that it was wanted (LM06, LM09)."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice import (
    EagerTurn,
    Event,
    Fault,
    Memory,
    ResponseEnded,
    ResponseStarted,
    Thought,
    Token,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    Turn,
    TurnResumed,
    TurnStarted,
    tool,
)
from rxvoice.context import advance
from rxvoice.operators import call_tools, interrupt_at_once, interruptible, respond, speculate
from rxvoice.testing import OnNext, marbles
from rxvoice.testing.calls import Response, ScriptedLLM

ORDER = ToolCall("o", "order", {"what": "tea"})
TURNS: dict[str, Event] = {
    "S": TurnStarted(1),
    "e": EagerTurn(Turn("tea", 1)),
    "r": TurnResumed(1),
    "T": Turn("tea", 1),
    "V": Turn("tea, no, coffee", 1),
}


def shop(orders: list[tuple[float, str]]) -> Any:
    """A tool with an effect."""

    @tool
    async def order(what: str) -> str:
        loop = asyncio.get_running_loop()
        orders.append((round(loop.time(), 6), what))
        await asyncio.sleep(0.3)
        return f"{what} is coming"

    return order


def speculative(turns: str, llm: ScriptedLLM, memory: Memory) -> list[tuple[float, Any]]:
    with marbles(tick=0.1) as m:

        def think(turn: Turn) -> Observable[Event]:
            return rx.just(turn).pipe(respond(llm, memory, run_tools=False))

        replies = speculate(think, act=call_tools(llm, memory))
        stream = m.hot(turns, TURNS).pipe(
            interruptible(replies, policy=interrupt_at_once()), memory.record()
        )
        log = m.record(stream, "^ 9s !")
    return [(round(at, 6), n.value) for at, n in log if isinstance(n, OnNext)]


def test_a_tool_is_not_run_before_the_turn_has_ended() -> None:
    orders: list[tuple[float, str]] = []
    memory = Memory(tools=[shop(orders)])
    thought = Response("(tsc|)", {"t": Token("Tea it is."), "s": _signed("x"), "c": ORDER})
    llm = ScriptedLLM(thought, "It is coming.")
    log = speculative("S-e-----T", llm, memory)
    assert orders == [(0.8, "tea")]
    assert [(at, item.result) for at, item in log if isinstance(item, ToolResult)] == [
        (1.1, "tea is coming")
    ]
    texts = [(m.role, m.text) for m in llm.asked[1].messages]
    assert texts == [
        ("user", "tea"),
        ("assistant", "hm"),
        ("assistant", "Tea it is."),
        ("tool", "tea is coming"),
    ]


def test_what_was_guessed_wrong_has_no_effect() -> None:
    orders: list[tuple[float, str]] = []
    coffee = ToolCall("k", "order", {"what": "coffee"})
    llm = ScriptedLLM(
        Response("(c|)", {"c": ORDER}), Response("(c|)", {"c": coffee}), "It is coming."
    )
    log = speculative("S-e--r--V", llm, Memory(tools=[shop(orders)]))
    assert [what for _, what in orders] == ["coffee"]
    assert [item.id for _, item in log if isinstance(item, ToolCall)] == ["k"]


ITEMS: dict[str, Any] = {
    "1": ResponseStarted(1),
    "c": ToolCall("x", "gone"),
    "b": ToolCall("x", "gone", background=True),
    "e": ResponseEnded(1, ""),
    "w": ResponseEnded(1, "Wait."),
    "f": ResponseEnded(1, "", failed=True),
    "t": Token("Hm."),
    "r": ToolResult("x", "gone", {"error": "there is no tool with the name gone"}),
    "x": ToolsCancelled((ToolCall("x", "gone"),), "failed"),
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("-----", "-----"),
        ("--|", "--|"),
        ("-t-|", "-t-|"),
        ("1t-w|", "1t-w|"),
        ("1c-f|", "1c-(f x)|"),
        ("1b-w|", "1b-w|"),
        ("1t#", "1t#"),
        ("1c#", "1c(x#)"),
    ],
    ids=["never", "empty", "others", "no call", "failed", "background", "error", "error in a call"],
)
def test_what_needs_no_tool_passes(source: str, expected: str) -> None:
    with marbles() as m:
        stream = m.hot(source, ITEMS)
        m.expect(stream.pipe(call_tools(ScriptedLLM("x"), Memory()))).to_be(expected, ITEMS)
        end = "!" if source[-1] in "|#" else "-"
        m.expect_subscriptions(stream, f"^{'-' * (len(source) - 2)}{end}")


def _signed(text: str) -> Thought:
    return Thought("hm", "deep", {"signature": text})


def test_what_comes_while_tools_run_waits() -> None:
    orders: list[tuple[float, str]] = []
    memory = Memory(tools=[shop(orders)])
    memory.context = advance(memory.context, Turn("tea"))
    with marbles(tick=0.1) as m:
        source = m.hot("1-(oe)-t|", {**ITEMS, "o": ORDER})
        out = source.pipe(call_tools(ScriptedLLM("Soon.", ttft=0.1), memory))
        log = m.record(out)
    items = [(round(at, 6), n.value) for at, n in log if isinstance(n, OnNext)]
    assert items[-1] == (0.6, Token("Hm."))
    assert [at for at, item in items if isinstance(item, ToolResult)] == [0.5]


def test_a_source_that_fails_meanwhile_cancels_the_tools() -> None:
    memory = Memory(tools=[shop([])])
    with marbles(tick=0.1) as m:
        source = m.hot("(1oe)-#", {**ITEMS, "o": ORDER})
        values = {**ITEMS, "o": ORDER, "x": ToolsCancelled((ORDER,), "failed")}
        m.expect(source.pipe(call_tools(ScriptedLLM("x"), memory))).to_be("(1oe)-(x#)", values)


def test_unsubscribing_stops_the_tools_and_the_source() -> None:
    stopped: list[str] = []

    async def order(what: str) -> str:
        try:
            await asyncio.sleep(9.0)
        finally:
            stopped.append(what)
        return ""

    memory = Memory(tools=[order])
    with marbles(tick=0.1) as m:
        source = m.hot("(1oe)----", {**ITEMS, "o": ORDER})
        m.record(source.pipe(call_tools(ScriptedLLM("x"), memory)), "^--!")
        m.expect_subscriptions(source, "^--!")
    assert stopped == ["tea"]


def test_each_subscription_has_tools_of_its_own() -> None:
    orders: list[tuple[float, str]] = []
    memory = Memory(tools=[shop(orders)])
    act = call_tools(ScriptedLLM("Fine.", again=True), memory)
    with marbles(tick=0.1) as m:
        for _ in range(2):
            m.record(act(m.cold("(1oe|)", {**ITEMS, "o": ORDER})))
    assert len(orders) == 2


@pytest.mark.parametrize("make", [respond, call_tools])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": -1.0}, "timeout must not be negative, got -1.0"),
        ({"max_rounds": 0}, "max_rounds must be at least 1, got 0"),
        ({"ask_after": "never"}, "ask_after must be 'last' or 'each', got 'never'"),
        ({"tool_timeout": 0.0}, "tool_timeout must be positive, got 0.0"),
    ],
)
def test_bad_arguments(make: Callable[..., Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(ScriptedLLM("x"), Memory(), **options)


def test_a_model_that_cannot_be_asked_again_is_a_fault() -> None:
    def failing(_: Any) -> Any:
        raise ConnectionError("gone")

    with marbles() as m:
        out = m.hot("(1ce)|", ITEMS).pipe(call_tools(failing, Memory(), apology="Sorry."))
        log = m.record(out)
    faults = [n.value for _, n in log if isinstance(n, OnNext) and isinstance(n.value, Fault)]
    assert faults == [Fault("llm", "ConnectionError: gone")]
