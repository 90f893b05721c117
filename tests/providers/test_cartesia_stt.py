"""Cartesia's recogniser: what messages mean, and the contract against its fake."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderRejected
from rxvoice.items import Transcript, Word
from rxvoice.providers._cartesia_listen import CartesiaListen, InkReader
from rxvoice.providers._ear import EarEvent, Finalized
from rxvoice.providers.cartesia import cartesia_stt
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeCartesia,
    Fault,
    Garble,
    Hang,
    Insert,
    Loud,
    Merge,
    Mistype,
    Refuse,
    Split,
)

from .hearing import heard as play
from .hearing import tells_of_it


def heard(text: str, *, is_final: bool = False, **more: Any) -> dict[str, Any]:
    return {"type": "transcript", "text": text, "is_final": is_final, "request_id": "r", **more}


FLUSHED = {"type": "flush_done", "request_id": "r"}


def read(*messages: Any, whole: bool = False) -> list[EarEvent]:
    reader = InkReader(whole=whole)
    return [event for message in messages for event in reader.read(message)]


# What messages mean.


def test_a_sentence_that_ends_after_a_while_is_final_without_being_asked_about() -> None:
    def piece(text: str, start: float) -> Any:
        word = {"word": text, "start": start, "end": start + 1.0}
        return heard(text, is_final=True, words=[word])

    events = read(piece("One.", 0.0), piece(" Two", 9.5), piece(" three.", 11.0), piece(" 4", 12.0))
    told = [(e.text, e.is_final, e.is_finalized) for e in events if isinstance(e, Transcript)]
    assert told == [
        ("One.", False, False),
        ("One. Two", False, False),
        ("One. Two three.", True, False),
        ("4", False, False),
    ]


def test_pieces_of_a_text_are_put_together_as_they_are_and_finalised_as_one() -> None:
    first = [{"word": "Hello", "start": 0.1, "end": 0.4}]
    second = [{"word": " wor", "start": 0.5, "end": 0.6}]
    assert read(
        heard(" Hello", words=first),
        heard(" Hello", is_final=True, words=first),
        heard(" wor", is_final=True, words=second, language="en"),
        heard("ld"),
        heard("ld.", is_final=True),
        FLUSHED,
        heard(" Bye.", is_final=True),
        {"type": "done"},
    ) == [
        Transcript("Hello", False, words=(Word("Hello", 0.1, 0.4),), pts=0.1, end=0.4),
        Transcript("Hello", False, words=(Word("Hello", 0.1, 0.4),), pts=0.1, end=0.4),
        Transcript(
            "Hello wor",
            False,
            language="en",
            words=(Word("Hello", 0.1, 0.4), Word("wor", 0.5, 0.6)),
            pts=0.1,
            end=0.6,
        ),
        Transcript(
            "Hello world",
            False,
            words=(Word("Hello", 0.1, 0.4), Word("wor", 0.5, 0.6)),
            pts=0.1,
            end=0.6,
        ),
        Transcript(
            "Hello world.",
            False,
            words=(Word("Hello", 0.1, 0.4), Word("wor", 0.5, 0.6)),
            pts=0.1,
            end=0.6,
        ),
        Transcript(
            "Hello world.",
            True,
            True,
            words=(Word("Hello", 0.1, 0.4), Word("wor", 0.5, 0.6)),
            pts=0.1,
            end=0.6,
        ),
        Transcript("Bye.", False),
        Transcript("Bye.", True),
    ]


def test_st18_each_transcript_tells_its_language() -> None:
    said = [heard("Ja.", is_final=True, language=language) for language in ("de", "nl")]
    found = read(said[0], FLUSHED, said[1], FLUSHED)
    finals = [t for t in found if isinstance(t, Transcript) and t.is_final]
    assert [t.language for t in finals] == ["de", "nl"]


def test_a_model_that_makes_segments_gives_each_at_once() -> None:
    found = read(heard(" One.", is_final=True), heard(" Two.", is_final=True), FLUSHED, whole=True)
    assert found == [Transcript("One.", True), Transcript("Two.", True), Finalized()]
    reader = CartesiaListen(model="ink-whisper").reader()
    assert list(reader.read(heard("Hi.", is_final=True))) == [Transcript("Hi.", True)]


def test_blanks_and_unknown_messages_mean_nothing() -> None:
    assert read(heard("  "), {"type": "new"}, "text", b"bytes", FLUSHED) == [Finalized()]
    assert read(heard(" ", is_final=True), FLUSHED) == [Finalized()]


@pytest.mark.parametrize(
    ("status", "fatal", "retryable"), [(401, True, False), (400, False, False), (500, False, True)]
)
def test_errors_end_the_connection(status: int, fatal: bool, retryable: bool) -> None:
    told = {"type": "error", "status_code": status, "title": "Oh", "message": "secret"}
    with pytest.raises(ProviderRejected, match="Oh") as caught:
        read(told)
    assert (caught.value.fatal, caught.value.retryable) == (fatal, retryable)
    assert "secret" not in str(caught.value)


def test_st25_the_address_respects_schemes_and_lists_and_st17_languages_have_no_region() -> None:
    async def url(**options: Any) -> str:
        listen = CartesiaListen(model="ink-2", api_key="k", **options)
        return (await listen.open()).url

    opened = url(base_url="http://here:1/", keyterm=("a", "b c"), language="en-US")
    assert asyncio.run(opened) == (
        "ws://here:1/stt/websocket?model=ink-2&language=en&encoding=pcm_s16le&sample_rate=16000"
        "&keyterm=a&keyterm=b+c"
    )
    opened = url(base_url="here", min_volume=0.1, extra={"new": True})
    assert asyncio.run(opened).endswith("&min_volume=0.1&new=true")
    assert asyncio.run(opened_url()).startswith("wss://api.cartesia.ai/")


async def opened_url() -> str:
    opening = await CartesiaListen(model="ink-2", api_key="k").open()
    assert opening.headers == {"X-API-Key": "k", "Cartesia-Version": "2026-03-01"}
    assert opening.secrets == ("k",)
    return opening.url


def test_st05_its_latency_is_told() -> None:
    assert cartesia_stt().latency == 0.81


# The contract.


def served(fault: Any = None, model: str = "ink-2") -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        heard = Loud("Hello there.", word=0.2)
        async with FakeCartesia(heard=heard, faults=fault, key="k") as server:
            yield cartesia_stt(base_url=server.url, api_key="k", model=model)

    return make


def test_st01_it_keeps_the_contract() -> None:
    make, failing = served(), served(Refuse(401))
    assert not check_transcriber(make, audio=tone(0.4), says="hello there", failing=failing).skipped


def test_a_model_that_makes_segments_keeps_the_contract() -> None:
    check_transcriber(served(model="ink-whisper"), audio=tone(0.4), says="hello there")


BORNE = [
    Split(seed=1),
    Merge(2),
    Insert(after=0) + Insert(after=2),
    Delay(answer=0.3, between=0.02),
]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    scene = play(served(fault))
    assert scene.texts == ["Hello there."]
    assert not tells_of_it(scene)


ONCE = [
    Refuse(429),
    Close(after=1, code=1011),
    Close(after=2),
    Drop(after=None),
    Drop(after=1, inside=True),
    Hang(after=1),
    Hang(after=None),
    Corrupt(after=1),
    Fail(after=1),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_st15_what_goes_wrong_once_loses_nothing(fault: Fault) -> None:
    scene = play(served([fault]))
    assert scene.texts == ["Hello there."]
    assert scene.error is None
    assert len(scene.faults) == 1


TOLD = [*ONCE, Garble(), Mistype(after=0, field="text")]


@pytest.mark.parametrize("fault", TOLD, ids=str)
def test_co14_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    scene = play(served(fault))
    assert tells_of_it(scene)
    assert not getattr(scene.error, "fatal", False)


def test_co15_wrong_credentials_are_fatal() -> None:
    assert getattr(play(served(Refuse(401))).error, "fatal", False)
