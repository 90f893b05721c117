"""A peer of libwebrtc without a browser, in real time: npm's @roamhq/wrtc."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from reactivex.subject import Subject

from rxvoice import ClearAudio, Session
from rxvoice.items import Connected, Disconnected, MessageReceived, Played, SendMessage
from rxvoice.transports.webrtc import PeerConnections, WebRtcTransport

from .loopback import loud, peak, sound, tone, until

aioice = pytest.importorskip("aioice.ice")

WRTC = Path(os.environ.get("RXVOICE_PEERS", "")) / "node_modules/@roamhq/wrtc"
PEER = Path(__file__).with_name("native_peer.cjs")
ADDRESSES = [one for one in aioice.get_host_addresses(use_ipv4=True, use_ipv6=False)]

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("RXVOICE_PEERS") or not WRTC.exists(),
        reason="wrtc is not here: tools/peers.sh installs it, RXVOICE_PEERS tells where",
    ),
    pytest.mark.skipif(not ADDRESSES, reason="libwebrtc needs an address that is no loopback"),
]


def this_machine(**_: object) -> list[str]:
    """Return the machine's own address: what is sent to it does not leave the machine."""
    return ADDRESSES[:1]


class NativePeer:
    """The process.

    Attributes:
        told: What it has told, but for the offers.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.told: list[dict[str, Any]] = []
        self._process = process
        self._offers: asyncio.Queue[str] = asyncio.Queue()

    async def read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "sdp" in told:
                self._offers.put_nowait(told["sdp"])
            else:
                self.told.append(told)

    def order(self, **command: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def offer(self) -> str:
        self.order(offer=True)
        return await self._offers.get()

    async def heard(self) -> list[tuple[float, int, float, float]]:
        """Return what it has heard since it was asked last, 10 ms by 10 ms."""
        self.order(report=True)
        await until(lambda: "heard" in self.told[-1])
        return [(a, b, c, d) for a, b, c, d in self.told.pop()["heard"]]

    def messages(self) -> list[str]:
        return [one["message"] for one in self.told if "message" in one]


@asynccontextmanager
async def native_peer() -> AsyncGenerator[NativePeer]:
    process = await asyncio.create_subprocess_exec(
        "node",
        str(PEER),
        str(WRTC.resolve()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 22,
    )
    peer = NativePeer(process)
    reading = asyncio.create_task(peer.read())
    try:
        yield peer
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


def test_tr05_a_native_peer_talks_is_interrupted_renegotiates_and_leaves() -> None:
    async def main() -> None:
        lines: list[WebRtcTransport] = []
        heard: list[object] = []
        out: Subject[object] = Subject()
        peers = PeerConnections(lines.append)
        async with Session(name="server") as session, native_peer() as peer:
            # It connects with candidates that come later.
            answer = await peers.offer({"sdp": await peer.offer(), "type": "offer"})
            session.subscribe(lines[0].incoming, heard.append)
            sending = lines[0].outgoing(out, session)
            peer.order(answer=answer["sdp"])
            await until(lambda: any("candidate" in one for one in peer.told))
            found = [one for one in peer.told if "candidate" in one]
            peers.candidates({"pc_id": answer["pc_id"], "candidates": found})
            await until(lambda: {"open": True} in peer.told and Connected() in heard)

            # Messages go both ways, and it is heard.
            peer.order(send="hello")
            peer.order(hex="00ff")
            out.on_next(SendMessage("hi", urgent=True))
            out.on_next(SendMessage(b"\x01\xfe", urgent=True))
            await until(lambda: MessageReceived(b"\x00\xff") in heard)
            assert MessageReceived("hello") in heard
            await until(lambda: peer.messages() == ["hi", "01fe"])
            await until(lambda: loud(sound(heard)) > 0.7)
            assert peak(sound(heard)[-8000:]) == pytest.approx(1000.0, abs=3.0)

            # An interruption in the middle of a long tone.
            await peer.heard()
            out.on_next(tone(10.0, 440.0))
            await until(lambda: _played(heard) > 1.0)
            out.on_next(ClearAudio())
            out.on_next(SendMessage("cleared", urgent=True))
            await until(lambda: "cleared" in peer.messages())
            cleared = peer.told[-1]["at"]
            await asyncio.sleep(0.5)
            pieces = await peer.heard()
            loudly = [
                (crossings / duration, duration, at)
                for how, crossings, duration, at in pieces
                if how > 300
            ]
            middle = loudly[10:-10]
            assert sum(hz for hz, _, _ in middle) / len(middle) == pytest.approx(440.0, abs=15.0)
            # One packet that was under way, and what libwebrtc makes of the end of a sound: its
            # decoder's window, and the stretching by which it keeps its buffer filled.
            seconds = sum(duration for _, duration, _ in loudly)
            assert seconds < _played(heard) + 0.02 + 0.06
            assert seconds > _played(heard) - 0.06
            assert loudly[-1][2] - cleared < 250.0  # milliseconds: its buffer, on a busy machine

            # It negotiates again, and goes on.
            again = await peers.offer(
                {"sdp": await peer.offer(), "type": "offer", "pc_id": answer["pc_id"]}
            )
            assert again["pc_id"] == answer["pc_id"]
            peer.order(answer=again["sdp"])
            before = len(heard)
            out.on_next(tone(0.5, 880.0))
            await until(lambda: loud(sound(heard[before:])) > 0.5)
            await asyncio.sleep(0.5)
            assert sum(one[2] for one in await peer.heard() if one[0] > 300) > 0.3
            assert len(lines) == 1

            # It leaves.
            peer.order(leave=True)
            await until(lambda: isinstance(heard[-1], Disconnected))
            assert len(peers) == 0
            out.on_completed()
            await sending
        assert len(asyncio.all_tasks()) == 1

    async def bounded() -> None:
        async with asyncio.timeout(45.0):
            await main()

    with patch("aioice.ice.get_host_addresses", this_machine):
        asyncio.run(bounded())


def _played(heard: list[object]) -> float:
    return max((item.pts for item in heard if isinstance(item, Played)), default=0.0)
