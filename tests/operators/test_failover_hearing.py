"""Standing in for a recogniser that fails: what nobody has answered is heard again (CO20)."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable

from rxvoice import AudioFrame, Event, Fault, ProviderSwitched, SpeechStarted, SpeechStopped
from rxvoice.aio import Pulled, lift
from rxvoice.contracts import Heard
from rxvoice.items import Metric, Transcript
from rxvoice.operators import failover, transcribe
from rxvoice.operators._unanswered_audio import CHUNK, IDLE, UnansweredAudio
from rxvoice.testing import feed, marbles
from tests.operators.ensembles import BAD_KEY, LOST, always, of, values
from tests.operators.fakes import FakeRecogniser

RATE = 8_000
FRAME = 0.02


def frame(number: int) -> AudioFrame:
    """Return 20 ms of audio whose samples all tell its number."""
    return AudioFrame(np.full(round(RATE * FRAME), number, np.int16), RATE, number * FRAME)


def numbers(items: Iterable[Any]) -> list[int]:
    """Return the numbers of the frames, also of those that were joined."""
    found: list[int] = []
    for item in of(AudioFrame, items):
        assert item.pts == pytest.approx(int(item.samples[0]) * FRAME)
        found += [int(sample) for sample in item.samples[:: round(RATE * FRAME)]]
    return found


def audio(*parts: str | range) -> list[Heard]:
    """Return frames and, for ``[`` and ``]``, marks of speech."""
    items: list[Heard] = []
    at = 0.0
    for part in parts:
        if isinstance(part, range):
            items += [frame(number) for number in part]
            at = part.stop * FRAME
        else:
            items.append(SpeechStarted(at) if part == "[" else SpeechStopped(at))
    return items


def final(text: str, end: float = 0.0, *, finalized: bool = True) -> Transcript:
    return Transcript(text, is_final=True, is_finalized=finalized, end=end)


def recogniser(*answers: tuple[int, object]) -> FakeRecogniser:
    """Return one that gives an answer, or fails, at certain frames of its subscription."""
    at = dict(answers)
    count = 0

    def answer(item: Heard) -> Any:
        nonlocal count
        if isinstance(item, AudioFrame):
            count += 1
            return [at[count]] if count in at else []
        return []

    return FakeRecogniser(answer)


def run(stt: Any, items: list[Heard]) -> list[Any]:
    script: list[Any] = []
    for item in items:
        script += [item, FRAME if isinstance(item, AudioFrame) else 0.0]
    return [item for _, item in feed(stt, script)]


@pytest.mark.parametrize("failure", [LOST, BAD_KEY, Fault("stt", "odd")])
def test_co20_the_next_one_hears_what_was_not_answered(failure: object) -> None:
    first, second = recogniser((30, failure)), recogniser()
    out = run(failover(first, second), audio(range(10), "[", range(10, 40), "]", range(40, 45)))
    assert numbers(first.heard[0]) == list(range(30))
    assert numbers(second.heard[0]) == list(range(45))
    kinds = [type(item) for item in second.heard[0] if not isinstance(item, AudioFrame)]
    assert kinds == [SpeechStarted, SpeechStopped]
    assert [(fault.fatal, fault.source) for fault in of(Fault, out)] == [
        (False, {LOST: "1", BAD_KEY: "vendor"}.get(failure, "stt"))  # type: ignore[call-overload]
    ]
    assert first.disposed == 1


def test_co20_what_has_a_final_transcript_is_not_heard_again() -> None:
    """By its end where it has one; what was said meanwhile is kept."""
    first = recogniser((25, final("hello", 20 * FRAME)), (30, LOST))
    second = recogniser()
    run(failover(first, second), audio("[", range(20), "]", range(20, 22), "[", range(22, 32)))
    assert numbers(second.heard[0]) == list(range(20, 32))
    assert [item for item in second.heard[0] if isinstance(item, SpeechStarted)] == [
        SpeechStarted(22 * FRAME)
    ]


def test_a_transcript_without_times_answers_the_first_speech() -> None:
    first = recogniser((25, final("hello")), (30, LOST))
    second = recogniser()
    run(failover(first, second), audio("[", range(20), "]", range(20, 22), "[", range(22, 32)))
    assert numbers(second.heard[0]) == list(range(20, 32))


def test_a_transcript_in_the_midst_of_speech_leaves_its_beginning_known() -> None:
    """Whoever goes on is told that somebody speaks."""
    first = recogniser((15, final("hello", 10 * FRAME, finalized=False)), (20, LOST))
    second = recogniser()
    run(failover(first, second), audio("[", range(25), "]"))
    assert second.heard[0][0] == SpeechStarted(0.0)
    assert numbers(second.heard[0]) == list(range(10, 25))


def test_an_interim_transcript_answers_nothing() -> None:
    first = recogniser((15, Transcript("hel", is_final=False)), (20, LOST))
    second = recogniser()
    run(failover(first, second), audio("[", range(25), "]"))
    assert numbers(second.heard[0]) == list(range(25))


def test_of_silence_only_the_last_second_is_heard_again() -> None:
    items = audio("[", range(10), "]", range(10, 250))
    second = recogniser()
    first = recogniser((12, final("hello", 10 * FRAME)), (200, LOST))
    run(failover(first, second), items)
    assert numbers(second.heard[0])[0] == 200 - round(IDLE / FRAME)
    assert numbers(second.heard[0])[-1] == 249


@given(keep=st.floats(0.1, 3.0), count=st.integers(1, 200))
def test_what_is_kept_is_bounded_and_the_oldest_goes(keep: float, count: int) -> None:
    kept = UnansweredAudio(keep)
    for item in audio("[", range(count)):
        kept.take(item)
    replayed = kept.replay()
    assert replayed[0] == SpeechStarted(0.0)
    heard = numbers(replayed)
    assert heard == list(range(count - len(heard), count))
    assert len(heard) == min(count, int(keep / FRAME + 1e-6))
    assert kept.dropped == pytest.approx((count - len(heard)) * FRAME)
    assert all(item.duration <= CHUNK + 1e-6 for item in of(AudioFrame, replayed))


def test_replayed_audio_is_in_few_frames_so_that_no_queue_overflows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Thirty seconds, in a recogniser whose queue holds 256 items; what was lost is told."""

    async def listen(heard: Pulled[Heard]) -> AsyncIterator[Transcript]:
        length = 0.0
        async for item in heard:
            length += item.duration if isinstance(item, AudioFrame) else 0.0
        yield Transcript(f"{length:.2f}", is_final=True)

    first = recogniser((1_600, LOST))
    stt = failover(first, lift(listen, capacity=256))
    out = run(stt, audio("[", range(1_610), "]"))
    assert [t.text for t in of(Transcript, out)] == ["30.20"]
    assert "2.0 s of audio are lost" in " ".join(caplog.messages)


@given(
    fails=st.lists(st.integers(1, 40), min_size=1, max_size=3),
    lengths=st.lists(st.integers(2, 12), min_size=1, max_size=4),
)
def test_co20_each_speech_is_recognised_once(fails: list[int], lengths: list[int]) -> None:
    """By whoever is there; none is lost, and none comes twice."""
    items: list[Heard] = []
    at = 0
    wanted: list[str] = []
    for length in lengths:
        items += audio(range(at, at + 5), "[", range(at + 5, at + 5 + length), "]")
        wanted.append(str(at + 5))
        at += 5 + length
    items += audio(range(at, at + 5))

    def member(failing: int | None) -> FakeRecogniser:
        count = 0
        began: list[AudioFrame] = []
        speaking = False

        def answer(item: Heard) -> Any:
            nonlocal count, speaking
            if isinstance(item, SpeechStarted):
                speaking = True
                began.clear()
            elif isinstance(item, SpeechStopped):
                speaking = False
                text = str(int(began[0].samples[0]))
                return [final(text, item.pts)]
            else:
                count += 1
                if speaking:
                    began.append(item)
                if count == failing:
                    return [LOST]
            return []

        return FakeRecogniser(answer)

    out = run(failover(*(member(after) for after in fails), member(None)), items)
    assert [t.text for t in of(Transcript, out)] == wanted


def test_the_first_one_is_given_another_chance_before_a_speech() -> None:
    """Not in the midst of one, and without hearing again what was answered."""
    first = recogniser((10, LOST))
    second = recogniser((20, final("one", 20 * FRAME)))
    stt = failover(first, second, recover=1.0)
    items = audio("[", range(20), "]", range(20, 90), "[", range(90, 100), "]")
    run(stt, items)
    assert numbers(second.heard[0]) == list(range(90))
    assert numbers(first.heard[1])[0] == 90 - round(IDLE / FRAME)
    assert numbers(first.heard[1])[-1] == 99
    assert stt.active == "1"


def test_who_is_active_is_told() -> None:
    first, second = recogniser((2, LOST)), recogniser()
    with marbles() as m:
        stt = failover(first, second, name="stt")
        told = m.record(stt.events)
        m.record(m.hot("-ab---|", {"a": frame(0), "b": frame(1)}).pipe(stt))
    assert values(told) == [ProviderSwitched("stt", "2", "1", "failed")]


def test_the_whole_stage_goes_on_with_the_next_recogniser() -> None:
    """CO14: `transcribe` hears of a fault that is not fatal, and of no end."""
    first = recogniser((5, BAD_KEY))
    second = recogniser((8, final("hello", 10 * FRAME)))
    script: list[Any] = []
    for item in audio("[", range(20), "]", range(20, 25)):
        script += [item, FRAME if isinstance(item, AudioFrame) else 0.0]
    out: list[Event] = [item for _, item in feed(transcribe(failover(first, second)), script)]
    assert [fault.fatal for fault in of(Fault, out)] == [False]
    assert [t.text for t in of(Transcript, out)] == ["hello"]
    assert [type(item) for item in out].count(AudioFrame) == 25


def test_metrics_of_the_active_one_pass() -> None:
    with marbles() as m:
        first = m.cold("-m#", {"m": Metric("stt", "x", 1.0)})
        second = m.cold("-n--", {"n": Metric("stt", "y", 2.0)})
        log = m.record(
            m.hot("a------", {"a": frame(0)}).pipe(failover(always(first), always(second)))
        )
    assert [metric.name for metric in of(Metric, values(log))] == ["x", "y"]


def test_one_that_completes_ends_the_stream_for_whoever_starts_it_anew() -> None:
    def silent(_: Observable[Any]) -> Observable[Any]:
        return m.cold("--|")

    with marbles() as m:
        m.expect(m.hot("a---", {"a": frame(0)}).pipe(failover(silent, recogniser()))).to_be("--|")


def test_audio_that_is_not_contiguous_is_not_joined() -> None:
    kept = UnansweredAudio(30.0)
    for item in [frame(0), frame(1), frame(5), AudioFrame(np.zeros(480, np.int16), 24_000, 0.12)]:
        kept.take(item)
    assert [round(item.duration, 3) for item in of(AudioFrame, kept.replay())] == [0.04, 0.02, 0.02]
