"""What holds for every recogniser behind a websocket, whoever the vendor is."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from rxvoice.items import SpeechStarted, SpeechStopped, UserStarted, UserStopped
from rxvoice.providers._ear_losses import Reconnect
from rxvoice.providers.gladia import gladia_stt
from rxvoice.providers.mistral import mistral_stt
from rxvoice.providers.openai_audio import openai_stt_realtime
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeGladia, FakeMistral, FakeOpenAI, Loud, Said

from .ear_calls import START, STOP, Call
from .hearing import Scene, listening
from .test_speech_under_faults import faults
from .vendors import VENDORS, Vendor

SAID = Loud("Hello there.", word=0.2, pause=0.1)
SEEDS = range(2)


async def speak(scene: Scene, vendor: Vendor) -> None:
    """Speak as the vendor likes it, marked or not, with enough silence to know the end by."""
    marked = "turns" not in vendor.name and vendor.name != "flux"
    if marked:
        scene.source.on_next(SpeechStarted(scene.at))
    await scene.say(marks=False)
    await scene.quiet(0.3 if marked else 1.0)
    if marked:
        scene.source.on_next(SpeechStopped(scene.at, 0.5))
        await scene.wait(0.7)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_st15_whatever_goes_wrong_every_utterance_is_heard_once(seed: int, vendor: Vendor) -> None:
    async def main() -> Scene:
        async with vendor.server(SAID, faults=faults(seed)) as server:
            rules = Reconnect(attempts=9, first=0.1, longest=0.5)
            stt = replace(vendor.stt(server), reconnect=rules)

            async def scene(one: Scene) -> None:
                for _ in range(5):
                    await speak(one, vendor)
                await one.end()

            return await listening(stt, scene)

    said = run_virtual(main(), real_io=True)
    assert said.error is None
    assert " ".join(said.texts) == " ".join(["Hello there."] * 5)


HEARD = [Said("Hello there, friend.", at=0.3)]
"""From 0.3 s to 1.05 s."""


def test_a_vendor_that_cannot_be_asked_hears_silence_after_speech_where_audio_is_left_out() -> None:
    async def main() -> None:
        async with FakeGladia(HEARD) as server:
            call = Call(gladia_stt(base_url=server.url, api_key="k"))
            await call.say(START, 1.1, STOP)
            await asyncio.sleep(3.0)
            (final,) = call.finals
            assert call.when(final) - 1.1 < 0.5
            sent = server.requests[-1].received
            assert 1.1 + 0.3 <= len(sent) * 0.1 <= 1.1 + 0.6  # and no more than that
            await call.end()

    run_virtual(main(), real_io=True)


def test_silence_after_a_noise_ends_after_a_while() -> None:
    async def main() -> None:
        async with FakeGladia() as server:
            call = Call(gladia_stt(base_url=server.url, api_key="k"))
            await call.say(START, 1.0, STOP)
            await asyncio.sleep(6.0)
            assert len(server.requests[-1].received) * 0.1 == pytest.approx(1.0 + 3.0, abs=0.2)
            await call.end()

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("fake", "make", "path", "options"),
    [
        (
            FakeOpenAI,
            openai_stt_realtime,
            "/v1",
            {"model": "gpt-transcribe", "turn_detection": {"type": "server_vad"}},
        ),
        (FakeMistral, mistral_stt, "", {"turn_detection": {}}),
    ],
)
def test_st20_a_turn_that_a_server_finds_ends_when_audio_stops(
    fake: Any, make: Any, path: str, options: dict[str, Any]
) -> None:
    async def main() -> None:
        async with fake(heard=HEARD) as server:
            call = Call(make(base_url=server.url + path, api_key="k", **options))
            await call.say(1.1)
            await asyncio.sleep(3.0)
            assert [type(item) for item in call.of(UserStarted)] == [UserStarted]
            (stopped,) = call.of(UserStopped)
            assert 1.6 <= call.when(stopped) <= 3.0
            assert [final.text for final in call.finals] == ["Hello there, friend."]
            await call.end()

    run_virtual(main(), real_io=True)
