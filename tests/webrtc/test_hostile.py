"""Clients that send nonsense, on purpose or not."""

import asyncio
import gc
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import Session
from rxvoice.items import Disconnected, MessageReceived, SendMessage
from rxvoice.testing import run_virtual
from rxvoice.transports.webrtc import PeerConnections, WebRtcTransport
from rxvoice.transports.webrtc._requests import read_offer, read_patch
from rxvoice.transports.webrtc._sdp import read_description
from rxvoice.transports.webrtc._signals import read_signal

from .loopback import loopback, loud, sound, talk, tone, until
from .offers import REACHABLE, body

JUNK: list[str] = [
    *(
        "\0",
        "-1",
        "0",
        "9" * 20,
        "1e9",
        "٣",
        "ü",
        "\u2028",
        "\ud83d",
        " ",
        ":",
        "/",
        "%s",
        "x" * 400,
    ),
    *("a=", "m=", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=group:BUNDLE", "a=mid:", "a=mid"),
    *(
        "a=candidate:",
        "a=ssrc:1",
        "a=fmtp:111",
        "a=rtpmap:96",
        "a=rtcp-fb:*",
        "{",
        "[",
        '"',
        "null",
    ),
]

VALUES: list[Any] = [
    *(None, True, 0, -1, 10**30, 1.5, "", "x" * 200, [], {}, [[]], {"sdp": {}}),
    *JUNK,
]
"""What JSON can hold."""


def mutated(lines: tuple[str, ...], dice: random.Random) -> str:
    """Return a description with a few faults."""
    text = list(lines)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(text))
        match dice.randrange(7):
            case 0:
                del text[place]
            case 1:
                text.insert(place, text[dice.randrange(len(text))])
            case 2:
                text[place] = text[place][: dice.randint(0, len(text[place]))]
            case 3:
                at = dice.randint(0, len(text[place]))
                text[place] = text[place][:at] + dice.choice(JUNK) + text[place][at:]
            case 4:
                words = text[place].split(" ")
                words[dice.randrange(len(words))] = dice.choice(JUNK)
                text[place] = " ".join(words)
            case 5:
                other = dice.randrange(len(text))
                text[place], text[other] = text[other], text[place]
            case _:
                name = text[place].split(":")[0]
                text[place] = f"{name}:{dice.choice(JUNK)}"
        if not text:
            break
    return dice.choice(["\r\n", "\r\n", "\n"]).join(text) + "\r\n"


def kept_out(read: Callable[[], object]) -> bool:
    """Return whether something is refused with a clear error; another error fails the test."""
    try:
        read()
    except ValueError as error:
        return 5 < len(str(error)) < 1000
    return False


def test_10000_hostile_descriptions_are_read_or_refused() -> None:
    dice = random.Random(7)
    refused = sum(
        kept_out(lambda: read_description(mutated(REACHABLE, dice), "offer")) for _ in range(10_000)
    )
    assert 2000 < refused < 9000  # there are some of both


def test_10000_hostile_requests_and_messages_are_read_or_refused() -> None:
    dice = random.Random(8)
    found = {"candidate": "1 1 udp 1 192.0.2.7 5 typ host", "sdp_mid": "0", "sdp_mline_index": 0}
    refused = 0
    for number in range(10_000):
        match number % 4:
            case 0:
                posted = body()
                posted[dice.choice(list(posted))] = dice.choice(VALUES)
                refused += kept_out(lambda posted=posted: read_offer(posted))
            case 1:
                one: dict[str, Any] = dict(found)
                one[dice.choice(list(one))] = dice.choice(VALUES)
                patch = {"pc_id": "a", "candidates": dice.choice([[one], one, [[one]]])}
                refused += kept_out(lambda patch=patch: read_patch(patch).usable())
            case 2:
                words = found["candidate"]
                words = mutated((str(words),) * 2, dice).strip()
                patch = {"pc_id": "a", "candidates": [{**found, "candidate": words}]}
                refused += kept_out(lambda patch=patch: read_patch(patch).usable())
            case _:
                message = mutated(
                    (
                        '{"type": "signalling",',
                        '"message": {"type": "trackStatus",',
                        '"enabled": 1}}',
                    ),
                    dice,
                )
                refused += kept_out(lambda message=message: read_signal(message))
    assert refused > 2000


def _sockets() -> int:
    return sum(1 for one in Path("/proc/self/fd").iterdir() if one.is_symlink())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files by /proc")
def test_hostile_offers_that_are_answered_leave_nothing_and_harm_nobody() -> None:
    dice = random.Random(9)

    async def main() -> None:
        peers = PeerConnections(lambda _: None)
        lasting = await peers.offer(body())
        outcomes = {"answered": 0, "renegotiated": 0, "refused": 0}
        before = _sockets()
        for number in range(400):
            posted = body(sdp=mutated(REACHABLE, dice))
            if number % 4 == 0:
                posted = body(sdp=mutated(REACHABLE, dice), pc_id=lasting["pc_id"])
                outcome = "renegotiated"
            else:
                outcome = "answered"
            try:
                answer = await peers.offer(posted)
            except ValueError:
                outcomes["refused"] += 1
                continue
            outcomes[outcome] += 1
            if answer["pc_id"] != lasting["pc_id"]:
                line = peers.get(answer["pc_id"])
                assert line is not None
                peers.candidates({"pc_id": line.id, "candidates": []})
                await line.aclose()
        assert len(peers) == 1
        assert all(count > 20 for count in outcomes.values()), outcomes
        assert _sockets() == before
        again = await peers.offer(body(pc_id=lasting["pc_id"]))
        assert again["pc_id"] == lasting["pc_id"]
        await peers.aclose()
        assert len(asyncio.all_tasks()) == 1

    with loopback():
        run_virtual(main(), real_io=True)
        gc.collect()


def test_hostile_messages_on_a_connection_harm_nobody() -> None:
    dice = random.Random(10)
    heard: list[object] = []
    signals = ['{"type": "signalling",', '"message": {"type": "trackStatus",', '"enabled": false}}']

    async def serve(line: WebRtcTransport, session: Session) -> None:
        await session.run(line.incoming.pipe(ops.do_action(heard.append)))

    async def call(line: WebRtcTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        session.subscribe(line.incoming)
        line.outgoing(out, session)
        out.on_next(tone(5.0))
        await asyncio.sleep(0.5)
        for number in range(1000):
            text = mutated(tuple(signals), dice)
            data = text.encode(errors="replace")
            out.on_next(SendMessage(data.decode() if number % 2 else data, urgent=True))
            if number % 40 == 0:
                await asyncio.sleep(0.05)
        out.on_next(SendMessage("the last", urgent=True))
        await until(lambda: MessageReceived("the last") in heard)
        await asyncio.sleep(1.0)

    talk(serve, call)
    assert loud(sound(heard)) > 1.5
    assert isinstance(heard[-1], Disconnected)
