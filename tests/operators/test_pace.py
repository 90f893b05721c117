"""Audio at the speed at which it is heard (AU25)."""

import asyncio
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable

from rxvoice import Session
from rxvoice.errors import AudioFormatError, BufferOverflow
from rxvoice.items import AudioFrame, Event, Token, Word
from rxvoice.operators import pace
from rxvoice.testing import (
    Notification,
    OnCompleted,
    OnError,
    OnNext,
    frames,
    marbles,
    run_virtual,
    silence,
    tone,
)

RATE = 16_000
NOTHING: dict[str, Event] = {}


def played(log: list[tuple[float, Notification]]) -> list[tuple[float, AudioFrame]]:
    return [
        (at, n.value) for at, n in log if isinstance(n, OnNext) and isinstance(n.value, AudioFrame)
    ]


def test_au25_chunks_of_forty_milliseconds_leave_like_from_a_sound_card() -> None:
    with marbles() as m:
        source = m.cold("a|", {"a": tone(0.2)})
        log = m.record(source.pipe(pace(lead=0.0)))
    chunks = played(log)
    assert [len(chunk.samples) for _, chunk in chunks] == [640] * 5
    assert [at for at, _ in chunks] == pytest.approx([0.0, 0.04, 0.08, 0.12, 0.16])
    assert [chunk.pts for _, chunk in chunks] == pytest.approx([0.0, 0.04, 0.08, 0.12, 0.16])
    joined = np.concatenate([chunk.samples for _, chunk in chunks])
    assert np.array_equal(joined, tone(0.2).samples)
    assert log[-1] == (pytest.approx(0.2), OnCompleted())


def test_au25_the_trailing_partial_chunk_is_flushed_and_not_padded() -> None:
    with marbles() as m:
        log = m.record(m.cold("a|", {"a": tone(0.09)}).pipe(pace(lead=0.0)))
    assert [len(chunk.samples) for _, chunk in played(log)] == [640, 640, 160]
    assert log[-1] == (pytest.approx(0.09), OnCompleted())


def test_au25_a_chunk_is_any_multiple_of_ten_milliseconds() -> None:
    with marbles() as m:
        log = m.record(m.cold("a|", {"a": tone(0.1)}).pipe(pace(chunk=0.03, lead=0.0)))
    assert [len(chunk.samples) for _, chunk in played(log)] == [480, 480, 480, 160]


def test_au25_audio_is_resampled_to_the_rate_of_the_transport() -> None:
    with marbles() as m:
        log = m.record(m.cold("a|", {"a": tone(1.0, rate=24_000)}).pipe(pace(rate=8_000)))
    chunks = played(log)
    assert {chunk.rate for _, chunk in chunks} == {8_000}
    assert sum(len(chunk.samples) for _, chunk in chunks) == pytest.approx(8_000, abs=2)


def test_au25_silence_after_the_end_keeps_the_last_word_whole() -> None:
    with marbles() as m:
        log = m.record(m.cold("a|", {"a": tone(0.04)}).pipe(pace(end_silence=2.0, lead=0.0)))
    chunks = played(log)
    assert sum(len(chunk.samples) for _, chunk in chunks) == 640 + 32_000
    assert not any(chunk.samples.any() for _, chunk in chunks[1:])
    assert log[-1] == (pytest.approx(2.04), OnCompleted())


def test_au25_silence_fills_the_time_when_idle() -> None:
    with marbles() as m:
        source = m.cold("110ms a 210ms |", {"a": tone(0.08)})
        log = m.record(source.pipe(pace(rate=RATE, idle_silence=True, lead=0.0)))
    chunks = played(log)
    assert [chunk.pts for _, chunk in chunks] == pytest.approx([k * 0.04 for k in range(9)])
    loud = [bool(chunk.samples.any()) for _, chunk in chunks]
    assert loud == [False, False, False, True, True, False, False, False, False]


def test_a_lead_lets_chunks_leave_early_but_the_first_leaves_at_once() -> None:
    with marbles() as m:
        log = m.record(m.cold("a|", {"a": tone(0.16)}).pipe(pace(lead=0.06)))
    chunks = played(log)
    assert [at for at, _ in chunks] == pytest.approx([0.0, 0.0, 0.02, 0.06])
    assert [chunk.pts for _, chunk in chunks] == pytest.approx([0.0, 0.04, 0.08, 0.12])
    assert log[-1] == (pytest.approx(0.16), OnCompleted())


def test_what_comes_too_late_is_heard_as_soon_as_it_is_there() -> None:
    with marbles() as m:
        source = m.cold("a 200ms b|", {"a": tone(0.04), "b": tone(0.08, pts=0.04)})
        log = m.record(source.pipe(pace(lead=0.0)))
    assert [chunk.pts for _, chunk in played(log)] == pytest.approx([0.0, 0.22, 0.26])
    assert log[-1] == (pytest.approx(0.3), OnCompleted())


def test_audio_that_comes_in_time_never_leaves_a_gap() -> None:
    with marbles() as m:
        pieces = frames(tone(0.4), duration=0.01)
        values = {chr(0x4E00 + k): piece for k, piece in enumerate(pieces)}
        source = m.cold("".join(values) + "|", values)
        log = m.record(source.pipe(pace(lead=0.0)))
    ends = [chunk.end for _, chunk in played(log)]
    starts = [chunk.pts for _, chunk in played(log)]
    assert all(b >= a - 1e-9 for a, b in zip(ends, starts[1:], strict=False))
    joined = np.concatenate([chunk.samples for _, chunk in played(log)])
    assert np.array_equal(joined, tone(0.4).samples)


def test_a_word_leaves_when_half_of_it_was_heard() -> None:
    words = {"v": Word("one", 0.0, 0.1), "w": Word("two", 0.1, 0.2), "a": tone(0.2)}
    with marbles() as m:
        source = m.cold("-(v w a)|", words)
        log = m.record(source.pipe(pace()))
    said = [(at, n.value) for at, n in log if isinstance(n, OnNext) and isinstance(n.value, Word)]
    assert [at for at, _ in said] == pytest.approx([0.07, 0.17])
    assert [word.text for _, word in said] == ["one", "two"]
    assert [word.pts for _, word in said] == pytest.approx([0.02, 0.12])
    assert [word.end for _, word in said] == pytest.approx([0.12, 0.22])


def test_words_move_with_audio_that_comes_too_late() -> None:
    values: dict[str, Event] = {
        "a": tone(0.1),
        "w": Word("late", 0.1, 0.2),
        "b": tone(0.1, pts=0.1),
    }
    with marbles() as m:
        log = m.record(m.cold("a 280ms (w b)|", values).pipe(pace(lead=0.0)))
    said = [at for at, n in log if isinstance(n, OnNext) and isinstance(n.value, Word)]
    assert said == pytest.approx([0.35])


def test_words_without_audio_leave_at_the_end() -> None:
    with marbles() as m:
        log = m.record(m.cold("(w|)", {"w": Word("silent", 0.0, 0.3)}).pipe(pace()))
    assert [type(n) for _, n in log] == [OnNext, OnCompleted]


def test_unsubscribing_cuts_within_the_lead() -> None:
    with marbles() as m:
        source = m.cold("a 1s |", {"a": tone(1.0)})
        paced = source.pipe(pace(lead=0.04))
        log = m.record(paced, subscription="^---------!")
        m.expect_subscriptions(source, "^---------!")
    assert max(chunk.end for _, chunk in played(log)) <= 0.2 + 0.08 + 1e-9


def test_other_items_pass_at_once() -> None:
    with marbles() as m:
        source = m.cold("a-t-|", {"a": tone(0.2), "t": Token("t")})
        log = m.record(source.pipe(pace()))
    assert (pytest.approx(0.04), OnNext(Token("t"))) in log


def test_a_failure_waits_until_what_came_before_was_heard() -> None:
    with marbles() as m:
        log = m.record(m.cold("a#", {"a": tone(0.2)}).pipe(pace(lead=0.0)))
    assert len(played(log)) == 5
    assert isinstance(log[-1][1], OnError)
    assert log[-1][0] == pytest.approx(0.2)


def test_an_empty_source_completes_at_once_and_a_silent_one_never() -> None:
    with marbles() as m:
        m.expect(m.cold("|", NOTHING).pipe(pace())).to_be("|")
        m.expect(m.cold("---", NOTHING).pipe(pace())).to_be("---")
        m.expect(m.cold("#", NOTHING).pipe(pace())).to_be("#")
        m.expect(m.cold("e|", {"e": silence(0.0)}).pipe(pace())).to_be("-|")


def test_two_subscribers_have_queues_of_their_own() -> None:
    with marbles() as m:
        paced = m.cold("a|", {"a": tone(0.08)}).pipe(pace(lead=0.0))
        first = m.record(paced)
        second = m.record(paced, subscription="--^")
    assert [at for at, _ in played(first)] == pytest.approx([0.0, 0.04])
    assert [at for at, _ in played(second)] == pytest.approx([0.04, 0.08])


def test_too_much_audio_is_an_error_and_not_an_endless_queue() -> None:
    with marbles() as m:
        log = m.record(m.cold("a|", {"a": tone(1.1)}).pipe(pace(max_buffer=1.0)))
    assert isinstance(log[-1][1], OnError)
    assert isinstance(log[-1][1].error, BufferOverflow)


def test_a_second_rate_is_an_error_unless_a_rate_is_given() -> None:
    values = {"a": tone(0.04), "b": tone(0.04, rate=8_000, pts=0.04)}
    with marbles() as m:
        log = m.record(m.cold("ab|", values).pipe(pace()))
    assert isinstance(log[-1][1], OnError)
    assert isinstance(log[-1][1].error, AudioFormatError)


@given(
    st.lists(st.integers(0, 900), max_size=12),
    st.sampled_from([0.0, 0.04, 0.1]),
    st.integers(0, 5),
)
def test_nothing_is_lost_or_heard_twice_whatever_the_pieces(
    sizes: list[int], lead: float, gap: int
) -> None:
    rng = np.random.default_rng(len(sizes))
    pieces: list[AudioFrame] = []
    at = 0
    for size in sizes:
        samples = rng.integers(-32768, 32767, size).astype(np.int16)
        pieces.append(AudioFrame(samples, RATE, at / RATE))
        at += size
    values = {chr(0x4E00 + k): piece for k, piece in enumerate(pieces)}
    with marbles() as m:
        source = m.cold(("-" * gap).join(values) + "|", values)
        log = m.record(source.pipe(pace(lead=lead)))
    wanted = [piece.samples for piece in pieces]
    got = [chunk.samples for _, chunk in played(log)]
    empty = [np.empty(0, np.int16)]
    assert np.array_equal(np.concatenate(empty + wanted), np.concatenate(empty + got))
    ends = [chunk.end for _, chunk in played(log)]
    assert all(b.pts >= a - 1e-9 for a, (_, b) in zip(ends, played(log)[1:], strict=False))
    assert all(chunk.pts >= when - 1e-6 for when, chunk in played(log))


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"chunk": 0.0}, "chunk"),
        ({"chunk": 0.015}, "chunk"),
        ({"lead": -1.0}, "lead"),
        ({"end_silence": -1.0}, "end_silence"),
        ({"max_buffer": 0.0}, "max_buffer"),
        ({"idle_silence": True}, "idle_silence"),
        ({"rate": 0}, "rate"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, float], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        pace(**options)  # pyright: ignore[reportArgumentType]


def test_a_switch_from_reply_to_reply_leaves_no_chunk_behind() -> None:
    with marbles() as m:
        turns = m.hot("-a----b-----|")
        replies = {"a": tone(1.0, level=0.2), "b": tone(0.1, level=0.4)}

        def reply(name: str) -> Observable[Event]:
            return m.cold("x|", {"x": replies[name]}).pipe(pace(lead=0.0))

        log = m.record(turns.pipe(ops.switch_map(reply)))
    loud = [at for at, chunk in played(log) if int(np.abs(chunk.samples).max()) > 8_000]
    quiet = [at for at, chunk in played(log) if int(np.abs(chunk.samples).max()) <= 8_000]
    assert max(quiet) < 0.12
    assert min(loud) == pytest.approx(0.12)


def test_a_voice_that_has_given_much_is_stopped_before_that_is_let_go_of() -> None:
    async def main() -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        stopped = loop.create_future()
        pieces = [AudioFrame(np.full(16, 7, np.int16), 16_000) for _ in range(5_000)]
        alive = [weakref.ref(piece.samples) for piece in pieces]

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            def stop() -> None:
                loop.call_soon(lambda: stopped.set_result(left()))

            while pieces:
                observer.on_next(pieces.pop())
            return Disposable(stop)

        def left() -> int:
            return sum(each() is not None for each in alive)

        async with Session() as session:
            session.subscribe(Observable(subscribe).pipe(pace()), lambda _: None).dispose()
            while_stopped = await stopped
            for _ in range(10):
                await asyncio.sleep(0)
            return while_stopped, left()

    while_stopped, at_last = run_virtual(main())
    assert while_stopped > 3_000
    assert at_last == 0
