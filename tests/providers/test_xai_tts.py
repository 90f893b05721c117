"""xAI's voice over a websocket against its fake: the contract, faults, interruptions."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderError
from rxvoice.providers._voice import Audio, Cleared, Done, Failed
from rxvoice.providers._xai_speak import XaiSpeak
from rxvoice.providers.xai import xai_tts
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeXai,
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


def served(fault: Any = None, servers: Any = None, voice: ToneVoice = VOICE) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeXai(voice=voice, faults=fault, key="k") as server:
            if servers is not None:
                servers.append(server)
            yield xai_tts(base_url=server.url, api_key="k")

    return make


def expected() -> Any:
    """What the fake speaks of the sentences, which it tells apart by the blanks between."""
    first, *others = LINES
    texts = [first, *(f" {line}" for line in others)]
    return np.concatenate([VOICE.speak(text, 24_000).samples for text in texts])


def test_tt01_it_keeps_the_contract() -> None:
    report = check_synthesizer(served(), words=False, failing=served(Refuse(401)))
    assert set(report.skipped) == {"words", "words come first"}


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_what_it_has_to_bear_costs_no_sound(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, expected())
    assert not tells_of_it(said)


ONCE = [
    Refuse(429),
    Close(after=4, code=1011),
    Drop(after=None),
    Drop(after=4, inside=True),
    Hang(after=4),
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


def test_tt33_an_error_is_told_in_its_place_and_the_reply_goes_on() -> None:
    said = spoken(served([Fail(after=3)]))
    assert said.error is None
    assert np.array_equal(said.samples, expected())
    (fault,) = said.faults
    assert 0 < said.items.index(fault) < len(said.items) - 1


def test_tt33_wrong_credentials_are_fatal() -> None:
    said = spoken(served(Refuse(401)))
    assert getattr(said.error, "fatal", False)


def test_tt17_an_interruption_clears_the_utterance_and_nothing_of_it_reaches_the_next() -> None:
    servers: list[FakeXai] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(3):
            cut = begin()
            cut.say(*LINES)
            await cut.until(lambda cut=cut: cut.frames)
            cut.cut()
            said = await begin().end("Sorry.")
            assert np.array_equal(said.samples, VOICE.speak("Sorry.", 24_000).samples)
        (exchange,) = servers[0].requests
        assert len(exchange.said("text.clear")) == 3

    spoken(served(servers=servers, voice=ToneVoice(character=0.02, speed=2.0)), scene)


def test_tt16_no_connection_is_lost_by_an_interruption_before_any_text() -> None:
    servers: list[FakeXai] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        await begin().end("One.")
        begin().cut()
        await begin().end("Two.")
        (exchange,) = servers[0].requests
        assert [message["type"] for message in map(message_of, exchange.received)] == [
            "text.delta",
            "text.done",
        ] * 2

    spoken(served(servers=servers), scene)


def message_of(received: Any) -> Any:
    return received.message


# Messages.


def dialect(language: str = "en", **options: Any) -> XaiSpeak:
    return XaiSpeak(voice="ara", api_key="k", language=language, **options)


def test_sentences_are_kept_apart_and_pieces_are_sent_as_they_are() -> None:
    def sent(text: str, *, whole: bool) -> list[str]:
        return [json.loads(str(frame))["delta"] for frame in dialect().speak("", text, whole=whole)]

    assert sent("Hello.", whole=True) == ["Hello. "]
    assert sent(" wor", whole=False) == [" wor"]
    assert list(map(len, sent("x" * 31_000, whole=False))) == [15_000, 15_000, 1_000]


def test_what_messages_mean() -> None:
    reader = dialect().reader()
    delta = {"type": "audio.delta", "delta": b64encode(b"abc").decode()}
    assert list(reader.read(delta)) == [Audio(None, b"abc")]
    assert list(reader.read({"type": "audio.done", "trace_id": "x"})) == [Done(None)]
    assert list(reader.read({"type": "audio.clear"})) == [Cleared()]
    assert list(reader.read({"type": "something.new"})) == []
    (failed,) = reader.read({"type": "error", "message": "you said hello"})
    assert isinstance(failed, Failed)
    assert str(failed.error) == "the server tells of an error (error)"


def asked(**options: Any) -> str:
    return asyncio.run(dialect(**options).open()).url


def test_tt21_options_are_passed_on_and_those_not_given_are_not() -> None:
    usual = "wss://api.x.ai/v1/tts?language=en&voice=ara&codec=pcm&sample_rate=24000"
    assert asked() == usual
    more: dict[str, Any] = {
        "speed": 1.2,
        "optimize_streaming_latency": 0,
        "text_normalization": False,
    }
    assert asked(**more) == (
        f"{usual}&speed=1.2&optimize_streaming_latency=0&text_normalization=false"
    )


@pytest.mark.parametrize(
    ("language", "code"), [("de-AT", "de"), ("pt-br", "pt-BR"), ("auto", "auto"), ("sw", "sw")]
)
def test_a_language_becomes_the_vendor_s_code(language: str, code: str) -> None:
    assert f"language={code}&" in asked(language=language)


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XAI_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="XAI_API_KEY"):
        asyncio.run(XaiSpeak(voice="eve", language="en").open())
