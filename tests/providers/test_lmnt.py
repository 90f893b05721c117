"""LMNT's voices against their fake: the contract, faults, interruptions and options."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Sentence
from rxvoice.providers._lmnt import LmntGenerate, LmntSpeak
from rxvoice.providers._voice import Audio, SentenceDone
from rxvoice.providers.lmnt import lmnt_tts, lmnt_tts_http
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeLmnt,
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
SLOW = ToneVoice(character=0.02, speed=2.0)


def served(
    fault: Any = None,
    servers: Any = None,
    voice: ToneVoice = VOICE,
    http: bool = False,
    api_key: str = "k",
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeLmnt(voice=voice, faults=fault, key="k") as server:
            if servers is not None:
                servers.append(server)
            tts = lmnt_tts_http if http else lmnt_tts
            yield tts(base_url=server.url, api_key=api_key)

    return make


def expected(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, 24_000).samples for line in lines])


def test_tt01_it_keeps_the_contract() -> None:
    report = check_synthesizer(served(), words=False, failing=served(api_key="wrong"))
    assert set(report.skipped) == {"words", "words come first"}


BORNE = [Split(seed=1), Insert(after=1) + Insert(after=3), Delay(first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_what_it_has_to_bear_costs_no_sound(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, expected(*LINES))
    assert not tells_of_it(said)


ONCE = [
    Refuse(429),
    Close(after=4, code=1011),
    Drop(after=None),
    Drop(after=1),
    Drop(after=4, inside=True),
    Hang(after=4),
    Corrupt(after=4),
    Fail(after=4),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_a_connection_that_is_lost_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([fault]))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert len(said.faults) == 1


@pytest.mark.parametrize("fault", [*ONCE, Garble(after=0)], ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_a_wrong_key_which_is_told_after_the_handshake_is_fatal() -> None:
    said = spoken(served(api_key="wrong"))
    assert isinstance(said.error, ProviderRejected)
    assert said.error.fatal
    assert "wrong" not in str(said.error)


def test_a_session_that_is_refused_as_soon_as_it_stands_is_not_waited_for() -> None:
    async def scene(begin: Callable[[], Reply]) -> None:
        said = begin()
        said.say("Hello there.")
        await asyncio.sleep(0.1)
        await said.end("Good bye!")
        assert asyncio.get_running_loop().time() < 1.0
        assert np.array_equal(said.samples, expected("Hello there.", "Good bye!"))
        assert len(said.faults) == 1

    spoken(served([Fail(after=0)]), scene)


def test_tt15_the_reply_ends_as_soon_as_its_last_flush_is_answered() -> None:
    async def scene(begin: Callable[[], Reply]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await begin().end(*LINES)
        assert loop.time() - began < 0.2  # and not after a silence

    spoken(served(), scene)


def test_tt16_an_interruption_takes_another_websocket_and_nothing_of_it_reaches_the_next() -> None:
    servers: list[FakeLmnt] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        (server,) = servers
        for count in (1, 2, 3):
            cut = begin()
            cut.say(*LINES)
            await cut.until(lambda cut=cut: cut.frames)
            assert len(server.requests) == count
            cut.cut()
            items = len(cut.items)
            await server.until(lambda count=count: len(server.requests) == count + 1)
            said = await begin().end("Sorry.")
            assert np.array_equal(said.samples, expected("Sorry."))
            assert len(cut.items) == items
        assert server.open_connections == 1

    spoken(served(servers=servers, voice=SLOW), scene)


def test_tt16_without_an_interruption_of_speech_there_is_no_other_websocket() -> None:
    servers: list[FakeLmnt] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        await begin().end(*LINES)
        begin().cut()  # before any text
        silent = begin()
        silent.say("…")
        await asyncio.sleep(1.0)
        silent.cut()
        heard = begin()
        heard.say(*LINES)  # spoken long before it is heard
        await asyncio.sleep(1.0)
        heard.cut()
        await begin().end("Two.")
        assert servers[0].connections == 1

    spoken(served(servers=servers), scene)


def test_tt30_pieces_are_gathered_until_their_sentence_ends() -> None:
    servers: list[FakeLmnt] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        for piece in ("Hello", " there", " you."):
            said.source.on_next(Sentence(piece, piece=True))
        return await said.end()

    said = spoken(served(servers=servers), scene)
    assert np.array_equal(said.samples, expected("Hello there you."))
    messages: list[Any] = [received.message for received in servers[0].requests[0].received]
    assert [message["type"] for message in messages[:5]] == [
        "init",
        "text",
        "text",
        "text",
        "flush",
    ]


# By HTTP.


def test_tt01_over_http_a_sentence_is_a_request() -> None:
    check_synthesizer(served(http=True), words=False, failing=served(http=True, api_key="wrong"))


@pytest.mark.parametrize("fault", [Drop(after=1), Drop(after=2, inside=True), Refuse(503)], ids=str)
def test_over_http_what_breaks_off_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([None, fault], http=True))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert len(said.faults) == 1


def test_tt33_over_http_a_wrong_key_is_fatal() -> None:
    said = spoken(served(http=True, api_key="wrong"))
    assert isinstance(said.error, ProviderRejected)
    assert (said.error.status, said.error.fatal) == (403, True)


# Messages.

USUAL: dict[str, Any] = {"voice": "leah", "api_key": "k"}


def dialect(**options: Any) -> LmntSpeak:
    return LmntSpeak(**USUAL | options)


def test_tt21_options_are_the_same_by_websocket_and_by_http() -> None:
    more: dict[str, Any] = {"language": "pt-BR", "extra": {"debug": False, "model": None}}
    options = {
        "voice": "leah",
        "format": "pcm_s16le",
        "sample_rate": 24_000,
        "language": "pt",
        "debug": False,
    }
    (frame,) = dialect(**more).greet()
    begun = {"type": "init", "X-API-Key": "k", "lmnt-version": "1.1"}
    assert json.loads(str(frame)) == {**begun, **options}
    opening = asyncio.run(dialect(**more).open())
    assert opening.url == "wss://api.lmnt.com/v1/ai/speech/stream"
    assert opening.headers == {}
    request = LmntGenerate(**USUAL, **more).request("Hi.")
    assert request.url == "https://api.lmnt.com/v1/ai/speech/bytes"
    assert request.headers["X-API-Key"] == "k"
    assert request.body == {"text": "Hi.", **options}


def test_what_messages_mean() -> None:
    reader = dialect().reader()
    assert list(reader.read(b"abc")) == [Audio(None, b"abc")]
    assert list(reader.read({"type": "ready", "request_id": "x"})) == []
    assert list(reader.read({"type": "flush_complete", "nonce": 1})) == [SentenceDone(None)]
    assert list(reader.read({"type": "something_new"})) == []


@pytest.mark.parametrize(
    ("kind", "status", "fatal"),
    [("permission_error", 403, True), ("rate_limit_error", 429, False), ("new_error", 500, False)],
)
def test_tt33_what_errors_mean(kind: str, status: int, fatal: bool) -> None:
    error = {"type": kind, "message": "you said hello"}
    with pytest.raises(ProviderRejected) as caught:
        list(dialect().reader().read({"type": "error", "error": error, "request_id": "x"}))
    assert (caught.value.status, caught.value.fatal) == (status, fatal)
    assert "hello" not in str(caught.value)


def test_refusals_are_read_in_both_shapes() -> None:
    explain = LmntGenerate(**USUAL).explain
    assert explain({"error": "No such voice."}).message == "No such voice."
    told = explain({"error": {"type": "not_found_error", "message": "No such voice."}})
    assert (told.message, told.code) == ("No such voice.", "not_found_error")


def test_tt32_there_is_no_voice_without_an_id() -> None:
    with pytest.raises(ValueError, match="voice"):
        lmnt_tts(voice="")
    with pytest.raises(ValueError, match="sample_rate"):
        lmnt_tts_http(sample_rate=44_100)


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LMNT_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="LMNT_API_KEY"):
        asyncio.run(dialect(api_key=None).open())
