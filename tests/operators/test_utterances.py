"""Recognisers of whole utterances as transcribers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given, settings
from hypothesis import strategies as st
from reactivex import operators as ops

from rxvoice.aio import in_thread
from rxvoice.contracts import Heard, Operator, Transcriber
from rxvoice.errors import ModelUnavailable, ProviderError, ProviderRejected
from rxvoice.items import (
    AudioFrame,
    Fault,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Word,
)
from rxvoice.operators import utterances, vad_gate
from rxvoice.testing import OnNext, approx, like, marbles
from tests.operators.fakes import as_audio, chop, listen, sound

RATE = 16_000


class Recogniser:
    """Takes some time for each utterance and says what it heard by number.

    Args:
        cost: Seconds, one for each call; the last one holds for all that follow.
        answers: Text or exception, likewise; the number of the call unless given.
    """

    def __init__(
        self, *cost: float, answers: tuple[str | Transcript | Exception, ...] = ()
    ) -> None:
        self.heard: list[AudioFrame] = []
        self.running = self.most = self.cancelled = 0
        self._cost = cost or (0.0,)
        self._answers = answers

    async def __call__(self, audio: AudioFrame) -> Transcript:
        index = len(self.heard)
        self.heard.append(audio)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            cost = self._cost[min(index, len(self._cost) - 1)]
            await in_thread(lambda: None, cost=cost)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        answer: str | Transcript | Exception = str(index)
        if self._answers:
            answer = self._answers[min(index, len(self._answers) - 1)]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Transcript) else Transcript(answer, is_final=False)


def transcribed(recognise: Recogniser, **options: Any) -> Operator[Any, Any]:
    """Return the transcriber as an operator on streams of any type."""
    return lambda source: utterances(recognise, **options)(source)


def final(text: str, **more: Any) -> Any:
    return like(Transcript, text=text, is_final=True, is_finalized=True, **more)


def frames(letters: str, pts: float = 0.0) -> list[Heard]:
    """Return frames of 20 ms with counted samples."""
    return [*chop(_counted(letters, pts), [320] * len(letters))]


def _counted(letters: str, pts: float) -> AudioFrame:
    count = 320 * len(letters)
    first = round(pts * RATE)
    return AudioFrame(((np.arange(count) + first) % 30_000).astype(np.int16), RATE, pts)


def expected(start: float, end: float) -> np.ndarray[Any, np.dtype[np.int16]]:
    return (np.arange(round(start * RATE), round(end * RATE)) % 30_000).astype(np.int16)


def run(
    items: list[Heard], recognise: Callable[[AudioFrame], Awaitable[Transcript]], **options: Any
) -> list[Any]:
    """Return what comes out when these items come in at once."""
    with marbles() as m:
        log = m.record(rx.from_iterable(items).pipe(utterances(recognise, **options)))
    return [note.value if isinstance(note, OnNext) else note for _, note in log]


def test_an_utterance_lasts_from_the_pre_roll_to_the_stop() -> None:
    """ST03: from VAD start minus 1 s to VAD stop; the result is final and finalised."""
    recogniser = Recogniser()
    audio = frames("s" * 200)
    items = [*audio[:100], SpeechStarted(1.7, 0.2), *audio[100:], SpeechStopped(3.9, 0.2)]
    out = run(items, recogniser)
    assert final("0", pts=approx(0.7), end=approx(3.7)).matches(out[0])
    (heard,) = recogniser.heard
    assert heard.pts == pytest.approx(0.7)
    assert np.array_equal(heard.samples, expected(0.7, 3.9))


def test_audio_that_follows_the_mark_may_begin_before_it() -> None:
    """ST03: as the gate gives it; what is older than the pre-roll is left out."""
    recogniser = Recogniser()
    items = [SpeechStarted(1.7, 0.2), *frames("s" * 150), SpeechStopped(3.0, 0.2)]
    run(items, recogniser, prefix_padding=0.3)
    assert np.array_equal(recogniser.heard[0].samples, expected(1.4, 3.0))


def test_what_is_not_marked_as_speech_is_not_recognised() -> None:
    """ST03: neither before, nor between, nor after, nor without any mark."""
    recogniser = Recogniser()
    audio = frames("s" * 200)
    marked = [
        *audio[:20],
        SpeechStarted(0.4),
        *audio[20:40],
        SpeechStopped(0.8),
        *audio[40:120],
        SpeechStarted(2.4),
        *audio[120:140],
        SpeechStopped(2.8),
        *audio[140:],
    ]
    out = run(marked, recogniser, prefix_padding=0.2)
    assert [
        np.array_equal(h.samples, expected(a, b))
        for h, a, b in zip(recogniser.heard, (0.2, 2.2), (0.8, 2.8), strict=True)
    ] == [True, True]
    assert len(out) == 3
    assert len(run(audio, recogniser)) == 1
    assert len(run([SpeechStopped(1.0), *audio], recogniser)) == 1


def test_two_utterances_never_share_a_sample() -> None:
    """ST03: the pre-roll of the second begins where the first ended."""
    recogniser = Recogniser()
    audio = frames("s" * 100)
    items = [
        *audio[:50],
        SpeechStarted(0.5),
        SpeechStopped(0.93),
        *audio[50:80],
        SpeechStarted(1.5),
        *audio[80:],
        SpeechStopped(2.0),
    ]
    run(items, recogniser)
    assert np.array_equal(recogniser.heard[0].samples, expected(0.0, 0.93))
    assert np.array_equal(recogniser.heard[1].samples, expected(0.93, 2.0))


@settings(max_examples=30)
@given(st.lists(st.integers(1, 8_000), min_size=1, max_size=40))
def test_the_audio_is_the_same_at_any_size_of_frames(sizes: list[int]) -> None:
    """ST03: to the sample, through the gate."""
    audio = sound("q" * 50 + "s" * 30 + "q" * 30 + "s" * 50 + "q" * 20)
    heard: list[list[AudioFrame]] = []
    for cut in (sizes, [320] * 180):
        recogniser = Recogniser()
        with marbles() as m:
            listened = rx.from_iterable(chop(audio, cut)).pipe(vad_gate(listen))
            m.record(listened.pipe(ops.filter(_is_heard), transcribed(recogniser)))
        heard.append(recogniser.heard)
    assert len(heard[0]) == len(heard[1]) == 2
    for one, other in zip(*heard, strict=True):
        assert np.array_equal(one.samples, other.samples)
        assert one.pts == pytest.approx(other.pts)


def test_results_come_in_order_one_at_a_time() -> None:
    """ST03, ST27: a slow first utterance does not let the second overtake it."""
    recogniser = Recogniser(1.0, 0.1)
    with marbles() as m:
        heard = m.hot(
            "(b a e)-(b a e)|",
            {"b": SpeechStarted(0.0), "a": sound("s" * 5), "e": SpeechStopped(0.1)},
        )
        m.expect(heard.pipe(utterances(recogniser))).to_be(
            "1000ms a 80ms (b|)", {"a": final("0"), "b": final("1")}
        )
        m.expect_subscriptions(heard, "^--!")
    assert recogniser.most == 1


def test_what_was_heard_is_recognised_when_the_source_ends() -> None:
    """ST03: also without a mark of its end."""
    recogniser = Recogniser()
    out = run([SpeechStarted(0.2), *frames("s" * 20)], recogniser)
    assert final("0", end=approx(0.4)).matches(out[0])
    assert len(out) == 2


def test_an_utterance_without_audio_is_blank_and_not_asked_about() -> None:
    """ST03: who waits for a transcript knows that none will come."""
    recogniser = Recogniser()
    assert final("").matches(run([SpeechStarted(1.0), SpeechStopped(2.0)], recogniser)[0])
    assert recogniser.heard == []


def test_nothing_said_is_a_blank_transcript_and_blanks_around_text_go() -> None:
    """ST03: text without surrounding blanks."""
    recogniser = Recogniser(answers=("  ", "\n hello \n"))
    speech: list[Heard] = [SpeechStarted(0.0), *frames("s"), SpeechStopped(0.02)]
    first, second, _ = run(speech * 2, recogniser)
    assert final("").matches(first)
    assert final("hello").matches(second)


def test_words_language_speaker_and_the_raw_answer_are_kept() -> None:
    """ST01: text, user, time, language, raw result."""
    found = Transcript(
        "hi", False, language="en", words=(Word("hi", 0.1),), speaker="a", raw={"x": 1}
    )
    out = run(
        [SpeechStarted(0.0), *frames("s" * 5), SpeechStopped(0.1, 0.02)],
        Recogniser(answers=(found,)),
    )
    assert out[0] == Transcript("hi", True, True, "en", (Word("hi", 0.1),), "a", 0.0, out[0].end)
    assert out[0].end == pytest.approx(0.08)
    assert out[0].raw == {"x": 1}


def test_a_failing_recogniser_gives_a_fault_and_a_blank_transcript() -> None:
    """ST27: nobody waits, and the next utterance is recognised."""
    boom = ValueError("boom")
    recogniser = Recogniser(answers=(boom, "fine"))
    speech: list[Heard] = [SpeechStarted(0.0), *frames("s"), SpeechStopped(0.02)]
    fault, blank, fine, _ = run(speech * 2, recogniser, name="whisper")
    assert fault == Fault("whisper", "recognition failed: boom")
    assert fault.cause is boom
    assert final("").matches(blank)
    assert final("fine").matches(fine)


@pytest.mark.parametrize(
    "error",
    [
        ProviderRejected("bad key", provider="x", status=401),
        ProviderError("no such model", provider="x", retryable=False),
        ModelUnavailable("nowhere"),
    ],
)
def test_an_error_that_no_retry_can_help_ends_it(error: Exception) -> None:
    """ST27: after a blank transcript, so that nobody waits."""
    speech: list[Heard] = [SpeechStarted(0.0), *frames("s"), SpeechStopped(0.02)]
    blank, end = run(speech * 3, Recogniser(answers=(error,)))
    assert final("").matches(blank)
    assert end.error is error
    with marbles() as m:
        audio = m.hot("s*12").pipe(as_audio())
        heard = rx.concat(rx.of(SpeechStarted(0.0)), audio)
        interims = heard.pipe(transcribed(Recogniser(answers=(error,)), interim_every=0.1))
        m.expect(interims).to_be("----#", error=error)


def test_long_speech_is_recognised_in_pieces_without_loss() -> None:
    """ST03: bounded memory; also when one frame holds several pieces."""
    speech = frames("s" * 120)
    for audio in (speech, chop(_counted("s" * 120, 0.0), [])):
        recogniser = Recogniser()
        out = run(
            [SpeechStarted(0.0), *audio, SpeechStopped(2.4, 0.1)], recogniser, max_duration=1.0
        )
        assert [round(transcript.pts, 9) for transcript in out[:-1]] == [0.0, 1.0, 2.0]
        assert [round(transcript.end, 9) for transcript in out[:-1]] == [1.0, 2.0, 2.3]
        pieces = [audio.samples for audio in recogniser.heard]
        assert np.array_equal(np.concatenate(pieces), expected(0.0, 2.4))


def test_interims_come_now_and_then_and_hold_all_that_was_said() -> None:
    """ST01: interim transcripts; counted from the mark, on the stream's time."""
    recogniser = Recogniser(0.01)
    with marbles() as m:
        audio = m.hot("s*12 |").pipe(as_audio())
        heard = rx.concat(rx.of(SpeechStarted(0.0)), audio)
        m.expect(heard.pipe(transcribed(recogniser, interim_every=0.1))).to_be_items(
            [
                (0.09, Transcript("0", False, end=0.1)),
                (0.19, like(Transcript, text="1", is_final=False, end=approx(0.2))),
                (0.25, final("2", end=approx(0.24))),
            ]
        )
    assert [len(audio.samples) for audio in recogniser.heard] == [1_600, 3_200, 3_840]


def test_the_pre_roll_does_not_count_for_interims() -> None:
    """ST01: before the mark nothing is new."""
    recogniser = Recogniser()
    run([SpeechStarted(1.0), *frames("s" * 54)], recogniser, interim_every=0.1)
    assert len(recogniser.heard) == 1


def test_interims_are_skipped_while_other_work_waits() -> None:
    """ST01: a slow recogniser is not given more than it can do."""
    slow = Recogniser(0.5)
    with marbles() as m:
        audio = m.hot("s*20 |").pipe(as_audio())
        out = m.record(
            rx.concat(rx.of(SpeechStarted(0.0)), audio, rx.of(SpeechStopped(0.4))).pipe(
                transcribed(slow, interim_every=0.1)
            )
        )
    assert [round(at, 3) for at, _ in out] == [0.58, 1.08, 1.08]
    assert [len(audio.samples) for audio in slow.heard] == [1_600, 6_400]


def test_blank_and_failing_interims_are_no_transcripts() -> None:
    """ST01: nothing was heard yet."""
    moody = Recogniser(answers=("", ValueError("boom"), "x"))
    with marbles() as m:
        audio = m.hot("s*12 |").pipe(as_audio())
        heard = rx.concat(rx.of(SpeechStarted(0.0)), audio)
        m.expect(heard.pipe(transcribed(moody, interim_every=0.1))).to_be_items(
            [(0.18, Fault("stt", "recognition failed: boom")), (0.24, final("x"))]
        )


def test_audio_is_brought_to_the_rate_of_the_recogniser() -> None:
    """ST27: in a thread, not on the loop."""
    recogniser = Recogniser()
    audio = sound("s" * 50, rate=48_000)
    run([SpeechStarted(0.0), audio, SpeechStopped(1.0)], recogniser, rate=8_000)
    (heard,) = recogniser.heard
    assert heard.rate == 8_000
    assert heard.duration == pytest.approx(1.0, abs=0.001)


def test_never_and_empty_stay_so() -> None:
    """ST03: no utterance, no transcript."""
    with marbles() as m:
        never, empty, broken = m.cold("-"), m.cold("--|"), m.cold("--#")
        m.expect(never.pipe(transcribed(Recogniser())), "^--!").to_be("")
        m.expect(empty.pipe(transcribed(Recogniser()))).to_be("--|")
        m.expect(broken.pipe(transcribed(Recogniser()))).to_be("--#")
        m.expect_subscriptions(never, "^--!")
        m.expect_subscriptions(empty, "^-!")


def test_unsubscribing_cancels_what_is_being_recognised() -> None:
    """ST27: nothing is left."""
    recogniser = Recogniser(9.0)
    with marbles() as m:
        heard = m.hot(
            "(b a e)", {"b": SpeechStarted(0.0), "a": sound("s"), "e": SpeechStopped(1.0)}
        )
        m.expect(heard.pipe(utterances(recogniser)), "^-----!").to_be("")
        m.expect_subscriptions(heard, "^-----!")
    assert recogniser.cancelled == 1


def test_who_has_enough_may_unsubscribe_from_inside_of_a_transcript() -> None:
    """ST27: nothing is left."""
    recogniser = Recogniser(answers=(ValueError("boom"),))
    with marbles() as m:
        heard = m.hot(
            "(b a e)", {"b": SpeechStarted(0.0), "a": sound("s"), "e": SpeechStopped(1.0)}
        )
        m.expect(heard.pipe(utterances(recogniser), ops.take(1))).to_be(
            "(f|)", {"f": Fault("stt", "recognition failed: boom")}
        )
        m.expect_subscriptions(heard, "(^!)")


def test_two_subscribers_are_independent() -> None:
    """ST03: each has its own utterances."""
    recogniser = Recogniser()
    with marbles() as m:
        values: dict[str, Heard] = {
            "b": SpeechStarted(0.0),
            "a": sound("s"),
            "c": sound("s", pts=0.02),
            "e": SpeechStopped(0.04),
        }
        out = m.hot("b a c e b|", values).pipe(utterances(recogniser))
        m.expect(out).to_be("---x-(y|)", {"x": final("0"), "y": final("")})
        m.expect(out, "--^").to_be("-----(z|)", {"z": final("1")})
        m.expect(out, "----^").to_be("-----(y|)", {"y": final("")})
    assert [len(audio.samples) for audio in recogniser.heard] == [640, 320]


def test_when_too_many_wait_the_oldest_go_and_a_fault_says_so() -> None:
    """ST27: the border has a bound."""
    recogniser = Recogniser(1.0, 0.0)
    speech: list[Heard] = [SpeechStarted(0.0), *frames("s"), SpeechStopped(0.02)]
    with marbles() as m:
        first = m.cold("(b a e)", dict(zip("bae", speech, strict=True)))
        rest = m.cold("-x", {"x": None}).pipe(
            ops.flat_map(lambda _: rx.from_iterable(speech * 300))
        )
        out = m.record(rx.merge(first, rest).pipe(utterances(recogniser)))
    faults = [note for _, note in out if isinstance(note, OnNext) and isinstance(note.value, Fault)]
    assert [fault.value.message for fault in faults] == [
        "recognition is too slow: an utterance was dropped"
    ]
    assert len(recogniser.heard) == 1 + 256


@pytest.mark.parametrize(
    "option",
    [
        {"prefix_padding": -1.0},
        {"prefix_padding": float("nan")},
        {"interim_every": 0.0},
        {"rate": 0},
        {"max_duration": 0.0},
    ],
)
def test_bad_arguments_are_refused_at_the_call(option: dict[str, float]) -> None:
    """ST03: by name."""
    with pytest.raises(ValueError, match=next(iter(option))):
        utterances(Recogniser(), **option)  # pyright: ignore[reportArgumentType]


def test_its_type_is_a_transcriber() -> None:
    """ST01: it can be given to transcribe."""
    assert_type(utterances(Recogniser()), Transcriber)


def _is_heard(item: object) -> bool:
    return isinstance(item, AudioFrame | SpeechStarted | SpeechStopped)
