"""Beats that go through a pipe (CO28)."""

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Operator
from rxvoice.aio import Pulled, lift
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.items import Event, Fault, SpeechStarted, Token
from rxvoice.operators import converse, tap, warn_stalled, when_idle
from rxvoice.testing import conversation, marbles

VALUES: dict[str, Event] = {
    "S": SpeechStarted(0.0),
    "w": Token("Hi"),
    "f": Fault("agent", "nothing has come through for 3 s"),
}


def hanging(at: float, until: float) -> Operator[Event, Event]:
    """Let nothing through for a time, and then all that has come meanwhile."""

    async def hang(items: Pulled[Event]) -> AsyncIterator[Event]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async for item in items:
            now = loop.time() - began
            if at <= now < until:
                await asyncio.sleep(until - now)
            yield item

    return lift(hang)


def test_co28_a_stage_that_hangs_is_told_and_told_once() -> None:
    with marbles(1.0) as m:
        out = m.hot("-S------w----|", VALUES).pipe(warn_stalled(hanging(2.0, 7.5), timeout=3.0))
        m.expect(out).to_be("-S--f---w----|", VALUES)


def test_co28_a_stage_that_hangs_again_is_told_again() -> None:
    with marbles(1.0) as m:
        pipe: Operator[Event, Event] = lambda source: source.pipe(  # noqa: E731
            hanging(2.0, 7.5), hanging(10.0, 19.0)
        )
        out = m.hot("20s |", VALUES).pipe(warn_stalled(pipe, timeout=3.0))
        m.expect(out).to_be("----f-------f 7s |", VALUES)


def test_co28_nobody_sees_the_beats_and_they_are_no_activity() -> None:
    times: list[float] = []
    kinds: set[str] = set()
    with marbles(1.0) as m:
        inner: Operator[Event, Event] = when_idle(lambda: times.append(m.loop.time()), timeout=3.0)
        out = m.hot("-S---|", VALUES).pipe(
            warn_stalled(inner), tap(lambda item: kinds.add(type(item).__name__))
        )
        m.expect(out).to_be("-S---|", VALUES)
    assert times == [4.0]
    assert kinds == {"SpeechStarted"}


def test_co28_how_often_and_how_long_are_independent() -> None:
    beats: list[float] = []

    def seen(source: Observable[Any]) -> Observable[Any]:
        return source.pipe(ops.do_action(lambda _: beats.append(m.loop.time())))

    with marbles(1.0) as m:
        source = m.hot("-------|", VALUES)
        m.expect(source.pipe(warn_stalled(seen, every=2.0, timeout=1.0))).to_be(
            "-f-f-f-|",
            {"f": Fault("agent", "nothing has come through for 1 s")},
        )
    assert beats == [0.0, 2.0, 4.0, 6.0]


def test_co28_what_the_agent_says_by_itself_is_no_sign_that_it_hears() -> None:
    with marbles(1.0) as m:
        talk = m.cold("-w-w-w-w-w", VALUES)

        def agent(source: Observable[Event]) -> Observable[Event]:
            return rx.merge(source.pipe(ops.ignore_elements()), talk)

        m.expect(
            m.hot("------", VALUES).pipe(warn_stalled(agent, timeout=1.0, loading=3.0)), "^----!"
        ).to_be("-w-(f w)-", VALUES)


@pytest.mark.parametrize(("loading", "out"), [(10.0, "-------S-|"), (5.0, "-----f-S-|")])
def test_co28_it_is_waited_for_longer_until_the_first_has_come_through(
    loading: float, out: str
) -> None:
    """A stage may keep all until its model is there; the next ones have the usual time."""
    values = {**VALUES, "f": Fault("agent", "nothing has come through for 5 s")}
    with marbles(1.0) as m:
        heard = m.hot("-S-------|", values).pipe(
            warn_stalled(hanging(0.0, 7.0), timeout=2.5, loading=loading)
        )
        m.expect(heard).to_be(out, values)


def test_co28_the_first_may_have_no_longer_than_the_others() -> None:
    with marbles(1.0) as m:
        out = m.hot("-S----|", VALUES).pipe(
            warn_stalled(lambda source: source, timeout=3.0, loading=3.0)
        )
        m.expect(out).to_be("-S----|", VALUES)


def test_co28_after_the_first_the_usual_time_counts() -> None:
    with marbles(1.0) as m:
        pipe: Operator[Event, Event] = lambda source: source.pipe(  # noqa: E731
            hanging(0.0, 5.0), hanging(8.0, 20.0)
        )
        out = m.hot("15s |", VALUES).pipe(warn_stalled(pipe, timeout=3.0))
        m.expect(out).to_be("10s f 9s |", VALUES)


def test_co28_unless_told_otherwise_beats_come_each_second_and_ten_without_are_too_long() -> None:
    beats: list[float] = []

    def pipe(source: Observable[Any]) -> Observable[Any]:
        noted = source.pipe(ops.do_action(lambda _: beats.append(m.loop.time())))
        return noted.pipe(hanging(3.5, 20.0))

    with marbles(1.0) as m:
        m.expect(m.hot("15s |", VALUES).pipe(warn_stalled(pipe))).to_be(
            "13s f 6s |", {"f": Fault("agent", "nothing has come through for 10 s")}
        )
    assert beats == [float(second) for second in range(15)]


def test_co28_they_pass_through_a_whole_agent() -> None:
    def agent(vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
        return warn_stalled(converse(vad=vad, stt=stt, llm=llm, tts=tts), every=0.5, timeout=2.0)

    call = conversation(agent, user="[--]'hello' 5s |", llm=["Good morning."])
    assert call.history == ["user: hello", "bot: Good morning."]
    assert call.only(Fault) == []


@pytest.mark.parametrize("diagram", ["|", "-S-#", "-S-|"])
def test_the_stream_ends_as_the_agent_does(diagram: str) -> None:
    with marbles(1.0) as m:
        m.expect(m.hot(diagram, VALUES).pipe(warn_stalled(lambda source: source))).to_be(
            diagram, VALUES
        )


def test_unsubscribing_ends_the_beats() -> None:
    with marbles(1.0) as m:
        source = m.hot("-S------", VALUES)
        m.expect(source.pipe(warn_stalled(lambda source: source)), "^--!").to_be("-S", VALUES)
        m.expect_subscriptions(source, "^--!")


@pytest.mark.parametrize("name", ["every", "timeout", "loading"])
@pytest.mark.parametrize("value", [0.0, math.inf, math.nan])
def test_times_are_checked(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must be positive and finite"):
        warn_stalled(lambda source: source, **{name: value})
