"""What each law allows and forbids, seen on small operators."""

import asyncio
import gc
import itertools
import random
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
import reactivex as rx
from hypothesis import Phase, given, settings
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import CompositeDisposable, Disposable, SerialDisposable

from rxvoice import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.context import Context, Memory
from rxvoice.items import Event, ReplyEnded, Token, Turn, TurnStarted, Word
from rxvoice.operators import interruptible
from rxvoice.testing import strategies as some
from rxvoice.testing import tone
from rxvoice.testing.laws import (
    LAWS,
    Case,
    LawBroken,
    Parts,
    cases,
    check,
    grammar,
    history,
    tag_of,
    tagged,
    unsubscribing,
)
from rxvoice.testing.strategies import Timeline

Observer: TypeAlias = abc.ObserverBase[Any]
Subscribe: TypeAlias = Callable[[Observable[Any], Observer, Any], abc.DisposableBase]

LETTERS = some.timelines(some.keys())


def operator(subscribe: Subscribe) -> Operator[Any, Any]:
    """Make an operator of what it does when it is subscribed."""
    return lambda source: Observable(
        lambda observer, scheduler=None: subscribe(source, observer, scheduler)
    )


def honest() -> Operator[Any, Any]:
    return ops.map(lambda item: item)


def dispose_is_dropped() -> Operator[Any, Any]:
    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        source.subscribe(observer, scheduler=scheduler)
        return Disposable()

    return operator(subscribe)


def emits_when_disposed() -> Operator[Any, Any]:
    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        subscription = source.subscribe(observer, scheduler=scheduler)
        return CompositeDisposable(subscription, Disposable(lambda: observer.on_next("bye")))

    return operator(subscribe)


def emits_from_a_timer_that_goes_on() -> Operator[Any, Any]:
    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        loop_scheduler(scheduler).call_later(0.5, lambda: observer.on_next("late"))
        return source.subscribe(observer, scheduler=scheduler)

    return operator(subscribe)


def starts_a_task_that_goes_on() -> Operator[Any, Any]:
    tasks: list[asyncio.Task[bool]] = []

    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        tasks.append(asyncio.ensure_future(asyncio.Event().wait()))
        return source.subscribe(observer, scheduler=scheduler)

    return operator(subscribe)


def fails_in_a_task_nobody_asks() -> Operator[Any, Any]:
    async def fail() -> None:
        raise ConnectionError("lost")

    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        circle: list[Any] = []
        circle += [circle, asyncio.ensure_future(fail())]
        return source.subscribe(observer, scheduler=scheduler)

    return operator(subscribe)


def opens_a_socket_that_stays_open(opened: list[socket.socket]) -> Operator[Any, Any]:
    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        opened.append(socket.socket())
        return source.subscribe(observer, scheduler=scheduler)

    return operator(subscribe)


def starts_a_thread_that_goes_on(end: threading.Event) -> Operator[Any, Any]:
    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        threading.Thread(target=end.wait, name="left over", daemon=True).start()
        return source.subscribe(observer, scheduler=scheduler)

    return operator(subscribe)


def swaps_two_items() -> Operator[Any, Any]:
    return lambda source: source.pipe(
        ops.buffer_with_count(2), ops.flat_map(lambda pair: pair[::-1])
    )


def doubles_items() -> Operator[Any, Any]:
    return ops.flat_map(lambda item: [item, item])


def counts_over_all_subscriptions() -> Operator[Any, Any]:
    number = itertools.count(1)
    return ops.map(lambda item: (next(number), item))


def shares_a_state_between_subscribers() -> Operator[Any, Any]:
    def counted(source: Observable[Any]) -> Observable[Any]:
        number = itertools.count(1)
        return source.pipe(ops.map(lambda item: (next(number), item)))

    return counted


def throws_dice() -> Operator[Any, Any]:
    return ops.map(lambda item: (random.random(), item))


def emits_after_the_error() -> Operator[Any, Any]:
    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        def on_error(error: Exception) -> None:
            observer.on_error(error)
            observer.on_next("never mind")

        return source.subscribe(
            observer.on_next, on_error, observer.on_completed, scheduler=scheduler
        )

    return operator(subscribe)


def never_completes() -> Operator[Any, Any]:
    return lambda source: source.pipe(ops.concat(rx.never()))


def swallows_errors() -> Operator[Any, Any]:
    return lambda source: source.pipe(ops.catch(rx.empty()))


def swallows_what_its_subscriber_raises() -> Operator[Any, Any]:
    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        def on_next(item: Any) -> None:
            try:
                observer.on_next(item)
            except Exception:
                return

        return source.subscribe(
            on_next, observer.on_error, observer.on_completed, scheduler=scheduler
        )

    return operator(subscribe)


def leaks_when_it_is_unsubscribed_inside() -> Operator[Any, Any]:
    def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
        clock = loop_scheduler(scheduler)
        timers: list[abc.DisposableBase] = []

        def on_next(item: Any) -> None:
            observer.on_next(item)
            timers[:] = [clock.call_later(1.0, lambda: None)]

        def dispose() -> None:
            subscription.dispose()
            for timer in timers:
                timer.dispose()

        subscription = SerialDisposable()
        subscription.disposable = source.subscribe(
            on_next, observer.on_error, observer.on_completed, scheduler=scheduler
        )
        return Disposable(dispose)

    return operator(subscribe)


FAULTS: list[tuple[Callable[[], Operator[Any, Any]], set[str]]] = [
    (dispose_is_dropped, {"unsubscribing", "unsubscribing_inside"}),
    (emits_when_disposed, {"unsubscribing"}),
    (emits_from_a_timer_that_goes_on, {"unsubscribing", "grammar"}),
    (starts_a_task_that_goes_on, {"unsubscribing", "unsubscribing_inside"}),
    (swaps_two_items, {"order"}),
    (doubles_items, {"order"}),
    (counts_over_all_subscriptions, {"independence"}),
    (shares_a_state_between_subscribers, {"independence"}),
    (throws_dice, {"determinism"}),
    (emits_after_the_error, {"grammar"}),
    (never_completes, {"endings"}),
    (swallows_errors, {"endings"}),
    (swallows_what_its_subscriber_raises, {"raising"}),
    (leaks_when_it_is_unsubscribed_inside, {"unsubscribing_inside"}),
]


@pytest.mark.parametrize("law", LAWS)
def test_the_identity_keeps_all_laws(law: str) -> None:
    check(lambda _: honest(), LETTERS, laws=[law])


@pytest.mark.parametrize(("make", "laws"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.usefixtures("any_failure_will_do")
def test_a_fault_breaks_the_laws_that_forbid_it(
    make: Callable[[], Operator[Any, Any]], laws: set[str]
) -> None:
    for law in laws:
        with pytest.raises(LawBroken) as caught:
            check(lambda _: make(), LETTERS, laws=[law])
        assert caught.value.law == law


@pytest.fixture
def opened() -> Iterator[list[socket.socket]]:
    sockets: list[socket.socket] = []
    yield sockets
    for each in sockets:
        each.close()


def test_a_socket_that_stays_open_is_left(opened: list[socket.socket]) -> None:
    with pytest.raises(LawBroken, match=r"1 socket\(s\)"):
        unsubscribing(lambda _: opens_a_socket_that_stays_open(opened), Case(Timeline()))


def test_a_thread_that_goes_on_is_left() -> None:
    end = threading.Event()
    try:
        with pytest.raises(LawBroken, match="thread 'left over'"):
            unsubscribing(lambda _: starts_a_thread_that_goes_on(end), Case(Timeline()))
    finally:
        end.set()


def test_what_other_threads_do_meanwhile_does_not_count(opened: list[socket.socket]) -> None:
    asked, done = threading.Event(), threading.Event()

    def busy() -> None:
        asked.wait()
        opened.append(socket.socket())
        done.set()

    other = threading.Thread(target=busy)
    other.start()

    def lets_it_work() -> Operator[Any, Any]:
        def subscribe(source: Observable[Any], observer: Observer, scheduler: Any) -> Any:
            asked.set()
            done.wait()
            return source.subscribe(observer, scheduler=scheduler)

        return operator(subscribe)

    unsubscribing(lambda _: lets_it_work(), Case(Timeline()))
    assert opened
    other.join()


def test_a_failure_is_seen_that_only_the_garbage_knows_of() -> None:
    with pytest.raises(LawBroken, match="failed unheard: lost"):
        grammar(lambda _: fails_in_a_task_nobody_asks(), Case(Timeline()))


def test_no_garbage_is_collected_while_a_case_is_run() -> None:
    seen: list[bool] = []

    def looks() -> Operator[Any, Any]:
        return ops.do_action(lambda _: seen.append(gc.isenabled()))

    unsubscribing(lambda _: looks(), Case(Timeline.of("a"), stop=2))
    assert seen == [False]
    assert gc.isenabled()


def test_a_task_that_is_left_is_named_with_its_place() -> None:
    with pytest.raises(LawBroken, match=r"task .*Event\.wait"):
        unsubscribing(lambda _: starts_a_task_that_goes_on(), Case(Timeline()))


def test_the_shortest_case_is_shown_as_diagrams_with_a_legend() -> None:
    with pytest.raises(LawBroken) as caught:
        check(lambda _: swaps_two_items(), some.timelines(some.transcripts()), asides=False)
    assert str(caught.value) == (
        "order: Transcript(text='', is_final=False, is_finalized=False, language=None, "
        "words=(), speaker=None, pts=0.0, end=0.0, confidence=None) comes twice or after what "
        "followed it\n"
        "\n"
        "source  -ii    |\n"
        "out     --(i i)|\n"
        "i = Transcript('', is_final=False)\n"
        "one column is 0.02 s"
    )


class Unspoken(Memory):
    """Remembers what was written, not what was spoken."""

    def record(self) -> Operator[Event, Event]:
        written: list[str] = []

        def take(event: Event) -> None:
            match event:
                case Turn(text=text):
                    self.context = self.context.append("user", text)
                case Token(text=text):
                    written.append(text)
                case ReplyEnded() if written:
                    self.context = self.context.append("assistant", "".join(written))
                    written.clear()
                case _:
                    pass

        return ops.do_action(take)


class Forgetful(Memory):
    """Forgets the reply that is cut off because everything is."""

    def record(self) -> Operator[Event, Event]:
        inner = Memory()

        def take(event: Event) -> None:
            self.context = Context(messages=inner.context.messages)

        return lambda source: source.pipe(inner.record(), ops.do_action(take))


def replying(parts: Parts) -> Operator[Event, Event]:
    return interruptible(lambda turn: parts.tagged("reply", turn.number))


CALL = Case(
    Timeline.of("TU-----|", {"T": TurnStarted(1), "U": Turn("hello", 1)}),
    {"reply": Timeline.of("kw-|", {"k": Token("Good day."), "w": Word("Good", 0.0)})},
    stop=10,
)


def test_history_is_what_was_spoken_not_what_was_written() -> None:
    history(replying, CALL)
    with pytest.raises(LawBroken, match="history: it was played"):
        history(replying, CALL, memory=Unspoken)


def test_history_ends_where_somebody_unsubscribes() -> None:
    cut = Case(CALL.source, CALL.stand_ins, stop=3)
    history(replying, cut)
    with pytest.raises(LawBroken, match=r"assistant: 'Good#1' \(interrupted\)"):
        history(replying, cut, memory=Forgetful)


@pytest.mark.parametrize("item", [Word("Good", 0.0), Token(" day."), tone(0.02)])
def test_items_tell_to_which_reply_they_belong(item: Any) -> None:
    assert tag_of(item) is None
    assert tag_of(tagged(item, 12)) == 12
    assert tagged(item, 0) is item


def test_an_unknown_law_is_refused() -> None:
    with pytest.raises(ValueError, match="gravity"):
        check(lambda _: honest(), LETTERS, laws=["gravity"])


def test_a_law_is_not_skipped_without_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        check(lambda _: honest(), LETTERS, skip={"order": ""})


@settings(phases=[Phase.generate, Phase.shrink])
@given(cases(LETTERS, {"other": LETTERS}))
def draws_two(case: Case) -> None:
    assert len(case.source.items) < 2


def test_hypothesis_shows_a_case_as_diagrams_below_each_other() -> None:
    with pytest.raises(AssertionError) as caught:
        draws_two()
    notes = "\n".join(caught.value.__notes__)
    assert re.search(r"source  \S.*\n +other   \S", notes)
    assert "stop=0, count=1, later=0, deaf=False, seed=0" in notes
    assert "Timeline(" not in notes
