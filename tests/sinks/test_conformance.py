"""All sinks write what they are given."""

import asyncio
import itertools
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rxvoice.aio import drain_into
from rxvoice.audio import pcm_from_bytes, read_wav
from rxvoice.errors import DeviceError
from rxvoice.items import AudioFrame, Event
from rxvoice.session import Sink
from rxvoice.sinks import to_speaker, to_wav, to_wav_files
from rxvoice.testing.conformance import check_sink


def test_drain_into() -> None:
    sent: list[object] = []

    def sink() -> Sink[object]:
        async def send(item: object) -> None:
            sent.append(item)

        sent.clear()
        return drain_into(send)

    def written() -> NDArray[np.int16]:
        return np.concatenate([item.samples for item in sent if isinstance(item, AudioFrame)])

    report = check_sink(sink, written=written, real_io=False)
    assert set(report.skipped) == {"clears", "failure"}


def test_to_wav(tmp_path: Path) -> None:
    numbers = itertools.count()

    def sink() -> Sink[object]:
        return to_wav(tmp_path / f"{next(numbers)}.wav")

    def written() -> NDArray[np.int16]:
        last = max(tmp_path.glob("*.wav"), key=lambda path: int(path.stem))
        with wave.open(str(last)) as file:
            return pcm_from_bytes(file.readframes(file.getnframes()))

    (tmp_path / "file").touch()
    report = check_sink(
        sink,
        written=written,
        clears=True,
        failing=lambda: to_wav(tmp_path / "file" / "a.wav"),
        real_io=False,
    )
    assert not report.skipped


def test_to_wav_files(tmp_path: Path) -> None:
    numbers = itertools.count()

    def sink() -> Sink[Event]:
        return to_wav_files(tmp_path / f"{next(numbers)}" / "{number}.wav", by="session")

    def written() -> NDArray[np.int16]:
        last = max(tmp_path.glob("*/1.wav"), key=lambda path: int(path.parent.name))
        return read_wav(last).samples

    (tmp_path / "file").touch()
    report = check_sink(
        sink,
        written=written,
        clears=True,
        failing=lambda: to_wav_files(tmp_path / "file" / "{number}.wav", by="session"),
        real_io=False,
    )
    assert not report.skipped


class Loudspeaker:
    """Plays 10 ms every 10 ms of the loop's time, and remembers what it played."""

    def __init__(self) -> None:
        self.heard: list[NDArray[np.int16]] = []
        self.open = 0
        self.loop: asyncio.AbstractEventLoop | None = None

    def sink(self) -> Sink[object]:
        self.loop = asyncio.get_running_loop()
        return to_speaker(open_stream=self)

    def __call__(
        self,
        *,
        rate: int | None,
        device: int | str | None,
        fill: Callable[[NDArray[np.int16]], bool],
        ended: Callable[[], object],
    ) -> "Playing":
        self.open += 1
        self.heard = []
        return Playing(self, fill, ended)


class Playing:
    """One opened device."""

    rate = 16_000
    latency = 0.0

    def __init__(
        self,
        device: Loudspeaker,
        fill: Callable[[NDArray[np.int16]], bool],
        ended: Callable[[], object],
    ) -> None:
        self._device = device
        self._fill = fill
        self._ended = ended
        assert device.loop is not None
        self._loop = device.loop
        self._timer = self._loop.call_later(0.01, self._play)

    def close(self) -> None:
        self._device.open -= 1
        self._timer.cancel()

    def _play(self) -> None:
        out = np.empty(160, np.int16)
        more = self._fill(out)
        self._device.heard.append(out)
        if more:
            self._timer = self._loop.call_later(0.01, self._play)
        else:
            self._ended()


def missing(**_: object) -> Playing:
    raise DeviceError("there is no loudspeaker")


def test_to_speaker() -> None:
    device = Loudspeaker()
    report = check_sink(
        device.sink,
        written=lambda: np.concatenate(device.heard),
        clears=True,
        failing=lambda: to_speaker(open_stream=missing),
        real_io=False,
    )
    assert not report.skipped
    assert device.open == 0
