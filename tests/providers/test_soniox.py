"""Soniox's recogniser: tokens, the contract, faults, and translations."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, Transcript, Translation, Word
from rxvoice.providers._ear import Finalized
from rxvoice.providers._soniox_tokens import TokenReader
from rxvoice.providers.soniox import soniox_stt
from rxvoice.testing import run_virtual, servers, tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Drop,
    Fail,
    FakeSoniox,
    Garble,
    Hang,
    Insert,
    Loud,
    Mistype,
    Refuse,
    Said,
    Split,
)

from .ear_calls import START, STOP, Call, called

SPOKEN = [Said("Hello there, friend.", at=0.3, speaker=1, language="es")]


def stt(server: FakeSoniox, **options: Any) -> Transcriber:
    return soniox_stt(base_url=server.url, api_key="k", **options)


def served(fault: servers.Fault | None = None, key: str = "k", **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        async with FakeSoniox(Loud("Hello there.", word=0.2), faults=fault, key=key) as server:
            yield stt(server, **options)

    return make


def test_st01_it_keeps_the_contract() -> None:
    report = check_transcriber(
        served(), audio=tone(0.4), says="hello there", failing=served(key="other")
    )
    assert not report.skipped


def test_it_bears_what_a_client_has_to_bear() -> None:
    fault = Split(seed=1) + Insert(after=0) + Insert(after=2)
    check_transcriber(served(fault), audio=tone(0.4), says="hello there", rates=())


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(401),
        Refuse(500),
        Close(after=1),
        Garble(after=1),
        Drop(after=1, inside=True),
        Hang(after=1),
        Mistype(after=1, field="tokens"),
        Mistype(after=1, field="tokens.0.text"),
        Fail(after=1),
    ],
    ids=str,
)
def test_co14_it_tells_of_what_it_cannot_bear(fault: servers.Fault) -> None:
    call = called(FakeSoniox(SPOKEN, faults=fault), stt, START, 1.2, STOP, 12.0)
    assert isinstance(call.error, ProviderError) or call.of(Fault)


def token(content: str, at: int, **fields: Any) -> dict[str, Any]:
    times = {"start_ms": at, "end_ms": at + 100, "confidence": 0.9, "is_final": True}
    return {"text": content, **times, **fields}


def read(*messages: list[dict[str, Any]]) -> list[Any]:
    reader = TokenReader()
    return [event for tokens in messages for event in reader.read({"tokens": tokens})]


def test_tokens_that_are_not_final_are_told_anew_each_time() -> None:
    interim = {"is_final": False}
    heard = read(
        [token("Hel", 0, **interim)],
        [token("Hel", 0), token("lo", 100), token(" the", 200, **interim)],
        [token(" there", 200, **interim)],
        [token(" there.", 200), {"text": "<fin>", "is_final": True}],
    )
    assert [(t.text, t.is_final, t.is_finalized) for t in heard] == [
        ("Hel", False, False),
        ("Hello the", False, False),
        ("Hello there", False, False),
        ("Hello there.", True, True),
    ]
    assert heard[-1].words == (Word("Hello", 0.0, 0.2), Word("there.", 0.2, 0.3))
    assert (heard[-1].pts, heard[-1].end) == (0.0, 0.3)


def test_an_end_that_soniox_judges_is_final_but_not_what_was_asked_for() -> None:
    end, fin = ({"text": mark, "is_final": True} for mark in ("<end>", "<fin>"))
    heard = read([token("Hi.", 0), end], [fin])
    assert [type(event) for event in heard] == [Transcript, Finalized]
    assert (heard[0].is_final, heard[0].is_finalized) == (True, False)


def test_a_long_speech_becomes_final_sentence_by_sentence() -> None:
    heard = read([token("One.", 0), token(" Two", 5_000)], [token(" three.", 5_100)])
    assert [(t.text, t.is_final) for t in heard] == [
        ("One. Two", False),
        ("One. Two three.", True),
    ]


@pytest.mark.parametrize("message", ["?", b"?", {}, {"something": 1}, {"tokens": []}])
def test_what_it_does_not_know_means_nothing(message: Any) -> None:
    assert not list(TokenReader().read(message))


@pytest.mark.parametrize(
    ("code", "kind", "retryable", "fatal"),
    [
        (401, "unauthenticated", False, True),
        (400, "invalid_request", False, False),
        (408, "request_timeout", True, False),
        (503, "service_unavailable", True, False),
    ],
)
def test_errors_tell_whether_trying_again_may_help(
    code: int, kind: str, retryable: bool, fatal: bool
) -> None:
    told = {"error_code": code, "error_type": kind, "error_message": "what was said"}
    with pytest.raises(ProviderRejected, match=kind) as caught:
        list(TokenReader().read(told))
    assert (caught.value.retryable, caught.value.fatal) == (retryable, fatal)
    assert "what was said" not in str(caught.value)


def test_st04_the_rest_of_an_utterance_is_asked_for_and_finalised() -> None:
    fake = FakeSoniox(SPOKEN, latency=0.1)
    call = called(fake, stt, START, 1.2, STOP, 1.0)
    (heard,) = call.finals
    assert (heard.text, heard.is_finalized) == ("Hello there, friend.", True)
    assert (heard.pts, heard.end) == (0.3, 1.05)
    assert [word.text for word in heard.words] == ["Hello", "there,", "friend."]
    assert call.when(heard) == pytest.approx(1.3, abs=0.02)
    assert len(fake.requests[0].said("finalize")) == 1
    assert fake.requests[0].received[-1].message == ""
    assert fake.requests[0].close_sent == 1000


def test_st14_the_connection_is_kept_without_audio() -> None:
    async def main() -> None:
        async with FakeSoniox(idle=20.0) as server:
            call = Call(stt(server))
            await call.say(0.2)
            await asyncio.sleep(45.0)
            await call.end()
            assert not call.of(Fault)
            assert len(server.requests[0].said("keepalive")) == 5

    run_virtual(main(), real_io=True)


def test_st18_st24_languages_and_speakers_are_told() -> None:
    options = {"enable_language_identification": True, "enable_speaker_diarization": True}
    call = called(FakeSoniox(SPOKEN), lambda s: stt(s, **options), START, 1.2, STOP, 0.5)
    (heard,) = call.finals
    assert (heard.language, heard.speaker) == ("es", "2")


def test_st28_translations_stand_beside_what_was_said() -> None:
    goal = {"type": "one_way", "target_language": "de"}
    call = called(FakeSoniox(SPOKEN), lambda s: stt(s, translation=goal), START, 1.2, STOP, 0.5)
    (translated,) = call.of(Translation)
    assert translated == Translation(
        "olleH ,ereht .dneirf", "de", source_language="es", pts=0.3, end=1.05
    )
    assert [heard.text for heard in call.finals] == ["Hello there, friend."]


def test_st22_st19_options_are_in_the_first_message() -> None:
    fake = FakeSoniox()
    options: dict[str, Any] = {
        "language_hints": ["de-DE", "en"],
        "enable_endpoint_detection": True,
        "max_endpoint_delay_ms": 900,
        "context": {"terms": ["rxvoice"]},
        "extra": {"endpoint_sensitivity": 0.5},
    }
    called(fake, lambda s: stt(s, **options), 0.2)
    assert fake.requests[0].received[0].message == {
        "api_key": "k",
        "model": "stt-rt-v4",
        "audio_format": "pcm_s16le",
        "sample_rate": 16_000,
        "num_channels": 1,
        "language_hints": ["de", "en"],
        "enable_endpoint_detection": True,
        "max_endpoint_delay_ms": 900,
        "context": {"terms": ["rxvoice"]},
        "endpoint_sensitivity": 0.5,
    }
    assert fake.requests[0].headers["User-Agent"].startswith("rxvoice/")


def test_a_wrong_key_is_fatal_and_not_told_of() -> None:
    call = called(FakeSoniox(key="other"), stt, 0.5)
    assert isinstance(call.error, ProviderRejected)
    assert call.error.fatal
