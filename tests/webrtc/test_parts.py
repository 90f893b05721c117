"""The parts of a connection by themselves."""

import asyncio
import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice import AudioFrame
from rxvoice.items import Connected, Disconnected, Event, MessageReceived
from rxvoice.testing import run_virtual
from rxvoice.transports import Wire
from rxvoice.transports.webrtc import limit_chunks
from rxvoice.transports.webrtc._ear import Ear
from rxvoice.transports.webrtc._inbox import Inbox
from rxvoice.transports.webrtc._jitter import JitterBuffer
from rxvoice.transports.webrtc._mailbox import UNSENT, Mailbox
from rxvoice.transports.webrtc._signals import (
    PeerLeft,
    Ping,
    Renegotiate,
    Signal,
    TrackStatus,
    UnknownSignal,
    read_signal,
    write_signal,
)


@dataclass
class Packet:
    sequence_number: int
    index: int


def deliver(order: list[int], reserve: int, first: int = 0) -> tuple[JitterBuffer, list[int]]:
    """Let packets come in an order, and return those that were given on."""
    buffer = JitterBuffer(reserve, lambda packet: packet)
    given_on: list[int] = []
    for index in order:
        ask, packet = buffer.add(Packet((first + index) % 65_536, index))
        assert not ask
        if packet is not None:
            given_on.append(packet.index)
    return buffer, given_on


@given(st.integers(0, 65_535), st.integers(0, 8), st.integers(0, 2**32))
def test_packets_come_in_order_when_none_is_later_than_the_reserve(
    first: int, reserve: int, seed: int
) -> None:
    dice = random.Random(seed)
    order = sorted(range(300), key=lambda index: index + dice.uniform(0, max(reserve - 1, 0)))
    order = [0, *(index for index in order if index)]
    buffer, given_on = deliver(order, reserve, first)
    assert given_on == list(range(300 - reserve))
    assert buffer.lost == 0


def test_a_loss_leaves_no_delay() -> None:
    order = [index for index in range(1000) if index % 10 not in (3, 4) and not 500 < index < 540]
    buffer, given_on = deliver(order, 2)
    assert given_on == [index for index in order if index < 998]
    assert buffer.lost == sum(index not in order for index in range(998))


def test_a_packet_that_comes_too_late_or_twice_is_left_out() -> None:
    _, given_on = deliver([0, 1, 2, 4, 5, 6, 3, 7, 7, 8, 9, 10, 11], 2)
    assert given_on == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_a_sequence_that_begins_anew_is_followed() -> None:
    _, given_on = deliver([*range(10), *range(20_000, 20_010), *range(10, 20)], 2)
    assert given_on == [*range(8), *range(20_000, 20_008), *range(10, 18)]


def hear(ear: Ear, pieces: list[tuple[float, float]], rate: int = 48_000) -> list[AudioFrame]:
    """Let an ear hear pieces of 20 ms, each with its own time and the time at which it comes."""
    samples = np.ones(rate // 50, np.int16)
    return [frame for pts, now in pieces for frame in ear.hear(samples, rate, pts, now)]


def test_what_is_missing_is_a_gap_and_time_begins_with_the_first_sample() -> None:
    frames = hear(Ear(48_000), [(7.0, 100.0), (7.02, 100.02), (7.52, 100.52), (7.54, 100.54)])
    assert [frame.pts for frame in frames] == pytest.approx([0.0, 0.02, 0.52, 0.54])


@pytest.mark.parametrize("jump", [-5.0, 50.0, 1e6, -1e6])
def test_times_that_cannot_be_are_not_believed(jump: float) -> None:
    frames = hear(Ear(48_000), [(7.0, 100.0), (7.02 + jump, 100.02), (7.04 + jump, 100.04)])
    assert [frame.pts for frame in frames] == pytest.approx([0.0, 0.02, 0.04])


def test_another_track_goes_on_with_the_time_that_has_passed() -> None:
    ear = Ear(48_000)
    hear(ear, [(7.0, 100.0), (7.02, 100.02)])
    ear.begin()
    frames = hear(ear, [(0.0, 103.02), (0.02, 103.04)])
    assert [frame.pts for frame in frames] == pytest.approx([3.02, 3.04])


def test_a_track_may_change_its_rate() -> None:
    ear = Ear(16_000)
    frames = hear(ear, [(index * 0.02, 100.0 + index * 0.02) for index in range(50)])
    frames += hear(ear, [(1.0 + index * 0.02, 101.0 + index * 0.02) for index in range(50)], 8_000)
    assert {frame.rate for frame in frames} == {16_000}
    assert ear.position == pytest.approx(2.0)
    assert frames[-1].end == pytest.approx(2.0, abs=0.05)  # the filter's own time


class Channel:
    """A data channel that takes what it is given, or nothing."""

    def __init__(self, *, takes: bool = True) -> None:
        self.bufferedAmount = 0
        self.readyState = "open"
        self.sent: list[Wire] = []
        self._takes = takes

    def send(self, data: Wire) -> None:
        if len(data) > 1_000_000:
            raise ValueError("too long")
        self.sent.append(data)
        if not self._takes:
            self.bufferedAmount += len(data)


def test_tr05_fifty_messages_wait_for_the_channel() -> None:
    async def main() -> None:
        mailbox = Mailbox("line", pytest.fail)
        for number in range(60):
            mailbox.put(str(number))
        mailbox.connected()
        await asyncio.sleep(9.0)
        channel = Channel()
        mailbox.open(channel)
        mailbox.put("more")
        assert channel.sent == [*(str(number) for number in range(50)), "more"]
        assert mailbox.dropped == 10

    run_virtual(main())


def test_tr05_messages_wait_for_ten_seconds_of_a_connection() -> None:
    async def main() -> None:
        mailbox = Mailbox("line", pytest.fail)
        mailbox.put("early")
        await asyncio.sleep(100.0)  # there is no connection yet
        mailbox.connected()
        await asyncio.sleep(11.0)
        mailbox.put("late")
        assert mailbox.dropped == 2
        channel = Channel()
        mailbox.open(channel)
        mailbox.put("now")
        assert channel.sent == ["now"]
        mailbox.leave()
        mailbox.put("between two connections")
        other = Channel()
        mailbox.open(other)
        assert other.sent == ["between two connections"]
        mailbox.close()
        mailbox.put("after the end")
        assert other.sent == ["between two connections"]

    run_virtual(main())


def test_a_far_end_that_takes_nothing_is_hung_up_on() -> None:
    async def main() -> None:
        reasons: list[str] = []
        mailbox = Mailbox("line", reasons.append)
        channel = Channel(takes=False)
        mailbox.open(channel)
        count = 0
        while not reasons and count < 1000:
            mailbox.put(b"x" * 100_000)
            count += 1
        assert reasons == ["the far end takes no messages"]
        assert UNSENT < len(channel.sent) * 100_000 < UNSENT + 200_000
        assert mailbox.unsent == channel.bufferedAmount

    run_virtual(main())


def test_a_message_that_cannot_be_sent_is_dropped_alone() -> None:
    async def main() -> None:
        mailbox = Mailbox("line", pytest.fail)
        channel = Channel()
        mailbox.open(channel)
        mailbox.put("x" * 1_000_001)
        mailbox.put("short")
        assert channel.sent == ["short"]
        assert mailbox.dropped == 1

    run_virtual(main())


def test_of_what_nobody_reads_the_oldest_is_dropped_audio_and_others_by_themselves() -> None:
    async def main() -> list[Event]:
        inbox = Inbox()
        inbox.put(Connected())
        for number in range(1500):
            inbox.put(AudioFrame(np.full(1, number, np.int16), 16_000, float(number)))
            inbox.put(MessageReceived(str(number)))
        inbox.close(Disconnected())
        inbox.put(Connected())
        assert inbox.dropped == 1400 + 502
        items: list[Event] = []
        while (item := await inbox.get()) is not None:
            items.append(item)
        return items

    items = run_virtual(main())
    frames = [item for item in items if isinstance(item, AudioFrame)]
    messages = [item.data for item in items if isinstance(item, MessageReceived)]
    assert [frame.pts for frame in frames] == [float(number) for number in range(1400, 1500)]
    assert messages == [str(number) for number in range(501, 1500)]
    assert items[-1] == Disconnected()


@pytest.mark.parametrize(
    ("message", "signal"),
    [
        ("ping", Ping()),
        ("ping: 1700000000000", Ping()),
        ("pingpong", None),
        (b"ping", None),
        (write_signal("renegotiate"), Renegotiate()),
        (write_signal("peerLeft"), PeerLeft()),
        (write_signal("somethingNew"), UnknownSignal()),
        (
            '{"type": "signalling", "message": {"type": "trackStatus", "receiver_index": 1,'
            ' "enabled": false}}',
            TrackStatus(1, enabled=False),
        ),
        ('{"type": "signalling", "message": {"type": "trackStatus"}}', UnknownSignal()),
        ('{"type": "signalling", "message": 5}', UnknownSignal()),
        ('{"type": "signalling"', None),
        ('{"label": "rtvi-ai", "type": "client-ready", "data": "signalling"}', None),
        ('["signalling"]', None),
        ("[" * 900 + '"signalling"', None),
        ("x" * 2000, None),
    ],
)
def test_tr05_signals_are_told_from_messages(message: Wire, signal: Signal | None) -> None:
    assert read_signal(message) == signal


def test_a_message_has_its_bounds() -> None:
    with pytest.raises(ValueError, match="longer than 262144 bytes"):
        read_signal(b"x" * 262_145)


def test_tr05_chunks_can_be_made_smaller_and_not_larger_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sctp = pytest.importorskip("aiortc.rtcsctptransport")
    monkeypatch.setattr(sctp, "USERDATA_MAX_LENGTH", 1160)
    limit_chunks(1002)
    assert sctp.USERDATA_MAX_LENGTH == 1000
    limit_chunks(2000)
    assert sctp.USERDATA_MAX_LENGTH == 1000
    with pytest.raises(ValueError, match="100 bytes"):
        limit_chunks(99)
