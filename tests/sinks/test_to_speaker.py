"""AU25, TR10: to_speaker, with a device that the test drives, and what this machine says."""

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from numpy.typing import NDArray
from reactivex.subject import Subject

from rxvoice.errors import DeviceError
from rxvoice.items import AudioFrame, ClearAudio, Played, Word
from rxvoice.session import Session
from rxvoice.sinks import to_speaker
from rxvoice.testing import frames, run_virtual, tone, turns


class Loudspeaker:
    """Plays 10 ms every 10 ms of the loop's time, and remembers what it played."""

    def __init__(self, rate: int = 16000, error: Exception | None = None) -> None:
        self.own_rate = rate
        self.error = error
        self.heard: list[NDArray[np.int16]] = []
        self.opened = self.closed = 0
        self.options: dict[str, Any] = {}
        self.stuck = False
        self.latency = 0.0

    def __call__(
        self,
        *,
        rate: int | None,
        device: int | str | None,
        fill: Callable[[NDArray[np.int16]], bool],
        ended: Callable[[], object],
    ) -> "Loudspeaker":
        if self.error is not None:
            raise self.error
        self.opened += 1
        self.options = {"rate": rate, "device": device}
        self.rate = rate or self.own_rate
        self.fill, self.ended = fill, ended
        self.timer = self.loop.call_later(0.01, self.play)
        return self

    def here(self) -> "Loudspeaker":
        """Play on the running loop; a device is opened in a thread, which has none."""
        self.loop = asyncio.get_running_loop()
        return self

    def play(self) -> None:
        if self.stuck:
            return
        out = np.full(self.rate // 100, -1, np.int16)
        more = self.fill(out)
        self.heard.append(out)
        if more:
            self.timer = self.loop.call_later(0.01, self.play)
        else:
            self.ended()

    def close(self) -> None:
        self.closed += 1
        self.timer.cancel()

    @property
    def samples(self) -> NDArray[np.int16]:
        return np.concatenate([*self.heard, np.empty(0, np.int16)])


def play(
    loudspeaker: Loudspeaker, *items: tuple[float, object], end: float, **options: Any
) -> float:
    """Play items at their times and return when all was done."""

    async def main() -> float:
        loop = asyncio.get_running_loop()
        stream: Subject[object] = Subject()
        async with Session() as session:
            for at, item in items:
                loop.call_at(at, stream.on_next, item)
            loop.call_at(end, stream.on_completed)
            await session.run(stream, to_speaker(open_stream=loudspeaker.here(), **options))
            return session.now

    return run_virtual(main())


def ahead(speech: AudioFrame, lead: float) -> list[tuple[float, object]]:
    """Frames that come somewhat before they are due."""
    return [(max(frame.pts - lead, 0.0), frame) for frame in frames(speech)]


def level(number: int, duration: float = 0.02, rate: int = 16000) -> AudioFrame:
    return AudioFrame(np.full(round(duration * rate), number, np.int16), rate)


def test_au25_what_is_left_is_played_and_silence_follows() -> None:
    device = Loudspeaker()
    speech = tone(1.0)
    at = play(device, *((0.0, frame) for frame in frames(speech)), end=0.1)
    assert at == pytest.approx(3.01, abs=0.011)
    start = int(np.flatnonzero(device.samples)[0]) - 1
    assert np.array_equal(device.samples[start : start + 16000], speech.samples)
    assert not device.samples[start + 16000 :].any()
    assert len(device.samples) - start - 16000 >= 32000
    assert (device.opened, device.closed) == (1, 1)


def reports(*items: tuple[float, object], end: float, latency: float = 0.0) -> list[Any]:
    """Play, and return when what was reported to have been heard."""
    device = Loudspeaker()
    device.latency = latency
    told: list[Any] = []
    played: Subject[Played] = Subject()
    played.subscribe(lambda report: told.append((device.loop.time(), report.pts)))
    play(device, *items, end=end, played=played)
    return told


@pytest.mark.parametrize("latency", [0.0, 0.1])
def test_it_reports_what_was_heard_and_when(latency: float) -> None:
    """The device's own delay counts: what it holds was not heard."""
    later = [replace(frame, pts=frame.pts + 7.0) for frame in frames(tone(1.0))]
    speech = [(max(frame.pts - 7.04, 0.0), frame) for frame in later]
    told = reports(*speech, end=1.5, latency=latency)
    assert told[-1][1] == pytest.approx(8.0)
    times = [at for at, _ in told]
    assert max(after - before for before, after in pairwise(times)) < 0.031
    for at, pts in told:
        assert pts - 7.0 == pytest.approx(at - latency, abs=0.051)
        assert pts - 7.0 <= at - latency + 0.011
    assert [pts for _, pts in told] == sorted(pts for _, pts in told)


def test_what_was_cleared_is_not_reported_as_heard() -> None:
    told = reports((0.0, tone(1.0)), (0.5, ClearAudio()), end=2.0)
    assert told[-1][1] == pytest.approx(0.5, abs=0.031)


def test_it_reports_another_rate_as_exactly() -> None:
    told = reports((0.0, AudioFrame(tone(1.0, 24_000).samples, 24_000, 3.0)), end=2.0)
    assert told[-1][1] == pytest.approx(4.0, abs=0.002)


def test_silence_is_played_while_there_is_nothing() -> None:
    device = Loudspeaker()
    play(device, (0.105, level(5)), (0.305, level(6)), end=0.4, end_silence=0.0)
    assert -1 not in device.samples
    assert np.flatnonzero(device.samples == 5).tolist() == list(range(1600, 1920))
    assert np.flatnonzero(device.samples == 6).tolist() == list(range(4800, 5120))


def test_clear_audio_drops_what_was_not_played() -> None:
    device = Loudspeaker()
    play(
        device,
        (0.0, level(5, 1.0)),
        (0.105, ClearAudio()),
        (0.115, level(6)),
        end=0.2,
        end_silence=0.0,
    )
    assert np.count_nonzero(device.samples == 5) == 1600
    assert np.flatnonzero(device.samples == 6).tolist() == list(range(1760, 2080))


def test_cancelling_it_closes_the_device_at_once() -> None:
    device = Loudspeaker()

    async def main() -> None:
        async with Session() as session:
            stream: Subject[object] = Subject()
            done = asyncio.ensure_future(to_speaker(open_stream=device.here())(stream, session))
            await turns()
            assert (device.opened, device.closed) == (1, 0)
            done.cancel()
            await turns()
            assert session.scope.names == []
            assert device.closed == 1

    run_virtual(main())


def test_clear_audio_forgets_what_the_resampler_holds_back() -> None:
    device = Loudspeaker(48000)
    speech = [(0.0, frame) for frame in frames(tone(0.3))]
    play(device, *speech, (0.0, ClearAudio()), end=0.5, end_silence=0.1)
    assert not device.samples.any()


def test_other_items_are_ignored() -> None:
    device = Loudspeaker()
    play(device, (0.0, Word("a", 0.0)), (0.0, level(5)), end=0.1, end_silence=0.0)
    assert np.count_nonzero(device.samples) == 320


@pytest.mark.parametrize("rate", [8000, 24000, 44100])
def test_frames_are_resampled_to_the_device(rate: int) -> None:
    device = Loudspeaker(48000)
    play(device, *ahead(tone(0.5, rate), 0.1), end=1.0)
    loud = np.flatnonzero(np.abs(device.samples) > 1000)
    assert loud[-1] - loud[0] == pytest.approx(24000, abs=50)
    assert np.diff(loud).max() < 60


def test_the_end_of_a_reply_is_not_held_back_until_the_next() -> None:
    device = Loudspeaker(48000)
    play(device, *ahead(tone(0.5, 24000), 0.0), end=5.0)
    loud = np.flatnonzero(np.abs(device.samples) > 1000)
    assert loud[-1] / 48000 < 0.58
    assert len(loud) > 20_000


def test_voices_of_several_rates_follow_each_other() -> None:
    device = Loudspeaker(48000)
    speech = [*frames(tone(0.1, 24000)), *frames(tone(0.1, 48000)), *frames(tone(0.1, 8000))]
    play(device, *((0.0, frame) for frame in speech), end=0.1, end_silence=0.5)
    loud = np.flatnonzero(np.abs(device.samples) > 100)
    assert loud[-1] - loud[0] == pytest.approx(0.3 * 48000, abs=200)


def test_the_device_can_be_chosen() -> None:
    device = Loudspeaker()
    play(device, end=0.0, rate=24000, device=3, end_silence=0.0)
    assert device.options == {"rate": 24000, "device": 3}


def test_what_exceeds_the_capacity_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    device = Loudspeaker()
    items = [(0.0, level(number + 1, 0.1)) for number in range(20)]
    play(device, *items, end=0.1, capacity=0.5, end_silence=0.0)
    assert sorted(set(device.samples.tolist()) - {0}) == [1, 2, 3, 4, 5]
    assert [record.message for record in caplog.records] == [
        "too much audio waits for the loudspeaker, dropping",
        "audio was dropped",
    ]
    assert caplog.records[-1].__dict__["seconds"] == pytest.approx(1.5)


def test_a_device_that_cannot_be_opened_is_told() -> None:
    device = Loudspeaker(error=DeviceError("no loudspeaker was found"))
    with pytest.raises(DeviceError, match="no loudspeaker was found"):
        play(device, (0.0, level(1)), end=1.0)


def test_a_device_that_stops_is_told() -> None:
    device = Loudspeaker()

    async def main() -> None:
        async with Session() as session:
            stream: Subject[object] = Subject()
            session.scheduler.call_later(0.5, lambda: device.ended())
            await session.run(stream, to_speaker(open_stream=device.here()))

    with pytest.raises(DeviceError, match="was it unplugged"):
        run_virtual(main())
    assert device.closed == 1


def test_a_device_that_hangs_does_not_hang_the_session() -> None:
    device = Loudspeaker()
    device.stuck = True
    with pytest.raises(DeviceError, match="takes no audio"):
        play(device, (0.0, level(1, 1.0)), end=0.5)
    assert device.closed == 1


def test_a_failing_stream_ends_at_once() -> None:
    device = Loudspeaker()

    async def main() -> None:
        async with Session() as session:
            stream = rx.concat(rx.of(level(1, 10.0)), rx.throw(RuntimeError("model")))
            done = to_speaker(open_stream=device.here())(stream, session)
            with pytest.raises(RuntimeError, match="model"):
                await done
            assert session.now < 0.1

    run_virtual(main())
    assert device.closed == 1


def test_closing_the_session_stops_at_once() -> None:
    device = Loudspeaker()

    async def main() -> None:
        session = Session()
        done = to_speaker(open_stream=device.here())(rx.never(), session)
        started = asyncio.get_running_loop().create_future()
        session.scheduler.call_later(0.5, lambda: started.set_result(None))
        await started
        await session.aclose()
        assert session.now == 0.5
        with pytest.raises(asyncio.CancelledError):
            await done

    run_virtual(main())
    assert (device.opened, device.closed) == (1, 1)


def test_a_real_thread_plays_everything() -> None:
    heard: list[NDArray[np.int16]] = []
    speech = tone(2.0)

    class Thread:
        latency = 0.0

        rate = 16000

        def __init__(
            self,
            *,
            fill: Callable[[NDArray[np.int16]], bool],
            ended: Callable[[], object],
            **_: object,
        ) -> None:
            self.fill, self.ended = fill, ended
            self.thread = threading.Thread(target=self.run)
            self.thread.start()

        def run(self) -> None:
            more = True
            while more:
                out = np.zeros(160, np.int16)
                more = self.fill(out)
                heard.append(out[out != 0])
            self.ended()

        def close(self) -> None:
            self.thread.join()

    async def main() -> None:
        async with Session() as session:
            await session.run(rx.from_iterable(frames(speech)), to_speaker(open_stream=Thread))

    asyncio.run(main())
    assert np.array_equal(np.concatenate(heard), speech.samples[speech.samples != 0])


@pytest.mark.parametrize(
    "options", [{"rate": 0}, {"end_silence": -1.0}, {"end_silence": 61.0}, {"capacity": 0.0}]
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        to_speaker(**options)


def test_without_the_package_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)

    async def main() -> None:
        async with Session() as session:
            await session.run(rx.of(level(1)), to_speaker())

    with pytest.raises(DeviceError, match=r"a loudspeaker needs .*pip install 'rxvoice\[audio\]'"):
        run_virtual(main())
