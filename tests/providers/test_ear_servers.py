"""Recognisers whose servers misbehave, and what is said to a server at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from reactivex.subject import Subject

from rxvoice.errors import ProviderError
from rxvoice.items import Fault
from rxvoice.providers._deepgram_listen import DeepgramListen
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._ear_timeline import Timeline
from rxvoice.providers.assemblyai import assemblyai_stt
from rxvoice.providers.deepgram import deepgram_stt
from rxvoice.providers.elevenlabs import elevenlabs_stt
from rxvoice.providers.speechmatics import speechmatics_stt
from rxvoice.providers.xai import xai_stt
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Call,
    FakeAssemblyAI,
    FakeDeepgram,
    FakeServer,
    FakeSpeechmatics,
    FakeXai,
    Loud,
)

from .hearing import Scene, listening

SAID = Loud("Hello there.", word=0.2, pause=0.1)


def play(
    scene: Callable[[Scene, FakeServer], Awaitable[None]],
    fake: FakeServer,
    make: Callable[..., Any],
    **options: Any,
) -> tuple[Scene, FakeServer]:
    async def main() -> tuple[Scene, FakeServer]:
        async with fake as server:
            stt = make(base_url=server.url, api_key="k", **options)

            async def played(one: Scene) -> None:
                await scene(one, server)

            return await listening(stt, played), server

    return run_virtual(main(), real_io=True)


async def one_utterance(scene: Scene, server: FakeServer) -> None:
    await scene.say()
    await scene.end()


async def until_over(scene: Scene, server: FakeServer) -> None:
    async with asyncio.timeout(60.0):
        await scene.over.wait()


async def hang_up(call: Call) -> None:
    async with call.socket() as socket:
        await socket.close(1000)


@pytest.mark.parametrize("make", [elevenlabs_stt, xai_stt])
def test_st16_sessions_that_end_at_once_in_good_form_are_enough_too(make: Any) -> None:
    said, server = play(until_over, FakeServer(hang_up), make)
    assert [round(request.began) for request in server.requests] == [0, 0, 4]
    assert isinstance(said.error, ProviderError)
    assert not said.error.fatal


def test_st16_short_sessions_in_which_something_was_recognised_are_none_too_many() -> None:
    async def scene(one: Scene, server: FakeServer) -> None:
        for _ in range(6):
            await one.say()
            await one.wait(0.5)
        await one.end()

    said, server = play(scene, FakeXai(SAID, closes=True), xai_stt)
    assert said.texts == ["Hello there."] * 6
    assert said.error is None
    assert len(server.requests) >= 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsayable(DeepgramListen):
    """Asks for the rest by what is no text."""

    def finalize(self) -> tuple[str]:
        return ("\ud800",)


def test_what_cannot_be_sent_ends_it_instead_of_nothing_being_heard_any_more() -> None:
    def make(base_url: str, api_key: str) -> StreamingStt:
        return StreamingStt(Unsayable(model="nova-3", base_url=base_url, api_key=api_key))

    async def scene(one: Scene, server: FakeServer) -> None:
        await one.say()
        async with asyncio.timeout(1.0):
            await one.over.wait()

    said, server = play(scene, FakeDeepgram(SAID), make)
    assert isinstance(said.error, ProviderError)
    assert not said.error.retryable
    assert "UnicodeEncodeError" in str(said.error)
    assert len(server.requests) == 1


def test_st09_an_error_that_is_told_again_and_again_is_one_fault() -> None:
    async def serve(call: Call) -> None:
        async with call.socket() as socket:
            async for message in socket:
                if isinstance(message, bytes):
                    await socket.send({"type": "Error", "variant": "Overloaded"})
                elif message == {"type": "CloseStream"}:
                    return

    said, _ = play(one_utterance, FakeServer(serve), deepgram_stt)
    assert [fault.message for fault in said.faults] == ["the server tells of an error (Overloaded)"]


def test_a_server_that_never_ceases_to_speak_is_left_a_minute_after_the_end() -> None:
    async def serve(call: Call) -> None:
        async with call.socket() as socket:

            async def chat() -> None:
                while True:
                    await socket.send({"type": "Metadata"})
                    await asyncio.sleep(1.0)

            call.spawn(chat())
            async for _ in socket:
                pass

    async def main() -> float:
        async with FakeServer(serve) as server:
            stt = deepgram_stt(base_url=server.url, api_key="k")
            await listening(stt, lambda one: one_utterance(one, server))
            return asyncio.get_running_loop().time()

    assert run_virtual(main(), real_io=True) == pytest.approx(60.6, abs=1.0)


def test_st13_a_server_is_told_of_the_end_when_it_is_changed_for_another() -> None:
    changes: Subject[Any] = Subject()

    async def scene(one: Scene, server: FakeServer) -> None:
        await one.say()
        await one.wait(0.5)
        changes.on_next({"language": "de"})
        await one.wait(0.5)
        await one.end()

    _, server = play(scene, FakeDeepgram(SAID), deepgram_stt, changes=changes)
    assert len(server.requests) == 2
    assert server.requests[0].said("CloseStream")


@pytest.mark.parametrize(
    ("fake", "make", "end"),
    [
        (FakeDeepgram, deepgram_stt, {"type": "CloseStream"}),
        (FakeAssemblyAI, assemblyai_stt, {"type": "Terminate"}),
        (FakeSpeechmatics, speechmatics_stt, {"message": "EndOfStream"}),
    ],
)
def test_st13_a_server_is_told_of_the_end_when_nobody_listens_any_more(
    fake: Any, make: Any, end: dict[str, Any]
) -> None:
    async def scene(one: Scene, server: FakeServer) -> None:
        await one.quiet(0.5)  # and is unsubscribed

    said, server = play(scene, fake(SAID), make)
    last: Any = server.requests[0].received[-1].message
    assert last == last | end
    assert server.open_connections == 0
    assert said.items == [item for item in said.items if not isinstance(item, Fault)]


def test_a_clock_that_jitters_for_hours_takes_no_more_room() -> None:
    line = Timeline(16_000)
    for number in range(10 * 3_600 * 50):
        line.sent(320, number * 0.02 + (number % 2) * 0.005)
    starts: list[float] = vars(line)["_starts"]
    assert len(starts) <= 8_192
    assert line.start_at(line.seconds - 100.0) == pytest.approx(36_000 - 100.0, abs=0.01)
    assert line.end == pytest.approx(36_000.0, abs=0.01)
