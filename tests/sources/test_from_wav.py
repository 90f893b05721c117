"""from_wav: timing, ends, faults, clean-up."""

import contextlib
import tracemalloc
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reactivex import operators as ops

from rxvoice.audio import WavWriter
from rxvoice.clock import LoopScheduler
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame, Fault
from rxvoice.sources import from_wav
from rxvoice.testing import OnCompleted, OnError, OnNext, VirtualLoop, frames, marbles, tone

TORTURE = Path(__file__).parents[3] / "shared" / "data" / "torture" / "audio"
TORTURED = sorted(TORTURE.iterdir()) if TORTURE.is_dir() else []


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """100 ms at 8 kHz: five frames."""
    return saved(tmp_path / "clip.wav", tone(0.1, 8000))


def saved(path: Path, audio: AudioFrame) -> Path:
    with WavWriter(path, audio.rate) as writer:
        writer.write(audio.samples, 0)
    return path


def truncated(path: Path, size: int) -> Path:
    path.write_bytes(path.read_bytes()[:size])
    return path


def played(path: Path, **options: Any) -> list[AudioFrame | Fault]:
    with marbles() as m:
        log = m.record(from_wav(path, **options))
        m.run()
    assert isinstance(log[-1][1], OnCompleted)
    return [event.value for _, event in log if isinstance(event, OnNext)]


def failure(path: Path) -> Exception:
    with marbles() as m:
        log = m.record(from_wav(path))
        m.run()
    ((_, event),) = log
    assert isinstance(event, OnError)
    assert isinstance(event.error, Exception)
    return event.error


def values_of(audio: AudioFrame) -> dict[str, AudioFrame]:
    return dict(zip("abcdefgh", frames(audio), strict=False))


def test_it_plays_as_fast_as_the_loop_turns(clip: Path) -> None:
    with marbles() as m:
        m.expect(from_wav(clip)).to_be("(abcde|)", values_of(tone(0.1, 8000)))


def test_in_real_time_a_frame_comes_when_it_would_have_been_captured(clip: Path) -> None:
    with marbles() as m:
        m.expect(from_wav(clip, realtime=True)).to_be("-abcd(e|)", values_of(tone(0.1, 8000)))


def test_speed_is_relative_to_real_time(clip: Path) -> None:
    with marbles(tick=0.01) as m:
        m.expect(from_wav(clip, speed=2.0)).to_be("-abcd(e|)", values_of(tone(0.1, 8000)))
    with marbles(tick=0.04) as m:
        m.expect(from_wav(clip, speed=0.5, realtime=True)).to_be(
            "-abcd(e|)", values_of(tone(0.1, 8000))
        )


def test_each_subscription_plays_from_the_start(clip: Path) -> None:
    source = from_wav(clip, realtime=True)
    with marbles() as m:
        m.expect(source).to_be("-abcd(e|)", values_of(tone(0.1, 8000)))
        m.expect(source, "--^").to_be("---abcd(e|)", values_of(tone(0.1, 8000)))


def test_unsubscribing_stops_it_and_closes_the_file(clip: Path) -> None:
    with marbles(tick=0.01) as m:
        stopped = m.expect(from_wav(clip, realtime=True), "^------!")
        stopped.to_be("--a-b-c", values_of(tone(0.1, 8000)))
    with marbles() as m:
        m.expect(from_wav(clip, realtime=True).pipe(ops.take(2))).to_be(
            "-a(b|)", values_of(tone(0.1, 8000))
        )
        m.expect(from_wav(clip).pipe(ops.take(2))).to_be("(ab|)", values_of(tone(0.1, 8000)))


def test_the_last_frame_may_be_short(tmp_path: Path) -> None:
    path = saved(tmp_path / "clip.wav", tone(0.05, 8000))
    with marbles(tick=0.01) as m:
        m.expect(from_wav(path, realtime=True)).to_be("--a-b(c|)", values_of(tone(0.05, 8000)))


def test_an_empty_recording_completes(tmp_path: Path) -> None:
    path = saved(tmp_path / "clip.wav", tone(0.0))
    with marbles() as m:
        m.expect(from_wav(path)).to_be("|")
        m.expect(from_wav(path, realtime=True)).to_be("|")


def test_one_sample_is_a_frame(tmp_path: Path) -> None:
    path = saved(tmp_path / "clip.wav", AudioFrame(np.array([7], np.int16), 16000))
    assert played(path, realtime=True) == [AudioFrame(np.array([7], np.int16), 16000)]


def test_a_frame_holds_at_least_one_sample(tmp_path: Path) -> None:
    path = saved(tmp_path / "clip.wav", AudioFrame(np.arange(3).astype(np.int16), 10))
    assert [len(frame.samples) for frame in played(path) if isinstance(frame, AudioFrame)] == [
        1
    ] * 3


def test_a_truncated_file_ends_with_a_fault(clip: Path) -> None:
    truncated(clip, 44 + 2 * 400 + 1)
    a, b, c = frames(AudioFrame(tone(0.1, 8000).samples[:400], 8000))
    message = f"{clip} ends after 0.050 s of the 0.100 s that it announces"
    with marbles(tick=0.01) as m:
        values = {"a": a, "b": b, "c": c, "f": Fault("from_wav", message)}
        m.expect(from_wav(clip)).to_be("(abcf|)", values)
        m.expect(from_wav(clip, realtime=True)).to_be("--a-b(cf|)", values)


def test_what_cannot_be_played_is_an_error_at_once(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(b"ID3\x04" + bytes(100))
    error = failure(path)
    assert isinstance(error, AudioFormatError)
    assert str(error) == f"{path} cannot be read: it seems to be an MP3 file"
    assert isinstance(failure(tmp_path / "nowhere.wav"), FileNotFoundError)
    assert isinstance(failure(tmp_path), AudioFormatError)


@pytest.mark.parametrize(
    "options",
    [
        {"frame": 0.0},
        {"frame": float("nan")},
        {"frame": 61.0},
        {"channel": -1},
        {"speed": 0.0},
        {"speed": float("nan")},
    ],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        from_wav("clip.wav", **options)


def test_one_channel_can_be_chosen(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "clip.wav", 8000, channels=2) as writer:
        writer.write(np.full(100, 10, np.int16), 0)
        writer.write(np.full(100, 30, np.int16), 0, channel=1)

    def values(channel: int | None) -> set[int]:
        out = played(tmp_path / "clip.wav", channel=channel)
        return {int(value) for frame in out for value in frame.samples}  # pyright: ignore

    assert values(None) == {20}
    assert values(0) == {10}
    assert values(1) == {30}


def test_the_loop_goes_on_while_it_plays(tmp_path: Path) -> None:
    path = saved(tmp_path / "long.wav", tone(60.0, 8000))
    turns = 0
    with marbles() as m:

        def count() -> None:
            nonlocal turns
            turns += 1
            if len(log) < 3001:
                m.loop.call_soon(count)

        log = m.record(from_wav(path))
        m.at(0.0, count)
        m.run()
    assert turns >= 3000 / 5


def test_a_long_recording_does_not_drift(tmp_path: Path) -> None:
    path = saved(tmp_path / "long.wav", tone(600.0, 11025))
    with marbles() as m:
        log = m.record(from_wav(path, realtime=True))
        m.run()
    time, last = log[-2]
    assert isinstance(last, OnNext)
    assert last.value.end == pytest.approx(600.0)
    assert time == pytest.approx(600.0, abs=1e-6)


def test_a_long_recording_stays_small(tmp_path: Path) -> None:
    path = saved(tmp_path / "long.wav", tone(120.0, 48000))
    with marbles() as m:
        m.record(from_wav(path).pipe(ops.ignore_elements()))
        tracemalloc.start()
        try:
            m.run()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 1_000_000


def test_a_failing_consumer_closes_the_file(clip: Path) -> None:
    """An open file would be a ResourceWarning, which is an error here."""

    def fail(_: object) -> None:
        raise RuntimeError("no")

    loop = VirtualLoop()
    scheduler = LoopScheduler(loop)
    with contextlib.closing(loop):
        from_wav(clip).subscribe(fail, scheduler=scheduler)
        loop.run_until_idle()
    assert [str(context["exception"]) for context in loop.unhandled] == ["no"]


READABLE = {
    "hound-nonstandard-02.wav": (48000, 2, 16128),
    "hound-waveformatex-16bit-44100Hz-mono-extra.wav": (44100, 4, 7),
    "hound-waveformatex-16bit-44100Hz-mono.wav": (44100, 4, 7),
    "hound-waveformatex-16bit-44100Hz-stereo.wav": (44100, 4, 1),
    "hound-waveformatex-ieeefloat-44100Hz-mono.wav": (44100, 4, 32768),
    "hound-waveformatextensible-ieeefloat-44100Hz-mono.wav": (44100, 4, 32768),
    "python-soundfile-mono.wav": (44100, 5, 2),
    "scipy-test-1234Hz-le-1ch-10S-20bit-extra.wav": (1234, 10, 32768),
    "scipy-test-44100Hz-be-1ch-4bytes.wav": (44100, 4410, 23102),
    "scipy-test-44100Hz-le-1ch-4bytes.wav": (44100, 4410, 23102),
    "scipy-test-48000Hz-2ch-64bit-float-le-wavex.wav": (48000, 480, 26214),
    "scipy-test-8000Hz-le-1ch-1byte-ulaw.wav": (8000, 9, 29052),
    "scipy-test-8000Hz-le-2ch-1byteu.wav": (8000, 800, 23168),
    "scipy-test-8000Hz-le-3ch-5S-24bit-inconsistent.wav": (8000, 5, 21846),
    "scipy-test-8000Hz-le-3ch-5S-36bit.wav": (8000, 5, 21846),
    "scipy-test-8000Hz-le-3ch-5S-45bit.wav": (8000, 5, 21846),
    "scipy-test-8000Hz-le-3ch-5S-53bit.wav": (8000, 5, 21846),
}
"""Rate, samples and largest amplitude of the files whose contents are known."""

CUT_OFF = {"jfk-cut-1001.wav": 461, "jfk-cut-176039.wav": 29961}
"""Samples that are left of the files that are truncated within their sound."""


@pytest.mark.skipif(not TORTURED, reason="the shared files are not here")
@pytest.mark.parametrize("path", TORTURED, ids=lambda path: path.name)
def test_a_broken_or_lying_file_gives_a_clear_error_or_what_is_readable(path: Path) -> None:
    tracemalloc.start()
    try:
        with marbles() as m:
            log = m.record(from_wav(path))
            m.run()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000
    *items, last = [event for _, event in log]
    out: list[AudioFrame | Fault] = [e.value for e in items if isinstance(e, OnNext)]
    audio = [item.samples for item in out if isinstance(item, AudioFrame)]
    faults = [item for item in out if isinstance(item, Fault)]
    assert sum(map(len, audio)) <= path.stat().st_size
    if path.name in READABLE:
        rate, size, peak_value = READABLE[path.name]
        assert isinstance(last, OnCompleted)
        assert not faults
        assert {item.rate for item in out if isinstance(item, AudioFrame)} == {rate}
        whole = np.concatenate(audio).astype(int)
        assert len(whole) == size
        assert np.abs(whole).max() == peak_value
    elif path.name in CUT_OFF:
        assert isinstance(last, OnCompleted)
        assert sum(map(len, audio)) == CUT_OFF[path.name]
        assert faults == out[-1:]
        assert faults[0].source == "from_wav"
    else:
        assert not out
        assert isinstance(last, OnError)
        assert isinstance(last.error, AudioFormatError)
        assert path.name in str(last.error)
        assert "cannot be read: it" in str(last.error)


@pytest.mark.skipif(not TORTURED, reason="the shared files are not here")
def test_big_and_little_endian_files_of_one_sound_are_alike() -> None:
    little = TORTURE / "scipy-test-44100Hz-le-1ch-4bytes.wav"
    big = TORTURE / "scipy-test-44100Hz-be-1ch-4bytes.wav"
    assert played(little) == played(big)


def test_the_frames_are_what_the_standard_library_reads(clip: Path) -> None:
    with wave.open(str(clip)) as file:
        raw = np.frombuffer(file.readframes(10**6), "<i2")
    out = [frame.samples for frame in played(clip) if isinstance(frame, AudioFrame)]
    assert np.array_equal(np.concatenate(out), raw)
