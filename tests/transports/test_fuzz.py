"""Hostile far ends: whatever they send, they harm nobody but themselves."""

import gc
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
import reactivex as rx

from rxvoice import AudioFrame, Session
from rxvoice.items import Connected, Disconnected, Fault
from rxvoice.testing import pause, run_virtual
from rxvoice.transports import (
    Channel,
    Codec,
    MemoryChannel,
    PcmCodec,
    SocketTransport,
    Wire,
    channel_pair,
    memory_pair,
)
from tests.telephony.lines import VENDORS, Vendor
from tests.transports.ends import RATE, tone

SECRET = "4929-1234-5678-9012"
"""What a caller may say to a bank's agent; it must stand in no fault."""

CALL = 250
"""Messages of one far end."""

Far = tuple[str, Callable[[], Codec], Callable[[random.Random], list[Wire]]]


def of_vendor(vendor: Vendor) -> Far:
    def good(dice: random.Random) -> list[Wire]:
        data = vendor.encode(tone(0.02).samples[: vendor.rate // 50])
        media = vendor.media(dice.randrange(1, 50), data)
        mark = json.dumps({"event": "mark", "mark": {"name": SECRET}})
        dtmf = json.dumps({"event": "dtmf", "dtmf": {"digit": "5"}})
        stop = json.dumps({"event": "stop", "sequenceNumber": "9"})
        return [*vendor.start, media, media, media, mark, dtmf, stop]

    return vendor.name, vendor.line.codec, good


def of_pcm(_: random.Random) -> list[Wire]:
    return [bytes(640), "a text", SECRET, '{"type": "clear"}']


FARS: list[Far] = [("pcm", PcmCodec, of_pcm), *map(of_vendor, VENDORS)]


def hostile(dice: random.Random, good: list[Wire]) -> Wire:
    """Return a message that is good, nearly good, or nothing of the kind."""
    message = dice.choice(good)
    match dice.randrange(12):
        case 0:
            return dice.randbytes(dice.randrange(400))
        case 1:
            return "[" * dice.randrange(3_000)
        case 2:
            return json.dumps({dice.choice(["event", "type", "x"]): SECRET * dice.randrange(200)})
        case 3:
            return dice.choice(["", b"", "null", "1e999", "\x00", '{"event": NaN}', "\ud7ff"])
        case 4 | 5:
            return message[: dice.randrange(len(message) + 1)]
        case 6:
            place = dice.randrange(len(message) + 1)
            if isinstance(message, bytes):
                return message[:place] + dice.randbytes(3) + message[place:]
            return (
                message[:place] + dice.choice(['"', "}", "9" * 30, "é", SECRET]) + message[place:]
            )
        case 7 if isinstance(message, bytes):
            return message.decode("latin-1")
        case 7:
            return str(message).encode()
        case _:
            return message


async def attack(session: Session, far: Far, dice: random.Random) -> tuple[int, list[object]]:
    """Send hostile messages to a transport that speaks; return how many, and what it heard."""
    name, codec, good = far
    here, there = channel_pair()

    async def open_channel() -> Channel:
        return here

    heard: list[object] = []
    line = SocketTransport(open_channel, codec(), name=name)
    listening = session.subscribe(line.incoming, heard.append, heard.append)
    sending = line.outgoing(rx.concat(rx.of(tone(0.1)), rx.never()), session)
    session.scope.spawn(lambda: swallow(there), name="swallow")
    sent = 0
    for message in messages(dice, good(dice)):
        try:
            await there.send(message)
        except Exception:  # it was sent away
            break
        sent += 1
        if dice.randrange(20) == 0:
            await pause(0.05)
    await pause(1.0)
    await there.aclose()
    await pause(0.1)
    listening.dispose()
    sending.cancel()  # type: ignore[attr-defined]
    await pause(0.1)
    return sent, heard


def messages(dice: random.Random, good: list[Wire]) -> Iterator[Wire]:
    if dice.randrange(3):  # most begin as a real line does
        yield from good[:2]
    for _ in range(CALL):
        yield hostile(dice, good)


async def swallow(end: MemoryChannel) -> None:
    while True:
        try:
            await end.receive()
        except Exception:
            return


def check(name: str, heard: list[object]) -> None:
    faults = [item for item in heard if isinstance(item, Fault)]
    assert all(0 < len(fault.message) < 100 for fault in faults)
    assert SECRET not in "".join(fault.message for fault in faults), name
    assert sum(isinstance(item, Connected) for item in heard) <= 1
    assert sum(isinstance(item, Disconnected) for item in heard) <= 1
    assert not [item for item in heard if isinstance(item, Exception)]
    if len(faults) > 20:
        assert isinstance(heard[-1], Disconnected | Fault)


@pytest.mark.parametrize("far", FARS, ids=lambda far: far[0])
def test_hostile_messages_are_faults_and_the_call_beside_them_is_as_if_nothing_was(
    far: Far,
) -> None:
    counts: list[int] = []

    async def main() -> None:
        ours, theirs = memory_pair()
        async with Session() as calm, Session() as session:
            beside: list[float] = []
            frames: list[AudioFrame] = []

            def hear(item: object) -> None:
                if isinstance(item, AudioFrame):
                    beside.append(calm.now)
                    frames.append(item)

            calm.subscribe(theirs.incoming, hear)
            ours.outgoing(rx.concat(rx.of(tone(60.0, 7)), rx.never()), calm)
            seed = 0
            while sum(counts) < 3_000:
                seed += 1
                sent, heard = await attack(session, far, random.Random(seed))
                check(far[0], heard)
                counts.append(sent)
            count = len(beside)
            assert count > 100
            assert beside == [pytest.approx(0.02 * index, abs=0.002) for index in range(count)]
            assert sum(len(frame.samples) for frame in frames) == count * RATE // 50

    run_virtual(main())
    assert sum(counts) >= 3_000


def test_hostile_messages_leave_no_memory_behind() -> None:
    async def main() -> None:
        async with Session() as session:
            for index, far in enumerate(FARS):
                await attack(session, far, random.Random(index))
            gc.collect()
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            for seed in range(5):
                for far in FARS:
                    await attack(session, far, random.Random(seed))
            gc.collect()
            now, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert now - before < 300_000
            assert peak - before < 8_000_000

    run_virtual(main())
