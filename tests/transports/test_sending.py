"""What is sent, in which order, and what is not."""

import asyncio
import logging

import pytest
import reactivex as rx
from reactivex.subject import Subject

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import BotSpeechStopped, Fault, ImageFrame, Played, SendMessage, To
from rxvoice.telephony import Twilio
from rxvoice.testing import pause
from rxvoice.transports import PcmCodec, Wire
from rxvoice.transports._outbox import SOUNDS
from tests.transports.ends import FarEnd, held, pcm, tone

CLEAR = '{"type": "clear"}'


def test_tr12_a_message_waits_for_the_audio_before_it_unless_it_is_urgent() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        line = far_end.transport()
        sending = line.outgoing(out, session)
        out.on_next(tone(0.5))
        out.on_next(SendMessage("later"))
        out.on_next(tone(0.5))
        await pause(0.2)
        out.on_next(SendMessage("now", urgent=True))
        out.on_next(SendMessage({"last": 1}))
        out.on_completed()
        await sending

    far_end = held(call)
    at = {message: time for time, message in far_end.sent if isinstance(message, str)}
    assert [*at] == ["now", "later", '{"last": 1}']
    assert at["now"] == pytest.approx(0.2)
    assert at["later"] == pytest.approx(0.5)
    assert at['{"last": 1}'] == pytest.approx(1.0)
    assert far_end.audio == pytest.approx(1.0)


def test_tr12_an_urgent_message_overtakes_audio_that_a_slow_far_end_does_not_take() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        far_end.takes = False
        far_end.transport().outgoing(out, session)
        out.on_next(SendMessage("first"))
        out.on_next(tone(5.0))
        await pause(1.0)
        out.on_next(SendMessage("now", urgent=True))
        out.on_next(SendMessage("and this", urgent=True))
        far_end.takes = True
        await pause(0.1)

    messages = [message for _, message in held(call).sent]
    assert messages[:4] == ["first", "now", "and this", pcm(0.02)]


def test_tr12_a_burst_of_messages_reaches_a_far_end_that_takes_them() -> None:
    told = [f"{number}" for number in range(3000)]

    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        far_end.transport().outgoing(out, session)
        await pause(0.1)
        out.on_next(tone(5.0))
        for one in told:
            out.on_next(SendMessage(one))
        out.on_next(ClearAudio())  # upon which they all leave
        await pause(1.0)
        assert not far_end.closed

    assert [message for _, message in held(call).sent if message in {*told}] == told


def test_tr12_messages_wait_until_the_far_end_is_ready_and_audio_does_with_them() -> None:
    start = (
        '{"event": "start", "start": {"streamSid": "MZ1", "callSid": "CA1", "mediaFormat":'
        ' {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}}'
    )

    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = far_end.transport(Twilio(hang_up=False).codec()).outgoing(out, session)
        out.on_next(tone(0.1))
        out.on_next(ClearAudio())
        out.on_next(SendMessage({"one": 1}, urgent=True))
        out.on_next(tone(0.1))
        await pause(1.0)
        assert not far_end.sent
        far_end.say(start)
        out.on_completed()
        await sending

    events = [str(message)[:16] for message in held(call).texts]
    assert events[0] == '{"one":1}'
    assert sum(event == '{"event":"media"' for event in events) in (5, 6)


def test_a_far_end_that_is_never_ready_is_not_waited_for_when_all_is_said() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        await far_end.transport(Twilio(hang_up=False).codec()).outgoing(rx.of(tone(60.0)), session)
        assert session.now == pytest.approx(10.0, abs=0.01)

    assert not held(call).sent


def test_audio_beyond_the_capacity_is_dropped_before_and_after_the_far_end_is_ready(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = far_end.transport(capacity=1.0).outgoing(out, session)
        for _ in range(5):
            out.on_next(tone(0.4))
        await pause(0.01)
        for _ in range(5):
            out.on_next(tone(0.4))
        out.on_completed()
        await sending

    with caplog.at_level(logging.WARNING):
        assert held(call).audio == pytest.approx(1.02)  # one packet had left
    (record,) = caplog.records
    assert record.__dict__["seconds"] == pytest.approx(4.0 - 1.02)


def test_a_far_end_that_is_too_slow_loses_the_oldest_audio(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = far_end.transport().outgoing(out, session)
        for index in range(300):
            out.on_next(tone(0.02, index))
        await pause(0.01)
        far_end.takes = False
        await pause(5.0)
        far_end.takes = True
        out.on_completed()
        await sending

    with caplog.at_level(logging.WARNING):
        far_end = held(call)
    values = [
        message[0] + 256 * message[1] for _, message in far_end.sent if type(message) is bytes
    ]
    assert values[:2] == [0, 1]  # one had left, one was on its way
    assert values[2:] == [*range(values[2], 300)]
    assert len(values) == pytest.approx(SOUNDS + 50, abs=5)
    assert caplog.records[-1].__dict__["packets"] == 300 - len(values)


def test_a_far_end_that_takes_nothing_is_sent_away_and_told_why() -> None:
    heard: list[object] = []

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        session.subscribe(line.incoming, heard.append)
        line.outgoing(rx.concat(rx.of(tone(60.0)), rx.never()), session)
        await pause(1.0)
        far_end.takes = False
        await pause(9.0)
        assert not far_end.closed
        await pause(2.0)

    assert held(call).closed == [(1008, "too slow")]
    assert Fault("line", "it takes what is sent too slowly") in heard


def test_messages_that_must_not_be_lost_end_a_connection_that_does_not_take_them() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        line = far_end.transport()
        session.subscribe(line.incoming)
        line.outgoing(out, session)
        await pause(0.1)
        far_end.takes = False
        for _ in range(1001):
            out.on_next(SendMessage("x", urgent=True))
        await pause(1.1)
        assert not far_end.closed
        out.on_next(SendMessage("x", urgent=True))
        await pause(0.1)

    assert held(call).closed == [(1008, "too slow")]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (SendMessage({"x": object()}, urgent=True), "a message holds what JSON cannot hold"),
        (SendMessage({"x": float("nan")}), "a message holds what JSON cannot hold"),
        (SendMessage(b"bytes"), "a message of bytes would be heard as audio"),
    ],
)
def test_tr12_a_message_that_cannot_be_sent_is_a_fault_and_the_audio_goes_on(
    message: SendMessage, fault: str
) -> None:
    heard: list[object] = []

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        session.subscribe(line.incoming, heard.append)
        await line.outgoing(rx.of(tone(0.1), message, tone(0.1)), session)

    assert held(call).audio == pytest.approx(0.2)
    assert Fault("line", fault) in heard


def test_a_codec_that_fails_is_a_fault_and_the_rest_goes_on() -> None:
    heard: list[object] = []

    class Broken(PcmCodec):
        def encode(self, item: object, /) -> list[Wire]:
            if isinstance(item, SendMessage):
                raise KeyError("a secret")
            return super().encode(item)

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport(Broken())
        session.subscribe(line.incoming, heard.append)
        await line.outgoing(rx.of(tone(0.1), SendMessage("x"), tone(0.1)), session)

    assert held(call).audio == pytest.approx(0.2)
    assert Fault("line", "an item could not be sent") in heard


def test_tr02_what_waits_behind_audio_that_is_cleared_brings_none_of_it_along() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        line = far_end.transport(PcmCodec(packet=0.1))
        line.outgoing(out, session)
        out.on_next(tone(1.0))
        out.on_next(BotSpeechStopped(1))
        out.on_next(SendMessage("behind"))
        await pause(0.25)
        out.on_next(ClearAudio())
        await pause(1.0)

    messages = [message for _, message in held(call).sent]
    assert messages == [pcm(0.1), pcm(0.1), CLEAR, "behind"]


def test_tr02_audio_that_a_slow_far_end_did_not_take_is_dropped_by_an_interruption() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        far_end.transport().outgoing(out, session)
        out.on_next(tone(5.0))
        await pause(0.5)
        far_end.takes = False
        await pause(0.5)
        out.on_next(ClearAudio())
        out.on_next(tone(0.1, 7))
        far_end.takes = True
        await pause(0.5)

    messages = [message for _, message in held(call).sent]
    cleared = messages.index(CLEAR)
    assert 26 <= cleared <= 28
    assert messages[cleared + 1 :] == [pcm(0.02, 7)] * 5


def test_the_rest_of_a_packet_leaves_when_the_bot_stops_speaking() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        far_end.transport(PcmCodec(packet=0.1)).outgoing(out, session)
        out.on_next(tone(0.25))
        out.on_next(BotSpeechStopped(1))
        await pause(0.3)

    assert held(call).audio == pytest.approx(0.3)  # filled up with silence


def test_the_pace_tells_what_was_heard_where_the_far_end_does_not() -> None:
    played: list[float] = []

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        out: Subject[object] = Subject()
        session.subscribe(
            line.incoming, lambda i: played.append(i.pts) if isinstance(i, Played) else None
        )
        line.outgoing(out, session)
        out.on_next(tone(1.0, pts=10.0))
        await pause(0.25)
        out.on_next(ClearAudio())
        await pause(1.0)

    held(call)
    assert played == sorted(played)
    assert played[0] == pytest.approx(10.02)
    assert played[-1] == pytest.approx(10.25, abs=0.001)


def test_tr01_an_unknown_destination_is_told_once_and_gets_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        await far_end.transport().outgoing(
            rx.of(To("screen", ImageFrame(b"x")), To("screen", ImageFrame(b"y")), tone(0.1)),
            session,
        )

    assert held(call).audio == pytest.approx(0.1)
    (record,) = caplog.records
    assert record.__dict__["destination"] == "screen"


def test_several_may_send_at_once_and_the_last_one_says_goodbye() -> None:
    class Polite(PcmCodec):
        def goodbye(self, reason: str = "completed") -> list[Wire]:
            return [f"goodbye, {reason}"]

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport(Polite())
        messages: Subject[object] = Subject()
        audio = line.outgoing(rx.of(tone(0.5)), session)
        texts = asyncio.ensure_future(line.outgoing(messages, session))
        await pause(0.2)
        messages.on_next(SendMessage("one", urgent=True))
        await audio
        await pause(0.2)
        messages.on_next(SendMessage("two", urgent=True))
        messages.on_completed()
        await pause(0.5)
        assert not texts.done()  # the far end was asked to leave
        far_end.leave()
        await texts

    far_end = held(call)
    assert far_end.texts == ["one", "two", "goodbye, completed"]
    assert far_end.audio == pytest.approx(0.5)


def test_a_far_end_that_was_asked_to_leave_and_stays_is_left() -> None:
    class Polite(PcmCodec):
        def goodbye(self, reason: str = "completed") -> list[Wire]:
            return [f"goodbye, {reason}"]

    async def call(far_end: FarEnd, session: Session) -> None:
        await far_end.transport(Polite()).outgoing(rx.of(SendMessage("one")), session)
        assert session.now == pytest.approx(3.0, abs=0.01)

    assert held(call).closed == [(1000, "")]


def test_a_stream_that_fails_says_goodbye_for_an_error() -> None:
    class Polite(PcmCodec):
        def goodbye(self, reason: str = "completed") -> list[Wire]:
            return [f"goodbye, {reason}"]

    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = far_end.transport(Polite()).outgoing(out, session)
        await pause(0.1)
        out.on_error(KeyError("a bug"))
        with pytest.raises(KeyError, match="a bug"):
            await sending
        assert session.now == pytest.approx(0.6, abs=0.01)

    far_end = held(call)
    assert far_end.texts == ["goodbye, error"]
    assert far_end.closed == [(1011, "internal error")]


def test_nothing_but_audio_frames_counts_as_audio() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        empty = AudioFrame(tone(0.1).samples[:0], 16_000)
        await far_end.transport().outgoing(rx.of(empty, 1, "x", b"x", None), session)

    assert not held(call).sent
