"""One stream for several subscribers, on one loop."""

import weakref

import pytest

from rxvoice.aio._fan import Fan


class Listener:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.log: list[object] = []

    def listen(self, item: object) -> None:
        self.log.append(item)


@pytest.mark.parametrize("failing", [True, False])
def test_who_comes_after_the_end_hears_only_of_it(failing: bool) -> None:
    fan: Fan[int] = Fan()
    fan.on_next(1)
    if failing:
        fan.on_error(LookupError("broken"))
    else:
        fan.on_completed()
    log: list[str] = []
    fan.subscribe(None, lambda error: log.append(str(error)), lambda: log.append("end"))
    assert log == ["broken" if failing else "end"]


def test_who_has_left_is_forgotten() -> None:
    fan: Fan[int] = Fan()
    listener = Listener()
    known = weakref.ref(listener)
    subscription = fan.subscribe(listener.listen)
    fan.on_next(1)
    assert listener.log == [1]
    subscription.dispose()
    del listener, subscription
    assert known() is None


def test_who_leaves_while_an_item_is_handed_on_does_not_get_it() -> None:
    fan: Fan[int] = Fan()
    late = Listener()
    fan.subscribe(lambda _: leaving.dispose())
    leaving = fan.subscribe(late.listen)
    fan.on_next(1)
    assert late.log == []


def test_who_comes_while_an_item_is_handed_on_gets_the_next_one() -> None:
    fan: Fan[int] = Fan()
    late = Listener()
    first = fan.subscribe(lambda item: item == 1 and fan.subscribe(late.listen))  # pyright: ignore[reportArgumentType]
    fan.on_next(1)
    fan.on_next(2)
    first.dispose()
    assert late.log == [2]


def test_what_no_subscriber_takes_is_told() -> None:
    unheard: list[str] = []
    fan: Fan[int] = Fan(lambda error: unheard.append(str(error)))

    def fail(item: int) -> None:
        raise LookupError(f"cannot take {item}")

    fan.subscribe(fail)
    fan.on_next(1)
    fan.on_next(2)
    assert unheard == ["cannot take 1"]
