"""`vad_gate` with its detector in a worker thread: the same, only later."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import Session
from rxvoice.aio import in_thread
from rxvoice.contracts import Operator, Vad
from rxvoice.items import AudioFrame, Dtmf, Event, Fault, SpeechStarted, VadOptions
from rxvoice.operators import vad_gate
from rxvoice.operators._judge_in_thread import WAITING
from rxvoice.testing import MarbleError, OnNext, marbles
from tests.operators.fakes import FakeDetector, as_audio, as_letters, chop, is_loud, listen, sound

QUICK: dict[str, Any] = {
    "min_speech": 0.06,
    "min_silence": 0.06,
    "prefix_padding": 0.04,
    "min_volume": 0.0,
    "ongoing_every": 0.0,
    "in_thread": True,
}

stretches = st.lists(st.tuples(st.sampled_from("sqd"), st.integers(1, 12)), max_size=10)
sizes = st.lists(st.integers(1, 2_000), min_size=1, max_size=40)


def gate(vad: Vad, **options: Any) -> Operator[Event, Event]:
    return vad_gate(vad, **{**QUICK, **options})


def items(frames: Sequence[Event], **options: Any) -> list[Event]:
    """Return what comes out when these come in, 5 ms apart."""
    with marbles() as m:
        source = rx.concat(*(rx.timer(0.005).pipe(ops.map(lambda _, f=f: f)) for f in frames))
        log = m.record(source.pipe(vad_gate(lambda: listen(window=512), **options)))
    return [note.value for _, note in log if isinstance(note, OnNext)]


@settings(max_examples=40)
@given(stretches, sizes)
def test_all_items_come_in_the_same_order_as_inline(
    stretches: list[tuple[str, int]], sizes: list[int]
) -> None:
    """AU02: results keep order; ``d`` is a key among the audio, and 3 s that are missing."""
    given: list[Event] = []
    now = 0.0
    for letter, count in stretches:
        if letter == "d":
            given.append(Dtmf("1"))
            now += 3.0 * (count > 9)
        else:
            audio = sound(letter * count, pts=now)
            given += chop(audio, sizes)
            now = audio.end
    options = {**QUICK, "idle_timeout": 0.5, "ongoing_every": 0.04}
    assert items(given, **options) == items(given, **{**options, "in_thread": False})


def test_the_diagrams_are_those_of_the_inline_gate() -> None:
    """AU02: completion, errors and what is under way by then."""
    with marbles() as m:
        for ending in ("|", "#"):
            heard = m.hot(f"qqqsk(s k)s(k s)q{ending}", {"k": Dtmf("5")})
            gated = gate(listen)
            m.expect(heard.pipe(as_audio(), gated, as_letters)).to_be(
                f"----kk(B q q s s s)(k s)q(E{ending})",
                {"k": Dtmf("5")},
                error=MarbleError() if ending == "#" else None,
            )
            m.expect_subscriptions(heard, "^--------!")


def test_never_and_empty_stay_so() -> None:
    """AU02, AU04: the detector is closed with the subscription."""
    detectors = [listen(), listen(), listen()]
    with marbles() as m:
        never = m.cold("-")
        gates = [gate(lambda d=d: d) for d in detectors]
        m.expect(never.pipe(as_audio(), gates[0]), "^----!").to_be("")
        m.expect(m.cold("|").pipe(as_audio(), gates[1])).to_be("|")
        m.expect(m.cold("--#").pipe(as_audio(), gates[2])).to_be("--#")
        m.expect_subscriptions(never, "^----!")
    assert [detector.closed for detector in detectors] == [1, 1, 1]


def test_unsubscribing_closes_the_detector() -> None:
    """AU02, AU04: and leaves nothing on the loop."""
    detector = listen()
    with marbles() as m:
        heard = m.hot("sssssssss|")
        gated = gate(lambda: detector)
        m.expect(heard.pipe(as_audio(), gated, as_letters), "^----!").to_be("--(B s s s)ss")
        m.expect_subscriptions(heard, "^----!")
    assert detector.closed == 1


def test_two_subscribers_have_a_detector_each() -> None:
    """AU02: state belongs to a subscription."""
    made: list[FakeDetector] = []

    def vad() -> FakeDetector:
        made.append(listen())
        return made[-1]

    with marbles() as m:
        heard = m.hot("qsssqqsssss|").pipe(as_audio())
        speech = heard.pipe(gate(vad), as_letters)
        m.expect(speech).to_be("---(B q s s s)qqsssss(E|)")
        m.expect(speech, "------^").to_be("--------(B s s s)ss(E|)")
    assert [detector.closed for detector in made] == [1, 1]


def test_a_detector_that_raises_is_a_fault() -> None:
    """AU02: the same as inline; its windows count as silence."""
    broken = ValueError("boom")
    moody = FakeDetector([1, 1, 1, broken, broken, 1, broken])
    with marbles() as m:
        gated = gate(lambda: moody)
        out = m.hot("s*8 |").pipe(as_audio(), gated, as_letters)
        m.expect(out).to_be("--(B s s s)(s f)ss(s f)s(E |)")


def test_a_stop_is_forced_one_time_out_after_the_last_audio() -> None:
    """AU02, AU06: the detector forgets before it is used again, in its thread."""
    detector = listen()
    with marbles() as m:
        heard = m.hot("ssss 2s qssss|").pipe(as_audio())
        gated = gate(lambda: detector)
        m.expect(heard.pipe(gated, as_letters)).to_be(
            "--(B s s s)s 980ms E 1000ms ---(B q s s s)s(E|)"
        )
    assert detector.resets == 1


def test_options_may_change_while_a_thread_judges() -> None:
    """AU02, AU03: they hold for what is judged from then on."""
    slower = VadOptions(min_speech=0.1, min_volume=0.0, prefix_padding=0.0, ongoing_every=0.0)
    with marbles() as m:
        changes = m.hot("-V", {"V": slower})
        gated = gate(listen, options=changes)
        out = m.hot("sssssssss|").pipe(as_audio(), gated, as_letters)
        first = VadOptions(min_speech=0.06, min_silence=0.06, prefix_padding=0.04)
        values = {"Q": replace(first, min_volume=0.0, ongoing_every=0.0), "V": slower}
        m.expect(out).to_be("QV---(B s s s s s)sss(E |)", values)


class Blocking:
    """A detector that takes its time, in whatever thread it is called."""

    rate = 16_000
    window = 320

    def __init__(self) -> None:
        self.go = threading.Event()
        self.began = threading.Event()
        self.threads: set[int] = set()
        self.inside = 0
        self.most = 0
        self.closed_while_used = False
        self.closed = threading.Event()

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        assert not self.closed.is_set()
        self.threads.add(threading.get_ident())
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.began.set()
        self.go.wait(10.0)
        self.inside -= 1
        return is_loud(samples)

    def reset(self) -> None: ...

    def close(self) -> None:
        self.closed_while_used |= self.inside > 0
        self.closed.set()


async def until(event: threading.Event) -> None:
    assert await in_thread(event.wait, 10.0)


def test_the_loop_runs_on_while_a_real_thread_judges_one_window_at_a_time() -> None:
    """AU02: off the event loop, in order."""

    async def main() -> None:
        detector = Blocking()
        out: list[Event] = []
        async with Session(name="thread") as session:
            audio: Subject[Event] = Subject()
            speech = audio.pipe(gate(lambda: detector))
            ended = asyncio.Event()
            session.subscribe(speech, out.append, on_completed=ended.set)
            frames = chop(sound("qqsssqqqq"), [320] * 9)
            for frame in frames:
                audio.on_next(frame)
            await until(detector.began)
            assert out == []
            detector.go.set()
            audio.on_completed()
            await ended.wait()
        kinds = [type(item) for item in out if not isinstance(item, AudioFrame)]
        assert kinds[0] is SpeechStarted
        assert [item for item in out if isinstance(item, AudioFrame)] == frames[
            : len(out) - len(kinds)
        ]
        assert detector.most == 1
        assert threading.get_ident() not in detector.threads
        assert detector.closed.is_set()

    asyncio.run(main())


def test_a_detector_that_is_judging_is_closed_by_its_thread() -> None:
    """AU02, AU04: never while it is used, and nobody waits for it on the loop."""

    async def main() -> None:
        detector = Blocking()
        async with Session(name="thread") as session:
            audio: Subject[Event] = Subject()
            subscription = session.subscribe(audio.pipe(gate(lambda: detector)))
            audio.on_next(sound("s"))
            await until(detector.began)
            subscription.dispose()
            assert not detector.closed.is_set()
            detector.go.set()
            await until(detector.closed)
        assert not detector.closed_while_used

    asyncio.run(main())


def test_what_a_slow_detector_cannot_judge_is_told() -> None:
    """AU02: the queue has a bound; the oldest go."""
    with marbles() as m:
        frames = chop(sound("q" * (WAITING + 100)), [320] * (WAITING + 100))
        log = m.record(rx.from_iterable(frames).pipe(gate(listen, mark_only=True)))
    out = [note.value for _, note in log if isinstance(note, OnNext)]
    faults = [item for item in out if isinstance(item, Fault)]
    assert faults == [Fault("vad", "100 items were lost: voice detection is too slow")]
    assert [item for item in out if isinstance(item, AudioFrame)] == frames[100:]


@pytest.mark.parametrize("in_thread", [False, True])
def test_it_works_with_a_detector_that_is_still_loading(in_thread: bool) -> None:
    """AU02: what has waited goes through the thread, too."""
    with marbles() as m:
        there = m.loop.create_future()
        m.at(0.16, lambda: there.set_result(listen()))
        gated = gate(lambda: there, in_thread=in_thread)
        heard = m.hot("qqksssqqqqqs|", {"k": Dtmf("1")})
        m.expect(heard.pipe(as_audio(), gated, as_letters)).to_be(
            "--------(k B q q s s s q q q E)---|", {"k": Dtmf("1")}
        )
