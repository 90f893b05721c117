"""Whatever a recogniser's server says: it breaks no stream, and nothing that is none comes out."""

import copy
from collections.abc import Iterator
from typing import Any, cast

import pytest

from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Transcript, Translation
from rxvoice.providers._ear_hearing import Hearing
from rxvoice.providers._ear_link import Link
from rxvoice.providers._ear_tape import Tape
from rxvoice.providers._websocket import Opening, dial
from rxvoice.testing import run_virtual, silence
from rxvoice.testing.servers import Call, FakeServer, Loud

from .hearing import Scene, listening
from .vendors import VENDORS, Vendor

SAID = Loud("Hello there.", word=0.2, pause=0.1)
WRONG: list[Any] = [None, "x", -1, 10**400, float("nan"), {"a": 1}, [None]]
MOST = 9
"""Messages in which something is wrong, each kind at least once."""


def said_by(vendor: Vendor) -> list[dict[str, Any]]:
    """What the vendor's server says while two utterances are heard."""

    async def scene(one: Scene) -> None:
        await one.say()
        await one.wait(1.0)
        await one.say()
        await one.end()

    async def main() -> list[dict[str, Any]]:
        async with vendor.server(SAID) as server:
            await listening(vendor.stt(server), scene)
            sent = max((request.sent for request in server.requests), key=len)
            return [dict(one.message) for one in sent if isinstance(one.message, dict)]

    return run_virtual(main(), real_io=True)


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All places of a message, of lists those of the first entry."""
    if place:
        yield place
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        for name in fields:
            yield from places(fields[name], (*place, name))
    elif isinstance(value, list) and value:
        yield from places(cast("list[Any]", value)[0], (*place, 0))


def spoilt(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The message with something wrong, or missing, at each place."""
    for place in places(message):
        for wrong in [*WRONG, ...]:
            one = copy.deepcopy(message)
            inner: Any = one
            for name in place[:-1]:
                inner = inner[name]
            if wrong is ...:
                del inner[place[-1]]
            else:
                inner[place[-1]] = wrong
            yield one


def is_sound(item: object) -> bool:
    if isinstance(item, Fault):
        return "Hello" not in item.message
    if not isinstance(item, Transcript | Translation):
        return True
    words = item.words if isinstance(item, Transcript) else ()
    texts: list[object] = [item.text, item.language or "", item.speaker or ""]
    texts += [word.text for word in words]
    numbers: list[object] = [item.pts, item.end, *(word.pts for word in words)]
    if isinstance(item, Transcript) and item.confidence is not None:
        numbers.append(item.confidence)
    return (
        all(isinstance(one, str) for one in texts)
        and all(isinstance(one, float | int) for one in numbers)
        and 0.0 <= item.pts <= item.end <= 2.01
    )


async def quiet(call: Call) -> None:
    async with call.socket() as socket:
        async for _ in socket:
            pass


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_a_message_in_which_something_is_wrong_breaks_nothing(vendor: Vendor) -> None:
    told = said_by(vendor)
    kinds: dict[tuple[Any, ...], int] = {}
    for number, message in enumerate(told):
        kinds.setdefault((*message, message.get("type"), message.get("message")), number)
    chosen = sorted([*kinds.values()][:MOST])

    async def main() -> int:
        async with FakeServer(quiet) as server:
            dialect = vendor.stt(server).dialect
            tape = Tape(dialect.rate)
            wire = await dial("test", Opening(server.ws_url), patience=1.0)
            link = Link(dialect, wire, tape)
            link.timeline.sent(2 * dialect.rate, 0.0)
            tape.on_next(silence(0.1, dialect.rate))
            count = 0
            for number in chosen:
                for message in spoilt(told[number]):
                    hearing, reader = Hearing("test", tape), dialect.reader()
                    around = [*told[max(0, number - 3) : number], message, *told[number + 1 :][:2]]
                    for one in around:
                        try:
                            events = list(hearing.read(reader, one))
                        except ProviderError:
                            break
                        items = [item for event in events for item in hearing.take(link, event)]
                        assert all(map(is_sound, items)), (message, items)
                    count += 1
            await link.aclose(polite=False)
            return count

    assert run_virtual(main(), real_io=True) > 100
