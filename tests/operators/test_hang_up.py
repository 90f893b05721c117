"""A call ends when its far end leaves, or when somebody wants it to."""

from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Disconnected, EndCall, Event, Fault, Operator, Token
from rxvoice.operators import hang_up
from rxvoice.testing import MarbleError, like, marbles

END = EndCall("over", at_once=True)
ITEMS: dict[str, Any] = {
    "a": Token("a"),
    "b": Token("b"),
    "D": Disconnected(),
    "G": Disconnected(reason="gone"),
    "A": Disconnected("ann"),
    "d": EndCall("disconnected", at_once=True),
    "g": EndCall("gone", at_once=True),
    "X": END,
    "W": EndCall("over"),
    "f": like(Fault, source="hang_up"),
}


def same(source: Observable[Event]) -> Observable[Event]:
    return source


def expect(
    source: str, out: str, *, lives: str, agent: Operator[Event, Event] = same, **options: Any
) -> None:
    with marbles(0.1) as m:
        far_end: Any = m.hot(source, ITEMS)
        m.expect(far_end.pipe(hang_up(agent, **options))).to_be(out, ITEMS)
        m.expect_subscriptions(far_end, lives)


def test_the_far_end_leaves() -> None:
    expect("-a-D-b-|", "-a-(Dd|)----", lives="^--!")


def test_why_it_left_is_why_the_call_ends() -> None:
    expect("-a-G-b-|", "-a-(Gg|)----", lives="^--!")


def test_somebody_else_in_the_room_leaves() -> None:
    expect("-a-A-b-|", "-a-A-b-|", lives="^------!")


def test_who_the_call_is_about_leaves_the_room() -> None:
    expect("-a-A-b-|", "-a-(Ad|)----", lives="^--!", who="ann")
    expect("-a-D-b-|", "-a-(Dd|)----", lives="^--!", who="ann")


def test_a_call_is_ended_by_a_command_among_what_is_heard() -> None:
    expect("-a-X-b-|", "-a-(X|)----", lives="^--!")


def test_a_wish_that_the_call_may_end_does_not_end_it_yet() -> None:
    expect("-a-W-b-|", "-a-W-b-|", lives="^------!")


def test_a_source_may_end_without_a_word() -> None:
    expect("-a-|", "-a-|", lives="^--!")
    expect("-a-#", "-a-#", lives="^--!")
    expect("----", "----", lives="^")


def test_a_call_is_ended_by_the_agent_a_turn_of_the_loop_later() -> None:
    def leaves(source: Observable[Event]) -> Observable[Event]:
        return source.pipe(ops.map(lambda item: END if item == Token("b") else item))

    expect("-a-b-a-|", "-a-(X|)----", lives="^--!", agent=leaves)


def test_a_call_ends_once() -> None:
    def leaves_twice(source: Observable[Event]) -> Observable[Event]:
        return source.pipe(ops.flat_map(lambda item: rx.of(item, END)))

    expect("-a-----|", "-(aX|)----", lives="^!", agent=leaves_twice)
    expect("-D-----|", "-(DX|)----", lives="^!", agent=leaves_twice)


def test_the_agent_may_have_something_left_to_do() -> None:
    def tidies(source: Observable[Event]) -> Observable[Event]:
        return rx.concat(source, rx.timer(0.2).pipe(ops.map(lambda _: Token("b"))))

    expect("-a-D-----", "-a-(Dd)-(b|)--", lives="^--!", agent=tidies)


def test_an_agent_that_does_not_end_is_left() -> None:
    def stays(source: Observable[Event]) -> Observable[Event]:
        return rx.concat(source, rx.never())

    expect("-a-D-----", "-a-(Dd)-(f|)--", lives="^--!", agent=stays, within=0.2)


def test_all_that_an_agent_hears_ends() -> None:
    def hears_twice(source: Observable[Event]) -> Observable[Event]:
        return rx.merge(source, source.pipe(ops.ignore_elements()))

    with marbles(0.1) as m:
        far_end: Any = m.hot("-a-D-----", ITEMS)
        m.expect(far_end.pipe(hang_up(hears_twice))).to_be("-a-(Dd|)-----", ITEMS)
        m.expect_subscriptions(far_end, "^--!", "^--!")


def test_around_one_that_hangs_up_by_itself_it_changes_nothing() -> None:
    expect("-a-D-b-|", "-a-(Dd|)----", lives="^--!", agent=hang_up(same))


def test_an_agent_that_cannot_be_built_is_an_error() -> None:
    def none(_: Observable[Event]) -> Observable[Event]:
        raise MarbleError

    with marbles(0.1) as m:
        m.expect(m.hot("-a", ITEMS).pipe(hang_up(none))).to_be("#")


def test_each_subscription_is_a_call_of_its_own() -> None:
    with marbles(0.1) as m:
        out = m.hot("-a-D-b-D-", ITEMS).pipe(hang_up(same))
        m.expect(out).to_be("-a-(Dd|)", ITEMS)
        m.expect(out, "----^").to_be("-----b-(Dd|)", ITEMS)


def test_unsubscribing_leaves_everything() -> None:
    with marbles(0.1) as m:
        far_end: Any = m.hot("-a-D-----", ITEMS)
        stays = hang_up(lambda source: rx.concat(source, rx.never()))
        m.expect(far_end.pipe(stays), "^--!").to_be("-a-", ITEMS)
        m.expect(far_end.pipe(stays), "^----!").to_be("-a-(Dd)-", ITEMS)


@pytest.mark.parametrize("within", [0.0, -1.0, float("nan"), float("inf")])
def test_it_waits_for_some_time(within: float) -> None:
    with pytest.raises(ValueError, match="within must be positive and finite"):
        hang_up(same, within=within)
