"""Telephone calls: answers, and media streams."""

import asyncio
import base64
import contextlib
import json
import xml.etree.ElementTree as ET

import aiohttp
import numpy as np
import pytest
from aiohttp.test_utils import TestServer

from rxvoice import ReplyEnded
from rxvoice.audio import encode_mulaw
from rxvoice.operators import interrupt_at_once
from rxvoice.server import CallSession, Options, PhoneSecrets, PhoneStart
from rxvoice.server._webhooks_signatures import twilio_signature
from rxvoice.telephony import Twilio
from rxvoice.testing import run_virtual

from .agents import loud, quiet, scripted, served


async def _answer(site: TestServer, vendor: str, secret: str = "", **form: str) -> str:
    url = site.make_url(f"/phone/{vendor}")
    signature = twilio_signature(secret, str(url), tuple(form.items()))
    headers = {"X-Twilio-Signature": signature} if secret else {}
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=form, headers=headers) as answer,
    ):
        assert answer.status == 200
        return await answer.text()


@pytest.mark.parametrize("vendor", ["twilio", "telnyx", "plivo"])
def test_ru08_the_answer_connects_the_call_to_the_socket(vendor: str) -> None:
    async def main() -> None:
        options = Options(proxy="https://voice.example.org/", tokens=False)
        async with served(scripted("Yes."), options) as (server, site):
            text = await _answer(site, vendor, From="+15551", To="+15552")
            root = ET.fromstring(text)
            stream = next(root.iter("Stream"))
            url = stream.get("url") or stream.text
            assert url == "wss://voice.example.org/phone"  # without a scheme of its own
            session_id = next(part for part in _values(root) if server.announced(part))
            announced = server.announced(session_id)
            assert announced is not None
            assert announced.body["From"] == "+15551"

    run_virtual(main(), real_io=True)


def _values(root: ET.Element) -> list[str]:
    found = [element.get("value", "") for element in root.iter("Parameter")]
    for element in root.iter("Stream"):
        headers = element.get("extraHeaders", "")
        found += [pair.partition("=")[2] for pair in headers.split(",")]
    return found


@pytest.mark.parametrize("vendor", ["exotel", "vonage"])
def test_ru08_the_answer_in_json_connects_the_call_to_the_socket(vendor: str) -> None:
    async def main() -> None:
        options = Options(proxy="voice.example.org", tokens=False)
        async with served(scripted("Yes."), options) as (_, site):
            told = json.loads(await _answer(site, vendor, From="+15551"))
            text = json.dumps(told)
            assert "wss://voice.example.org/phone" in text
            assert "session" in text

    run_virtual(main(), real_io=True)


class Line:
    """A caller at Twilio."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def start(self, **parameters: str) -> None:
        await self.socket.send_json({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        start = {
            "accountSid": "AC0",
            "callSid": "CA0",
            "streamSid": "MZ0",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }
        told = {"event": "start", "sequenceNumber": "1", "streamSid": "MZ0", "start": start}
        await self.socket.send_json(told)
        self._sent = 0

    async def say(self, samples: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> None:
        for index in range(0, len(samples), 160):
            self._sent += 1
            media = {
                "track": "inbound",
                "chunk": str(self._sent),
                "timestamp": str(20 * (self._sent - 1)),
                "payload": base64.b64encode(encode_mulaw(samples[index : index + 160])).decode(),
            }
            told = {
                "event": "media",
                "sequenceNumber": str(1 + self._sent),
                "streamSid": "MZ0",
                "media": media,
            }
            await self.socket.send_json(told)
            await asyncio.sleep(0.02)

    async def heard_within(self, seconds: float) -> int:
        """Return how many samples come in some time."""
        heard = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    told = json.loads(await self.socket.receive_str())
                    if told["event"] == "media":
                        heard += len(base64.b64decode(told["media"]["payload"]))
        return heard

    async def until(self, event: str) -> list[dict[str, object]]:
        """Return what comes up to an event."""
        found: list[dict[str, object]] = []
        while not found or found[-1]["event"] != event:
            found.append(json.loads(await self.socket.receive_str()))
            if found[-1]["event"] == "mark":  # played at once, as far as the ledger is concerned
                await self.socket.send_json({**found[-1], "sequenceNumber": "0"})
        return found


def test_te11_a_call_is_recognised_answered_and_interrupted() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        says = "One two three four five six seven eight."
        agent = scripted(says, sessions=sessions, interruption=interrupt_at_once())
        async with served(agent) as (server, site), aiohttp.ClientSession() as http:
            events: list[object] = []
            server.observers.append(lambda _, event: events.append(event))
            async with http.ws_connect(site.make_url("/phone")) as socket:
                line = Line(socket)
                await line.start()
                talking = asyncio.create_task(_talk(line))
                first = await line.until("media")
                assert first[-1]["streamSid"] == "MZ0"
                before = await line.until("clear")
                media = sum(one["event"] == "media" for one in before)
                assert 0 < media < 100  # two seconds would be 100 packets
                start = sessions[0].start
                assert isinstance(start, PhoneStart)
                assert (start.call.vendor, start.call.call) == ("twilio", "CA0")
                after = await line.heard_within(0.5)  # the caller goes on speaking
                assert after <= 160  # samples: one packet, in which the voice falls to silence
                await talking
        cut = next(event for event in events if isinstance(event, ReplyEnded))
        assert (cut.spoken, cut.interrupted) == ("One two three", True)  # as the marks told

    run_virtual(main(), real_io=True)


async def _talk(line: Line) -> None:
    await line.say(quiet(0.5, 8000).samples)
    await line.say(loud(0.5, rate=8000).samples)
    await line.say(quiet(2.0, 8000).samples)
    await line.say(loud(1.0, rate=8000).samples)


def test_te11_a_socket_that_says_nothing_or_nonsense_is_closed_with_a_reason() -> None:
    async def main() -> None:
        async with served(scripted("Yes.")) as (server, site), aiohttp.ClientSession() as http:
            async with http.ws_connect(site.make_url("/phone")) as silent:
                closed = await silent.receive()
                assert (closed.data, closed.extra) == (1002, "the call was not announced")
            async with http.ws_connect(site.make_url("/phone")) as other:
                await other.send_str("hello")
                await other.send_str("there")
                closed = await other.receive()
                assert closed.data == 1003
            assert not server.sessions

    run_virtual(main(), real_io=True)


def test_beyond_this_machine_a_call_has_to_come_from_an_answer() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        options = Options(tokens=True, phone=PhoneSecrets(twilio="secret"))
        agent = scripted("Yes.", sessions=sessions)
        async with served(agent, options) as (_, site), aiohttp.ClientSession() as http:
            async with http.ws_connect(site.make_url("/phone")) as stranger:
                await Line(stranger).start()
                assert (await stranger.receive()).data == 1008
            root = ET.fromstring(await _answer(site, "twilio", "secret", From="+15551"))
            values = {one.get("name", ""): one.get("value", "") for one in root.iter("Parameter")}
            async with http.ws_connect(site.make_url("/phone")) as known:
                line = Line(known)
                await line.start(**values)
                await line.say(quiet(0.1, 8000).samples)
            await asyncio.sleep(0.5)
        assert sessions[0].id == values["session"]
        assert sessions[0].start.body["From"] == "+15551"

    run_virtual(main(), real_io=True)


def test_te02_without_marks_the_pace_tells_what_was_heard() -> None:
    async def main() -> None:
        says = "One two three four five six seven eight."
        options = Options(lines={"twilio": lambda: Twilio(hang_up=False, marks=False)})
        agent = scripted(says, interruption=interrupt_at_once())
        async with served(agent, options) as (server, site), aiohttp.ClientSession() as http:
            events: list[object] = []
            server.observers.append(lambda _, event: events.append(event))
            async with http.ws_connect(site.make_url("/phone")) as socket:
                line = Line(socket)
                await line.start()
                talking = asyncio.create_task(_talk(line))
                before = await line.until("clear")
                assert not any(one["event"] == "mark" for one in before)
                await talking
            await asyncio.sleep(0.5)
        cut = next(one for one in events if isinstance(one, ReplyEnded))
        assert cut.interrupted
        assert says.startswith(cut.spoken)
        assert cut.spoken.startswith("One two")

    run_virtual(main(), real_io=True)
