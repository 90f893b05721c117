"""What comes from a far end, and how much of it is let in."""

import asyncio
from typing import Any

import pytest

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import (
    CallStarted,
    Connected,
    ConnectionTimedOut,
    Disconnected,
    Fault,
    MessageReceived,
)
from rxvoice.telephony import ToLine, Twilio
from rxvoice.testing import pause
from rxvoice.transports import PcmCodec, SocketTransport
from tests.transports.ends import FarEnd, held, pcm

START = (
    '{"event": "start", "start": {"streamSid": "MZ1", "callSid": "CA1", "mediaFormat":'
    ' {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}}'
)


def listen(line: SocketTransport, session: Session) -> list[object]:
    heard: list[object] = []
    session.subscribe(line.incoming, heard.append, heard.append, lambda: heard.append("over"))
    return heard


def test_tr01_audio_passes_with_times_that_count_from_the_first_sample() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(), session)
        far_end.say(pcm(0.02), "a text", pcm(0.03), b"", pcm(0.02))
        await pause(1.0)
        assert isinstance(heard[0], Connected)
        assert heard[2] == MessageReceived("a text")
        frames = [item for item in heard if isinstance(item, AudioFrame)]
        assert [round(frame.pts, 3) for frame in frames] == [0.0, 0.02, 0.05]
        assert [len(frame.samples) for frame in frames] == [320, 480, 320]

    held(call)


def test_tr01_audio_can_be_left_out() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(audio=False), session)
        far_end.say(pcm(0.02), "a text")
        await pause(1.0)
        assert heard == [Connected(), MessageReceived("a text")]

    held(call)


def test_tr01_connected_comes_once_the_far_end_can_be_told_something_and_first_of_all() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(Twilio(hang_up=False).codec()), session)
        await pause(1.0)
        assert not heard
        far_end.say('{"event": "connected"}', START)
        await pause(1.0)
        assert heard[0] == Connected()
        assert isinstance(heard[1], CallStarted)
        far_end.leave()
        await pause(1.0)
        assert heard[2:] == [Disconnected(), "over"]

    held(call)


def test_tr01_a_far_end_that_leaves_before_it_was_ready_was_never_there() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(Twilio(hang_up=False).codec()), session)
        far_end.leave()
        await pause(1.0)
        assert heard == ["over"]

    held(call)


def test_tr09_a_connection_that_lasts_too_long_is_told_of_once_and_stays() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.opening = 1.0
        heard = listen(far_end.transport(time_limit=5.0), session)
        await pause(5.9)
        assert heard == [Connected()]
        await pause(0.2)
        assert heard == [Connected(), ConnectionTimedOut(5.0)]
        far_end.say("still there")
        await pause(10.0)
        assert heard[2:] == [MessageReceived("still there")]

    held(call)


@pytest.mark.parametrize("by_us", [True, False])
def test_tr09_the_limit_leaves_no_timer_when_the_connection_ends_before(by_us: bool) -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport(time_limit=5.0)
        heard: list[object] = []
        listening = session.subscribe(line.incoming, heard.append)
        await pause(1.0)
        if by_us:
            listening.dispose()
        else:
            far_end.leave()
        await pause(10.0)
        assert ConnectionTimedOut(5.0) not in heard

    held(call)


def test_a_message_that_is_too_long_sends_the_far_end_away_with_code_1009() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(), session)
        far_end.say("x" * 1_048_577, "and more")
        await pause(1.0)
        assert heard == [
            Connected(),
            Fault("line", "it sent a message of more than 1048576 bytes"),
            Disconnected(reason="too long", by_us=True),
            "over",
        ]

    assert held(call).closed[0] == (1009, "too long")


def test_messages_that_cannot_be_read_are_faults_and_too_many_end_it_with_code_1008() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(), session)
        far_end.say(*[b"odd"] * 20)
        await pause(1.0)
        assert heard == [Connected(), *[Fault("line", "a binary message holds half a sample")] * 20]
        far_end.say(*[pcm(0.02)] * 100)  # which earn it ten more
        await pause(1.0)
        far_end.say(*[b"odd"] * 10)
        await pause(1.0)
        assert not far_end.closed
        far_end.say(*[b"odd"] * 11)
        await pause(1.0)
        assert heard[-3:] == [
            Fault("line", "it sent too many unreadable messages"),
            Disconnected(reason="unreadable messages", by_us=True),
            "over",
        ]

    assert held(call).closed[0] == (1008, "unreadable messages")


def test_a_codec_that_fails_counts_as_a_message_that_cannot_be_read() -> None:
    class Broken(PcmCodec):
        def decode(self, message: str | bytes, /) -> list[object]:  # type: ignore[override]
            raise KeyError("a secret")

    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(Broken()), session)
        far_end.say("x")
        await pause(1.0)
        assert heard == [Connected(), Fault("line", "a message could not be read")]

    held(call)


def test_a_far_end_that_sends_faster_than_anybody_listens_is_read_at_a_bounded_speed() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(), session)
        far_end.say(*["x"] * 10_000)
        await pause(0.001)
        assert len(heard) == pytest.approx(2000, abs=20)  # two seconds ahead
        await pause(1.0)
        assert len(heard) == pytest.approx(3000, abs=30)
        far_end.leave()
        await pause(10.0)
        assert len(heard) == 10_000 + 3

    held(call)


def test_long_messages_count_by_their_length() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(), session)
        far_end.say(*["x" * 1_000_000] * 20)
        await pause(0.001)
        assert 8 <= len(heard) <= 11
        await pause(1.0)
        assert 12 <= len(heard) <= 15

    held(call)


def test_a_flood_leaves_the_others_their_turns() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(), session)
        await pause(0.1)
        far_end.say(*["x"] * 1600)
        turns = 0
        while len(heard) < 1600:
            await asyncio.sleep(0)
            turns += 1
        assert turns >= 100

    held(call)


def test_a_player_hears_that_what_it_holds_is_to_be_dropped() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(PcmCodec(player=True)), session)
        far_end.say('{"type": "clear"}', '{"type": "cleared"}')
        await pause(1.0)
        assert heard == [Connected(), ClearAudio(), MessageReceived('{"type": "cleared"}')]

    held(call)


@pytest.mark.parametrize(
    "options",
    [
        {"packet": 0.001},
        {"packet": 2.0},
        {"capacity": 0.01},
        {"capacity": 4000.0},
        {"time_limit": 0.0},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match=next(iter(options))):
            FarEnd().transport(**options)

    asyncio.run(main())


def test_what_the_line_wants_answered_is_answered_also_where_nothing_is_sent() -> None:

    class Asking(PcmCodec):
        def decode(self, message: str | bytes, /) -> list[object]:  # type: ignore[override]
            return [ToLine("pong")] if message == "ping" else []

    async def call(far_end: FarEnd, session: Session) -> None:
        heard = listen(far_end.transport(Asking()), session)
        far_end.say("ping")
        await pause(1.0)
        assert heard == [Connected()]
        assert far_end.texts == ["pong"]

    held(call)
