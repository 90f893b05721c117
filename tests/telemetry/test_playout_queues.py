"""What waits to be heard, at each way to a far end, and what was too much for it."""

import asyncio

import pytest
from reactivex.subject import Subject

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.aio import QueueState
from rxvoice.sinks import to_speaker
from rxvoice.telemetry import Prometheus, watch_queues
from rxvoice.telephony import Twilio
from rxvoice.testing import pause, run_virtual
from rxvoice.transports.livekit import livekit_room
from rxvoice.transports.webrtc import WebRtcTransport
from tests.livekit.stand_in import StandIn
from tests.sinks.test_to_speaker import Loudspeaker
from tests.transports.ends import FarEnd, held, tone
from tests.webrtc.loopback import talk, until


def state(session: Session, name: str) -> QueueState | None:
    return next((one for one in session.scope.queues.states() if one.name == name), None)


def test_audio_that_waits_for_a_far_end_is_counted_in_packets() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = far_end.transport(capacity=1.0).outgoing(out, session)
        await pause(0.01)
        out.on_next(tone(0.73))
        assert state(session, "line: play") == QueueState("line: play", 36, 50, 0)
        await pause(0.2)
        assert state(session, "line: play") == QueueState("line: play", 26, 50, 0)
        out.on_next(tone(0.6))
        assert state(session, "line: play") == QueueState("line: play", 50, 50, 6)
        out.on_next(ClearAudio())
        assert state(session, "line: play") == QueueState("line: play", 0, 50, 6)
        out.on_completed()
        await sending
        assert state(session, "line: play") == QueueState("line: play", 0, 0, 6)

    held(call)


def test_audio_that_waits_until_a_far_end_is_ready_is_counted_too() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        line = far_end.transport(Twilio(hang_up=False).codec(), capacity=1.0)
        sending = asyncio.ensure_future(line.outgoing(out, session))
        await pause(0.01)
        out.on_next(tone(1.5))
        assert state(session, "line: play") == QueueState("line: play", 50, 50, 25)
        sending.cancel()
        await asyncio.wait([sending])
        await pause(0.1)
        assert state(session, "line: play") == QueueState("line: play", 0, 0, 25)

    held(call)


def test_audio_that_waits_for_a_peer_connection_is_counted_once() -> None:
    """However many speak there."""
    seen: list[QueueState | None] = []

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming)

    async def call(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        messages: Subject[object] = Subject()
        sending = [asyncio.ensure_future(line.outgoing(each, session)) for each in (out, messages)]
        listening = session.subscribe(line.incoming)
        await until(lambda: line._line.connected)  # pyright: ignore[reportPrivateUsage]
        out.on_next(tone(70.0))
        name = f"{line.name}: play"
        before = state(session, name)
        assert before is not None
        assert before.waiting == pytest.approx(3000, abs=2)
        assert (before.capacity, before.dropped) == (3000, 500)
        assert state(session, f"{line.name}: write") is not None
        out.on_next(ClearAudio())
        out.on_completed()
        messages.on_completed()
        await asyncio.wait(sending)
        listening.dispose()
        await until(lambda: (found := state(session, name)) is not None and not found.capacity)
        seen.append(state(session, name))

    talk(serve, call)
    assert seen == [QueueState("client: play", 0, 0, 500)]


def test_audio_that_waits_for_a_room_is_counted_over_all_tracks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sdk = StandIn()
    monkeypatch.setattr("rxvoice.transports.livekit._transport.sdk", lambda: sdk)

    async def main() -> None:
        line = livekit_room("ws://example.org", "token", capacity=1.0)
        async with Session() as session:
            out: Subject[object] = Subject()
            sending = asyncio.ensure_future(line.outgoing(out, session))
            await asyncio.sleep(0.2)
            out.on_next(tone(1.4))
            assert state(session, "livekit: play") == QueueState("livekit: play", 50, 50, 20)
            sending.cancel()
            await asyncio.wait([sending])
            assert state(session, "livekit: play") == QueueState("livekit: play", 0, 0, 20)

    run_virtual(main())


def test_audio_that_waits_for_the_loudspeaker_is_counted() -> None:
    async def main() -> None:
        device, out = Loudspeaker(), Subject[AudioFrame]()
        async with Session() as session:
            sink = to_speaker(open_stream=device.here(), capacity=1.0)
            running = asyncio.ensure_future(session.run(out, sink))
            await asyncio.sleep(0.1)
            device.stuck = True
            await asyncio.sleep(0.1)
            out.on_next(tone(1.3))
            assert state(session, "to_speaker") == QueueState("to_speaker", 50, 50, 15)
            running.cancel()
            await asyncio.wait([running])
            await asyncio.sleep(0.1)
            assert state(session, "to_speaker") == QueueState("to_speaker", 0, 0, 15)

    run_virtual(main())


def test_what_waits_to_be_heard_is_among_the_metrics() -> None:
    page = Prometheus()

    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = far_end.transport(capacity=1.0).outgoing(out, session)
        watching = asyncio.ensure_future(session.run(watch_queues(every=0.1), page))
        await pause(0.01)
        out.on_next(tone(2.0))
        await pause(0.5)
        assert 'rxvoice_queue_dropped_total{queue="line: play"} 50.0' in page.text
        assert 'rxvoice_queue_length{queue="line: play"} 2' in page.text
        watching.cancel()
        out.on_next(ClearAudio())
        out.on_completed()
        await sending

    held(call)
