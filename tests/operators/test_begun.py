"""What an operator has begun ends when a subscriber raises while it still subscribes."""

from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice import Operator
from rxvoice.items import Event, Fault, ResponseStarted, SpeechStarted, Token, Turn
from rxvoice.operators import aggregate_turn, interruptible, respond, synthesize, transcribe
from rxvoice.testing import Marbles, marbles, tone

MAKERS: dict[str, tuple[Event, Callable[[Observable[Any]], Operator[Any, Any]]]] = {
    "synthesize": (Token("Hi."), lambda part: synthesize(lambda _: part)),
    "transcribe": (tone(0.02), lambda part: transcribe(lambda _: part)),
    "aggregate_turn": (SpeechStarted(0.0), lambda part: aggregate_turn(start=lambda _: part)),
}


@pytest.mark.parametrize("name", MAKERS)
def test_what_was_begun_ends_when_the_subscription_raises(name: str) -> None:
    item, make = MAKERS[name]

    def at_once(observer: abc.ObserverBase[Any], _: abc.SchedulerBase | None = None) -> Disposable:
        observer.on_next(item)
        return Disposable()

    def refuse(given: object) -> None:
        raise RuntimeError("refused")

    def subscribe(m: Marbles) -> None:
        with pytest.raises(RuntimeError, match="refused"):
            stream.subscribe(refuse, scheduler=m.scheduler)

    with marbles() as m:
        part = m.cold("----------|")
        stream: Observable[Any] = rx.create(at_once).pipe(make(part))
        m.at(0.02, lambda: subscribe(m))
        m.expect_subscriptions(part, "-(^!)")


def test_a_reply_that_is_refused_as_it_begins_leaves_no_voice() -> None:
    faults: list[Fault] = []

    def refuse(given: object) -> None:
        if isinstance(given, ResponseStarted):
            raise RuntimeError("refused")
        if isinstance(given, Fault):
            faults.append(given)

    with marbles() as m:
        voice = m.cold("----------|")
        asked = respond(lambda _: rx.never())
        reply = interruptible(
            lambda turn: rx.just(turn).pipe(asked, synthesize(lambda _: voice))  # pyright: ignore
        )
        source = m.hot("-T----|", {"T": Turn("hello", 1)}).pipe(reply)
        m.at(0.0, lambda: source.subscribe(refuse, scheduler=m.scheduler))
        m.expect_subscriptions(voice, "-(^!)")
    assert [str(fault.cause) for fault in faults] == ["refused"]
