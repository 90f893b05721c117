"""Writing WAV files that are valid at every moment."""

import contextlib
import errno
import signal
import subprocess
import sys
import wave
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rxvoice.audio import WavReader, WavWriter, deinterleave, pcm_from_bytes


def channels_of(path: Path) -> list[list[int]]:
    """What the standard library reads; it also checks the sizes in the header."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        raw = file.readframes(file.getnframes())
        count = file.getnchannels()
    assert path.stat().st_size == 44 + len(raw)
    return [channel.tolist() for channel in deinterleave(pcm_from_bytes(raw), count)]


def ramp(start: int, size: int) -> NDArray[np.int16]:
    return np.arange(start, start + size).astype(np.int16)


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with WavWriter(path, 8000) as writer:
        writer.write(ramp(0, 100), 0)
        writer.write(ramp(100, 100), 100)
        assert writer.length == 200
    assert channels_of(path) == [list(range(200))]
    with WavReader(path) as reader:
        assert reader.rate == 8000


def test_au20_parent_folders_are_made_and_an_old_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "calls" / "today" / "a.wav"
    for size in (100, 3):
        with WavWriter(path, 8000) as writer:
            writer.write(ramp(1, size), 0)
    assert channels_of(path) == [[1, 2, 3]]


def test_nothing_written_is_a_valid_file(tmp_path: Path) -> None:
    WavWriter(tmp_path / "a.wav", 8000, channels=2).close()
    assert channels_of(tmp_path / "a.wav") == [[], []]


def test_what_was_not_written_is_silence_and_channels_end_together(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 8000, channels=2) as writer:
        writer.write(ramp(1, 2), 3)
        writer.write(ramp(7, 1), 0, channel=1)
        assert writer.end(0) == 5
        assert writer.end(1) == 1
    assert channels_of(tmp_path / "a.wav") == [[0, 0, 0, 1, 2], [7, 0, 0, 0, 0]]


def test_the_rate_may_change_while_it_is_empty(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 8000) as writer:
        writer.rate = 24000
        writer.write(ramp(0, 1), 0)
        with pytest.raises(ValueError, match="24000 Hz and samples were written"):
            writer.rate = 8000
    with WavReader(tmp_path / "a.wav") as reader:
        assert reader.rate == 24000


@pytest.mark.parametrize("flushed", [False, True])
def test_cut_removes_the_end_of_one_channel(tmp_path: Path, flushed: bool) -> None:
    with WavWriter(tmp_path / "a.wav", 8000, channels=2) as writer:
        writer.write(ramp(1, 3), 0)
        writer.write(ramp(1, 50_000), 0, channel=1)
        if flushed:
            writer.flush()
        writer.cut(2, channel=1)
        writer.cut(9, channel=1)
        assert writer.end(1) == 2
        assert writer.length == 3
        if flushed:
            assert channels_of(tmp_path / "a.wav") == [[1, 2, 3], [1, 2, 0]]
        writer.write(ramp(9, 1), 5, channel=1)
    assert channels_of(tmp_path / "a.wav") == [[1, 2, 3, 0, 0, 0], [1, 2, 0, 0, 0, 9]]


writes = st.tuples(st.integers(0, 1), st.integers(0, 400), st.integers(1, 300))


@given(st.lists(st.one_of(writes, st.tuples(st.integers(0, 1), st.integers(0, 400)), st.none())))
def test_any_order_of_writes_cuts_and_flushes(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, ...] | None]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.wav"
    model = np.zeros((2, 1000), np.int16)
    ends = [0, 0]
    with WavWriter(path, 8000, channels=2) as writer:
        for number, step in enumerate(steps):
            match step:
                case (channel, at, size):
                    samples = ramp(number * 300 + 1, size)
                    writer.write(samples, at, channel=channel)
                    model[channel, at : at + size] = samples
                    ends[channel] = max(ends[channel], at + size)
                case (channel, at):
                    writer.cut(at, channel=channel)
                    model[channel, at:] = 0
                    ends[channel] = min(ends[channel], at)
                case _:
                    writer.flush()
                    length = max(ends)
                    assert channels_of(path) == model[:, :length].tolist()
    assert channels_of(path) == model[:, : max(ends)].tolist()


def test_a_full_disk_is_reported_and_what_was_written_stays(tmp_path: Path) -> None:
    with limited_file_size(100_000):
        writer = WavWriter(tmp_path / "a.wav", 8000, channels=2)
        with pytest.raises(OSError, match="large") as caught:
            write_much(writer)
        assert caught.value.errno == errno.EFBIG
        writer.close()
    with WavReader(tmp_path / "a.wav", channel=0) as reader:
        samples = reader.read(10**6)
        assert not reader.truncated
    assert samples[:1000].tolist() == list(range(1000))
    assert samples.tolist() == (list(range(1000)) * 25)[:24_989]


def write_much(writer: WavWriter) -> None:
    for number in range(100):
        writer.write(ramp(0, 1000), number * 1000)


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_device_without_space_is_reported() -> None:
    with pytest.raises(OSError, match="No space left"):
        WavWriter("/dev/full", 8000)


def test_a_file_ends_at_its_limit(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 8000, limit=2000)
    writer.write(ramp(0, 1000), 0)
    with pytest.raises(OSError, match="cannot hold more"):
        writer.write(ramp(0, 1), 1000)
    writer.close()
    writer.close()
    assert channels_of(tmp_path / "a.wav") == [list(range(1000))]


def test_the_limit_is_four_gigabytes(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 8000) as writer:
        with pytest.raises(OSError, match="cannot hold more"):
            writer.write(ramp(0, 1), 2**31)
        assert writer.length == 0


def test_bad_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rate"):
        WavWriter(tmp_path / "a.wav", 0)
    with pytest.raises(ValueError, match="channels"):
        WavWriter(tmp_path / "a.wav", 8000, channels=0)
    with WavWriter(tmp_path / "a.wav", 8000) as writer, pytest.raises(ValueError, match="at must"):
        writer.write(ramp(0, 1), -1)


ENDLESS = """
import sys
import numpy as np
from rxvoice.audio import WavWriter

writer = WavWriter(sys.argv[1], 16000, channels=2)
for number in range(10**9):
    samples = np.full(320, number % 30000, np.int16)
    writer.write(samples, number * 320)
    if number >= 40:
        writer.write(samples - 40, (number - 40) * 320, channel=1)
    if number % 500 == 0:
        writer.cut(max(number - 60, 0) * 320, channel=1)
    if number % 25 == 0:
        writer.flush()
        print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("lines", [1, 2, 7, 40])
def test_a_killed_process_leaves_a_valid_file(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "a.wav"
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(lines)]
        process.kill()
    with wave.open(str(path)) as file:
        announced = file.getnframes()
        raw = pcm_from_bytes(file.readframes(announced))
    assert announced >= (said[-1] + 1) * 320
    assert len(raw) == 2 * announced
    user, bot = deinterleave(raw)
    expected = [at // 320 % 30000 for at in range(announced)]
    assert user.tolist() == expected
    assert all(got in (0, want) for got, want in zip(bot.tolist(), expected, strict=True))
