"""TU07: a model that hears whether the user means to interrupt."""

import asyncio
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice import (
    BotSpeechStarted,
    BotSpeechStopped,
    Fault,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    TurnStarted,
)
from rxvoice.contracts import VoiceDetector
from rxvoice.operators import aggregate_turn, start_on_interruption
from rxvoice.testing import OnNext, like, marbles, silence, tone

HEARD: dict[str, Any] = {
    "b": BotSpeechStarted(1),
    "e": BotSpeechStopped(1),
    "S": SpeechStarted(1.0),
    "E": SpeechStopped(2.0),
    "s": tone(0.02),
    "q": silence(0.02),
}
OUT: dict[str, Any] = {"x": StartTurn("interruption"), "y": StartTurn("speech")}


class Model:
    """Takes loud windows for interruptions, and keeps count of what it has heard."""

    rate = 16_000
    window = 320

    def __init__(self) -> None:
        self.heard = self.closed = 0
        self.broken = False

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        self.heard += 1
        if self.broken:
            raise RuntimeError("no licence")
        return float(np.abs(samples).max() > 1000)

    def reset(self) -> None:
        raise AssertionError("its state is kept")

    def close(self) -> None:
        self.closed += 1


def test_over_the_bots_voice_the_model_decides_once_an_utterance() -> None:
    with marbles() as m:
        out = m.hot("b-SqqE-SssssE-SssE|", HEARD).pipe(start_on_interruption(Model))
        m.expect(out).to_be("--------x------x--|", OUT)


def test_a_backchannel_starts_no_turn() -> None:
    with marbles() as m:
        out = m.hot("b-SqqqqE--|", HEARD).pipe(start_on_interruption(Model))
        m.expect(out).to_be("----------|", OUT)


def test_while_the_bot_is_silent_speech_starts_a_turn() -> None:
    with marbles() as m:
        out = m.hot("-SqqE-b-SqE-e-SqE|", HEARD).pipe(start_on_interruption(Model))
        m.expect(out).to_be("-x------------x--|", OUT)


def test_who_goes_on_when_the_bot_falls_silent_has_the_floor() -> None:
    with marbles() as m:
        out = m.hot("b-Sqqeqq-E|", HEARD).pipe(start_on_interruption(Model))
        m.expect(out).to_be("-----x----|", OUT)


def test_the_model_hears_everything_and_is_closed_at_the_end() -> None:
    model = Model()
    with marbles() as m:
        source = m.hot("ssqqbSqqEqq|", HEARD)
        m.record(source.pipe(start_on_interruption(lambda: model)))
        m.expect_subscriptions(source, "^----------!")
    assert (model.heard, model.closed) == (8, 1)


def test_what_is_loud_without_speech_does_not_interrupt() -> None:
    with marbles() as m:
        out = m.hot("bssssss-|", HEARD).pipe(start_on_interruption(Model))
        m.expect(out).to_be("--------|", OUT)


def test_without_a_model_speech_starts_a_turn() -> None:
    with marbles() as m:
        out = m.hot("b-SqqE--|", HEARD).pipe(start_on_interruption(None))
        m.expect(out).to_be("--y-----|", OUT)


def test_a_model_that_fails_is_a_fault_and_does_not_interrupt() -> None:
    model = Model()
    model.broken = True
    with marbles() as m:
        log = m.record(m.hot("b-SssE-|", HEARD).pipe(start_on_interruption(lambda: model)))
    assert [note.value for _, note in log if isinstance(note, OnNext)] == [
        like(Fault, source="interruption")
    ]


def test_until_the_model_is_loaded_speech_starts_a_turn() -> None:
    with marbles() as m:
        loaded: asyncio.Future[VoiceDetector] = m.loop.create_future()
        m.at(5, lambda: loaded.set_result(Model()))
        out = m.hot("b-Sq-E----SssE|", HEARD).pipe(start_on_interruption(lambda: loaded))
        m.expect(out).to_be("--x--------x--|", OUT)


def test_a_model_that_cannot_be_loaded_fails_the_strategy() -> None:
    async def load() -> VoiceDetector:
        raise LookupError("no model")

    with marbles() as m:
        out = m.hot("-----", HEARD).pipe(start_on_interruption(load))
        m.expect(out).to_be("#", error=LookupError("no model"))


def test_unsubscribing_closes_the_model_and_an_early_leave_its_loading() -> None:
    model = Model()
    with marbles() as m:
        m.record(m.hot("b-S----", HEARD).pipe(start_on_interruption(lambda: model)), "^--!")
        loading: asyncio.Future[VoiceDetector] = m.loop.create_future()
        m.record(m.hot("b-S----", HEARD).pipe(start_on_interruption(lambda: loading)), "^--!")
    assert model.closed == 1
    assert loading.cancelled()


def test_two_subscribers_have_a_model_each() -> None:
    made: list[Model] = []

    def open_one() -> Model:
        made.append(Model())
        return made[-1]

    with marbles() as m:
        out = m.hot("b-SssE|", HEARD).pipe(start_on_interruption(open_one))
        for _ in range(2):
            m.expect(out).to_be("---x--|", OUT)
    assert [model.closed for model in made] == [1, 1]


def test_it_starts_turns_over_the_bots_voice_in_a_pipe() -> None:
    def turns(source: Observable[Any]) -> Observable[Any]:
        return source.pipe(aggregate_turn(start=start_on_interruption(Model), feedback=source))

    with marbles() as m:
        log = m.record(m.hot("b-SqqE-SssE-|", HEARD).pipe(turns))
    started = [note.value for _, note in log if isinstance(note, OnNext)]
    assert [item.reason for item in started if isinstance(item, TurnStarted)] == ["interruption"]


def test_a_threshold_out_of_range_is_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="threshold"):
        start_on_interruption(None, threshold=1.5)
