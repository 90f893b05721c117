"""All sources give audio as sources do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice.audio import WavWriter
from rxvoice.errors import DeviceError
from rxvoice.items import AudioFrame
from rxvoice.sources import from_microphone, from_wav
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_source


@pytest.fixture
def path(tmp_path: Path) -> Path:
    writer = WavWriter(tmp_path / "speech.wav", 16_000)
    writer.write(tone(0.51).samples, at=0)
    writer.close()
    return tmp_path / "speech.wav"


@pytest.mark.parametrize("options", [{}, {"realtime": True}, {"frame": 0.007}, {"speed": 4.0}])
def test_from_wav(path: Path, options: dict[str, Any]) -> None:
    report = check_source(
        lambda: from_wav(path, **options),
        duration=0.51,
        failing=lambda: from_wav(path.with_name("missing.wav")),
        real_io=False,
    )
    assert set(report.skipped) == {"closes"}


class Microphone:
    """Gives a tone in blocks of 20 ms of the loop's time."""

    def __init__(self) -> None:
        self.open = 0
        self.loop: asyncio.AbstractEventLoop | None = None

    def source(self) -> Observable[AudioFrame]:
        self.loop = asyncio.get_running_loop()
        return from_microphone(open_stream=self)

    def __call__(
        self,
        *,
        rate: int,
        device: int | str | None,
        frame: float,
        receive: Callable[[NDArray[np.int16], int], object],
        ended: Callable[[], object],
    ) -> "Listening":
        self.open += 1
        return Listening(self, tone(1.0, rate), frame, receive)


class Listening:
    """One opened device."""

    def __init__(
        self,
        microphone: Microphone,
        sound: AudioFrame,
        frame: float,
        receive: Callable[[NDArray[np.int16], int], object],
    ) -> None:
        self.rate = sound.rate
        self._microphone = microphone
        self._sound = sound
        self._frame = frame
        self._receive = receive
        self._at = 0
        assert microphone.loop is not None
        self._loop = microphone.loop
        self._timer = self._loop.call_later(frame, self._give)

    def close(self) -> None:
        self._microphone.open -= 1
        self._timer.cancel()

    def _give(self) -> None:
        size = round(self._frame * self.rate)
        self._receive(self._sound.samples[self._at : self._at + size].copy(), self.rate)
        self._at += size
        self._timer = self._loop.call_later(self._frame, self._give)


def missing(**_: object) -> Listening:
    raise DeviceError("there is no microphone")


def test_from_microphone() -> None:
    device = Microphone()
    report = check_source(
        device.source,
        completes=False,
        opened=lambda: device.open,
        failing=lambda: from_microphone(open_stream=missing),
        real_io=False,
    )
    assert set(report.skipped) == {"completes", "duration"}
