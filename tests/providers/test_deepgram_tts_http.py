"""Deepgram's voice over HTTP against its fake: the base that voices behind HTTP share."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.providers.deepgram import deepgram_tts_http
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    FakeDeepgram,
    Fault,
    Hang,
    Merge,
    Refuse,
    Split,
    ToneVoice,
)

from .speaking import LINES, Reply, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)


def served(fault: Any = None, servers: Any = None, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        voice = options.get("voice", VOICE)
        async with FakeDeepgram(voice=voice, faults=fault, key="k") as server:
            if servers is not None:
                servers.append(server)
            yield deepgram_tts_http(base_url=server.url, api_key="k")

    return make


def expected(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, 24_000).samples for line in lines])


def test_tt01_a_sentence_is_a_request() -> None:
    check_synthesizer(served(), words=False, failing=served(Refuse(401)))


BORNE = [Split(seed=1), Merge(3), Delay(answer=0.2, first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, expected(*LINES))
    assert not tells_of_it(said)


ONCE = [
    Refuse(429, retry_after=1.0),
    Refuse(503),
    Drop(after=None),
    Drop(after=0),
    Drop(after=2),
    Drop(after=2, inside=True),
    Close(after=0),
    Corrupt(after=1),
    Hang(after=2),
    Hang(after=None),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_what_breaks_off_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([None, fault]))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert len(said.faults) == 1


@pytest.mark.parametrize("fault", [*ONCE, Refuse(400)], ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal() -> None:
    said = spoken(served(Refuse(401)))
    assert getattr(said.error, "fatal", False)


def test_replies_share_a_connection_that_is_opened_before() -> None:
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(3):
            said = await begin().end(*LINES)
            assert np.array_equal(said.samples, expected(*LINES))
        assert servers[0].connections == 1
        assert len(servers[0].requests) == 9

    spoken(served(servers=servers), scene)


def test_an_interruption_closes_the_request() -> None:
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        cut = begin()
        cut.say(*LINES)
        await cut.until(lambda: cut.frames)
        cut.cut()
        count = len(cut.items)
        await servers[0].until(lambda: servers[0].requests[0].left)
        assert len(servers[0].requests) == 1
        said = await begin().end("Sorry.")
        assert np.array_equal(said.samples, expected("Sorry."))
        assert len(cut.items) == count

    slow = ToneVoice(character=0.02, speed=2.0)
    spoken(served(servers=servers, voice=slow), scene)


@pytest.mark.parametrize(
    ("text", "told"), [("No such model.", "No such model."), ("Not Hello.", "Bad Request")]
)
def test_a_refusal_is_told_unless_it_repeats_what_was_to_be_said(text: str, told: str) -> None:
    (fault,) = spoken(served([Refuse(400, text=text)])).faults
    assert fault.message.endswith(f"status 400: {told}")
