"""Timers run when the call that starts them returns, and not a turn of the loop later."""

from collections.abc import Callable
from typing import Any

import pytest
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    Event,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    UserStarted,
    UserStopped,
)
from rxvoice.operators import (
    aggregate_turn,
    lasting,
    start_on_wake_phrase,
    start_when,
    stop_after_silence,
    stop_on_external,
)
from rxvoice.testing import VirtualLoop, run_virtual, timers_left

S, E = SpeechStarted(1.0, 0.2), SpeechStopped(2.0, 0.2)
U, V = UserStarted("key"), UserStopped("key")
SAID = Transcript("hey robot", True)


def due(make: Callable[[Observable[Any]], Observable[Any]], *items: Event) -> list[float]:
    """Return in how many seconds timers are due, right after items were handed to an operator."""

    async def measure() -> list[float]:
        scheduler = LoopScheduler()
        loop = scheduler.loop
        assert isinstance(loop, VirtualLoop)
        source: Subject[Any] = Subject()
        subscription = make(source).subscribe(scheduler=scheduler)
        for item in items:
            source.on_next(item)
        armed = [round(timer.when() - loop.time(), 6) for timer in timers_left(loop)]
        subscription.dispose()
        assert timers_left(loop) == []
        return armed

    return run_virtual(measure())


CASES: dict[str, tuple[Callable[[Observable[Any]], Observable[Any]], list[Event], list[float]]] = {
    "silence and recogniser": (stop_after_silence(), [S, E], [0.6, 0.8]),
    "no voice activity": (stop_after_silence(), [SAID], [0.6]),
    "a guess": (stop_after_silence(eager_delay=0.3), [S, E], [0.3, 0.6, 0.8]),
    "speech again": (stop_after_silence(eager_delay=0.3), [S, E, S], []),
    "somebody else": (stop_on_external(), [U, V], [0.5]),
    "a wake phrase": (start_on_wake_phrase("hey robot"), [SAID], [10.0]),
    "a wake phrase and speech": (start_on_wake_phrase("hey robot"), [SAID, S], []),
    "lasting speech": (start_when(lasting(0.5)), [S], [0.3]),
    "the watchdog, speaking": (aggregate_turn(), [S], []),
    "the watchdog, silent": (aggregate_turn(), [S, E], [0.6, 0.8, 5.0]),
    "the watchdog, a new turn": (aggregate_turn(), [SAID], [0.6, 5.0]),
    "no watchdog": (aggregate_turn(watchdog=0.0), [S, E], [0.6, 0.8]),
}


@pytest.mark.parametrize("name", CASES)
def test_tu19_timers_run_when_the_call_returns(name: str) -> None:
    """TU19: and none is left after unsubscribing."""
    make, items, wanted = CASES[name]
    assert due(make, *items) == wanted
