"""What is built without locks does what RxPY's own does."""

from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable, abc, disposable
from reactivex import operators as ops
from reactivex.disposable import Disposable
from reactivex.subject import Subject

from rxvoice import _disposables
from rxvoice._stream import Inlet, Stream, deferred

KINDS: list[Callable[[Any], Observable[Any]]] = [Observable, Stream]
HOT: list[Callable[[], Any]] = [Subject, Inlet]


class Log:
    """An observer, and what it was told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def on_next(self, item: Any) -> None:
        self.told.append(item)

    def on_error(self, error: Exception) -> None:
        self.told.append(error)

    def on_completed(self) -> None:
        self.told.append("|")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_comes_after_the_end(kind: Callable[[Any], Observable[Any]]) -> None:
    left: list[str] = []

    def subscribe(observer: abc.ObserverBase[Any], _: Any = None) -> abc.DisposableBase:
        for item in (1, 2):
            observer.on_next(item)
        observer.on_completed()
        observer.on_next(3)
        observer.on_error(ValueError())
        observer.on_completed()
        return Disposable(lambda: left.append("left"))

    log = Log()
    kind(subscribe).subscribe(log)  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert log.told == [1, 2, "|"]
    assert left == ["left"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_comes_after_unsubscribing(kind: Callable[[Any], Observable[Any]]) -> None:
    kept: list[abc.ObserverBase[Any]] = []
    left: list[str] = []

    def subscribe(observer: abc.ObserverBase[Any], _: Any = None) -> abc.DisposableBase:
        kept.append(observer)
        return Disposable(lambda: left.append("left"))

    log = Log()
    subscription = kind(subscribe).subscribe(log.on_next, log.on_error, log.on_completed)
    kept[0].on_next(1)
    subscription.dispose()
    subscription.dispose()
    kept[0].on_next(2)
    kept[0].on_completed()
    assert log.told == [1]
    assert left == ["left"]


@pytest.mark.parametrize("kind", KINDS)
def test_who_unsubscribes_while_it_is_told_leaves(kind: Callable[[Any], Observable[Any]]) -> None:
    """Also while the source is still being subscribed."""
    left: list[str] = []

    def subscribe(observer: abc.ObserverBase[Any], _: Any = None) -> abc.DisposableBase:
        for item in range(5):
            observer.on_next(item)
        return Disposable(lambda: left.append("left"))

    log = Log()
    kind(subscribe).pipe(ops.take(2)).subscribe(log.on_next, log.on_error, log.on_completed)
    assert log.told == [0, 1, "|"]
    assert left == ["left"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_subscribing_raises_is_the_error(kind: Callable[[Any], Observable[Any]]) -> None:
    error = ValueError("no")

    def subscribe(observer: abc.ObserverBase[Any], _: Any = None) -> abc.DisposableBase:
        observer.on_next(1)
        raise error

    log = Log()
    kind(subscribe).subscribe(log.on_next, log.on_error, log.on_completed)
    assert log.told == [1, error]


@pytest.mark.parametrize("kind", KINDS)
def test_what_subscribing_raises_after_the_end_is_raised(
    kind: Callable[[Any], Observable[Any]],
) -> None:
    def subscribe(observer: abc.ObserverBase[Any], _: Any = None) -> abc.DisposableBase:
        observer.on_completed()
        raise ValueError("too late")

    with pytest.raises(ValueError, match="too late"):
        kind(subscribe).subscribe()


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_that_nobody_takes_is_raised(kind: Callable[[Any], Observable[Any]]) -> None:
    def subscribe(observer: abc.ObserverBase[Any], _: Any = None) -> abc.DisposableBase:
        observer.on_error(ValueError("nobody"))
        return Disposable()

    with pytest.raises(ValueError, match="nobody"):
        kind(subscribe).subscribe()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_emitted_at_once_waits_for_all_subscriptions(
    kind: Callable[[Any], Observable[Any]],
) -> None:
    """As on RxPY's trampoline: the second source is subscribed before the first one emits."""

    def subscribe(observer: abc.ObserverBase[Any], _: Any = None) -> abc.DisposableBase:
        first, second = rx.from_iterable([1, 2]), rx.from_iterable([3])
        observer.on_next("before")
        both = disposable.CompositeDisposable(
            first.subscribe(observer.on_next), second.subscribe(observer.on_next)
        )
        observer.on_next("after")
        return both

    log = Log()
    kind(subscribe).subscribe(log.on_next, log.on_error, log.on_completed)
    assert log.told == ["before", "after", 1, 2, 3]


@pytest.mark.parametrize("kind", KINDS)
def test_an_end_that_raises_leaves_the_source(kind: Callable[[Any], Observable[Any]]) -> None:
    kept: list[abc.ObserverBase[Any]] = []
    left: list[str] = []

    def subscribe(observer: abc.ObserverBase[Any], _: Any = None) -> abc.DisposableBase:
        kept.append(observer)
        return Disposable(lambda: left.append("left"))

    def broken() -> None:
        raise ValueError("broken")

    kind(subscribe).subscribe(None, None, broken)
    with pytest.raises(ValueError, match="broken"):
        kept[0].on_completed()
    assert left == ["left"]


@pytest.mark.parametrize("hot", HOT)
def test_all_who_listen_are_told(hot: Callable[[], Any]) -> None:
    source, one, other, late = hot(), Log(), Log(), Log()
    first = source.subscribe(one.on_next, one.on_error, one.on_completed)
    source.on_next(1)
    source.subscribe(other.on_next, other.on_error, other.on_completed)
    source.on_next(2)
    first.dispose()
    source.on_next(3)
    source.on_completed()
    source.on_next(4)
    source.on_completed()
    source.subscribe(late.on_next, late.on_error, late.on_completed)
    assert one.told == [1, 2]
    assert other.told == [2, 3, "|"]
    assert late.told == ["|"]


@pytest.mark.parametrize("hot", HOT)
def test_a_failure_is_told_to_all_and_to_who_comes_later(hot: Callable[[], Any]) -> None:
    error, source, one, late = ValueError(), hot(), Log(), Log()
    source.subscribe(one.on_next, one.on_error, one.on_completed)
    source.on_error(error)
    source.on_error(ValueError("another"))
    source.subscribe(late.on_next, late.on_error, late.on_completed)
    assert one.told == late.told == [error]


@pytest.mark.parametrize("hot", HOT)
def test_what_a_listener_raises_reaches_who_tells(hot: Callable[[], Any]) -> None:
    def broken(_: Any) -> None:
        raise ValueError("broken")

    source = hot()
    source.subscribe(broken)
    with pytest.raises(ValueError, match="broken"):
        source.on_next(1)


@pytest.mark.parametrize("hot", HOT)
def test_who_leaves_while_another_is_told_is_told_the_rest_of_it_no_more(
    hot: Callable[[], Any],
) -> None:
    source, log = hot(), Log()
    later: list[abc.DisposableBase] = []

    def leave(_: Any) -> None:
        later[0].dispose()

    source.subscribe(leave)
    later.append(source.subscribe(log.on_next, log.on_error, log.on_completed))
    source.on_next(1)
    assert log.told == []


def test_a_deferred_stream_is_made_at_each_subscription() -> None:
    made: list[int] = []

    def make() -> Observable[int]:
        made.append(len(made))
        if len(made) > 2:
            raise ValueError("no more")
        return rx.just(len(made))

    log = Log()
    for _ in range(3):
        deferred(make).subscribe(log.on_next, log.on_error, log.on_completed)
    assert log.told[:4] == [1, "|", 2, "|"]
    assert str(log.told[4]) == "no more"


MODULES: list[Any] = [disposable, _disposables]


@pytest.mark.parametrize("module", MODULES)
def test_a_disposable_acts_once(module: Any) -> None:
    done: list[int] = []
    one = module.Disposable(lambda: done.append(1))
    one.dispose()
    one.dispose()
    module.Disposable().dispose()
    assert done == [1]
    assert one.is_disposed


@pytest.mark.parametrize("module", MODULES)
def test_a_single_assignment_takes_one(module: Any) -> None:
    done: list[str] = []
    one = module.SingleAssignmentDisposable()
    one.disposable = module.Disposable(lambda: done.append("first"))
    with pytest.raises(Exception, match="already"):
        one.disposable = module.Disposable()
    one.dispose()
    one.disposable = module.Disposable(lambda: done.append("late"))
    one.dispose()
    assert done == ["first", "late"]
    assert one.is_disposed
    assert one.disposable is None


@pytest.mark.parametrize("module", MODULES)
def test_a_serial_one_disposes_of_the_one_before(module: Any) -> None:
    done: list[str] = []
    one = module.SerialDisposable()
    for name in ("a", "b", "c"):
        one.disposable = module.Disposable(lambda name=name: done.append(name))
    assert done == ["a", "b"]
    one.disposable = None
    assert done == ["a", "b", "c"]
    one.disposable = module.Disposable(lambda: done.append("d"))
    one.dispose()
    one.disposable = module.Disposable(lambda: done.append("e"))
    assert done == ["a", "b", "c", "d", "e"]
    assert one.is_disposed


@pytest.mark.parametrize("module", MODULES)
def test_a_serial_one_may_be_given_another_while_it_disposes(module: Any) -> None:
    done: list[str] = []
    one = module.SerialDisposable()
    last = module.Disposable(lambda: done.append("last"))

    def again() -> None:
        done.append("first")
        one.disposable = last

    one.disposable = module.Disposable(again)
    one.disposable = module.Disposable(lambda: done.append("second"))
    assert done == ["first", "second"]
    assert one.disposable is last


@pytest.mark.parametrize("module", MODULES)
def test_a_composite_disposes_of_all_in_order(module: Any) -> None:
    done: list[str] = []

    def part(name: str) -> Any:
        return module.Disposable(lambda: done.append(name))

    removed, kept = part("removed"), part("kept")
    one = module.CompositeDisposable(part("first"), removed)
    one.add(kept)
    assert one.remove(removed)
    assert not one.remove(removed)
    assert done == ["removed"]
    one.dispose()
    one.dispose()
    one.add(part("late"))
    assert done == ["removed", "first", "kept", "late"]
    assert one.is_disposed
    assert not one.remove(kept)
