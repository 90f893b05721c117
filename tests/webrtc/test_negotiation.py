"""Offers that begin, change and replace connections."""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import Session
from rxvoice.errors import CapacityError
from rxvoice.items import Connected, Disconnected, MessageReceived, SendMessage
from rxvoice.testing import run_virtual
from rxvoice.transports import TransportError
from rxvoice.transports.webrtc import IceServer, PeerConnections, WebRtcTransport

from .loopback import loopback, loud, peak, sound, tone, until


class Office:
    """A server's connections, with what their clients say."""

    def __init__(self, **options: Any) -> None:
        self.session = Session(name="server")
        self.arrivals: list[WebRtcTransport] = []
        self.heard: list[object] = []
        self.out: Subject[object] = Subject()
        self.bodies: list[dict[str, Any]] = []
        self.peers = PeerConnections(self._arrived, **options)

    def _arrived(self, line: WebRtcTransport) -> None:
        self.arrivals.append(line)
        self.session.subscribe(line.incoming, self.heard.append)
        line.outgoing(self.out, self.session)

    async def signal(self, offer: Mapping[str, Any]) -> Mapping[str, Any]:
        self.bodies.append(dict(offer))
        return await self.peers.offer(dict(offer))

    async def aclose(self) -> None:
        await self.peers.aclose()
        await self.session.aclose()

    def count(self, kind: type) -> int:
        return sum(isinstance(item, kind) for item in self.heard)


class Client:
    """Its first connection, and what it hears."""

    def __init__(self, office: Office, session: Session, **options: Any) -> None:
        self.line = WebRtcTransport(signal=office.signal, name="client", **options)
        self.heard: list[object] = []
        self.out: Subject[object] = Subject()
        self.session = session
        self.ended = session.subscribe(self.line.incoming, self.heard.append)
        self.line.outgoing(self.out, session)

    async def connected(self) -> None:
        await until(lambda: Connected() in self.heard)


def test_ru07_one_that_is_known_is_renegotiated_and_goes_on() -> None:
    async def main() -> None:
        office = Office()
        async with Session(name="client") as session:
            client = Client(office, session)
            await client.connected()
            client.out.on_next(tone(5.0))
            await client.line.renegotiate()  # the client does
            await until(lambda: loud(sound(office.heard)) > 0.3)
            await office.arrivals[0].renegotiate()  # the server asks for it
            await until(lambda: len(office.bodies) == 3)
            await until(lambda: loud(sound(office.heard)) > 0.9)
            assert len(office.arrivals) == len(office.peers) == 1
            assert [body["pc_id"] for body in office.bodies] == [None, *[client.line.id] * 2]
            assert office.peers.get(client.line.id) is office.arrivals[0]
            assert office.count(Connected) == 1
            assert office.count(Disconnected) == 0
        await until(lambda: not len(office.peers))
        await office.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def test_ru07_a_connection_takes_the_place_of_another_and_the_call_goes_on() -> None:
    async def main() -> None:
        office = Office()
        async with Session(name="client") as session:
            client = Client(office, session)
            await client.connected()
            client.out.on_next(tone(1.0, 440.0))
            office.out.on_next(tone(30.0, 880.0))
            await until(lambda: loud(sound(office.heard)) > 0.5)

            async def again(offer: Mapping[str, Any]) -> Mapping[str, Any]:
                body = {"sdp": offer["sdp"], "type": "offer", "pcId": client.line.id}
                return await office.peers.offer({**body, "restartPc": True})

            second = WebRtcTransport(signal=again, name="second")
            heard: list[object] = []
            out: Subject[object] = Subject()
            session.subscribe(second.incoming, heard.append)
            second.outgoing(out, session)
            out.on_next(tone(1.0, 660.0))
            out.on_next(SendMessage("still here", urgent=True))
            await until(lambda: len(heard) > 1)
            office.out.on_next(SendMessage("welcome back", urgent=True))
            await until(lambda: MessageReceived("welcome back") in heard)
            await until(lambda: MessageReceived("still here") in office.heard)
            await until(lambda: loud(sound(heard)) > 0.5)
            assert isinstance(client.heard[-1], Disconnected)
            assert second.id == client.line.id
            assert len(office.arrivals) == len(office.peers) == 1
            assert office.count(Disconnected) == 0
            assert peak(sound(heard)[-8000:]) == pytest.approx(880.0, abs=3.0)
            assert peak(sound(office.heard)[-6000:]) == pytest.approx(660.0, abs=3.0)
        await office.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def test_ru07_a_call_ends_while_its_connection_is_replaced_and_nothing_is_left() -> None:
    async def main() -> None:
        office = Office()
        async with Session(name="client") as session:
            client = Client(office, session)
            await client.connected()

            async def again(offer: Mapping[str, Any]) -> Mapping[str, Any]:
                body = {"sdp": offer["sdp"], "type": "offer", "pc_id": client.line.id}
                answer = await office.peers.offer({**body, "restart_pc": True})
                await office.arrivals[0].aclose()
                return answer

            second = WebRtcTransport(signal=again, name="second", patience=2.0)
            failures: list[Exception] = []
            session.subscribe(second.incoming, on_error=failures.append)
            await until(lambda: failures)
        await office.aclose()
        assert len(asyncio.all_tasks()) == 1

    with loopback():
        run_virtual(main(), real_io=True)


def test_a_server_that_asks_for_offers_all_the_time_gets_one_at_a_time() -> None:
    async def main() -> None:
        office = Office()
        under_way = 0

        async def signal(offer: Mapping[str, Any]) -> Mapping[str, Any]:
            nonlocal under_way
            under_way += 1
            assert under_way == 1
            await asyncio.sleep(1.0)
            under_way -= 1
            if len(office.bodies) == 2:
                raise TransportError("not again")  # nobody hears of it, and the call goes on
            return await office.signal(offer)

        async with Session(name="client") as session:
            line = WebRtcTransport(signal=signal)
            heard: list[object] = []
            session.subscribe(line.incoming, heard.append)
            await until(lambda: Connected() in heard)
            for _ in range(50):
                await office.arrivals[0].renegotiate()
                await asyncio.sleep(0.1)
            await asyncio.sleep(2.0)
            assert len(office.bodies) == 2
            assert line.id == office.arrivals[0].id
            assert not any(isinstance(item, Disconnected) for item in heard)
        await office.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def test_passwords_of_connections_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        office = Office()
        async with Session(name="client") as session:
            client = Client(office, session)
            await client.connected()
            client.out.on_next(SendMessage("a secret", urgent=True))
            await until(lambda: office.count(MessageReceived))
        await office.aclose()
        found = re.findall(r"a=ice-pwd:(\S+)", office.bodies[0]["sdp"])
        assert found
        assert not any(word in caplog.text for word in (*found, "a secret"))

    with loopback(), caplog.at_level(logging.DEBUG):
        run_virtual(main(), real_io=True)
    assert "aiortc" in caplog.text


def test_a_transport_can_be_made_before_a_loop_runs() -> None:
    line = WebRtcTransport()

    async def main() -> None:
        await line.aclose()

    run_virtual(main())


def test_ru07_candidates_that_come_later_make_the_connection() -> None:
    async def main() -> None:
        office = Office()

        async def trickled(offer: Mapping[str, Any]) -> Mapping[str, Any]:
            lines = offer["sdp"].splitlines()
            held = [line for line in lines if line.startswith("a=candidate:")]
            kept = [line for line in lines if "candidate" not in line]
            answer = await office.peers.offer({**offer, "sdp": "\r\n".join(kept) + "\r\n"})

            async def later() -> None:
                await asyncio.sleep(3.0)
                found = [{"candidate": line[2:], "sdp_mid": "0"} for line in held]
                camel = [{"candidate": line[2:], "sdpMLineIndex": 0} for line in held]
                done = {"candidate": "", "sdp_mid": "0", "sdp_mline_index": 0}
                office.peers.candidates({"pc_id": answer["pc_id"], "candidates": [*found, done]})
                office.peers.candidates({"pcId": answer["pc_id"], "candidates": camel})

            session.scope.spawn(later, name="later")
            # The client must not find the way by itself.
            told = [line for line in answer["sdp"].splitlines() if "candidate" not in line]
            return {**answer, "sdp": "\r\n".join(told) + "\r\n"}

        async with Session(name="client") as session:
            line = WebRtcTransport(signal=trickled, name="client")
            heard: list[object] = []
            session.subscribe(line.incoming, heard.append)
            await asyncio.sleep(2.5)
            assert heard == []
            await until(lambda: Connected() in heard)
        await office.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def test_a_far_end_that_never_comes_is_given_up() -> None:
    async def main() -> None:
        office = Office(make=lambda: WebRtcTransport(patience=5.0))
        failures: list[Exception] = []

        async def unreachable(offer: Mapping[str, Any]) -> Mapping[str, Any]:
            answer = await office.peers.offer(
                {**offer, "sdp": offer["sdp"].replace("127.0.0.1", "127.0.0.2")}
            )
            return {**answer, "sdp": answer["sdp"].replace("127.0.0.1", "127.0.0.2")}

        async with Session(name="client") as session:
            line = WebRtcTransport(signal=unreachable, patience=5.0)
            session.subscribe(line.incoming, on_error=failures.append)
            await until(lambda: failures)
            await until(lambda: not len(office.peers))
        assert [str(error) for error in failures] == ["there was no connection within 5 s"]
        assert isinstance(failures[0], TransportError)
        assert office.heard == []
        await office.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def test_tr05_a_far_end_that_falls_silent_is_believed_lost() -> None:
    async def main() -> None:
        office = Office(make=lambda: WebRtcTransport(silence=4.0))
        async with Session(name="client") as session:
            client = Client(office, session)
            await client.connected()
            await asyncio.sleep(10.0)
            assert office.count(Disconnected) == 0
            _cut(client.line)
            began = asyncio.get_running_loop().time()
            await until(lambda: office.count(Disconnected))
            assert 3.0 < asyncio.get_running_loop().time() - began < 6.0
            assert office.heard[-1] == Disconnected(reason="nothing came from the far end any more")
            await until(lambda: not len(office.peers))
        await office.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def _cut(line: WebRtcTransport) -> None:
    """Let nothing leave any more."""

    async def lost(*_: object) -> None:
        pass

    peer: Any = line._line.peer  # pyright: ignore[reportPrivateUsage]
    for transceiver in peer._pc.getTransceivers():
        transceiver.sender.transport.transport._connection.send = lost
        transceiver.sender.transport.transport._send = lost


def test_ru07_connections_that_nobody_uses_are_closed_with_the_server() -> None:
    async def main() -> None:
        peers = PeerConnections(lambda _: None)

        async def signal(offer: Mapping[str, Any]) -> Mapping[str, Any]:
            return await peers.offer(dict(offer), context="page 7")

        async with Session(name="client") as session:
            lines = [WebRtcTransport(signal=signal) for _ in range(3)]
            heard: list[list[object]] = [[], [], []]
            for line, items in zip(lines, heard, strict=True):
                session.subscribe(line.incoming, items.append)
            await until(lambda: all(Connected() in items for items in heard))
            assert len(peers) == 3
            first = peers.get(lines[0].id)
            assert first is not None
            assert first.context == "page 7"
            await peers.aclose()
            await until(lambda: all(isinstance(items[-1], Disconnected) for items in heard))
            assert len(peers) == 0
            late = WebRtcTransport(signal=signal)
            failures: list[Exception] = []
            session.subscribe(late.incoming, on_error=failures.append)
            await until(lambda: failures)
            assert isinstance(failures[0], CapacityError)

    with loopback():
        run_virtual(main(), real_io=True)


def test_ru07_there_are_no_more_connections_than_allowed_and_who_refuses_one_is_heard() -> None:
    class NotToday(Exception):
        pass

    def refuse(_: WebRtcTransport) -> None:
        raise NotToday

    async def main() -> None:
        office = Office(limit=1)
        refusing = PeerConnections(refuse)
        failures: list[Exception] = []
        offers: list[Mapping[str, Any]] = []

        async def signal(offer: Mapping[str, Any]) -> Mapping[str, Any]:
            offers.append(offer)
            return await office.signal(offer)

        async with Session(name="client") as session:
            client = Client(office, session)
            await client.connected()
            other = WebRtcTransport(signal=signal)
            session.subscribe(other.incoming, on_error=failures.append)
            await until(lambda: failures)
            assert isinstance(failures[0], CapacityError)
            with pytest.raises(NotToday):
                await refusing.offer(offers[0])
            assert len(refusing) == 0
        await office.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def test_what_the_client_gave_along_reaches_the_agent() -> None:
    async def main() -> None:
        office = Office()

        async def signal(offer: Mapping[str, Any]) -> Mapping[str, Any]:
            return await office.peers.offer({**offer, "requestData": {"name": "Ada"}})

        async with Session(name="client") as session:
            line = WebRtcTransport(signal=signal)
            heard: list[object] = []
            session.subscribe(line.incoming, heard.append)
            await until(lambda: Connected() in heard)
            assert office.arrivals[0].request_data == {"name": "Ada"}
        await office.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"type": "answer"}, "did not answer the offer"),
        ({"sdp": "v=0\r\n"}, "of no use: the session description must hold"),
    ],
)
def test_a_client_says_what_is_wrong_with_an_answer(answer: dict[str, str], error: str) -> None:
    async def main() -> None:
        async def signal(_: Mapping[str, Any]) -> Mapping[str, Any]:
            return answer

        async with Session(name="client") as session:
            line = WebRtcTransport(signal=signal)
            with pytest.raises(TransportError, match=error):
                await line.outgoing(rx.never(), session)
            with pytest.raises(TransportError, match="is closed"):
                await line.outgoing(rx.never(), session)

    with loopback():
        run_virtual(main(), real_io=True)


def test_a_transport_without_an_offer_has_no_far_end() -> None:
    async def main() -> None:
        async with Session(name="server") as session:
            with pytest.raises(TransportError, match="has not answered an offer"):
                await session.run(WebRtcTransport().incoming.pipe(ops.ignore_elements()))

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"rate": 0}, "rate"),
        ({"capacity": 0.0}, "capacity"),
        ({"reserve": 2.0}, "reserve"),
        ({"silence": 0.0}, "silence"),
        ({"patience": -1.0}, "patience"),
        ({"time_limit": 0.0}, "time_limit"),
        ({"chunk": 10}, "chunk"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], error: str) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match=error):
            WebRtcTransport(**options)
        with pytest.raises(ValueError, match="limit"):
            PeerConnections(lambda _: None, limit=0)
        with pytest.raises(ValueError, match="stun"):
            IceServer("http://example.org")

    run_virtual(main())
