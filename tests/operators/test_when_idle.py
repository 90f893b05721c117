"""Calls, and streams, in which nothing happens (CO29, CO30)."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

import pytest
import reactivex as rx
from reactivex import Subject
from reactivex import operators as ops

from rxvoice.items import (
    BotSpeechOngoing,
    BotSpeechStarted,
    Disconnected,
    EndCall,
    Event,
    SpeechOngoing,
    SpeechStarted,
    Token,
)
from rxvoice.operators import hang_up, when_idle
from rxvoice.testing import Marbles, marbles

VALUES: dict[str, Event] = {
    "S": SpeechStarted(0.0),
    "B": BotSpeechStarted(1),
    "s": SpeechOngoing(1.0),
    "b": BotSpeechOngoing(1),
    "w": Token("Hi"),
}


def idle(m: Marbles, source: str, timeout: float = 3.0) -> list[float]:
    times: list[float] = []
    out = m.hot(source, VALUES).pipe(
        when_idle(lambda: times.append(m.loop.time()), timeout=timeout)
    )
    m.expect(out).to_be(source, VALUES)
    return times


def test_co29_who_speaks_counts_and_nothing_else() -> None:
    with marbles(1.0) as m:
        times = idle(m, "-S-w-|")
    assert times == [4.0]


def test_co29_either_side_counts() -> None:
    with marbles(1.0) as m:
        times = idle(m, "--S-B-S---|")
    assert times == [9.0]


@pytest.mark.parametrize("ongoing", ["s", "b"])
def test_co29_who_speaks_for_long_is_not_idle(ongoing: str) -> None:
    with marbles(1.0) as m:
        times = idle(m, f"-{ongoing}-{ongoing}-{ongoing}-{ongoing}----|")
    assert times == [10.0]


def test_co29_an_item_counts_that_a_later_stage_swallows() -> None:
    times: list[float] = []
    with marbles(1.0) as m:
        out = m.hot("--S--|", VALUES).pipe(
            when_idle(lambda: times.append(m.loop.time()), timeout=3.0), ops.filter(lambda _: False)
        )
        m.expect(out).to_be("-----|")
    assert times == []


def test_co29_five_minutes_in_which_nobody_speaks_end_the_call_where_that_is_wanted() -> None:
    commands: Subject[Event] = Subject()
    with marbles(1.0) as m:
        heard = m.hot("-S 400s |", VALUES).pipe(
            when_idle(lambda: commands.on_next(EndCall("idle", at_once=True)))
        )
        out = rx.merge(heard, commands).pipe(hang_up(lambda source: source))
        m.expect(out.pipe(ops.map(lambda item: type(item).__name__))).to_be(
            "-S 299s (E |)", {"S": "SpeechStarted", "E": "EndCall"}
        )


def test_co29_it_is_not_called_again_while_it_runs() -> None:
    times: list[float] = []

    async def ask() -> None:
        times.append(m.loop.time())
        await asyncio.sleep(10.0)

    with marbles(1.0) as m:
        m.expect(m.hot("20s |").pipe(when_idle(ask, timeout=3.0))).to_be("20s |")
    assert times == [3.0, 16.0]


def test_co30_what_comes_while_it_runs_is_kept() -> None:
    times: list[float] = []

    async def ask() -> None:
        times.append(m.loop.time())
        await asyncio.sleep(2.0)

    with marbles(1.0) as m:
        m.expect(m.hot("----S---- 1s |", VALUES).pipe(when_idle(ask, timeout=3.0))).to_be(
            "----S---- 1s |", VALUES
        )
    assert times == [3.0, 7.0]  # and not 8.0, three seconds after it had ended


def test_co30_the_kinds_that_count_are_chosen() -> None:
    times: list[float] = []
    with marbles(1.0) as m:
        out = m.hot("--w-S-|", VALUES).pipe(
            when_idle(lambda: times.append(m.loop.time()), timeout=3.0, kinds=[Token])
        )
        m.expect(out).to_be("--w-S-|", VALUES)
    assert times == [5.0]


def test_co30_unsubscribing_cancels_what_is_called() -> None:
    ended: list[float] = []

    async def ask() -> None:
        try:
            await asyncio.sleep(10.0)
        finally:
            ended.append(m.loop.time())

    with marbles(1.0) as m:
        m.expect(m.hot("20s |").pipe(when_idle(ask, timeout=3.0)), "^----!").to_be("-----")
    assert ended == [5.0]


def test_co30_nothing_is_called_any_more_when_idleness_itself_ends_the_stream() -> None:
    stop: Subject[None] = Subject()
    called: list[float] = []

    async def ask() -> None:
        called.append(m.loop.time())

    def tell() -> Awaitable[None]:
        stop.on_next(None)
        return ask()

    with marbles(1.0) as m:
        out = m.hot("20s |").pipe(when_idle(tell, timeout=3.0), ops.take_until(stop))
        m.expect(out).to_be("---|")
    assert called == []


async def _fails() -> None:
    raise ValueError


def _fails_at_once() -> None:
    raise ValueError


@pytest.mark.parametrize("fails", [_fails, _fails_at_once])
def test_what_is_called_may_fail(
    fails: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    with marbles(1.0) as m, caplog.at_level(logging.ERROR):
        m.expect(m.hot("-------|").pipe(when_idle(fails, timeout=3.0))).to_be("-------|")
    assert len(caplog.records) == 2


@pytest.mark.parametrize("diagram", ["|", "-S#"])
def test_the_stream_ends_as_the_source_does(diagram: str) -> None:
    with marbles(1.0) as m:
        assert idle(m, diagram) == []


@pytest.mark.parametrize("timeout", [0.0, -1.0, math.inf, math.nan])
def test_the_time_is_checked(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout must be positive and finite"):
        when_idle(lambda: None, timeout=timeout)


def test_there_have_to_be_kinds() -> None:
    with pytest.raises(ValueError, match="kinds must not be empty"):
        when_idle(lambda: None, kinds=[])


def test_a_far_end_that_leaves_is_no_concern() -> None:
    with marbles(1.0) as m:
        out = m.hot("-D|", {"D": Disconnected()}).pipe(when_idle(lambda: None))
        m.expect(out).to_be("-D|", {"D": Disconnected()})
