"""Deepgram's voice against its fake: the contract, faults, interruptions."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.items import Sentence, Usage
from rxvoice.providers.deepgram import deepgram_tts
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeDeepgram,
    Fault,
    Garble,
    Hang,
    Insert,
    Refuse,
    Split,
    ToneVoice,
)

from .speaking import LINES, Reply, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)


def served(fault: Any = None, servers: Any = None, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeDeepgram(
            voice=options.pop("voice", VOICE), faults=fault, key="k", **options
        ) as server:
            if servers is not None:
                servers.append(server)
            yield deepgram_tts(base_url=server.url, api_key="k")

    return make


def expected(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, 24_000).samples for line in lines or LINES])


def test_tt01_it_keeps_the_contract() -> None:
    report = check_synthesizer(served(), words=False, failing=served(Refuse(401)))
    assert set(report.skipped) == {"words", "words come first"}


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, expected())
    assert not tells_of_it(said)


def test_tt14_silence_ends_a_reply_where_the_end_of_a_sentence_could_not_be_read() -> None:
    said = spoken(served([Garble(after=4)]))
    assert said.error is None
    assert np.array_equal(said.samples, expected())
    assert len(said.faults) == 1


def test_audio_that_ends_inside_of_a_sample_spoils_its_own_sentence_only() -> None:
    said = spoken(served([Garble(after=1)]))
    rest = expected(*LINES[1:])
    assert np.array_equal(said.samples[-len(rest) :], rest)
    assert not tells_of_it(said)


ONCE = [
    Refuse(429),
    Refuse(500),
    Close(after=4, code=1011),
    Close(after=4),
    Drop(after=None),
    Drop(after=1),
    Drop(after=4),
    Drop(after=4, inside=True),
    Hang(after=4),
    Hang(after=None),
    Corrupt(after=4),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_a_connection_that_is_lost_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([fault]))
    assert said.error is None
    assert np.array_equal(said.samples, expected())
    assert len(said.faults) == 1


TOLD = [*ONCE, Garble(after=0), Fail(after=1)]


@pytest.mark.parametrize("fault", TOLD, ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal() -> None:
    said = spoken(served(Refuse(401)))
    assert getattr(said.error, "fatal", False)


def test_tt16_tt17_replies_share_a_websocket_and_nothing_of_a_cut_one_reaches_the_next() -> None:
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(3):
            cut = begin()
            cut.say(*LINES)
            await cut.until(lambda cut=cut: cut.frames)
            cut.cut()
            count = len(cut.items)
            said = await begin().end("Sorry.")
            assert np.array_equal(said.samples, VOICE.speak("Sorry.", 24_000).samples)
            assert len(cut.items) == count
        assert len(servers[0].requests) == 1
        assert len(servers[0].requests[0].said("Clear")) == 3

    spoken(served(voice=ToneVoice(character=0.02, speed=2.0), servers=servers), scene)


def test_tt18_a_reply_that_is_cut_off_before_it_has_text_is_not_cleared() -> None:
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(3):
            cut = begin()
            await asyncio.sleep(0.1)
            cut.cut()
        over = await begin().end("Sorry.")
        over.cut()
        await asyncio.sleep(0.1)

    spoken(served(servers=servers), scene)
    (request,) = servers[0].requests
    assert not request.said("Clear")
    assert len(request.said("Speak")) == len(request.said("Flush")) == 1


def test_tt21_tt31_options_are_in_the_address_and_characters_are_told() -> None:
    servers: list[FakeDeepgram] = []

    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeDeepgram(voice=VOICE) as server:
            servers.append(server)
            options: dict[str, Any] = {"sample_rate": 16_000, "mip_opt_out": False}
            yield deepgram_tts(base_url=server.url, api_key="k", extra={"tag": "a"}, **options)

    said = spoken(make)
    (request,) = servers[0].requests
    assert dict(request.query) == {
        "model": "aura-2-thalia-en",
        "encoding": "linear16",
        "sample_rate": "16000",
        "mip_opt_out": "false",
        "tag": "a",
    }
    assert request.headers["User-Agent"].startswith("rxvoice/")
    assert [i.characters for i in said.items if isinstance(i, Usage)] == list(map(len, LINES))


def test_the_end_of_the_session_is_told() -> None:
    servers: list[FakeDeepgram] = []
    spoken(served(servers=servers))
    (request,) = servers[0].requests
    assert request.received[-1].message == {"type": "Close"}
    assert request.close_sent == 1000


NUMBERED = [f"Line number {number}." for number in range(45)]


def test_more_sentences_than_may_be_flushed_in_a_minute_are_spoken_over_another_websocket() -> None:
    servers: list[FakeDeepgram] = []
    said = spoken(served(servers=servers), lambda begin: begin().end(*NUMBERED))
    assert np.array_equal(said.samples, expected(*NUMBERED))
    assert not tells_of_it(said)
    assert len(servers[0].requests) == 3


def test_more_replies_than_may_be_flushed_in_a_minute_take_another_websocket() -> None:
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for line in NUMBERED:
            said = await begin().end(line)
            assert np.array_equal(said.samples, expected(line))
            assert not tells_of_it(said)
        await asyncio.sleep(61.0)
        await begin().end("Hello.")
        assert len(servers[0].requests) == 3

    spoken(served(servers=servers), scene)


LONG = " ".join(f"word{number:04}" for number in range(300))


def test_a_sentence_that_is_too_long_is_cut_at_a_blank() -> None:
    said = spoken(served(), lambda begin: begin().end(LONG, "The end."))
    assert np.array_equal(said.samples, expected(LONG[:1997], LONG[1998:], "The end."))
    assert not tells_of_it(said)


def test_pieces_that_are_too_long_together_are_flushed_in_between() -> None:
    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        for word in LONG.split():
            said.source.on_next(Sentence(f"{word} ", piece=True))
        return await said.end()

    said = spoken(served(), scene)
    assert np.array_equal(said.samples, expected(f"{LONG} "))
    assert not tells_of_it(said)
