"""AU20: to_wav: two tracks on one clock, whatever happens."""

import asyncio
import contextlib
import errno
import signal
import subprocess
import sys
import tracemalloc
import wave
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice.audio import WavReader, deinterleave, pcm_from_bytes
from rxvoice.errors import BufferOverflow
from rxvoice.items import AudioFrame, ClearAudio, Fault, SpeechStarted
from rxvoice.session import Session
from rxvoice.sinks import to_wav
from rxvoice.sources import from_wav
from rxvoice.testing import frames, run_virtual, silence, tone, turns

Timed = list[tuple[float, object]]


def channels_of(path: Path) -> tuple[NDArray[np.int16], ...]:
    with wave.open(str(path)) as file:
        raw = pcm_from_bytes(file.readframes(file.getnframes()))
        return deinterleave(raw, file.getnchannels())


def rate_of(path: Path) -> int:
    with WavReader(path) as reader:
        return reader.rate


def level(number: int, pts: float, duration: float = 0.02, rate: int = 8000) -> AudioFrame:
    return AudioFrame(np.full(round(duration * rate), number, np.int16), rate, pts)


def timed(items: Timed, end: float | Exception | None = None) -> "Subject[object]":
    """A hot stream on the running virtual loop; it ends after its last item unless told."""
    loop = asyncio.get_running_loop()
    stream: Subject[object] = Subject()
    for at, item in items:
        loop.call_at(at, stream.on_next, item)
    last = end if isinstance(end, float) else max((at for at, _ in items), default=0.0)
    if isinstance(end, Exception):
        loop.call_at(last, stream.on_error, end)
    else:
        loop.call_at(last, stream.on_completed)
    return stream


def record(
    path: Path, bot: Callable[[], Observable[Any]], user: Timed | None = None, **options: Any
) -> None:
    async def main() -> None:
        async with Session() as session:
            heard = None if user is None else timed(user)
            await session.run(bot(), to_wav(path, user=heard, **options))

    run_virtual(main())


def said(*items: tuple[float, object], end: float | Exception | None = None) -> Callable[[], Any]:
    return lambda: timed(list(items), end)


def test_without_a_user_it_is_a_mono_copy(tmp_path: Path) -> None:
    speech = tone(1.0, 8000)
    record(tmp_path / "a.wav", lambda: rx.from_iterable(frames(speech)))
    (out,) = channels_of(tmp_path / "a.wav")
    assert np.array_equal(out, speech.samples)
    assert rate_of(tmp_path / "a.wav") == 8000


def test_other_items_are_ignored(tmp_path: Path) -> None:
    items = (0.0, SpeechStarted(0.0)), (0.0, level(1, 0.0)), (0.0, Fault("llm", "no"))
    record(tmp_path / "a.wav", said(*items))
    assert channels_of(tmp_path / "a.wav")[0].tolist() == [1] * 160


def test_times_that_are_missing_are_silence(tmp_path: Path) -> None:
    record(tmp_path / "a.wav", said((0.0, level(1, 0.5)), (0.0, level(2, 1.0))))
    (out,) = channels_of(tmp_path / "a.wav")
    assert len(out) == 8160
    assert np.flatnonzero(out).tolist() == [*range(4000, 4160), *range(8000, 8160)]


def test_au20_the_user_is_left_and_the_bot_is_right_on_one_clock(tmp_path: Path) -> None:
    """The user's clock counts from 100; its first frame ends when it comes, at 0.52 s."""
    user: Timed = [(0.52 + n * 0.02, level(n + 1, 100.0 + n * 0.02)) for n in range(10)]
    bot = said((0.55, level(50, 0.6)), (0.57, level(51, 0.62)), end=1.0)
    record(tmp_path / "a.wav", bot, user)
    left, right = channels_of(tmp_path / "a.wav")
    assert left.tolist() == [0] * 4000 + [n + 1 for n in range(10) for _ in range(160)]
    assert right.tolist() == [0] * 4800 + [50] * 160 + [51] * 160 + [0] * 480


def test_au20_late_frames_do_not_move_the_track(tmp_path: Path) -> None:
    user: Timed = [(0.02 + n * 0.02 + (n % 3) * 0.3, level(n + 1, n * 0.02)) for n in range(9)]
    record(tmp_path / "a.wav", said(end=2.0), sorted(user, key=lambda pair: pair[0]))
    left, _ = channels_of(tmp_path / "a.wav")
    assert left[:160].tolist() == [1] * 160


def test_au20_no_silence_gets_into_a_track_whose_owner_speaks(tmp_path: Path) -> None:
    shift = [0.0, 0.004, -0.004, 0.009, -0.009, 0.0, 0.002, 0.009, -0.003, 0.001]
    user: Timed = [(0.02 + n * 0.02, level(7, n * 0.02 + shift[n])) for n in range(10)]
    bot = [(n * 0.02, level(9, 0.1 + n * 0.02 + shift[n])) for n in range(10)]
    record(tmp_path / "a.wav", said(*bot, end=1.0), user)
    left, right = channels_of(tmp_path / "a.wav")
    assert np.flatnonzero(left).tolist() == list(range(1600))
    assert np.flatnonzero(right).tolist() == list(range(800, 2400))


def test_au20_a_long_recording_does_not_drift(tmp_path: Path) -> None:
    """Ten minutes at 22 050 Hz; the bot beeps once a minute, the user hears and repeats it."""
    beep = level(1000, 0.0, 0.1, 22050).samples
    bot = [(n * 60.0, AudioFrame(beep, 22050, n * 60.0)) for n in range(10)]
    quiet = np.zeros(2205, np.int16)
    user: Timed = []
    for n in range(6000):
        samples = beep if n % 600 == 0 else quiet
        user.append((round(n * 0.1 + 0.1, 6), AudioFrame(samples, 22050, n * 0.1)))
    record(tmp_path / "a.wav", said(*bot, end=600.1), user)
    left, right = channels_of(tmp_path / "a.wav")
    assert len(left) == 600 * 22050
    assert np.array_equal(left, right)
    assert np.flatnonzero(np.diff(left) > 0).tolist()[-1] == 540 * 22050 - 1


def test_clear_audio_removes_what_nobody_heard(tmp_path: Path) -> None:
    user: Timed = [(0.02 + n * 0.02, level(7, n * 0.02)) for n in range(20)]
    bot = (
        (0.1, level(1, 0.1, 1.0)),
        (0.15, ClearAudio(1)),
        (0.3, level(2, 0.3)),
        (0.4, ClearAudio(2)),
    )
    record(tmp_path / "a.wav", said(*bot), user)
    left, right = channels_of(tmp_path / "a.wav")
    assert len(left) == len(right) == 3200
    assert np.flatnonzero(right == 1).tolist() == list(range(800, 1200))
    assert np.flatnonzero(right == 2).tolist() == list(range(2400, 2560))


def test_clear_audio_works_for_mono_and_before_any_audio(tmp_path: Path) -> None:
    record(
        tmp_path / "a.wav", said((0.0, ClearAudio()), (0.1, level(1, 0.1)), (0.11, ClearAudio()))
    )
    (out,) = channels_of(tmp_path / "a.wav")
    assert out.tolist() == [0] * 800 + [1] * 80


def test_clear_audio_cuts_resampled_audio_too(tmp_path: Path) -> None:
    bot = [(0.0, frame) for frame in frames(tone(1.0, 24000))]
    record(tmp_path / "a.wav", said(*bot, (0.5, ClearAudio()), end=1.0), rate=8000)
    (out,) = channels_of(tmp_path / "a.wav")
    assert len(out) == 4000
    assert out[-40:].any()


def test_frames_of_other_rates_are_resampled_to_the_first(tmp_path: Path) -> None:
    user: Timed = [(frame.end, frame) for frame in frames(tone(1.0, 16000))]
    bot = [(frame.pts, frame) for frame in frames(tone(1.0, 24000))]
    record(tmp_path / "a.wav", said(*bot, end=1.1), user)
    left, right = channels_of(tmp_path / "a.wav")
    assert rate_of(tmp_path / "a.wav") == 24000
    assert len(left) == len(right) == 24000
    assert np.abs(left[2400:-2400].astype(int) - right[2400:-2400]).max() <= 3


def test_the_rate_can_be_chosen(tmp_path: Path) -> None:
    record(tmp_path / "a.wav", lambda: rx.from_iterable(frames(tone(0.5, 16000))), rate=8000)
    (out,) = channels_of(tmp_path / "a.wav")
    assert rate_of(tmp_path / "a.wav") == 8000
    assert len(out) == 4000
    with pytest.raises(ValueError, match="rate"):
        to_wav(tmp_path / "a.wav", rate=0)


def test_au20_nothing_said_is_a_valid_file_in_new_folders(tmp_path: Path) -> None:
    path = tmp_path / "calls" / "today" / "a.wav"
    record(path, said())
    assert [len(channel) for channel in channels_of(path)] == [0]
    record(path, said(), [])
    assert [len(channel) for channel in channels_of(path)] == [0, 0]


def test_a_wav_is_copied_faithfully_at_full_speed(tmp_path: Path) -> None:
    speech = tone(3.0, 16000)
    record(tmp_path / "a.wav", lambda: rx.from_iterable(frames(speech)))
    record(tmp_path / "b.wav", lambda: from_wav(tmp_path / "a.wav"))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_a_failing_stream_leaves_what_was_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="model"):
        record(tmp_path / "a.wav", said((0.0, level(1, 0.0)), end=RuntimeError("model")))
    assert channels_of(tmp_path / "a.wav")[0].tolist() == [1] * 160


def test_a_failing_user_does_not_end_the_recording(tmp_path: Path) -> None:
    async def main() -> None:
        async with Session() as session:
            user = timed([(0.02, level(1, 0.0))], end=RuntimeError("microphone"))
            bot = timed([(1.0, level(2, 1.0))])
            await session.run(bot, to_wav(tmp_path / "a.wav", user=user))

    run_virtual(main())
    left, right = channels_of(tmp_path / "a.wav")
    assert left[:160].tolist() == [1] * 160
    assert right[8000:].tolist() == [2] * 160


def test_it_reaches_the_file_every_half_second(tmp_path: Path) -> None:
    lengths: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with Session() as session:
            speech = timed([(n * 0.02, level(1, n * 0.02)) for n in range(100)])
            for at in (0.49, 0.51, 1.03, 1.6):
                loop.call_at(at, lambda: lengths.append(len(channels_of(tmp_path / "a.wav")[0])))
            await session.run(speech, to_wav(tmp_path / "a.wav"))

    run_virtual(main())
    assert lengths[0] == 0
    assert lengths[1] >= 25 * 160
    assert lengths[2] >= 50 * 160
    assert lengths[3] >= 75 * 160


def test_closing_the_session_keeps_what_was_said(tmp_path: Path) -> None:
    async def main() -> None:
        session = Session()
        stream: Subject[object] = Subject()
        done = to_wav(tmp_path / "a.wav")(stream, session)
        for frame in frames(tone(0.2, 24000)):
            stream.on_next(frame)
        await session.aclose()
        with pytest.raises(asyncio.CancelledError):
            await done

    run_virtual(main())
    assert len(channels_of(tmp_path / "a.wav")[0]) == 4800


def test_a_cancelled_wait_does_not_hurt_the_recording(tmp_path: Path) -> None:
    async def main() -> None:
        async with Session() as session:
            stream: Subject[object] = Subject()
            done = asyncio.ensure_future(to_wav(tmp_path / "a.wav")(stream, session))
            stream.on_next(level(1, 0.0))
            done.cancel()
            stream.on_completed()

    run_virtual(main())
    assert channels_of(tmp_path / "a.wav")[0].tolist() == [1] * 160


def test_cancelling_it_ends_the_recording(tmp_path: Path) -> None:
    async def main() -> None:
        async with Session() as session:
            stream: Subject[object] = Subject()
            done = asyncio.ensure_future(to_wav(tmp_path / "a.wav")(stream, session))
            stream.on_next(level(1, 0.0))
            done.cancel()
            await turns()
            assert session.scope.names == []
            stream.on_next(level(2, 0.02))

    run_virtual(main())
    assert channels_of(tmp_path / "a.wav")[0].tolist() == [1] * 160


@pytest.mark.parametrize("place", ["", "file.txt/a.wav"])
def test_what_cannot_be_opened_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file.txt").write_text("text")
    with pytest.raises(OSError, match=str(tmp_path)):
        record(tmp_path / place, said((0.0, level(1, 0.0))))


@contextlib.contextmanager
def limited_file_size(size: int) -> Generator[None]:
    """Let writing fail beyond a size, as on a full disk."""
    resource = pytest.importorskip("resource")
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)


def collecting(items: list[object]) -> Callable[[Observable[object], Session], Awaitable[None]]:
    def sink(stream: Observable[object], session: Session) -> Awaitable[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        session.subscribe(stream, items.append, done.set_exception, lambda: done.set_result(None))
        return done

    return sink


def check_a_full_disk(run: Callable[[Any], object], path: Path) -> None:
    items: list[object] = []

    async def main() -> None:
        speech = [(n * 0.02, level(n + 1, n * 0.02)) for n in range(200)]
        async with Session() as session:
            stream = timed_from_now(speech, session)
            with pytest.raises(OSError, match="the recording ended: File too large") as caught:
                await session.run(stream, to_wav(path), collecting(items))
            assert caught.value.errno == errno.EFBIG
            assert caught.value.filename == str(path)

    with limited_file_size(30_044):
        run(main())
    assert len(items) == 200
    (out,) = channels_of(path)
    assert out.tolist() == [n // 160 + 1 for n in range(15_000)]


def timed_from_now(items: list[tuple[float, AudioFrame]], session: Session) -> Subject[object]:
    stream: Subject[object] = Subject()
    for at, item in items:
        session.scheduler.call_at(at / 5, lambda item=item: stream.on_next(item))
    session.scheduler.call_at(items[-1][0] / 5 + 0.01, stream.on_completed)
    return stream


def test_a_full_disk_ends_the_recording_not_the_session(tmp_path: Path) -> None:
    check_a_full_disk(run_virtual, tmp_path / "a.wav")


def test_a_full_disk_ends_the_recording_not_the_session_on_a_real_loop(tmp_path: Path) -> None:
    check_a_full_disk(asyncio.run, tmp_path / "a.wav")


def test_a_disk_that_is_too_slow_ends_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rxvoice.sinks._to_wav.WAITING", 1000)
    with pytest.raises(BufferOverflow, match="disk is too slow"):
        record(tmp_path / "a.wav", said((0.0, level(1, 0.0, 1.0)), end=2.0))


def test_memory_is_bounded(tmp_path: Path) -> None:
    """Ten minutes of stereo at 48 kHz would be 115 MB."""
    second = np.ones(48000, np.int16)
    user: Timed = [(n + 1.0, AudioFrame(second, 48000, float(n))) for n in range(600)]
    bot = [(float(n), AudioFrame(second, 48000, float(n))) for n in range(600)]
    tracemalloc.start()
    try:
        record(tmp_path / "a.wav", said(*bot, end=600.0), user)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (tmp_path / "a.wav").stat().st_size == 44 + 600 * 48000 * 4
    assert peak < 6_000_000


def test_it_records_in_a_thread_on_a_real_loop(tmp_path: Path) -> None:
    async def main() -> None:
        async with Session() as session:
            speech = [*frames(tone(20.0, 16000)), silence(0.02, 16000, 20.0)]
            await session.run(rx.from_iterable(speech), to_wav(tmp_path / "a.wav"))

    asyncio.run(main())
    (out,) = channels_of(tmp_path / "a.wav")
    assert np.array_equal(out[:-320], tone(20.0, 16000).samples)


ENDLESS = """
import asyncio, sys
import numpy as np
from reactivex.subject import Subject
from rxvoice.items import AudioFrame
from rxvoice.session import Session
from rxvoice.sinks import to_wav

async def main():
    session = Session()
    bot, user = Subject(), Subject()
    done = to_wav(sys.argv[1], user=user)(bot, session)
    number = 0
    def more():
        nonlocal number
        for _ in range(25):
            samples = np.full(320, number % 30000 + 1, np.int16)
            user.on_next(AudioFrame(samples, 16000, number * 0.02))
            bot.on_next(AudioFrame(samples, 16000, number * 0.02))
            number += 1
        print(number, flush=True)
        session.scheduler.call_later(0.02, more)
    more()
    await done

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_process_leaves_a_recording_that_can_be_played(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(60):
            process.stdout.readline()
        process.kill()
    left, right = channels_of(path)
    expected = [at // 320 + 1 for at in range(len(left))]
    assert len(left) > 16000
    assert right.tolist() == expected
    assert left.tolist() == expected
