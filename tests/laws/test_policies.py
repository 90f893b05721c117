"""Every combination of strategies and policies keeps the laws."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import reactivex as rx
from hypothesis import strategies as st
from reactivex import Observable

from rxvoice import Event, Interrupt, Operator, Pause, Reject, Resume, Turn
from rxvoice.backchannels import Meaning
from rxvoice.contracts import FloorInput, InterruptionPolicy
from rxvoice.operators import (
    aggregate_turn,
    any_of,
    interrupt_at_once,
    interrupt_never,
    interrupt_when,
    interruptible,
    lasting,
    pause_and_decide,
    words,
)
from rxvoice.testing import strategies as some
from rxvoice.testing.laws import Parts, check
from rxvoice.testing.strategies import Timeline

POLICIES: dict[str, Callable[[], InterruptionPolicy]] = {
    "at once": interrupt_at_once,
    "never": interrupt_never,
    "never, and nothing is answered": lambda: interrupt_never(answer=False),
    "two words": lambda: interrupt_when(words(2, across=True)),
    "words or time": lambda: interrupt_when(any_of(words(3), lasting(0.1))),
    "pausing": pause_and_decide,
    "pausing, sceptical": lambda: pause_and_decide(within=0.06, unsure="resume", patience=0.04),
    "pausing, with a slow judge": lambda: pause_and_decide(slow_judge, within=0.1),
}


async def slow_judge(text: str) -> Meaning:
    """Need three turns of the loop to say that a text of one word is a backchannel."""
    for _ in range(3):
        await rx.of(None)
    return "backchannel" if len(text.split()) < 2 else "interruption"


@st.composite
def floors(draw: st.DrawFn) -> Timeline[Any]:
    """Turns, and independently of them speech and what was recognised: everything may overlap."""
    turns = draw(some.turns(max_size=3))
    heard = draw(some.hearing(max_size=3))
    return turns.merge(heard)


@pytest.mark.parametrize("name", POLICIES)
def test_replies_keep_the_laws_under_every_policy(name: str) -> None:
    """Whatever overlaps, comes late or does not come, and when parts fail."""

    def make(parts: Parts) -> Operator[Event, Event]:
        return interruptible(
            lambda turn: parts.tagged("reply", turn.number), policy=POLICIES[name]()
        )

    check(make, floors(), {"reply": some.replies()})


def arbitrary(verdicts: Sequence[tuple[int, Any]]) -> InterruptionPolicy:
    """A policy that says something at the n-th item that it sees, whatever that is."""

    def decided(floor: Observable[FloorInput]) -> Observable[Any]:
        def subscribe(observer: Any, scheduler: Any = None) -> Any:
            seen = 0

            def on_next(_: FloorInput) -> None:
                nonlocal seen
                seen += 1
                for at, verdict in verdicts:
                    if at != seen:
                        continue
                    if verdict == "fail":
                        observer.on_error(RuntimeError("the policy"))
                    elif verdict == "end":
                        observer.on_completed()
                    else:
                        observer.on_next(verdict)

            return floor.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Observable(subscribe)

    return decided


@pytest.mark.parametrize("seed", range(8))
def test_replies_keep_the_laws_whatever_a_policy_says(seed: int) -> None:
    """Policies of users may decide anything, at any time, fail, and end."""
    verdicts = some_verdicts(seed)

    def make(parts: Parts) -> Operator[Event, Event]:
        return interruptible(
            lambda turn: parts.tagged("reply", turn.number), policy=arbitrary(verdicts)
        )

    check(make, floors(), {"reply": some.replies()})


def some_verdicts(seed: int) -> list[tuple[int, Any]]:
    kinds: list[Any] = [Pause(), Resume(), Interrupt(), Reject("so"), "fail", "end"]
    return [(1 + (seed * 7 + step * 3) % 5, kinds[(seed + step * step) % 6]) for step in range(4)]


@pytest.mark.parametrize("name", POLICIES)
def test_turns_and_replies_together_keep_the_laws(name: str) -> None:
    """TU01: what is heard becomes turns, and these interrupt replies."""

    def make(parts: Parts) -> Operator[Event, Event]:
        def reply(turn: Turn) -> Observable[Event]:
            return parts.tagged("reply", turn.number)

        return rx.compose(aggregate_turn(), interruptible(reply, policy=POLICIES[name]()))

    check(make, some.hearing(max_size=4), {"reply": some.replies()})
