"""Whole calls of each telephone vendor, over the server's websocket."""

import asyncio
import json
from typing import Any

import aiohttp
import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice import ReplyEnded
from rxvoice.items import CallEnded, Disconnected
from rxvoice.operators import interrupt_at_once
from rxvoice.server import Options
from rxvoice.telephony import MediaCodec
from rxvoice.testing import run_virtual
from tests.telephony.lines import TELNYX_ALAW, VENDORS, Vendor, genesys, told

from .agents import loud, quiet, scripted, served


class FarEnd:
    """A vendor's side of a call in which the caller speaks as it was told."""

    def __init__(self, vendor: Vendor, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.vendor = vendor
        self.socket = socket
        self.heard: list[NDArray[np.int16]] = []
        self.cleared_at: int | None = None
        self.messages: list[Any] = []

    async def send(self, message: str | bytes) -> None:
        if isinstance(message, str):
            await self.socket.send_str(message)
        else:
            await self.socket.send_bytes(message)

    async def start(self) -> None:
        for message in self.vendor.start:
            await self.send(message)

    async def say(self, samples: NDArray[np.int16], first: int) -> int:
        """Speak in packets of 20 ms; return the number of the next one."""
        size = self.vendor.rate // 50
        number = first
        for at in range(0, len(samples), size):
            data = self.vendor.encode(samples[at : at + size])
            await self.send(self.vendor.media(number, data))
            number += 1
            await asyncio.sleep(0.02)
        return number

    async def listen(self) -> None:
        """Take what comes until the socket is closed."""
        async for message in self.socket:
            if isinstance(message.data, str):
                self.messages.append(told(message.data))
                if self._clears(self.messages[-1]) and self.cleared_at is None:
                    self.cleared_at = self.samples
            data = self.vendor.heard(message.data)
            if data is not None:
                self.heard.append(self.vendor.decode(data))

    @property
    def samples(self) -> int:
        return sum(len(part) for part in self.heard)

    def _clears(self, message: dict[str, Any]) -> bool:
        wanted = dict(self.vendor.clear)
        for name in ("seq", "clientseq", "id"):
            wanted.pop(name, None)
        return all(message.get(name) == value for name, value in wanted.items())


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda one: one.name)
def test_tr02_te_a_caller_is_answered_and_interrupts(vendor: Vendor) -> None:
    """The vendors' codecs over the whole way: TE02, TE03, TE04, TE05, TE06, TE07."""
    ends: list[FarEnd] = []
    events: list[object] = []

    async def main() -> None:
        says = "One two three four five six seven eight."
        agent = scripted(says, interruption=interrupt_at_once())
        options = Options(lines={vendor.line.vendor: lambda: vendor.line})
        async with served(agent, options) as (server, site), aiohttp.ClientSession() as http:
            server.observers.append(lambda _, event: events.append(event))
            async with http.ws_connect(site.make_url("/phone")) as socket:
                end = FarEnd(vendor, socket)
                ends.append(end)
                await end.start()
                listening = asyncio.create_task(end.listen())
                number = 1
                for part in (quiet(0.5), loud(0.5), quiet(1.8), loud(0.7)):
                    part = part.samples[:: 16_000 // vendor.rate]
                    number = await end.say(part, number)
                await socket.close()
                await listening
            await asyncio.sleep(1.0)
            assert not server.sessions

    run_virtual(main(), real_io=True)
    (end,) = ends
    assert end.cleared_at is not None
    before = end.cleared_at / vendor.rate
    assert 0.3 < before < 1.6  # of the two seconds that it would have said
    after = (end.samples - end.cleared_at) / vendor.rate
    packet = 0.1 if vendor.name == "genesys" else 0.02
    assert after <= packet + 1e-9  # in which the voice falls to silence
    loudest = np.abs(np.concatenate(end.heard).astype(int)).max()
    assert loudest > 1000
    cut = next(event for event in events if isinstance(event, ReplyEnded))
    assert cut.interrupted


@pytest.mark.parametrize(
    "vendor", [one for one in VENDORS if one is not TELNYX_ALAW], ids=lambda one: one.name
)
def test_te01_the_line_ends_the_call_by_its_own_message(vendor: Vendor) -> None:
    events: list[object] = []

    async def main() -> None:
        options = Options(lines={vendor.line.vendor: lambda: vendor.line})
        async with served(scripted("Yes."), options) as (server, site):
            server.observers.append(lambda _, event: events.append(event))
            async with aiohttp.ClientSession() as http:
                socket = await http.ws_connect(site.make_url("/phone"))
                end = FarEnd(vendor, socket)
                await end.start()
                listening = asyncio.create_task(end.listen())
                await end.say(quiet(0.2).samples[:: 16_000 // vendor.rate], 1)
                stop = STOPS.get(vendor.name)
                if stop is None:
                    await socket.close()
                else:
                    await end.send(stop)
                await listening  # the server closes
                await asyncio.sleep(0.5)
                assert not server.sessions

    run_virtual(main(), real_io=True)
    assert any(isinstance(event, Disconnected) for event in events)
    if vendor.name in STOPS:
        assert any(isinstance(event, CallEnded) for event in events)


STOPS = {
    "twilio": json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {"callSid": "CA1"}}),
    "telnyx": json.dumps({"event": "stop", "stream_id": "T1", "stop": {"reason": "hangup"}}),
    "exotel": json.dumps({"event": "stop", "stream_sid": "ES1", "stop": {"reason": "callended"}}),
    "genesys": genesys("close", 3, "PT0.2S", reason="end"),
}
"""What a line says when the call is over. Plivo and Vonage close the socket."""


def test_te07_genesys_is_asked_to_end_and_told_the_outputs() -> None:
    vendor = next(one for one in VENDORS if one.name == "genesys")
    ends: list[FarEnd] = []

    async def main() -> None:
        async with served(scripted("Yes.")) as (server, site), aiohttp.ClientSession() as http:
            socket = await http.ws_connect(site.make_url("/phone"))
            end = FarEnd(vendor, socket)
            ends.append(end)
            await end.start()
            listening = asyncio.create_task(end.listen())
            await asyncio.sleep(0.2)
            next(iter(server.sessions.values())).end()
            await asyncio.sleep(0.2)
            await end.send(genesys("close", 2, "PT0.4S", reason="disconnect"))
            await listening

    run_virtual(main(), real_io=True)
    kinds = [message["type"] for message in ends[0].messages]
    assert kinds == ["opened", "disconnect", "closed"]


def test_te01_a_codec_serves_one_call_and_has_its_own_state() -> None:
    for vendor in VENDORS:
        first, second = vendor.codec(), vendor.line.codec()
        assert isinstance(first, MediaCodec)
        assert first.ready
        assert not second.ready
