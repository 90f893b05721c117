"""Bad input and failing models: a clear fault or error, a clean end, and nothing hangs.

Every call of `hold` runs in a session, fails the test when it takes longer than two (virtual)
minutes, and checks that no task and no timer is left after ``Session.aclose``.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice import (
    AudioFrame,
    Fault,
    ModelUnavailable,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    SpeechStarted,
    Token,
    Turn,
    TurnDropped,
    Word,
)
from rxvoice.contracts import Vad, VoiceDetector
from rxvoice.operators import by_sentence, stop_at_end_of_turn, utterances
from rxvoice.testing import frames, silence
from tests.operators.calls import Call, Writer, caller, hold, noise, recognises, speak
from tests.operators.fakes import FakeDetector

BROKEN = ModelUnavailable("no place holds the file x; give it by hand")
LOST = RuntimeError("out of memory")
ONE_TURN = "q" * 5 + "s" * 10 + "q" * 12
TWO_TURNS = ONE_TURN + "q" * 10 + ONE_TURN
ANSWERED = [("user", "hello there", False), ("assistant", "How are you?", False)]


@pytest.fixture(autouse=True)
def forget_tracebacks() -> Iterator[None]:
    """An exception that is raised remembers the frames it came through, and they the whole call."""
    yield
    for error in (BROKEN, LOST):
        error.__traceback__ = error.__context__ = None


def deaf(_: Any) -> float:
    raise LOST


async def never(*_: Any) -> Any:
    await asyncio.get_running_loop().create_future()


def raises(_: Any) -> Observable[Any]:
    raise BROKEN


def is_none(_: Any) -> Any:
    return None


def fails(_: Any) -> Observable[Any]:
    return rx.throw(LOST)


def cannot_hear(heard: Any) -> Observable[Any]:
    return utterances(recognises(BROKEN))(heard)


def cannot_load(_: Any) -> Observable[Any]:
    return rx.throw(BROKEN)


def silent(_: Any) -> Observable[Any]:
    return rx.never()


async def silent_sentence(_: str) -> AsyncIterator[AudioFrame | Word]:
    await never()
    yield Word("", 0.0)


def nothing_happened(call: Call) -> bool:
    return call.events == [] and call.error is None


# What the caller sends


def test_silence_only() -> None:
    assert nothing_happened(hold(frames(silence(5.0))))


def test_faint_noise_only_is_not_speech_whatever_the_detector_says() -> None:
    assert nothing_happened(hold(noise(5.0, 0.001), vad=lambda: FakeDetector(lambda _: 1.0)))


def test_loud_noise_only_is_no_turn() -> None:
    call = hold(
        noise(5.0, 0.2),
        vad=lambda: FakeDetector(lambda _: 1.0),
        stt=utterances(recognises()),
    )
    assert call.only(SpeechStarted)
    assert call.only(TurnDropped) == [TurnDropped(1, "no text")]
    assert not call.only(ReplyStarted)
    assert call.error is None


def test_one_sample() -> None:
    assert nothing_happened(hold([AudioFrame(np.array([9], np.int16), 16_000)]))


def test_no_audio_at_all() -> None:
    assert nothing_happened(hold([]))


def test_empty_frames() -> None:
    none = np.empty(0, np.int16)
    assert nothing_happened(hold([AudioFrame(none, 16_000)]))
    real = caller(ONE_TURN)
    call = hold([frame for f in real for frame in (f, AudioFrame(none, f.rate, f.end))])
    assert call.said() == ANSWERED


def test_clipping_audio() -> None:
    loud = np.where(np.arange(16_000) // 20 % 2, 32_767, -32_768).astype(np.int16)
    samples = np.concatenate((np.zeros(8_000, np.int16), loud, np.zeros(20_000, np.int16)))
    call = hold(frames(samples, 16_000))
    assert call.said() == ANSWERED
    assert call.faults() == []


@pytest.mark.parametrize("rates", [(16_000, 8_000), (8_000, 48_000, 11_025), (44_100, 1)])
def test_a_rate_that_changes_in_the_midst_of_speech(rates: tuple[int, ...]) -> None:
    pieces = [caller(ONE_TURN, rate=rate) for rate in rates if rate > 1]
    audio: list[AudioFrame] = []
    for index, frame in enumerate(pieces[0]):
        audio.append(pieces[index // 30 % len(pieces)][index] if index < 120 else frame)
    if 1 in rates:
        audio.append(AudioFrame(np.array([5], np.int16), 1, audio[-1].end))
    call = hold(audio)
    assert call.said() == ANSWERED
    assert call.error is None


def test_frames_of_another_rate_than_they_say() -> None:
    """Audio of 48 kHz that is said to have 16 kHz lasts three times as long."""
    lying = [AudioFrame(f.samples, 16_000, f.pts) for f in caller(ONE_TURN, rate=48_000)]
    call = hold(lying)
    assert call.said() == ANSWERED
    assert call.error is None


def test_time_that_jumps() -> None:
    audio = [AudioFrame(f.samples, f.rate, f.pts % 0.7) for f in caller(ONE_TURN)]
    assert hold(audio).error is None


# The detector of voice activity


async def broken_later() -> VoiceDetector:
    await asyncio.get_running_loop().run_in_executor(None, int)
    raise BROKEN


def broken_now() -> VoiceDetector:
    raise BROKEN


@pytest.mark.parametrize("vad", [broken_now, broken_later])
def test_a_detector_that_cannot_be_loaded_fails_the_call(vad: Vad) -> None:
    call = hold(caller(TWO_TURNS), vad=vad)
    assert call.error is BROKEN
    assert call.said() == []


def test_a_detector_that_raises_is_one_fault_and_hears_silence() -> None:
    call = hold(caller(TWO_TURNS), vad=lambda: FakeDetector(deaf))
    assert call.faults() == ["vad"]
    assert call.error is None


def test_a_detector_that_never_loads_does_not_keep_the_session_from_closing() -> None:
    call = hold(caller(TWO_TURNS), vad=never, leave=3.0)
    assert "was closed" in str(call.error)


# The recogniser


STARTS: list[tuple[Any, bool]] = [
    (raises, True),
    (fails, False),
    (cannot_load, True),
    (cannot_hear, True),
]


@pytest.mark.parametrize(
    ("stt", "fatal"), STARTS, ids=["raises", "fails", "cannot be loaded", "cannot hear"]
)
def test_a_recogniser_that_cannot_be_started(stt: Any, fatal: bool) -> None:
    call = hold(caller(TWO_TURNS), stt=stt)
    assert set(call.faults()) == {"stt"}
    assert [fault.fatal for fault in call.only(Fault)][-1] == fatal
    assert call.only(Turn) == []
    assert call.error is None


def test_a_recogniser_that_raises_once_hears_the_next_turn() -> None:
    call = hold(caller(TWO_TURNS), stt=utterances(recognises(LOST, "hello there")))
    assert call.faults() == ["stt"]
    assert call.only(TurnDropped) == [TurnDropped(1, "no text")]
    assert call.said() == ANSWERED


# The model of the end of turn


@pytest.mark.parametrize("error", [BROKEN, LOST], ids=["cannot be loaded", "raises"])
@pytest.mark.parametrize("at_once", [False, True])
def test_an_end_of_turn_model_that_raises_counts_as_complete(
    error: Exception, at_once: bool
) -> None:
    def now(_: AudioFrame) -> Awaitable[float]:
        raise error

    async def later(_: AudioFrame) -> float:
        raise error

    call = hold(caller(ONE_TURN), stop=stop_at_end_of_turn(now if at_once else later))
    assert call.faults() == ["end_of_turn"]
    assert call.said() == ANSWERED


def test_an_end_of_turn_model_that_never_answers() -> None:
    call = hold(caller(ONE_TURN + "q" * 40), stop=stop_at_end_of_turn(never))
    assert call.said() == ANSWERED


# The language model


def words_then_failure(_: Any) -> Observable[Token]:
    return rx.concat(rx.of(Token("How are you? "), Token("I")), rx.throw(LOST))


@pytest.mark.parametrize(
    "llm",
    [raises, is_none, Writer(BROKEN), Writer(LOST)],
    ids=["raises", "is none", "cannot be loaded", "fails"],
)
def test_a_language_model_that_fails(llm: Any) -> None:
    call = hold(caller(TWO_TURNS), stt=utterances(recognises("one", "two")), llm=llm)
    assert call.faults() == ["llm"] * 2
    assert call.said() == [("user", "one", False), ("user", "two", False)]
    assert [ended.failed for ended in call.only(ResponseEnded)] == [True, True]
    assert call.only(ReplyEnded) == [ReplyEnded(1, ""), ReplyEnded(2, "")]
    assert call.error is None


def test_a_language_model_that_fails_is_apologised_for() -> None:
    call = hold(caller(ONE_TURN), llm=Writer(LOST), apology="How are you?")
    assert call.said() == ANSWERED


def test_a_language_model_that_fails_once_answers_the_next_turn() -> None:
    texts = utterances(recognises("one", "two"))
    call = hold(caller(TWO_TURNS), stt=texts, llm=Writer(LOST, "Fine."))
    assert call.faults() == ["llm"]
    assert call.said()[-1] == ("assistant", "Fine.", False)


def test_what_a_language_model_wrote_before_it_failed_is_spoken() -> None:
    call = hold(caller(ONE_TURN), llm=words_then_failure)
    assert call.faults() == ["llm"]
    assert call.said()[-1] == ("assistant", "How are you? I", False)


def test_a_language_model_that_never_answers() -> None:
    call = hold(caller(ONE_TURN), llm=silent)
    assert [fault.message for fault in call.only(Fault)] == ["the model said nothing for 15 s"]
    assert call.only(ReplyEnded) == [ReplyEnded(1, "")]
    assert call.error is None


def test_a_language_model_that_never_answers_can_be_interrupted() -> None:
    call = hold(caller(TWO_TURNS), stt=utterances(recognises("one", "two")), llm=silent)
    assert [ended.interrupted for ended in call.only(ReplyEnded)] == [True, False]


# The voice


def mute_from(word: int, error: Exception) -> Callable[[str], AsyncIterator[AudioFrame | Word]]:
    async def stumble(text: str) -> AsyncIterator[AudioFrame | Word]:
        left = word * 2
        async for item in speak(text):
            if left == 0:
                raise error
            left -= 1
            yield item

    return stumble


VOICES: list[Any] = [raises, is_none, fails, by_sentence(mute_from(0, BROKEN))]


@pytest.mark.parametrize("tts", VOICES, ids=["raises", "is none", "fails", "cannot be loaded"])
def test_a_voice_that_fails(tts: Any) -> None:
    texts = utterances(recognises("one", "two"))
    call = hold(caller(TWO_TURNS), stt=texts, tts=tts)
    assert call.faults() == ["tts", "tts"]
    assert call.said() == [("user", "one", False), ("user", "two", False)]
    assert [ended.failed for ended in call.only(ResponseEnded)] == [False, False]
    assert call.only(ReplyEnded) == [ReplyEnded(1, ""), ReplyEnded(2, "")]
    assert call.error is None


def test_what_a_voice_spoke_before_it_failed_is_remembered() -> None:
    call = hold(caller(ONE_TURN), tts=by_sentence(mute_from(2, LOST)))
    assert call.faults() == ["tts"]
    assert call.said()[-1] == ("assistant", "How are", False)


@pytest.mark.parametrize("tts", [silent, by_sentence(silent_sentence)])
def test_a_voice_that_never_answers(tts: Any) -> None:
    call = hold(caller(ONE_TURN), tts=tts)
    assert [fault.message for fault in call.only(Fault)] == ["the voice gave nothing for 15 s"]
    assert call.only(ReplyEnded) == [ReplyEnded(1, "")]
    assert call.error is None


def test_a_voice_whose_rate_changes() -> None:
    async def erratic(text: str) -> AsyncIterator[AudioFrame | Word]:
        yield AudioFrame(np.full(2_400, 99, np.int16), 24_000)
        yield AudioFrame(np.full(1_600, 99, np.int16), 16_000, 0.1)

    call = hold(caller(ONE_TURN), tts=by_sentence(erratic))
    assert call.faults() == ["reply"]
    assert "24000 Hz" in call.only(Fault)[0].message
    assert call.error is None


# Leaving


HANGING: dict[str, dict[str, Any]] = {
    "none": {},
    "vad": {"vad": never},
    "stt": {"stt": utterances(never)},
    "end of turn": {"stop": stop_at_end_of_turn(never)},
    "llm": {"llm": silent},
    "tts": {"tts": by_sentence(silent_sentence)},
}


@pytest.mark.parametrize("leave", [0.0, 0.1, 1.0, 1.7, 2.3, 2.5, 3.0])
@pytest.mark.parametrize("parts", HANGING.values(), ids=HANGING)
def test_a_session_closes_at_any_time_whichever_model_hangs(
    parts: dict[str, Any], leave: float
) -> None:
    call = hold(caller(TWO_TURNS), leave=leave, **parts)
    assert "was closed" in str(call.error)
