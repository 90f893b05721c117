"""Deepgram's Flux voice against its fake: the contract, faults, interruptions."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Usage
from rxvoice.providers._deepgram_flux_speak import FluxSpeakReader
from rxvoice.providers._voice import Audio, Cleared, Done
from rxvoice.providers.deepgram import deepgram_flux_tts
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Delay,
    Drop,
    Fail,
    FakeDeepgram,
    Garble,
    Hang,
    Insert,
    Refuse,
    Split,
    ToneVoice,
)
from rxvoice.testing.servers import Fault as ServerFault

from .speaking import LINES, Reply, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)
SLOW = ToneVoice(character=0.02, speed=2.0)


def served(fault: Any = None, servers: Any = None, voice: ToneVoice = VOICE, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeDeepgram(voice=voice, faults=fault, key="k") as server:
            if servers is not None:
                servers.append(server)
            yield deepgram_flux_tts(base_url=server.url, api_key="k", **options)

    return make


def sound(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, 24_000).samples for line in lines])


def read(message: Any) -> list[Any]:
    return list(FluxSpeakReader().read(message))


def test_what_the_server_says_is_understood() -> None:
    assert read(b"\0\0") == [Audio(None, b"\0\0")]
    assert read({"type": "SpeechMetadata", "speech_id": "x"}) == [Done(None)]
    assert read({"type": "SpeechInterrupted", "audio_played_ms": 1}) == [Cleared()]
    assert read({"type": "Warning", "code": "NO_ACTIVE_SPEECH"}) == [Cleared()]
    for unknown in ("?", {}, {"type": "Flushed"}, {"type": "SpeechStarted"}, {"type": "New"}):
        assert read(unknown) == []
    (fault,) = read({"type": "Warning", "code": "SYNTHESIS_RETRYING", "description": "Hello"})
    assert isinstance(fault, Fault)
    assert fault.message == "the server tells of Warning SYNTHESIS_RETRYING"


@pytest.mark.parametrize(
    ("kind", "code", "retryable"),
    [
        ("Warning", "NO_AUDIO_GENERATED", True),
        ("Warning", "INTERRUPT_IN_PROGRESS", True),
        ("Error", "NET-0001", True),
        ("Error", "DATA-0002", False),
    ],
)
def test_errors_tell_whether_trying_again_may_help(kind: str, code: str, retryable: bool) -> None:
    with pytest.raises(ProviderError, match=code) as caught:
        read({"type": kind, "code": code, "description": "Hello"})
    assert (caught.value.retryable, caught.value.fatal) == (retryable, False)
    assert "Hello" not in str(caught.value)


def test_tt01_it_keeps_the_contract() -> None:
    report = check_synthesizer(served(), words=False, failing=served(Refuse(401)))
    assert set(report.skipped) == {"words", "words come first"}


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: ServerFault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, sound(*LINES))
    assert not tells_of_it(said)


ONCE = [
    Refuse(500),
    Close(after=5, code=1011),
    Drop(after=1),
    Drop(after=5, inside=True),
    Hang(after=5),
    Fail(after=5),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_a_connection_that_is_lost_once_loses_and_doubles_nothing(fault: ServerFault) -> None:
    said = spoken(served([fault]))
    assert said.error is None
    assert np.array_equal(said.samples, sound(*LINES))
    assert len(said.faults) == 1


@pytest.mark.parametrize("fault", [*ONCE, Garble(after=0)], ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: ServerFault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal() -> None:
    assert getattr(spoken(served(Refuse(401))).error, "fatal", False)


def test_tt33_what_the_server_does_not_speak_is_left_out() -> None:
    error = {"type": "Error", "code": "DATA-0002", "description": "no such control"}
    said = spoken(served([Insert(after=1, message=error) + Close(after=2, code=1008)]))
    assert said.error is None
    assert [fault.message for fault in said.faults] == [
        "the server tells of the error DATA-0002; it is left out"
    ]


def test_tt10_a_reply_is_a_turn_and_its_sentences_are_parted() -> None:
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        assert np.array_equal((await begin().end(*LINES)).samples, sound(*LINES))
        assert np.array_equal((await begin().end("Sorry.")).samples, sound("Sorry."))

    spoken(served(servers=servers), scene)
    (request,) = servers[0].requests
    texts = [message["text"] for message in request.said("Speak")]
    assert texts == [f"{line} " for line in (*LINES, "Sorry.")]
    assert len(request.said("Flush")) == 2
    assert not request.said("Interrupt")
    assert request.said("Close")


def test_tt16_tt17_an_interruption_cuts_the_turn_off_and_costs_no_websocket() -> None:
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(3):
            cut = begin()
            cut.say(*LINES)
            await cut.until(lambda cut=cut: cut.frames)
            cut.cut()
            count = len(cut.items)
            said = await begin().end("Sorry.")
            assert np.array_equal(said.samples, sound("Sorry."))
            assert len(cut.items) == count
            assert not said.faults

    spoken(served(voice=SLOW, servers=servers), scene)
    (request,) = servers[0].requests
    assert len(request.said("Interrupt")) == 3


def test_tt17_a_turn_that_cannot_be_interrupted_yet_is_left_with_its_websocket() -> None:
    """The vendor does not interrupt before its first sound, and would speak both as one turn."""
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        cut = begin()
        cut.say(*LINES)
        await asyncio.sleep(0.1)
        cut.cut()
        said = await begin().end("Sorry.")
        assert np.array_equal(said.samples, sound("Sorry."))
        assert not cut.frames

    slow = ToneVoice(character=0.02, latency=0.5)
    spoken(served(voice=slow, servers=servers), scene)
    assert len(servers[0].requests) == 2


def test_tt18_a_reply_that_is_cut_off_before_it_has_text_costs_nothing() -> None:
    servers: list[FakeDeepgram] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        cut = begin()
        await asyncio.sleep(0.1)
        cut.cut()
        await asyncio.sleep(0.1)
        assert [request.received for request in servers[0].requests] == [[]]

    spoken(served(servers=servers), scene)


def test_tt21_tt31_options_are_in_the_address_and_characters_are_told() -> None:
    servers: list[FakeDeepgram] = []
    options: dict[str, Any] = {"speed": 1.1, "mip_opt_out": False, "sample_rate": 16_000}
    said = spoken(served(servers=servers, **options))
    assert dict(servers[0].requests[0].query) == {
        "model": "flux-alexis-en",
        "encoding": "linear16",
        "sample_rate": "16000",
        "speed": "1.1",
        "mip_opt_out": "false",
    }
    assert [i.characters for i in said.items if isinstance(i, Usage)] == list(map(len, LINES))
