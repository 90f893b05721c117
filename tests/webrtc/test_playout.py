"""What leaves, when, and what is told of it."""

import asyncio
from typing import Any

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rxvoice import AudioFrame
from rxvoice.testing import run_virtual
from rxvoice.transports.webrtc._playout import Playout
from rxvoice.transports.webrtc._track import BotTrack

from .loopback import tone


class Listener:
    """Takes packets, one every 20 ms, and notes what it is told."""

    def __init__(self, capacity: float = 60.0) -> None:
        self.heard: list[float] = []
        self.left: list[object] = []
        self.playout = Playout(capacity, self.heard.append, self.left.append)
        self.now = 100.0

    def packet(self) -> NDArray[np.int16]:
        samples = self.playout.packet(self.now)
        self.now += 0.02
        assert len(samples) == 960
        return samples


def steps(count: int, first: int = 1) -> AudioFrame:
    """Return samples at 48 kHz that are all different, and none of them silent."""
    values = np.arange(first, first + count, dtype=np.int32) % 32_000 + 1
    return AudioFrame(values.astype(np.int16), 48_000, first / 48_000)


def test_there_is_silence_where_there_is_nothing() -> None:
    listener = Listener()
    assert not listener.packet().any()
    assert listener.heard == []


def test_packets_are_filled_from_frames_of_any_length_and_the_last_one_with_silence() -> None:
    listener = Listener()
    listener.playout.take(steps(1000))
    listener.playout.take(steps(500, 1001))
    assert listener.playout.waiting == pytest.approx(1500 / 48_000)
    packets = np.concatenate([listener.packet() for _ in range(3)])
    assert np.array_equal(packets[:1500], np.arange(2, 1502))
    assert not packets[1500:].any()
    assert listener.heard == pytest.approx([961 / 48_000, 1501 / 48_000])


@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=8),
    st.lists(st.integers(0, 4), min_size=1, max_size=8),
)
def test_tr15_no_sample_is_lost_doubled_or_swapped(sizes: list[int], packets: list[int]) -> None:
    listener = Listener()
    given_on: list[NDArray[np.int16]] = []
    at = 1
    for index, size in enumerate(sizes):
        listener.playout.take(steps(size, at))
        at += size
        given_on.extend(listener.packet() for _ in range(packets[index % len(packets)]))
    given_on.extend(listener.packet() for _ in range(2 + sum(sizes) // 960))
    sound = np.concatenate(given_on)
    assert np.array_equal(sound[sound != 0], steps(at - 1).samples)
    assert listener.playout.waiting == pytest.approx(0.0)
    assert listener.heard == sorted(listener.heard)
    if at > 1:
        assert listener.heard[-1] == pytest.approx(at / 48_000)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100])
def test_other_rates_are_heard_in_full_and_told_in_their_own_time(rate: int) -> None:
    listener = Listener()
    for index in range(25):
        listener.playout.take(tone(0.02, 440.0, 3.0 + index * 0.02, rate))
    sound = np.concatenate([listener.packet() for _ in range(30)])
    assert np.count_nonzero(sound) / 48_000 == pytest.approx(0.5, abs=0.002)
    assert listener.heard[-1] == pytest.approx(3.5)
    assert listener.heard == sorted(listener.heard)
    assert max(np.diff(listener.heard)) < 0.03
    louder = sound[4_800:19_200].astype(float)
    assert np.sqrt((louder**2).mean()) == pytest.approx(8000 / np.sqrt(2), rel=0.02)


def test_what_waits_behind_audio_leaves_when_that_has_been_heard() -> None:
    listener = Listener()
    listener.playout.put_behind("at once")
    assert listener.left == ["at once"]
    listener.playout.take(steps(1000))
    listener.playout.put_behind("then")
    listener.playout.take(steps(960, 1001))
    listener.playout.put_behind("last")
    listener.packet()
    listener.packet()
    assert listener.left == ["at once"]
    listener.packet()  # all that was before it has been heard
    assert listener.left == ["at once", "then"]
    assert listener.heard[-1] == pytest.approx(1001 / 48_000)
    listener.packet()
    assert listener.left == ["at once", "then", "last"]


def test_tr02_clearing_drops_all_that_has_not_left() -> None:
    listener = Listener()
    listener.playout.take(tone(1.0, rate=24_000))
    listener.playout.put_behind("behind")
    listener.packet()
    listener.packet()
    listener.playout.clear(listener.now - 0.01)  # in the middle of the second
    assert listener.left == ["behind"]
    assert listener.heard[-1] == pytest.approx(0.03, abs=0.001)
    assert listener.playout.waiting == 0.0
    listener.playout.take(steps(960))
    assert np.array_equal(listener.packet(), steps(960).samples)  # at once, and nothing before


def test_what_does_not_fit_is_dropped_and_counted() -> None:
    listener = Listener(capacity=0.5)
    listener.playout.take(tone(0.4))
    listener.playout.take(tone(0.2))  # of which half fits
    listener.playout.take(tone(0.1))
    listener.playout.take(tone(0.0))
    assert listener.playout.dropped == pytest.approx(0.2)
    assert listener.playout.waiting == pytest.approx(0.5)


def test_tr05_of_one_frame_that_is_too_long_the_beginning_is_heard() -> None:
    listener = Listener(capacity=0.5)
    listener.playout.take(tone(2.0))
    assert listener.playout.dropped == pytest.approx(1.5)
    for _ in range(30):
        listener.packet()
    assert listener.heard[-1] == pytest.approx(0.5)


def test_where_nobody_listens_audio_is_dropped_and_what_is_behind_it_leaves() -> None:
    listener = Listener()
    idle: list[str] = []
    listener.playout.take(tone(0.4))
    listener.playout.put_behind("behind")
    listener.playout.listen(False)
    assert listener.left == ["behind"]
    listener.playout.take(tone(0.4))
    listener.playout.when_idle(lambda: idle.append("idle"))
    assert idle == ["idle"]
    assert listener.playout.dropped == pytest.approx(0.4)


def test_it_is_idle_when_all_was_heard() -> None:
    listener = Listener()
    idle: list[str] = []
    listener.playout.take(steps(960))
    for name in ("one", "two"):
        listener.playout.when_idle(lambda name=name: idle.append(name))
    listener.packet()
    assert idle == []
    listener.packet()
    assert idle == ["one", "two"]
    listener.playout.take(steps(960))
    listener.playout.when_idle(lambda: idle.append("never"))
    listener.playout.close()
    listener.packet()
    assert idle == ["one", "two"]


def test_tr15_packets_leave_by_deadlines_that_do_not_drift() -> None:
    async def main() -> list[tuple[float, float, int]]:
        loop = asyncio.get_running_loop()
        times: list[float] = []

        def packet(due: float) -> NDArray[np.int16]:
            times.append(due)
            return np.zeros(960, np.int16)

        track = BotTrack(packet)
        left: list[tuple[float, float, int]] = []
        for number in range(3000):
            frame = await track.recv()
            left.append((loop.time(), times[-1], frame.pts or 0))
            await asyncio.sleep(0.013 if number % 7 else 0.05)  # encoding takes its time
        assert track.latest < 0.05
        track.stop()
        return left

    left = run_virtual(main())
    first = left[0][1]
    for number, (now, due, pts) in enumerate(left):
        assert due - first == pytest.approx(number * 0.02)
        assert pts == number * 960
        assert -1e-6 < now - due < 0.05


def test_tr15_after_a_stall_there_is_a_gap_and_no_delay() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        track = BotTrack(lambda _: np.zeros(960, np.int16))
        frames: list[Any] = [await track.recv() for _ in range(5)]
        began = loop.time() - 0.08
        await asyncio.sleep(1.0)
        frames += [await track.recv() for _ in range(50)]
        numbers = [frame.pts // 960 for frame in frames]
        assert numbers[:5] == [0, 1, 2, 3, 4]
        assert numbers[5] in (53, 54)
        assert numbers[5:] == list(range(numbers[5], numbers[5] + 50))
        assert loop.time() - began == pytest.approx(numbers[-1] * 0.02, abs=0.021)
        track.stop()
        with pytest.raises(MediaStreamError):
            await track.recv()

    run_virtual(main())
