"""What `vad_gate` does while its model is loading."""

import asyncio
from typing import Any

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import VoiceDetector
from rxvoice.errors import ModelError, ModelUnavailable
from rxvoice.items import AudioFrame, Dtmf, Fault
from rxvoice.operators import vad_gate
from rxvoice.operators._backlog import Backlog
from rxvoice.testing import MarbleError, Marbles, marbles
from tests.operators.fakes import FakeDetector, as_audio, as_letters, listen

QUICK: dict[str, Any] = {
    "min_speech": 0.06,
    "min_silence": 0.06,
    "prefix_padding": 0.04,
    "min_volume": 0.0,
    "ongoing_every": 0.0,
}


class Loading:
    """A detector that is there at a given time, or fails then."""

    def __init__(self, m: Marbles, when: float, result: FakeDetector | Exception) -> None:
        self.detector = result
        self.cancelled = 0
        self._done: asyncio.Future[VoiceDetector] = m.loop.create_future()
        if isinstance(result, Exception):
            m.at(when, lambda: self._done.done() or self._done.set_exception(result))
        else:
            m.at(when, lambda: self._done.done() or self._done.set_result(result))

    async def __call__(self) -> VoiceDetector:
        try:
            return await self._done
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


def gated(letters: Observable[Any], loading: Loading) -> Observable[Any]:
    return letters.pipe(as_audio(), vad_gate(loading, **QUICK), as_letters)


def test_what_comes_meanwhile_waits_and_is_judged_in_order() -> None:
    """AU01: no audio and no other item is lost, and the marks are the same."""
    key = Dtmf("1")
    with marbles() as m:
        heard = m.hot("qqksssqqqqqs|", {"k": key})
        out = gated(heard, Loading(m, 0.16, listen()))
        m.expect(out).to_be("--------(k B q q s s s q q q E)---|", {"k": key})


def test_a_source_that_ends_meanwhile_is_judged_before_the_end() -> None:
    """AU05: also the stop of speech that was under way."""
    with marbles() as m:
        m.expect(gated(m.hot("qsss|"), Loading(m, 0.2, listen()))).to_be(
            "----------(B q s s s E |)"
        )
        m.expect(gated(m.hot("qsss#"), Loading(m, 0.2, listen()))).to_be(
            "----------(B q s s s E #)"
        )


def test_an_empty_source_does_not_wait_for_the_model() -> None:
    """AU04: there is nothing to judge, and the loading is cancelled."""
    with marbles() as m:
        loading = Loading(m, 9.0, listen())
        m.expect(gated(m.hot("--|"), loading)).to_be("--|")
        m.expect(gated(m.hot("--#"), loading)).to_be("--#")
    assert loading.cancelled == 2


def test_a_model_that_cannot_be_loaded_fails_the_stream() -> None:
    """AU04: and the source is left."""
    with marbles() as m:
        heard = m.hot("qssssssss")
        error = ModelUnavailable("nowhere")
        m.expect(gated(heard, Loading(m, 0.1, error))).to_be("-----#", error=error)
        m.expect_subscriptions(heard, "^----!")


def test_unsubscribing_cancels_the_loading() -> None:
    """AU04: nothing is left, nothing is emitted."""
    with marbles() as m:
        loading = Loading(m, 0.2, listen())
        heard = m.hot("qssssssss")
        m.expect(gated(heard, loading), "^---!").to_be("")
        m.expect_subscriptions(heard, "^---!")
    assert loading.cancelled == 1


def test_unsubscribing_at_once_leaves_no_coroutine_that_was_never_awaited() -> None:
    """AU04: the task has not even begun."""
    with marbles() as m:
        heard = m.hot("qss")
        m.expect(gated(heard, Loading(m, 0.2, listen())), "(^!)").to_be("")
        m.expect_subscriptions(heard, "(^!)")


def test_the_detector_is_closed_when_the_subscriber_leaves_amid_what_has_waited() -> None:
    """AU04: it is not used after that."""
    detector = listen()
    with marbles() as m:
        heard = m.hot("qsssssss|")
        out = gated(heard, Loading(m, 0.1, detector)).pipe(ops.take(2))
        m.expect(out).to_be("-----(B q |)")
        m.expect_subscriptions(heard, "^----!")
    assert detector.closed == 1
    assert len(detector.heard) == 4


def test_two_subscribers_load_a_detector_each() -> None:
    """AU04: state belongs to a subscription."""
    detectors = [listen(), listen()]
    with marbles() as m:
        loads = iter([Loading(m, 0.1, detectors[0]), Loading(m, 0.2, detectors[1])])
        speech = m.hot("sssssssssss|").pipe(
            as_audio(), vad_gate(lambda: next(loads)(), **QUICK), as_letters
        )
        m.expect(speech).to_be("-----(B s s s s s s)sssss(E|)")
        m.expect(speech).to_be("----------(B s s s s s s s s s s s)(E|)")
    assert [detector.closed for detector in detectors] == [1, 1]


def test_no_more_than_half_a_minute_waits_and_what_is_lost_is_told() -> None:
    """AU01: the border has a bound; the newest audio is kept."""
    with marbles() as m:
        heard = m.hot("s*1600 |")
        out = m.record(heard.pipe(as_audio(), vad_gate(Loading(m, 40.0, listen()), **QUICK)))
    items = [getattr(note, "value", None) for _, note in out]
    assert items[0] == Fault("vad", "2.0 s of audio were lost while the model was loading")
    passed = [item for item in items if isinstance(item, AudioFrame)]
    assert len(passed) == 1500
    assert passed[0].pts == 2.0


def test_other_items_do_not_wait_without_bound_either() -> None:
    """AU01: each counts for something."""
    backlog = Backlog()
    for _ in range(300_100):
        backlog.put(Dtmf("1"))
    assert len(backlog) == 300_000
    assert backlog.dropped == 0.0


def test_an_error_meanwhile_is_told_in_its_turn() -> None:
    """AU01: what was heard before it comes first."""
    with marbles() as m:
        m.expect(gated(m.hot("qqq#"), Loading(m, 0.2, listen()))).to_be(
            "----------#", error=MarbleError()
        )


def test_a_model_that_is_never_there_is_given_up() -> None:
    with marbles() as m:
        loading = Loading(m, 500.0, listen())
        late = ModelError("voice detection was still loading after 300 s")
        m.expect(gated(m.hot("qsq|"), loading)).to_be("300s #", error=late)
        m.until(400.0)
    assert loading.cancelled == 1
