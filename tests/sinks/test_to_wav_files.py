"""AU20: a call as several recordings."""

import asyncio
import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reactivex.subject import Subject

from rxvoice.audio import WavReader, read_wav
from rxvoice.items import (
    AudioFrame,
    Event,
    ReplyEnded,
    ReplyStarted,
    Turn,
    TurnStarted,
)
from rxvoice.session import Session
from rxvoice.sinks import to_wav_files
from rxvoice.testing import run_virtual

RATE = 8_000


def level(number: int, pts: float, duration: float) -> AudioFrame:
    return AudioFrame(np.full(round(duration * RATE), number, np.int16), RATE, pts)


CALL: list[tuple[float, Event]] = [
    (1.0, TurnStarted(1)),
    (1.5, Turn("one", 1)),
    (1.5, ReplyStarted(1)),
    (1.6, level(7, 1.6, 0.4)),
    (2.0, ReplyEnded(1)),
    (4.0, TurnStarted(2)),
    (4.2, Turn("two", 2)),
    (4.2, ReplyStarted(2)),
    (4.2, level(8, 4.2, 0.3)),
]
USER: list[tuple[float, Event]] = [
    (round(at, 2), level(3, round(at - 0.1, 2), 0.1)) for at in np.arange(0.1, 4.35, 0.1)
]


def timed(items: list[tuple[float, Event]], end: float, error: Exception | None) -> Subject[Event]:
    loop = asyncio.get_running_loop()
    stream: Subject[Event] = Subject()
    for at, item in items:
        loop.call_at(at, stream.on_next, item)
    loop.call_at(end, stream.on_completed if error is None else lambda: stream.on_error(error))
    return stream


def save(
    path: Path, *, error: Exception | None = None, cancel: float | None = None, **options: Any
) -> None:
    async def main() -> None:
        async with Session() as session:
            user = timed(USER, 4.4, None)
            stream = timed(CALL, 4.5, error)
            sink = to_wav_files(path, user=user, **options)
            async with asyncio.timeout(cancel):
                await session.run(stream, sink)

    run_virtual(main())


def test_au20_each_turn_is_a_stereo_file_in_a_folder_that_is_made(tmp_path: Path) -> None:
    save(tmp_path / "calls" / "today" / "{number:03}.wav")
    files = sorted((tmp_path / "calls" / "today").iterdir())
    assert [file.name for file in files] == ["001.wav", "002.wav"]
    left, right = (read_wav(files[0], channel=n).samples for n in (0, 1))
    assert left.tolist() == [3] * 16_000
    assert right.tolist() == [0] * 12_800 + [7] * 3_200
    assert read_wav(files[1], channel=1).samples[-2_400:].tolist() == [8] * 2_400


def test_au20_every_so_many_seconds_there_is_a_file(tmp_path: Path) -> None:
    save(tmp_path / "{number}.wav", by="session", every=2.0, layout="mono")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["1.wav", "2.wav", "3.wav"]
    lengths = [len(read_wav(file).samples) for file in files]
    assert lengths == [16_000, 16_000, 4_000]
    with WavReader(files[0]) as reader:
        assert reader.channels == 1
    assert {*read_wav(files[0]).samples.tolist()} == {3, 10}


def test_au20_a_file_is_there_as_soon_as_its_turn_is_complete(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        save(tmp_path / "{number}.wav", cancel=3.0)
    assert [file.name for file in tmp_path.iterdir()] == ["1.wav"]


def test_au20_what_was_recorded_is_written_before_the_stream_fails(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError, match="hung up"):
        save(tmp_path / "{number}.wav", error=ConnectionError("hung up"))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["1.wav", "2.wav"]


def test_a_file_that_cannot_be_written_fails_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file") as failure:
        save(tmp_path / "file" / "{number}.wav")
    assert failure.value.errno in (errno.EEXIST, errno.ENOTDIR)


@pytest.mark.parametrize("path", ["call.wav", "{}.wav", "{name}.wav", "{number", "{{number}}.wav"])
def test_a_path_that_would_name_one_file_is_refused_at_the_call(path: str) -> None:
    with pytest.raises(ValueError, match=r"path must have \{number\} in it"):
        to_wav_files(path)


def test_other_bad_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="every must be"):
        to_wav_files("{number}.wav", every=5.0)
