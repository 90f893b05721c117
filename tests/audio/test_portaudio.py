"""The binding to sounddevice, with a module in its place that behaves like PortAudio.

No machine that runs the tests is sure to have an audio device.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.audio._portaudio import open_loudspeaker, open_microphone
from rxvoice.errors import DeviceError


@dataclass
class Status:
    input_overflow: bool = False
    output_underflow: bool = False


class PortAudioError(Exception):
    pass


class CallbackStop(Exception):
    pass


class Sounddevice:
    """What of the package is used; it takes only the formats it is told to."""

    PortAudioError = PortAudioError
    CallbackStop = CallbackStop

    def __init__(self, *formats: tuple[int, int], starts: bool = True) -> None:
        self.formats = formats
        self.starts = starts
        self.tried: list[tuple[int, int]] = []
        self.log: list[str] = []
        self.options: dict[str, Any] = {}

    def query_devices(self, device: object, kind: str) -> dict[str, Any]:
        if device == "nobody":
            raise ValueError("No input device matching 'nobody'")
        return {"name": "a card", "default_samplerate": 44100.0, f"max_{kind}_channels": 2}

    def RawInputStream(self, **options: Any) -> "Sounddevice":
        return self._opened(options)

    def RawOutputStream(self, **options: Any) -> "Sounddevice":
        return self._opened(options)

    def _opened(self, options: dict[str, Any]) -> "Sounddevice":
        form = options["samplerate"], options["channels"]
        self.tried.append(form)
        if form not in self.formats:
            raise PortAudioError("Invalid sample rate")
        self.options = options
        return self

    def start(self) -> None:
        self.log.append("start")
        if not self.starts:
            raise PortAudioError("Device unavailable")

    def abort(self, ignore_errors: bool) -> None:
        assert ignore_errors
        self.log.append("abort")

    def close(self, ignore_errors: bool) -> None:
        assert ignore_errors
        self.log.append("close")

    @property
    def callback(self) -> Callable[..., None]:
        return cast("Callable[..., None]", self.options["callback"])


def installed(monkeypatch: pytest.MonkeyPatch, *formats: tuple[int, int], **options: Any) -> Any:
    module = Sounddevice(*formats, **options)
    monkeypatch.setitem(sys.modules, "sounddevice", cast("Any", module))
    return module


def nothing(*_: object) -> bool:
    return True


def test_a_microphone_gives_mono_samples_that_may_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    module = installed(monkeypatch, (16000, 1))
    got: list[tuple[list[int], int]] = []
    kept: list[NDArray[np.int16]] = []

    def receive(samples: NDArray[np.int16], rate: int) -> None:
        kept.append(samples)
        got.append((samples.tolist(), rate))

    stream = open_microphone(rate=16000, device=3, frame=0.02, receive=receive, ended=nothing)
    data = bytearray(np.array([1, -2, 3], "<i2").tobytes())
    module.callback(data, 3, None, Status())
    data[:] = bytes(6)
    assert got == [([1, -2, 3], 16000)]
    assert kept[0].tolist() == [1, -2, 3]
    assert (module.options["blocksize"], module.options["device"]) == (320, 3)
    assert module.options["dtype"] == "int16"
    assert stream.rate == 16000
    stream.close()
    assert module.log == ["start", "abort", "close"]


def test_another_rate_and_two_channels_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    module = installed(monkeypatch, (44100, 2))
    got: list[list[int]] = []
    stream = open_microphone(
        rate=16000,
        device=None,
        frame=0.02,
        receive=lambda samples, _: got.append(samples.tolist()),
        ended=nothing,
    )
    assert module.tried == [(16000, 1), (44100, 1), (16000, 2), (44100, 2)]
    assert stream.rate == 44100
    assert module.options["blocksize"] == 882
    module.callback(np.array([1, 9, 2, 9], "<i2").tobytes(), 2, None, Status())
    assert got == [[1, 2]]


def test_a_loudspeaker_is_filled_and_stops_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    module = installed(monkeypatch, (44100, 2))
    more = [True, False]

    def fill(out: NDArray[np.int16]) -> bool:
        out[:] = np.arange(len(out)) + 1
        return more.pop(0)

    stream = open_loudspeaker(rate=None, device=None, fill=fill, ended=nothing)
    assert stream.rate == 44100
    data = bytearray(12)
    module.callback(data, 3, None, Status())
    assert np.frombuffer(data, np.int16).tolist() == [1, 1, 2, 2, 3, 3]
    with pytest.raises(CallbackStop):
        module.callback(data, 3, None, Status())
    assert module.options["finished_callback"] is nothing


def test_what_was_not_served_in_time_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module = installed(monkeypatch, (44100, 1))
    stream = open_loudspeaker(rate=None, device=None, fill=nothing, ended=nothing)
    module.callback(bytearray(2), 1, None, Status(output_underflow=True))
    stream.close()
    assert [record.message for record in caplog.records] == [
        "the audio device was not served in time"
    ]


def test_a_device_that_takes_no_format_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch)
    with pytest.raises(
        DeviceError, match=r"microphone 'a card' cannot be opened \(Invalid sample rate\)"
    ):
        open_microphone(rate=16000, device=None, frame=0.02, receive=nothing, ended=nothing)


def test_a_device_that_does_not_start_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    module = installed(monkeypatch, (44100, 1), starts=False)
    with pytest.raises(DeviceError, match=r"cannot be opened \(Device unavailable\)"):
        open_loudspeaker(rate=None, device=None, fill=nothing, ended=nothing)
    assert module.log == ["start", "close"]


def test_an_unknown_device_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch)
    with pytest.raises(
        DeviceError, match=r"no microphone 'nobody' was found .*: python -m sounddevice"
    ):
        open_microphone(rate=16000, device="nobody", frame=0.02, receive=nothing, ended=nothing)
