"""The queue in front of a loudspeaker."""

import threading

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._playback import Playback


def ramp(start: int, end: int) -> NDArray[np.int16]:
    return np.arange(start, end).astype(np.int16)


def filled(playback: Playback, size: int) -> list[int]:
    out = np.full(size, -1, np.int16)
    playback.fill(out)
    return out.tolist()


def test_samples_come_out_in_order_and_then_silence() -> None:
    playback = Playback(100, 0)
    playback.put(ramp(1, 4))
    playback.put(ramp(4, 8))
    assert playback.waiting == 7
    assert filled(playback, 5) == [1, 2, 3, 4, 5]
    assert playback.waiting == 2
    assert filled(playback, 5) == [6, 7, 0, 0, 0]
    assert filled(playback, 2) == [0, 0]


def test_what_exceeds_the_capacity_is_dropped() -> None:
    playback = Playback(4, 0)
    assert playback.put(ramp(1, 4)) == 0
    assert playback.put(ramp(4, 8)) == 3
    assert playback.put(ramp(8, 9)) == 1
    assert filled(playback, 6) == [1, 2, 3, 4, 0, 0]
    assert playback.put(ramp(9, 11)) == 0
    assert filled(playback, 3) == [9, 10, 0]


def test_clear_drops_what_was_not_played() -> None:
    playback = Playback(8, 0)
    playback.put(ramp(1, 5))
    playback.put(ramp(5, 9))
    assert filled(playback, 2) == [1, 2]
    playback.clear()
    assert playback.waiting == 0
    assert playback.put(ramp(20, 28)) == 0
    assert filled(playback, 10) == [*range(20, 28), 0, 0]
    playback.clear()
    playback.clear()
    assert filled(playback, 1) == [0]


def test_au25_silence_follows_the_end() -> None:
    playback = Playback(100, 5)
    playback.put(ramp(1, 4))
    assert playback.fill(np.zeros(2, np.int16))
    playback.end()
    assert playback.fill(np.zeros(2, np.int16))
    assert playback.fill(np.zeros(2, np.int16))
    assert not playback.fill(np.zeros(2, np.int16))


def test_nothing_follows_the_end_unless_wanted() -> None:
    playback = Playback(100, 0)
    playback.end()
    assert not playback.fill(np.zeros(2, np.int16))


def test_two_threads_neither_lose_nor_invent_a_sample() -> None:
    playback = Playback(10**6, 0)
    heard: list[NDArray[np.int16]] = []

    def device() -> None:
        more = True
        while more:
            out = np.zeros(7, np.int16)
            more = playback.fill(out)
            heard.append(out)

    thread = threading.Thread(target=device)
    thread.start()
    for start in range(1, 30_001, 10):
        playback.put(ramp(start, start + 10))
    playback.end()
    thread.join()
    samples = np.concatenate(heard)
    assert samples[samples != 0].tolist() == list(range(1, 30_001))


def test_after_clear_nothing_old_is_heard_even_from_another_thread() -> None:
    playback = Playback(10**6, 0)
    heard: list[int] = []

    def device() -> None:
        more = True
        while more:
            out = np.zeros(3, np.int16)
            more = playback.fill(out)
            heard.extend(out[out != 0].tolist())

    thread = threading.Thread(target=device)
    thread.start()
    for reply in range(1, 500):
        playback.put(np.full(50, reply, np.int16))
        playback.clear()
    playback.put(np.full(50, 500, np.int16))
    playback.end()
    thread.join()
    assert heard == sorted(heard)
    assert heard[-50:] == [500] * 50
