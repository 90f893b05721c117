"""What comes by is told (CO25)."""

import logging

import pytest
from reactivex import operators as ops

from rxvoice.items import Event, Token, Turn, TurnStarted
from rxvoice.operators import tap
from rxvoice.testing import marbles

VALUES: dict[str, Event] = {"S": TurnStarted(1), "T": Turn("Hello.", 1), "w": Token("Hi")}


def test_co25_the_named_kinds_are_told_and_no_others() -> None:
    told: list[Event] = []
    with marbles() as m:
        m.expect(m.hot("-S-T-w-|", VALUES).pipe(tap(told.append, kinds=[Turn, Token]))).to_be(
            "-S-T-w-|", VALUES
        )
    assert told == [VALUES["T"], VALUES["w"]]


def test_co25_at_the_head_what_goes_in_and_at_the_tail_what_came_of_it() -> None:
    told: list[tuple[str, Event]] = []
    answer = Token("Good morning.")
    with marbles() as m:
        pipe = m.hot("-T-T-|", VALUES).pipe(
            tap(lambda item: told.append(("head", item))),
            ops.map(lambda _: answer),
            tap(lambda item: told.append(("tail", item))),
            ops.do_action(lambda item: told.append(("far end", item))),
        )
        m.expect(pipe).to_be("-w-w-|", {"w": answer})
    assert told == [("head", VALUES["T"]), ("tail", answer), ("far end", answer)] * 2


def fails(item: object) -> None:
    raise ValueError(item)


def test_what_is_called_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    with marbles() as m, caplog.at_level(logging.ERROR):
        m.expect(m.hot("-T-w-|", VALUES).pipe(tap(fails))).to_be("-T-w-|", VALUES)
    assert [record.message for record in caplog.records] == ["what a tap calls has failed"] * 2


@pytest.mark.parametrize("diagram", ["---", "|", "-T-#"])
def test_the_stream_ends_as_the_source_does(diagram: str) -> None:
    with marbles() as m:
        m.expect(m.hot(diagram, VALUES).pipe(tap(lambda _: None))).to_be(diagram, VALUES)


def test_unsubscribing_ends_it() -> None:
    told: list[Event] = []
    with marbles() as m:
        source = m.hot("-T-w-|", VALUES)
        m.expect(source.pipe(tap(told.append)), "^-!").to_be("-T", VALUES)
        m.expect_subscriptions(source, "^-!")
    assert told == [VALUES["T"]]
