"""Thinking before it is certain that the user has finished."""

from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import (
    EagerTurn,
    Event,
    Fault,
    InterruptionRejected,
    Reject,
    ReplyEnded,
    ReplyStarted,
    Token,
    ToolCall,
    Turn,
    TurnDropped,
    TurnResumed,
    TurnStarted,
)
from rxvoice.operators import interrupt_at_once, interruptible, pause_and_decide, speculate
from rxvoice.testing import Marbles, OnNext, marbles

TURNS: dict[str, Event] = {
    "S": TurnStarted(1),
    "e": EagerTurn(Turn("I want", 1)),
    "f": EagerTurn(Turn("I want tea", 1)),
    "g": EagerTurn(Turn("I want tea please", 1)),
    "r": TurnResumed(1),
    "W": Turn("I want", 1),
    "T": Turn("I want tea", 1),
    "D": TurnDropped(1),
    "U": TurnStarted(2),
    "h": EagerTurn(Turn("stop", 2)),
    "V": Turn("stop", 2),
}
SAID: dict[str, Event] = {"a": Token("a"), "b": Token("b"), "c": ToolCall("1", "order")}
OUT: dict[str, Event] = {
    **TURNS,
    **SAID,
    "1": ReplyStarted(1),
    "2": ReplyStarted(2),
    "z": ReplyEnded(1, ""),
    "y": ReplyEnded(2, ""),
    "i": ReplyEnded(1, "", interrupted=True),
}


def as_it_is(source: Observable[Event]) -> Observable[Event]:
    return source


def thinking(
    m: Marbles, turns: str, *streams: Observable[Event], **options: Any
) -> tuple[Observable[Event], list[str]]:
    """Answer with one stream after another; return the texts that were thought about, too."""
    asked: list[str] = []

    def think(turn: Turn) -> Observable[Event]:
        asked.append(turn.text)
        return streams[min(len(asked), len(streams)) - 1]

    options.setdefault("act", as_it_is)
    made = speculate(think, **options)
    return m.hot(turns, TURNS).pipe(interruptible(made, policy=interrupt_at_once())), asked


def test_what_was_thought_ahead_is_there_when_the_turn_is_confirmed() -> None:
    with marbles() as m:
        stream = m.cold("a-b--|", SAID)
        out, asked = thinking(m, "-S-e---W---|", stream)
        m.expect(out).to_be("-S-e---(W 1 a b)z--|", OUT)
        m.expect_subscriptions(stream, "---^----!")
    assert asked == ["I want"]


def test_nobody_hears_of_a_wrong_guess_and_its_stream_is_left() -> None:
    with marbles() as m:
        wrong, right = m.cold("a------", SAID), m.cold("-b|", SAID)
        out, asked = thinking(m, "-S-e--r---T----|", wrong, right)
        m.expect(out).to_be("-S-e--r---(T 1)b z--|", OUT)
        m.expect_subscriptions(wrong, "---^--!")
        m.expect_subscriptions(right, "----------^-!")
    assert asked == ["I want", "I want tea"]


@pytest.mark.parametrize("ending", ["D", "|", "#"])
def test_a_guess_is_left_when_the_turn_comes_to_nothing_or_the_stream_ends(ending: str) -> None:
    with marbles() as m:
        stream = m.cold("a------", SAID)
        out, _ = thinking(m, f"-S-e--{ending}", stream)
        m.record(out, "^-----!" if ending == "|" else "^-------!")
        m.expect_subscriptions(stream, "---^--!")


def test_unsubscribing_leaves_the_guess() -> None:
    with marbles() as m:
        stream = m.cold("a------", SAID)
        out, _ = thinking(m, "-S-e-------", stream)
        m.expect(out, "^----!").to_be("-S-e-", OUT)
        m.expect_subscriptions(stream, "---^-!")


def test_a_turn_with_other_words_than_the_guess_is_thought_about_anew() -> None:
    with marbles() as m:
        first, second = m.cold("a------", SAID), m.cold("b|", SAID)
        out, asked = thinking(m, "-S-e--T---|", first, second)
        m.expect(out).to_be("-S-e--(T 1 b)z--|", OUT)
        m.expect_subscriptions(first, "---^--!")
    assert asked == ["I want", "I want tea"]


def test_the_same_guess_again_costs_nothing() -> None:
    with marbles() as m:
        stream = m.cold("a-b--|", SAID)
        out, asked = thinking(m, "-S-ee--W---|", stream)
        m.record(out)
        m.expect_subscriptions(stream, "---^----!")
    assert asked == ["I want"]


def test_no_more_guesses_are_followed_than_the_budget_allows() -> None:
    """And the turn itself is always answered."""
    with marbles() as m:
        out, asked = thinking(m, "-S-e-r-f-r-g--T---|", m.cold("a|", SAID), budget=2)
        m.record(out)
    assert asked == ["I want", "I want tea", "I want tea"]
    with marbles() as m:
        out, asked = thinking(m, "-S-e---W---|", m.cold("a|", SAID), budget=0)
        m.expect(out).to_be("-S-e---(W 1 a)z--|", OUT)
    assert asked == ["I want"]


def test_each_turn_has_a_budget_of_its_own() -> None:
    with marbles() as m:
        out, asked = thinking(m, "-S-e---W--U-h--V--|", m.cold("a|", SAID), budget=1)
        m.expect(out).to_be("-S-e---(W 1 a z)--U-h--(V 2 a y)--|", OUT)
    assert asked == ["I want", "stop"]


def test_what_has_effects_sees_only_turns_that_have_ended() -> None:
    """A tool that writes is called once, for the words that were really said."""
    ordered: list[str] = []

    def act(source: Observable[Event]) -> Observable[Event]:
        def order(item: Event) -> None:
            if isinstance(item, ToolCall):
                ordered.append(item.name)

        return source.pipe(ops.do_action(order))

    with marbles() as m:
        out, _ = thinking(m, "-S-e--r---T----|", m.cold("c|", SAID), act=act)
        m.record(out, "^--------!")
    assert ordered == []
    with marbles() as m:
        out, _ = thinking(m, "-S-e--r---T----|", m.cold("c|", SAID), act=act)
        m.record(out)
    assert ordered == ["order"]


def test_a_thought_that_failed_ahead_is_a_fault_of_the_reply_and_no_other() -> None:
    with marbles() as m:
        stream = m.cold("a#", SAID, error=ConnectionError("lost"))
        out, _ = thinking(m, "-S-e---W---|", stream)
        fault = Fault("reply", "ConnectionError: lost")
        m.expect(out).to_be("-S-e---(W 1 a F z)---|", {**OUT, "F": fault})
    with marbles() as m:
        stream = m.cold("a#", SAID, error=ConnectionError("lost"))
        out, _ = thinking(m, "-S-e-r-D---|", stream)
        m.expect(out).to_be("-S-e-r-D---|", OUT)


@pytest.mark.parametrize("part", ["think", "act"])
def test_a_part_that_raises_is_a_fault(part: str) -> None:
    def broken(_: object) -> Observable[Event]:
        raise LookupError("no part")

    think: Callable[[Turn], Observable[Event]] = broken if part == "think" else lambda _: rx.never()
    act = broken if part == "act" else as_it_is
    with marbles() as m:
        made = interruptible(speculate(think, act=act))
        log = m.record(m.hot("-S-e---W---|", TURNS).pipe(made))
    faults = [note.value for _, note in log if isinstance(note, OnNext)]
    messages = [item.message for item in faults if isinstance(item, Fault)]
    assert messages == ["LookupError: no part"]


def test_guesses_about_a_turn_that_may_interrupt_wait_with_it() -> None:
    """Nothing is thought about a backchannel."""
    asked: list[str] = []

    def think(turn: Turn) -> Observable[Event]:
        asked.append(turn.text)
        return rx.never()

    mine: dict[str, Event] = {
        **TURNS,
        "h": EagerTurn(Turn("uh-huh", 2)),
        "V": Turn("uh-huh", 2),
    }
    with marbles() as m:
        out = m.hot("-S-W--U-h--V--", mine).pipe(
            interruptible(speculate(think, act=as_it_is), policy=reject_all)
        )
        log = m.record(out, "^-------------!")
    assert asked == ["I want"]
    told = [note.value for _, note in log if isinstance(note, OnNext)]
    assert InterruptionRejected(2, "uh-huh", "backchannel") in told


def reject_all(floor: Observable[Any]) -> Observable[Any]:
    return floor.pipe(
        ops.filter(lambda item: isinstance(item, Turn)), ops.map(lambda _: Reject("backchannel"))
    )


def test_two_subscribers_think_for_themselves() -> None:
    with marbles() as m:
        stream = m.cold("a-b--|", SAID)
        out, _ = thinking(m, "-S-e---W---|", stream)
        m.expect(out).to_be("-S-e---(W 1 a b)z--|", OUT)
        m.expect(out).to_be("-S-e---(W 1 a b)z--|", OUT)
        m.expect_subscriptions(stream, "---^----!", "---^----!")


def test_a_negative_budget_is_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="budget"):
        speculate(lambda _: rx.empty(), act=as_it_is, budget=-1)


def test_it_is_a_reply_like_any_other_without_guesses() -> None:
    made = speculate(lambda _: rx.of(Token("a")), act=as_it_is)
    with marbles() as m:
        m.expect(m.hot("-W--|", TURNS).pipe(interruptible(made, policy=pause_and_decide()))).to_be(
            "-(W 1 a z)--|", OUT
        )
