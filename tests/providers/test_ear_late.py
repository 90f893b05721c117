"""Recognisers that answer late, twice or never, and are spoken to again meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rxvoice.items import SpeechStarted, SpeechStopped
from rxvoice.providers.deepgram import deepgram_stt
from rxvoice.providers.openai_audio import openai_stt_realtime
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Call, FakeDeepgram, FakeOpenAI, FakeServer, Loud

from .hearing import Scene, listening

SAID = Loud("Hello there.", word=0.2, pause=0.1)


def play(scene: Callable[[Scene, FakeDeepgram], Awaitable[None]], **options: Any) -> Scene:
    async def main() -> Scene:
        async with FakeDeepgram(SAID, **options) as server:
            stt = deepgram_stt(base_url=server.url, api_key="k")

            async def played(one: Scene) -> None:
                await scene(one, server)

            return await listening(stt, played)

    return run_virtual(main(), real_io=True)


def finals(scene: Scene) -> list[tuple[str, bool]]:
    return [(t.text, t.is_finalized) for t in scene.transcripts if t.is_final]


async def noise(scene: Scene) -> None:
    """What a voice detector takes for speech, and a recogniser does not."""
    scene.source.on_next(SpeechStarted(scene.at))
    await scene.quiet(0.4)
    scene.source.on_next(SpeechStopped(scene.at, 0.2))


def test_what_comes_after_noise_that_was_not_answered_is_not_recognised_twice() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await noise(one)
        await one.wait(6.0)
        await one.say()
        await one.wait(1.0)
        await server.drop_connections()
        await one.wait(1.0)
        await one.end()

    said = play(scene, empty_finalize=False)
    assert said.texts == ["Hello there."]


def test_what_is_recognised_too_late_is_not_recognised_twice() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        for _ in range(2):
            await one.say()
            await one.wait(5.0)
        await server.drop_connections()
        await one.wait(1.0)
        await one.end()

    said = play(scene, latency=0.5)
    assert said.texts == ["Hello there."] * 2
    assert len(said.faults) == 1


def test_st04_who_speaks_again_is_not_told_that_it_was_all() -> None:
    async def main() -> Scene:
        async with FakeOpenAI(heard=SAID, latency=1.0) as server:
            stt = openai_stt_realtime(base_url=f"{server.url}/v1", api_key="k")

            async def scene(one: Scene) -> None:
                await one.say()
                await one.wait(0.1)
                await one.say()
                await one.end()

            return await listening(stt, scene)

    said = run_virtual(main(), real_io=True)
    assert finals(said) == [("Hello there.", False), ("Hello there.", True)]
    first, second = (t for t in said.transcripts if t.is_final)
    assert (first.pts, first.end) == pytest.approx((0.0, 0.6))
    assert (second.pts, second.end) == pytest.approx((0.7, 1.3))


def test_st04_a_blank_in_place_of_an_answer_is_not_the_last_word_once_the_user_speaks_again() -> (
    None
):
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await noise(one)
        await one.wait(0.2)
        await one.say()
        await one.end()

    said = play(scene, empty_finalize=False)
    assert finals(said)[0] == ("", False)
    blank = next(t for t in said.transcripts if t.is_final)
    assert (blank.pts, blank.end) == pytest.approx((0.0, 0.4))


def result(text: str, at: float) -> dict[str, Any]:
    """A result of Deepgram's that answers a request, of 0.4 s of speech."""
    word = {"word": text, "start": at, "end": at + 0.4, "confidence": 1.0}
    heard = {"transcript": text, "confidence": 1.0, "words": [word]}
    return {
        "type": "Results",
        "channel": {"alternatives": [heard]},
        "start": at,
        "duration": 0.4,
        "is_final": True,
        "from_finalize": True,
    }


def test_st04_an_answer_that_comes_twice_does_not_stand_for_the_next_one() -> None:
    async def serve(call: Call) -> None:
        async with call.socket() as socket:
            asked = 0
            async for message in socket:
                if message == {"type": "Finalize"}:
                    asked += 1
                    for _ in range(asked):
                        await socket.send(result("one", 0.0))
                    if asked == 2:
                        await socket.send(result("two", 0.6))

    async def main() -> Scene:
        async with FakeServer(serve) as server:
            stt = deepgram_stt(base_url=server.url, api_key="k")

            async def scene(one: Scene) -> None:
                for _ in range(2):
                    await one.say()
                    await one.wait(0.1)

            return await listening(stt, scene)

    said = run_virtual(main(), real_io=True)
    assert finals(said) == [("one", True), ("one", False), ("one", False), ("two", True)]
