"""Turns wait until somebody lets them pass (CX27)."""

from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable

from rxvoice import Transcript
from rxvoice.items import (
    AppendMessages,
    EagerTurn,
    Event,
    Fault,
    Token,
    Turn,
    TurnDropped,
    TurnResumed,
    TurnStarted,
)
from rxvoice.operators import hold_turns
from rxvoice.testing import like, marbles

ITEMS: dict[str, Event] = {
    "1": TurnStarted(1),
    "a": Turn("One.", 1, 1.0, 0.8, "silence", (Transcript("One.", True),)),
    "x": TurnDropped(1, "no text"),
    "2": TurnStarted(2),
    "b": Turn("Two.", 2, 2.0, 1.8, "silence", (Transcript("Two.", True),)),
    "y": TurnDropped(2, "no text"),
    "g": EagerTurn(Turn("One.", 1)),
    "r": TurnResumed(1),
    "m": AppendMessages(()),
    "s": Turn("", 2, reason="say", answer=Token("Hold on.")),
}
TOLD: dict[str, Any] = {
    **ITEMS,
    "o": TurnDropped(1, "held"),
    "p": TurnDropped(2, "held"),
    "A": Turn("One.", 2, 1.0, 0.8, "silence", (Transcript("One.", True),)),
    "B": Turn(
        "One. Two.", 2, 2.0, 1.8, "silence", (Transcript("One.", True), Transcript("Two.", True))
    ),
    "S": Turn("One.", 2, reason="say", answer=Token("Hold on."), transcripts=(
        Transcript("One.", True),)),
    "f": like(Fault, source="hold_turns"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("turns", "opens", "out"),
    [
        # a turn waits, and the others do not
        ("-1-a-m----|", "-------n---", "-1---m-a--|"),
        # what opens before there is a turn does nothing
        ("-1-a-----|", "n-n--------", "-1-------(o|)"),
        # one turn at a time
        ("-1-a-------2-b---|", "-----n--n--------", "-1---a-----2-----(p|)"),
        ("-1-a-----2-b---|", "-----n----------", "-1---a---2-----(p|)"),
        # the newest turn has the text of all
        ("-1-a-2-b-----|", "---------n----", "-1---(o2)---B---|"),
        # turns that nobody announced
        ("-a--b-----|", "-------n---", "-------B--|"),
        ("-1-a--b------|", "---------n----", "-1----o--B---|"),
        ("-a--2-b------|", "---------n----", "----2----B---|"),
        # it waits for the user
        ("-1-a-2---b---|", "-------n------", "-1---(o2)---B---|"),
        ("-1-a-2---y---|", "-------n------", "-1---(o2)---A---|"),
        # a turn that comes to nothing lets the one before it wait on
        ("-1-a-2-y-----|", "---------n----", "-1---(o2)---A---|"),
        ("-1-x------|", "-----n-----", "-1-x------|"),
        # guesses never pass
        ("-1-g-r-a---|", "---------n--", "-1-------a-|"),
        # what is said without the model waits, too
        ("-1-a-s-----|", "---------n--", "-1---o---S-|"),
        # the end
        ("-1-a-#", "------", "-1---(o#)"),
        ("-a-|", "----", "---|"),
        ("-1-a----|", "-----|", "-1------(o|)"),
        ("-1-a----|", "-----#", "-1---f--(o|)"),
        ("----", "-n-", "----"),
        ("|", "--", "|"),
    ],
)
def test_cx27_the_newest_turn_waits(turns: str, opens: str, out: str) -> None:
    with marbles() as m:
        gate = m.hot(opens, {"n": None})
        m.expect(m.hot(turns, ITEMS).pipe(hold_turns(gate))).to_be(out, TOLD)


def test_unsubscribing_leaves_both() -> None:
    closed: list[str] = []
    opens: Observable[object] = rx.never()
    watched = opens.pipe(ops.finally_action(lambda: closed.append("opens")))
    with marbles() as m:
        turns = m.hot("-1-a----", ITEMS)
        m.expect(turns.pipe(hold_turns(watched)), "^---!").to_be("-1------", TOLD)
        m.expect_subscriptions(turns, "^---!")
    assert closed == ["opens"]


def test_two_subscribers_have_gates_of_their_own() -> None:
    with marbles() as m:
        turns, opens = m.hot("-1-a------", ITEMS), m.hot("-----n----", {"n": 1})
        out = turns.pipe(hold_turns(opens))
        m.expect(out).to_be("-1---a----", TOLD)
        m.expect(out, "--^").to_be("-----a----", TOLD)
        m.expect(out, "----^").to_be("----------", TOLD)


def test_a_subscriber_that_raises_leaves_nothing_running() -> None:
    closed: list[str] = []
    opens: Observable[object] = rx.never()

    def at_once(
        observer: abc.ObserverBase[Event], _: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        observer.on_next(ITEMS["1"])
        return Disposable()

    def refuse(_: Event) -> None:
        raise LookupError

    with marbles() as m:

        def start() -> None:
            watched = opens.pipe(ops.finally_action(lambda: closed.append("opens")))
            with pytest.raises(LookupError):
                Observable(at_once).pipe(hold_turns(watched)).subscribe(refuse)

        m.at(0, start)
    assert closed == ["opens"]
