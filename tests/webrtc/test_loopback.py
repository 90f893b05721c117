"""Both ends of a peer connection, between two sessions on this machine."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest
import reactivex as rx
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import (
    Connected,
    ConnectionTimedOut,
    Disconnected,
    MessageReceived,
    Played,
    SendMessage,
    To,
)
from rxvoice.transports import TransportError
from rxvoice.transports.webrtc import WebRtcTransport

from .loopback import RATE, loud, peak, sound, talk, tone, until


async def echo(line: WebRtcTransport, session: Session) -> None:
    await session.run(line.incoming, line.outgoing)


async def listen(line: WebRtcTransport, session: Session) -> None:
    await session.run(line.incoming)


def test_tr05_a_server_and_a_client_hear_each_other_and_see_each_other_leave() -> None:
    heard: dict[str, list[object]] = {"server": [], "client": []}

    async def serve(line: WebRtcTransport, session: Session) -> None:
        said = line.incoming.pipe(ops.do_action(heard["server"].append))
        await session.run(said, line.outgoing)

    async def call(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = line.outgoing(out, session)
        listening = session.subscribe(line.incoming, heard["client"].append)
        out.on_next(tone(1.0))
        out.on_next(SendMessage("over", urgent=False))
        await until(lambda: loud(sound(heard["client"])) > 0.9)
        out.on_completed()
        await sending
        listening.dispose()

    talk(serve, call)
    for items in heard.values():
        frames = [item for item in items if isinstance(item, AudioFrame)]
        assert items[0] == Connected()
        assert {frame.rate for frame in frames} == {RATE}
        assert peak(sound(items)) == pytest.approx(440.0, abs=1.5)
        assert 0.9 < loud(sound(items)) < 1.05
        assert frames[0].pts == 0.0
        for one, following in pairwise(frames):
            assert following.pts == pytest.approx(one.end)
    assert MessageReceived("over") in heard["server"]
    assert heard["server"][-1] == Disconnected()
    assert all(isinstance(item, Connected | AudioFrame | Played) for item in heard["client"])
    played = [item.pts for item in heard["client"] if isinstance(item, Played)]
    assert played[-1] == pytest.approx(1.0)
    assert played == sorted(played)


def test_tr02_after_an_interruption_at_most_one_packet_is_heard() -> None:
    heard: list[object] = []
    told: list[object] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = line.outgoing(out, session)
        session.subscribe(line.incoming, told.append, on_completed=out.on_completed)
        out.on_next(tone(10.0))
        out.on_next(SendMessage("the end of it", urgent=False))
        await until(lambda: any(isinstance(item, Played) and item.pts > 0.5 for item in told))
        told.append("cleared")
        out.on_next(ClearAudio())
        out.on_next(SendMessage("cleared", urgent=True))
        await sending

    async def call(line: WebRtcTransport, session: Session) -> None:
        session.subscribe(line.incoming, heard.append)
        await until(lambda: MessageReceived("cleared") in heard)
        heard.append("cleared")
        await asyncio.sleep(1.0)

    talk(serve, call)
    played = [item.pts for item in told if isinstance(item, Played)]
    before, after = sound(heard[: heard.index("cleared")]), sound(heard)
    assert MessageReceived("the end of it") in heard  # what waited behind it leaves at once
    # What was heard is what was told, one packet that was under way, and what is left of the
    # encoder's window of 6.5 ms. The client's buffer of 40 ms was full of what was sent before.
    assert played[-1] <= loud(after) + 0.02
    assert loud(after) < played[-1] + 0.02 + 0.0075
    assert loud(after) - loud(before) < 0.1
    assert len(after) / RATE > 1.3  # and then there is silence


def test_tr12_messages_of_all_kinds_go_both_ways_and_those_that_are_not_urgent_wait() -> None:
    heard: list[object] = []

    async def call(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        session.subscribe(line.incoming, heard.append)
        line.outgoing(out, session)
        out.on_next(tone(0.5))
        out.on_next(SendMessage("behind", urgent=False))
        out.on_next(SendMessage("é" * 30_000, urgent=True))
        out.on_next(SendMessage(b"\x00\xff" * 30_000, urgent=True))
        out.on_next(SendMessage({"a": ["ü", 1]}, urgent=True))
        out.on_next(To("elsewhere", tone(1.0)))
        await until(lambda: MessageReceived("behind") in heard)
        line.outgoing(rx.of(SendMessage("x" * 300_000, urgent=True)), session)  # too long for it
        line.outgoing(rx.of(SendMessage("last", urgent=True)), session)
        await until(lambda: MessageReceived("last") in heard)

    async def serve(line: WebRtcTransport, session: Session) -> None:
        def answer(item: object) -> object:
            return (
                SendMessage(item.data, urgent=True) if isinstance(item, MessageReceived) else item
            )

        await session.run(line.incoming.pipe(ops.map(answer)), line.outgoing)

    talk(serve, call)
    received = [item.data for item in heard if isinstance(item, MessageReceived)]
    assert received == ["é" * 30_000, b"\x00\xff" * 30_000, '{"a": ["ü", 1]}', "behind", "last"]
    first = heard.index(MessageReceived("behind"))
    assert loud(sound(heard[:first])) > 0.3  # and what was under way


def test_the_time_limit_is_told_and_the_connection_stays() -> None:
    heard: list[object] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        session.subscribe(line.incoming)
        await asyncio.sleep(2.0)

    talk(serve, call, make=lambda: WebRtcTransport(time_limit=1.0))
    others = [item for item in heard if not isinstance(item, AudioFrame)]
    assert others == [Connected(), ConnectionTimedOut(1.0), Disconnected()]
    assert len(sound(heard)) / RATE > 1.5


def test_tr13_audio_starts_with_the_message_that_says_so() -> None:
    heard: list[object] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        session.subscribe(line.incoming)
        line.outgoing(out, session)
        out.on_next(tone(1.0))
        await asyncio.sleep(0.5)
        out.on_next(SendMessage("hm", urgent=True))
        await asyncio.sleep(0.2)
        out.on_next(SendMessage("ready", urgent=True))
        await asyncio.sleep(1.0)

    def ready(message: MessageReceived) -> bool:
        return message.data == "ready"

    talk(serve, call, make=lambda: WebRtcTransport(audio_after=ready))
    begins = heard.index(MessageReceived("ready"))
    assert not any(isinstance(item, AudioFrame) for item in heard[:begins])
    frames = [item for item in heard[begins:] if isinstance(item, AudioFrame)]
    assert frames[0].pts == 0.0
    assert 0.2 < loud(sound(frames)) < 0.4


def test_a_far_end_that_switches_its_microphone_off_is_not_heard_and_time_goes_on() -> None:
    heard: list[object] = []

    def switch(on: bool) -> SendMessage:
        status = {"type": "trackStatus", "receiver_index": 0, "enabled": on}
        return SendMessage({"type": "signalling", "message": status}, urgent=True)

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        session.subscribe(line.incoming)
        line.outgoing(out, session)
        await asyncio.sleep(1.0)
        out.on_next(switch(False))
        out.on_next(SendMessage("ping: 1700000000000", urgent=True))
        await asyncio.sleep(1.0)
        out.on_next(switch(True))
        await asyncio.sleep(1.0)

    talk(serve, call)
    frames = [item for item in heard if isinstance(item, AudioFrame)]
    gaps = [b.pts - a.end for a, b in pairwise(frames)]
    assert max(gaps) == pytest.approx(1.0, abs=0.05)
    assert sum(gap > 0.01 for gap in gaps) == 1
    assert not any(isinstance(item, MessageReceived) for item in heard)  # neither is a message


def test_tr05_what_is_sent_before_there_is_a_connection_waits_for_it() -> None:
    heard: list[object] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        said = [tone(0.3), *(SendMessage(str(number), urgent=True) for number in range(60))]
        await line.outgoing(rx.from_iterable(said), session)

    talk(serve, call)
    received = [item.data for item in heard if isinstance(item, MessageReceived)]
    assert received == [str(number) for number in range(50)]  # of 60: so many are kept
    assert loud(sound(heard)) == pytest.approx(0.3, abs=0.05)
    assert heard[-1] == Disconnected()


def test_messages_alone_wait_for_the_connection_too() -> None:
    heard: list[object] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        await line.outgoing(rx.of(SendMessage("on its own", urgent=True)), session)

    talk(serve, call)
    assert MessageReceived("on its own") in heard


def test_the_one_who_sends_hears_of_the_end_where_nobody_listens() -> None:
    async def serve(line: WebRtcTransport, session: Session) -> None:
        with pytest.raises(TransportError, match="has ended"):
            await line.outgoing(rx.never(), session)

    async def call(line: WebRtcTransport, session: Session) -> None:
        await line.outgoing(rx.of(tone(0.2)), session)

    talk(serve, call)


def test_a_stream_that_fails_fails_the_sending_at_once_and_ends_the_connection() -> None:
    heard: list[object] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = line.outgoing(out, session)
        out.on_next(tone(10.0))
        await asyncio.sleep(1.0)
        out.on_error(RuntimeError("a bug"))
        with pytest.raises(RuntimeError, match="a bug"):
            await sending

    talk(serve, call)
    assert loud(sound(heard)) < 1.1
    assert heard[-1] == Disconnected()


def test_there_is_one_listener_at_a_time_who_may_come_and_go() -> None:
    async def call(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        line.outgoing(out, session)
        first: list[object] = []
        second: list[object] = []
        refused: list[Exception] = []
        listening = session.subscribe(line.incoming, first.append)
        session.subscribe(line.incoming, on_error=refused.append)
        assert [str(error) for error in refused] == ["client has a listener already"]
        await until(lambda: len(first) > 3)
        listening.dispose()
        session.subscribe(line.incoming).dispose()
        await asyncio.sleep(5.0)
        session.subscribe(line.incoming, second.append)
        await asyncio.sleep(1.0)
        assert second[0] == Connected()
        assert 0.8 < len(sound(second)) / RATE < 1.1  # what nobody heard is lost

    talk(listen, call)


def test_a_session_that_ends_closes_the_connection() -> None:
    heard: list[object] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        async with Session(name="short") as short:
            short.subscribe(line.incoming)
            line.outgoing(rx.never(), short)
            await asyncio.sleep(1.0)

    talk(serve, call)
    assert heard[-1] == Disconnected()


def test_both_ends_keep_their_own_clocks_of_what_they_hear() -> None:
    rates = np.array([8_000, 24_000, 48_000])
    heard: list[object] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        said = rx.from_iterable(
            tone(0.2, 1000.0, index * 0.2, int(rate)) for index, rate in enumerate(rates)
        )
        listening = session.subscribe(line.incoming)
        await line.outgoing(said, session)
        listening.dispose()

    async def call(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    talk(serve, call, rate=24_000)
    assert peak(sound(heard), 24_000) == pytest.approx(1000.0, abs=3.0)
    assert loud(sound(heard), 24_000) == pytest.approx(0.6, abs=0.05)
    assert isinstance(heard[-1], Disconnected)
    assert heard[-1].reason == "the far end has left"  # it has said goodbye
