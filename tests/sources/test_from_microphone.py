"""TR10: from_microphone, with a device that the test drives, and what this machine says."""

import asyncio
import importlib
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reactivex import operators as ops

from rxvoice.errors import DeviceError
from rxvoice.items import AudioFrame
from rxvoice.session import Session
from rxvoice.sources import from_microphone
from rxvoice.testing import OnError, OnNext, marbles, tone


class Microphone:
    """Opens like a device and gives what the test says."""

    def __init__(self, rate: int | None = None, error: Exception | None = None) -> None:
        self.own_rate = rate
        self.error = error
        self.opened = self.closed = 0
        self.options: dict[str, Any] = {}

    def __call__(
        self,
        *,
        rate: int,
        device: int | str | None,
        frame: float,
        receive: Callable[[NDArray[np.int16], int], object],
        ended: Callable[[], object],
    ) -> "Microphone":
        if self.error is not None:
            raise self.error
        self.opened += 1
        self.options = {"rate": rate, "device": device, "frame": frame}
        self.rate = self.own_rate or rate
        self.receive, self.ended = receive, ended
        return self

    def give(self, samples: NDArray[np.int16]) -> None:
        self.receive(samples, self.rate)

    def close(self) -> None:
        self.closed += 1


def block(number: int, size: int = 320) -> NDArray[np.int16]:
    return np.full(size, number, np.int16)


def test_frames_come_with_their_times() -> None:
    device = Microphone()
    with marbles() as m:
        for number in (1, 2, 3):
            m.at(number, lambda number=number: device.give(block(number)))
        frames = {
            letter: AudioFrame(block(number), 16000, 0.02 * (number - 1))
            for number, letter in enumerate("abc", 1)
        }
        m.expect(from_microphone(open_stream=device), "^---!").to_be("-abc", frames)
    assert device.options == {"rate": 16000, "device": None, "frame": 0.02}
    assert (device.opened, device.closed) == (1, 1)


def test_the_device_can_be_chosen() -> None:
    device = Microphone()
    with marbles() as m:
        source = from_microphone(rate=8000, device="usb", frame=0.01, open_stream=device)
        m.expect(source, "^!").to_be("--")
    assert device.options == {"rate": 8000, "device": "usb", "frame": 0.01}


def test_each_subscription_opens_and_closes_the_device() -> None:
    device = Microphone()
    with marbles() as m:
        m.expect(from_microphone(open_stream=device), "^-!").to_be("---")
        m.expect(from_microphone(open_stream=device), "---^-!").to_be("------")
        m.expect(from_microphone(open_stream=device).pipe(ops.take(1)), "------^").to_be(
            "-------(a|)", {"a": AudioFrame(block(1), 16000)}
        )
        m.at(7, lambda: device.give(block(1)))
    assert (device.opened, device.closed) == (3, 3)


def test_a_device_with_another_rate_is_resampled() -> None:
    device = Microphone(rate=48000)
    speech = tone(1.0, 48000).samples
    with marbles() as m:
        for n in range(50):
            m.at(n + 1, lambda n=n: device.give(speech[n * 960 : n * 960 + 960]))
        log = m.record(from_microphone(open_stream=device), "^ 1.1s !")
        m.run()
    frames: list[AudioFrame] = [event.value for _, event in log if isinstance(event, OnNext)]
    assert {frame.rate for frame in frames} == {16000}
    assert frames[0].pts == 0.0
    assert frames[-1].end > 0.97
    assert len(frames) >= 49


def test_a_device_that_stops_is_an_error() -> None:
    device = Microphone()
    with marbles() as m:
        m.at(2, lambda: device.ended())
        m.expect(from_microphone(open_stream=device)).to_be(
            "--#", error=DeviceError("the microphone stopped; was it unplugged?")
        )
    assert device.closed == 1


def test_a_device_that_cannot_be_opened_is_an_error() -> None:
    device = Microphone(error=DeviceError("no microphone was found"))
    with marbles() as m:
        m.expect(from_microphone(open_stream=device)).to_be(
            "#", error=DeviceError("no microphone was found")
        )


def test_what_the_loop_is_too_busy_for_is_dropped_and_leaves_a_gap() -> None:
    device = Microphone()
    with marbles() as m:

        def burst() -> None:
            for number in range(1, 11):
                device.give(block(number))

        m.at(1, burst)
        log = m.record(from_microphone(capacity=0.06, open_stream=device), "^--!")
        m.run()
    frames: list[AudioFrame] = [event.value for _, event in log if isinstance(event, OnNext)]
    assert [frame.samples[0] for frame in frames] == [8, 9, 10]
    assert [round(frame.pts, 6) for frame in frames] == [0.14, 0.16, 0.18]


def test_a_real_thread_delivers_everything_in_order() -> None:
    device = Microphone()
    numbers: list[int] = []

    async def main() -> None:
        async with Session() as session:
            done = asyncio.get_running_loop().create_future()

            def take(frame: AudioFrame) -> None:
                numbers.append(int(frame.samples[0]))
                if len(numbers) == 500:
                    done.set_result(None)

            source = from_microphone(capacity=60.0, open_stream=started)
            session.subscribe(source, take, done.set_exception)
            await done
        thread.join()

    def drive() -> None:
        for number in range(500):
            device.give(block(number))

    thread = threading.Thread(target=drive)

    def started(**options: Any) -> Microphone:
        device(**options)
        thread.start()
        return device

    asyncio.run(main())
    assert numbers == list(range(500))
    assert device.closed == 1


def test_a_device_that_opens_too_late_is_closed_again() -> None:
    opening, proceed = threading.Event(), threading.Event()
    device = Microphone()

    def slow(**options: Any) -> Microphone:
        opening.set()
        proceed.wait(10.0)
        return device(**options)

    async def main() -> None:
        async with Session() as session:
            subscription = session.subscribe(from_microphone(open_stream=slow))
            await asyncio.get_running_loop().run_in_executor(None, opening.wait, 10.0)
            subscription.dispose()
            asyncio.get_running_loop().call_soon(proceed.set)

    asyncio.run(main())
    assert (device.opened, device.closed) == (1, 1)


@pytest.mark.parametrize(
    "options",
    [{"rate": 0}, {"frame": 0.0}, {"frame": 2.0}, {"capacity": 0.001}, {"capacity": 61.0}],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        from_microphone(**options)


def what_it_says() -> str:
    with marbles() as m:
        log = m.record(from_microphone(device="a device that nobody has"))
        m.run()
    ((_, event),) = log
    assert isinstance(event, OnError)
    assert isinstance(event.error, DeviceError)
    return str(event.error)


def test_without_the_package_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert what_it_says().endswith("pip install 'rxvoice[audio]'")


def test_on_this_machine_the_error_says_what_is_missing() -> None:
    try:
        importlib.import_module("sounddevice")
    except ImportError:
        assert "pip install" in what_it_says()
    except OSError:
        assert "apt install libportaudio2" in what_it_says()
    else:
        assert "python -m sounddevice" in what_it_says()
