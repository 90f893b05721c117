"""Voices that are asked for a sentence at a time, each against its vendor's fake."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.providers.mistral import mistral_tts
from rxvoice.providers.openai_audio import openai_compatible_tts, openai_tts
from rxvoice.providers.xai import xai_tts_http
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeMistral,
    FakeOpenAI,
    FakeXai,
    Fault,
    Garble,
    Hang,
    Insert,
    Merge,
    Mistype,
    Refuse,
    Split,
    ToneVoice,
)

from .speaking import LINES, Reply, reply, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)


@dataclass(frozen=True)
class Vendor:
    """One of the vendors.

    Attributes:
        name: What tests call it.
        fake: Makes its fake server.
        make: Makes the voice of a server.
        rate: Samples a second that come.
        events: Whether it tells audio as events.
    """

    name: str
    fake: Callable[..., Any]
    make: Callable[[Any], Synthesizer]
    rate: int = 24_000
    events: bool = False

    def __str__(self) -> str:
        return self.name

    def served(self, fault: Any = None, voice: ToneVoice = VOICE, servers: Any = None) -> Any:
        @asynccontextmanager
        async def make() -> AsyncGenerator[Synthesizer]:
            async with self.fake(voice=voice, faults=fault, key="k") as server:
                if servers is not None:
                    servers.append(server)
                yield self.make(server)

        return make

    def expected(self, *lines: str) -> Any:
        return np.concatenate([VOICE.speak(line, self.rate).samples for line in lines])


def a_slow_rate(**options: Any) -> FakeOpenAI:
    return FakeOpenAI(speech_rate=16_000, **options)


def by_openai(server: Any, **options: Any) -> Synthesizer:
    return openai_tts(model="any", base_url=server.api, api_key="k", **options)


def by_groq(server: Any) -> Synthesizer:
    return openai_compatible_tts("groq", base_url=f"{server.url}/openai/v1", api_key="k")


def by_mistral(server: Any) -> Synthesizer:
    return mistral_tts(base_url=server.url, api_key="k")


def by_xai(server: Any) -> Synthesizer:
    return xai_tts_http(base_url=server.url, api_key="k", sample_rate=16_000)


OPENAI = Vendor("openai", FakeOpenAI, by_openai)
EVENTS = Vendor("openai sse", FakeOpenAI, lambda s: by_openai(s, stream_format="sse"), events=True)
GROQ = Vendor("groq", a_slow_rate, by_groq, rate=16_000)
MISTRAL = Vendor("mistral", FakeMistral, by_mistral, events=True)
XAI = Vendor("xai", FakeXai, by_xai, rate=16_000)
VENDORS = [OPENAI, EVENTS, GROQ, MISTRAL, XAI]
WITH_EVENTS = [EVENTS, MISTRAL]


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_tt01_it_keeps_the_contract(vendor: Vendor) -> None:
    report = check_synthesizer(vendor.served(), words=False, failing=vendor.served(Refuse(401)))
    assert set(report.skipped) == {"words", "words come first"}


BORNE = [Split(seed=1), Merge(3), Delay(answer=0.2, first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_tt24_what_it_has_to_bear_costs_no_sound(vendor: Vendor, fault: Fault) -> None:
    said = spoken(vendor.served(fault))
    assert np.array_equal(said.samples, vendor.expected(*LINES))
    assert not tells_of_it(said)


@pytest.mark.parametrize("vendor", WITH_EVENTS, ids=str)
def test_tt24_new_events_cost_no_sound(vendor: Vendor) -> None:
    said = spoken(vendor.served(Insert(after=0) + Insert(after=2)))
    assert np.array_equal(said.samples, vendor.expected(*LINES))
    assert not tells_of_it(said)


ONCE = [
    Refuse(429, retry_after=1.0),
    Drop(after=None),
    Drop(after=2, inside=True),
    Close(after=0),
    Corrupt(after=1),
    Hang(after=2),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_what_breaks_off_once_loses_and_doubles_nothing(vendor: Vendor, fault: Fault) -> None:
    said = spoken(vendor.served([None, fault]))
    assert said.error is None
    assert np.array_equal(said.samples, vendor.expected(*LINES))
    assert len(said.faults) == 1


@pytest.mark.parametrize("vendor", WITH_EVENTS, ids=str)
@pytest.mark.parametrize("fault", [Close(after=1), Fail(after=1)], ids=str)
def test_tt33_a_failure_in_the_midst_is_told_in_its_place_and_loses_nothing(
    vendor: Vendor, fault: Fault
) -> None:
    said = spoken(vendor.served([None, fault]))
    assert said.error is None
    assert np.array_equal(said.samples, vendor.expected(*LINES))
    (told,) = said.faults
    assert 0 < said.items.index(told) < len(said.items) - 1


BAD = [Garble(after=1), Mistype(after=1), Refuse(400), Refuse(500)]


@pytest.mark.parametrize("fault", BAD, ids=str)
@pytest.mark.parametrize("vendor", WITH_EVENTS, ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(vendor: Vendor, fault: Fault) -> None:
    said = spoken(vendor.served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


@pytest.mark.parametrize("vendor", WITH_EVENTS, ids=str)
def test_what_comes_together_with_a_message_of_no_sense_is_heard(vendor: Vendor) -> None:
    field = "audio_data" if vendor is MISTRAL else "audio"
    said = spoken(vendor.served([Mistype(after=1, field=field) + Merge(3)]))
    expected = vendor.expected(*LINES)
    lost = vendor.rate // 10
    assert np.array_equal(said.samples, np.concatenate([expected[:lost], expected[2 * lost :]]))
    assert ["1 messages" in fault.message for fault in said.faults] == [True]


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_tt33_wrong_credentials_are_fatal_and_not_repeated(vendor: Vendor) -> None:
    said = spoken(vendor.served(Refuse(401, text="k is no key")))
    assert getattr(said.error, "fatal", False)
    assert "k is no key" not in str(said.error)


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_tt16_an_interruption_drops_the_request_and_the_next_reply_is_whole(
    vendor: Vendor,
) -> None:
    servers: list[Any] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        cut = begin()
        cut.say(*LINES)
        await cut.until(lambda: cut.frames)
        cut.cut()
        count = len(cut.items)
        await servers[0].until(lambda: servers[0].requests[0].left)
        assert len(servers[0].requests) == 1
        said = await begin().end("Sorry.")
        assert np.array_equal(said.samples, vendor.expected("Sorry."))
        assert len(cut.items) == count

    slow = ToneVoice(character=0.02, speed=2.0)
    spoken(vendor.served(voice=slow, servers=servers), scene)


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_replies_share_a_connection(vendor: Vendor) -> None:
    servers: list[Any] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(2):
            await begin().end(*LINES)
        assert servers[0].connections == 1
        assert len(servers[0].requests) == 6

    spoken(vendor.served(servers=servers), scene)


def test_a_sentence_goes_on_over_another_connection_when_they_are_closed_in_its_midst() -> None:
    async def main() -> None:
        slow = ToneVoice(character=0.02, speed=2.0)
        async with FakeOpenAI(voice=slow) as server, Session() as session:
            tts = openai_tts(model="any", base_url=server.api, api_key="k")
            said = reply(tts, session)
            said.say(*LINES)
            await said.until(lambda: said.frames)
            await tts.aclose()
            await said.end()
            assert np.array_equal(said.samples, OPENAI.expected(*LINES))
            assert len(said.faults) == 1

    run_virtual(main(), real_io=True)


def test_a_sentence_that_is_too_long_is_cut_at_blanks() -> None:
    servers: list[Any] = []
    line = " ".join(f"word{number:03}" for number in range(60))

    async def scene(begin: Callable[[], Reply]) -> None:
        said = await begin().end(line)
        asked = [exchange.json["input"] for exchange in servers[0].requests]
        assert " ".join(asked) == line
        assert [len(text) for text in asked] == [199, 199, 79]
        assert np.array_equal(said.samples, GROQ.expected(*asked))

    spoken(GROQ.served(servers=servers), scene)
