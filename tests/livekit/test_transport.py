"""The transport in virtual time, with a stand-in for the SDK."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from livekit import rtc
from reactivex.subject import Subject

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import (
    Connected,
    ConnectionTimedOut,
    Disconnected,
    Dtmf,
    DtmfOut,
    Fault,
    MessageReceived,
    Played,
    SendMessage,
    To,
)
from rxvoice.sinks import to_livekit
from rxvoice.sources import from_livekit
from rxvoice.testing import run_virtual
from rxvoice.transports import TransportError
from rxvoice.transports.livekit import LiveKitTransport, livekit_room
from tests.livekit.stand_in import AudioSource, Room, StandIn

RATE = 24_000


class Bench:
    """A transport on a stand-in, and all that it has told."""

    def __init__(self, sdk: StandIn, line: LiveKitTransport, session: Session) -> None:
        self.sdk = sdk
        self.line = line
        self.session = session
        self.out: Subject[Any] = Subject()
        self.seen: list[object] = []
        self.stumble: object = None
        self.errors: list[Exception] = []
        self.completed = asyncio.Event()
        self.sending: Awaitable[None] | None = None

    def listen(self) -> Any:
        return self.session.subscribe(
            self.line.incoming, self.see, self.errors.append, self.completed.set
        )

    def see(self, item: object) -> None:
        if item == self.stumble:
            raise ArithmeticError
        self.seen.append(item)

    def speak(self) -> None:
        self.sending = self.line.outgoing(self.out, self.session)

    async def call(self, who: str = "alice") -> None:
        """Begin both halves, and let somebody come."""
        self.listen()
        self.speak()
        await asyncio.sleep(0.2)
        self.room.come(who)

    async def wanted(self, track: str = "agent") -> None:
        """Let somebody subscribe to the bot's track."""
        self.room.emit("local_track_subscribed", SimpleNamespace(name=track))
        await asyncio.sleep(0)

    @property
    def room(self) -> Room:
        return self.sdk.rooms[-1]

    @property
    def source(self) -> AudioSource:
        return self.sdk.sources[0]

    def told(self, *kinds: type[Any]) -> list[Any]:
        return [item for item in self.seen if isinstance(item, kinds)]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what runs a test on a bench."""

    def run(test: Callable[[Bench], Awaitable[None]], **options: Any) -> None:
        async def main() -> None:
            sdk = StandIn()
            monkeypatch.setattr("rxvoice.transports.livekit._transport.sdk", lambda: sdk)
            line = livekit_room("ws://example.org", "token", **options)
            async with Session() as session:
                await test(Bench(sdk, line, session))
            assert all(source.closed for source in sdk.sources)
            assert not any(room.connected for room in sdk.rooms)
            assert not any(room.handlers for room in sdk.rooms)
            mine = asyncio.current_task()
            assert [task for task in asyncio.all_tasks() if task is not mine] == []

        run_virtual(main())

    return run


def ramp(seconds: float, rate: int = RATE, pts: float = 0.0, first: int = 1) -> AudioFrame:
    samples = np.arange(first, first + round(seconds * rate)) % 30_000 + 1
    return AudioFrame(samples.astype(np.int16), rate, pts)


def test_tr02_an_interruption_drops_what_the_sdk_holds_and_the_ledger_is_exact(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        await on.wanted()
        on.out.on_next(ramp(10.0, pts=3.0))
        await asyncio.sleep(0.333)
        on.out.on_next(ClearAudio())
        await asyncio.sleep(0)
        played = on.source.played
        assert len(played) == pytest.approx(0.333 * RATE, abs=0.01 * RATE)
        assert on.told(Played)[-1].pts == pytest.approx(3.0 + len(played) / RATE, abs=1e-4)
        await asyncio.sleep(1.0)
        assert len(on.source.played) == len(played)
        on.out.on_next(ramp(0.1, pts=9.0, first=20_000))
        await asyncio.sleep(0.2)
        assert on.source.played[len(played)] == 20_001
        assert on.told(Played)[-1].pts == pytest.approx(9.1)
        times = [item.pts for item in on.told(Played)]
        assert times == sorted(set(times))

    bench(test)


def test_tr02_audio_that_reaches_the_sdk_after_the_interruption_is_dropped_too(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        await on.wanted()
        on.source.late = 0.005
        on.out.on_next(ramp(1.0))
        await asyncio.sleep(0.0225)  # the SDK is on its way with a piece
        on.out.on_next(ClearAudio())
        on.out.on_next(ramp(0.1, pts=9.0, first=20_000))
        before = len(on.source.played)
        await asyncio.sleep(0.5)
        assert len(on.source.clears) == 2
        stale = [value for value in on.source.played[before:] if value < 20_000]
        assert len(stale) <= 0.02 * RATE

    bench(test)


def test_tr04_of_one_frame_that_is_too_long_the_beginning_is_heard(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        await on.wanted()
        on.out.on_next(ramp(2.0))
        await asyncio.sleep(3.0)
        assert len(on.source.played) == 0.5 * RATE

    bench(test, capacity=0.5)


def test_audio_waits_until_somebody_hears_the_track_and_for_ten_seconds_at_most(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        on.listen()
        on.speak()
        on.out.on_next(ramp(0.5))
        await asyncio.sleep(5.0)
        assert on.room.local_participant.tracks == ["agent"]
        assert not len(on.source.played)
        await on.wanted()
        await asyncio.sleep(0.6)
        assert len(on.source.played) == 0.5 * RATE
        on.out.on_next(To("music", ramp(0.5)))
        await asyncio.sleep(9.9)
        assert on.room.local_participant.tracks == ["agent", "music"]
        assert not len(on.sdk.sources[1].played)
        await asyncio.sleep(0.7)
        assert len(on.sdk.sources[1].played) == 0.5 * RATE

    bench(test)


def test_what_is_no_whole_hundredth_and_has_another_rate_is_played_to_its_end(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        await on.wanted()
        for number in range(5):
            on.out.on_next(ramp(0.007, pts=number * 0.007))
        await asyncio.sleep(0.2)
        assert len(on.source.played) == round(0.04 * RATE)
        assert np.count_nonzero(on.source.played) == round(0.035 * RATE)
        assert on.told(Played)[-1].pts == pytest.approx(0.035)
        on.out.on_next(AudioFrame(np.full(1600, 1000, np.int16), 16_000, 1.0))
        await asyncio.sleep(0.3)
        assert len(on.source.played) == pytest.approx(0.14 * RATE, abs=0.01 * RATE)
        assert on.told(Played)[-1].pts == pytest.approx(1.1, abs=0.002)

    bench(test)


def test_tr12_messages_and_keys_follow_the_audio_before_them_unless_they_are_urgent(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        on.listen()
        on.speak()
        on.out.on_next(SendMessage("before anybody is there", urgent=True))
        await asyncio.sleep(1.0)
        assert not on.room.local_participant.sent
        on.room.come("alice")
        await on.wanted()
        began = asyncio.get_running_loop().time()
        on.out.on_next(ramp(0.5))
        on.out.on_next(SendMessage({"a": "ä"}, topic="t"))
        on.out.on_next(DtmfOut("1#"))
        on.out.on_next(SendMessage("now", urgent=True, topic="lk.chat"))
        await asyncio.sleep(1.0)
        sent = [(round(at - began, 2), *rest) for at, *rest in on.room.local_participant.sent]
        assert sent == [
            (0.0, "data", b"before anybody is there"),
            (0.0, "text", "now"),
            (0.5, "data", '{"a": "ä"}'.encode()),
            (0.5, "key", (1, "1")),
            (0.8, "key", (11, "#")),
        ]

    bench(test)


def test_tr04_only_people_are_told_and_the_first_is_heard(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        on.listen()
        await asyncio.sleep(0.2)
        on.room.come("recorder", kind=rtc.ParticipantKind.PARTICIPANT_KIND_EGRESS)
        on.room.come("helper", kind=rtc.ParticipantKind.PARTICIPANT_KIND_AGENT)
        on.room.come("alice", name="Alice")
        on.room.come("bob")
        others = [on.room.publish(who, who) for who in ("recorder", "helper", "bob")]
        screen = on.room.publish("alice", "s", rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO)
        voice = on.room.publish("alice", "m")
        await asyncio.sleep(0.01)
        assert voice.wanted == [True]
        assert not any(one.wanted for one in (*others, screen))
        red = {"colour": "red"}
        assert on.seen == [Connected("alice", "Alice", red), Connected("bob", "", red)]
        on.room.go("bob")
        assert not on.completed.is_set()
        on.room.go("alice")
        await on.completed.wait()
        reason = "client_initiated"
        assert on.seen[2:] == [Disconnected("bob", reason), Disconnected("alice", reason)]

    bench(test)


def test_tr04_who_is_named_is_heard_even_if_it_is_an_agent(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        on.listen()
        await asyncio.sleep(0.2)
        on.room.come("alice")
        on.room.come("helper", kind=rtc.ParticipantKind.PARTICIPANT_KIND_AGENT)
        voices = [on.room.publish(who, who) for who in ("alice", "helper")]
        await asyncio.sleep(0)
        assert [one.wanted for one in voices] == [[], [True]]
        assert [item.who for item in on.told(Connected)] == ["alice", "helper"]
        on.room.go("alice")
        on.room.go("helper")
        await on.completed.wait()

    bench(test, hear="helper")


def test_times_follow_the_samples_and_jump_where_a_track_was_missing(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        piece = np.ones(320, np.int16)
        first = on.room.publish("alice", "a")
        await asyncio.sleep(0.01)
        for _ in range(3):
            await asyncio.sleep(0.02)
            first.track.frames.put_nowait(piece)
        await asyncio.sleep(0.01)
        del first.participant.track_publications["a"]
        on.room.emit("track_unpublished", first, first.participant)
        await asyncio.sleep(2.0)
        second = on.room.publish("alice", "b")
        await asyncio.sleep(0.01)
        second.track.frames.put_nowait(piece)
        await asyncio.sleep(0.01)
        frames = on.told(AudioFrame)
        assert [round(frame.pts, 3) for frame in frames] == [0.0, 0.02, 0.04, 2.06]
        assert {frame.rate for frame in frames} == {16_000}

    bench(test)


def test_with_stay_the_next_one_is_heard_and_the_room_is_kept(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        bob = on.room.come("bob")
        voice = on.room.publish("bob", "b")
        on.room.go("alice")
        assert voice.wanted == [True]
        on.room.go(bob.identity)
        on.room.come("carol")
        assert on.room.publish("carol", "c").wanted == [True]
        assert not on.completed.is_set()
        assert on.room.connected

    bench(test, stay=True)


def test_unsubscribing_leaves_the_room_and_its_tracks(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        listening = on.listen()
        await asyncio.sleep(0.2)
        on.room.come("alice")
        voice = on.room.publish("alice", "a")
        await asyncio.sleep(0.1)
        listening.dispose()
        await asyncio.sleep(0.1)
        assert voice.wanted == [True, False]
        assert on.room.left
        on.room.come("bob")
        assert len(on.seen) == 1

    bench(test)


def test_tr07_a_send_that_fails_because_the_room_is_gone_is_no_error(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        me = on.room.local_participant
        me.failure = rtc.room.ConnectError("no more")
        on.out.on_next(SendMessage("lost", urgent=True))
        await asyncio.sleep(0)
        on.room.emit("disconnected", rtc.DisconnectReason.SERVER_SHUTDOWN)
        await on.completed.wait()
        assert on.seen[-1] == Disconnected(reason="server_shutdown", by_us=False)
        on.out.on_next(SendMessage("lost", urgent=True))
        on.out.on_next(ramp(1.0))
        on.out.on_completed()
        assert on.sending is not None
        await on.sending
        assert on.told(Disconnected) == [on.seen[-1]]

    bench(test)


def test_a_send_that_fails_otherwise_is_a_fault_and_holds_nothing_of_the_message(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        on.room.local_participant.failure = rtc.participant.PublishDataError("secret words")
        on.out.on_next(SendMessage("secret words", urgent=True))
        on.out.on_next(SendMessage("x" * 15_001, urgent=True))
        await asyncio.sleep(0.1)
        said = [fault.message for fault in on.told(Fault)]
        assert said == [
            "a message was not sent: PublishDataError",
            "a message was not sent: a message of more than 15000 bytes needs one of text_topics",
        ]

    bench(test)


def test_where_nobody_listens_the_sink_fails_when_the_guest_has_left(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        on.speak()
        await asyncio.sleep(0.2)
        on.room.come("alice")
        on.room.go("alice")
        on.out.on_completed()
        assert on.sending is not None
        with pytest.raises(TransportError, match="nobody"):
            await on.sending

    bench(test)


def test_on_completion_what_is_left_is_played_and_sent_and_then_the_room_is_left(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        on.speak()
        await asyncio.sleep(0.2)
        on.room.come("alice")
        await on.wanted()
        on.out.on_next(ramp(1.0))
        on.out.on_next(SendMessage("bye"))
        on.out.on_completed()
        assert on.sending is not None
        await on.sending
        assert len(on.source.played) == RATE
        assert [what for _, _, what in on.room.local_participant.sent] == [b"bye"]
        assert on.room.left

    bench(test)


def test_a_stream_that_fails_ends_the_sound_at_once(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        await on.wanted()
        on.out.on_next(ramp(5.0))
        await asyncio.sleep(0.1)
        on.out.on_error(ValueError("broken"))
        assert on.sending is not None
        with pytest.raises(ValueError, match="broken"):
            await on.sending
        assert on.source.clears
        assert len(on.source.played) < 0.2 * RATE

    bench(test)


def test_a_connection_that_breaks_and_is_restored_is_a_fault(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        await on.wanted()
        on.out.on_next(ramp(1.0))
        on.out.on_next(SendMessage("behind"))
        await asyncio.sleep(0.3)
        on.room.emit("reconnecting")
        await asyncio.sleep(5.0)
        assert len(on.source.played) == pytest.approx(0.42 * RATE, abs=0.02 * RATE)
        assert not on.room.local_participant.sent
        on.room.emit("local_track_republished", SimpleNamespace(name="agent"), "old")
        on.room.emit("reconnected")
        await asyncio.sleep(1.0)
        assert len(on.source.played) < RATE
        await on.wanted()
        await asyncio.sleep(0.7)
        assert len(on.source.played) == RATE
        assert on.room.local_participant.sent
        faults = on.told(Fault)
        assert [(fault.source, fault.fatal) for fault in faults] == [("livekit", False)]
        assert not on.completed.is_set()

    bench(test)


def test_who_comes_again_with_a_connection_that_is_begun_anew_has_never_left(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        on.room.come("bob")
        on.room.emit("reconnecting")
        on.room.go("alice")
        on.room.go("bob")
        on.room.come("alice")
        on.room.deaf = True
        voice = on.room.publish("alice", "new")
        on.room.deaf = False
        on.room.emit("reconnected")
        await asyncio.sleep(0.01)
        assert voice.wanted == [True, True]  # the first is lost
        assert [item.who for item in on.told(Connected)] == ["alice", "bob"]
        assert [item.who for item in on.told(Disconnected)] == ["bob"]
        assert not on.completed.is_set()
        on.room.emit("reconnecting")
        on.room.go("alice")
        on.room.emit("reconnected")
        await on.completed.wait()

    bench(test)


def test_a_room_that_cannot_be_joined_fails_both_halves_and_is_tried_once(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        on.sdk.refusal = rtc.room.ConnectError("client error: 401 Unauthorized - for token")
        on.listen()
        on.speak()
        assert on.sending is not None
        with pytest.raises(TransportError, match=r"example.org .* the server refuses the token$"):
            await on.sending
        assert isinstance(on.errors[0], TransportError)
        assert len(on.sdk.rooms) == 1

    bench(test)


def test_who_does_not_wait_for_the_room_any_more_leaves_no_ghost_there(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        on.sdk.join = 3.0
        listening = on.listen()
        await asyncio.sleep(1.0)
        listening.dispose()
        await asyncio.sleep(1.0)
        assert not on.room.left
        await asyncio.sleep(1.1)
        assert on.room.left

    bench(test)


def test_joining_takes_no_longer_than_the_patience(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        on.sdk.join = 3.0
        on.listen()
        await asyncio.sleep(2.1)
        assert "longer than 2 s" in str(on.errors[0])
        await asyncio.sleep(1.0)
        assert on.room.left

    bench(test, patience=2.0)


def test_what_comes_becomes_items(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        alice = on.room.remote_participants["alice"]
        on.room.emit("data_received", SimpleNamespace(data=b"a", participant=alice, topic="t"))
        on.room.emit("data_received", SimpleNamespace(data=b"b", participant=None, topic=None))
        for digit in ("5", "A", ""):
            on.room.emit("sip_dtmf_received", SimpleNamespace(digit=digit))
        assert on.seen[1:] == [
            MessageReceived(b"a", "alice", "t"),
            MessageReceived(b"b"),
            Dtmf("5"),
        ]

    bench(test)


def test_tr09_a_time_limit_is_told_once(bench: Callable[..., None]) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        on.room.come("bob")
        await asyncio.sleep(29.0)
        assert not on.told(ConnectionTimedOut)
        await asyncio.sleep(5.0)
        assert on.told(ConnectionTimedOut) == [ConnectionTimedOut(30.0)]

    bench(test, time_limit=30.0)


def test_a_second_listener_is_refused_and_one_that_raises_gets_its_error(
    bench: Callable[..., None],
) -> None:
    async def test(on: Bench) -> None:
        await on.call()
        errors: list[Exception] = []
        on.session.subscribe(on.line.incoming, None, errors.append)
        assert "listener already" in str(errors[0])
        on.stumble = Dtmf("1")
        on.room.emit("sip_dtmf_received", SimpleNamespace(digit="1"))
        assert isinstance(on.errors[0], ArithmeticError)

    bench(test)


def test_a_source_and_a_sink_join_a_room_each_and_leave_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        sdk = StandIn()
        monkeypatch.setattr("rxvoice.transports.livekit._transport.sdk", lambda: sdk)
        source = from_livekit("ws://example.org", "token")
        sink = to_livekit("ws://example.org", "token", track="voice")
        async with Session() as session:
            for _ in range(2):
                listening = session.subscribe(source)
                await asyncio.sleep(0.2)
                listening.dispose()
                await asyncio.sleep(0.2)
            done = sink(rx.of(ramp(0.5)), session)
            await asyncio.sleep(0.2)
            sdk.rooms[-1].emit("local_track_subscribed", SimpleNamespace(name="voice"))
            await done
            assert len(sdk.sources[0].played) == 0.5 * RATE
            line = livekit_room("ws://example.org", "token")
            both = asyncio.ensure_future(session.run(from_livekit(line), to_livekit(line)))
            await asyncio.sleep(0.2)
            sdk.rooms[-1].come("alice")
            sdk.rooms[-1].go("alice")
            await both
        assert [room.left for room in sdk.rooms] == [True] * 4

    run_virtual(main())
