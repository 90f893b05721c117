"""Deepgram's recogniser: what it says, and what it is asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from rxvoice.contracts import Transcriber
from rxvoice.items import Fault, Transcript, Word
from rxvoice.providers._deepgram_listen import DeepgramListen, ListenReader
from rxvoice.providers.deepgram import deepgram_stt
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Exchange, FakeDeepgram, Raw, Said

from .ear_calls import START, STOP, Call, called
from .recordings import DATA, needs_recordings

SPOKEN = [Said("Hello there, friend.", at=0.3)]
OWN_DATA = Path(__file__).parents[1] / "data" / "stt"


def stt(server: FakeDeepgram, **options: Any) -> Transcriber:
    return deepgram_stt(base_url=server.url, api_key="k", **options)


def read(*messages: Any, language: str | None = None) -> list[Any]:
    reader = ListenReader(language)
    return [event for message in messages for event in reader.read(message)]


# What it says.


def result(text: str, **fields: Any) -> dict[str, Any]:
    heard = {"transcript": text, "confidence": 0.9}
    told: dict[str, Any] = {"type": "Results", "start": 1.0, "duration": 2.0, "is_final": False}
    return {**told, "channel": {"alternatives": [heard]}, **fields}


def test_a_result_without_words_has_the_times_of_its_audio() -> None:
    (heard,) = read(result(" hi ", is_final=True), language="de")
    assert heard == Transcript("hi", is_final=True, language="de", pts=1.0, end=3.0, confidence=0.9)


def test_st04_only_a_blank_that_was_asked_for_is_told() -> None:
    blank = Transcript("", is_final=True, is_finalized=True, pts=1.0, end=3.0)
    assert read(result("", is_final=True), result("")) == []
    assert read(result(" ", is_final=True, from_finalize=True)) == [blank]


@pytest.mark.parametrize(
    "message", ["?", b"?", {}, {"type": "Metadata"}, {"type": "UtteranceEnd"}, {"type": "New"}]
)
def test_what_it_does_not_know_means_nothing(message: Any) -> None:
    assert not read(message)


def test_errors_are_told_by_their_code() -> None:
    told = {"type": "Error", "variant": "SchemaError", "message": "what was said"}
    (fault,) = read(told)
    assert isinstance(fault, Fault)
    assert fault.message == "the server tells of an error (SchemaError)"


def cases() -> list[Any]:
    file = DATA / "cases" / "stt_tts_messages.json"
    if not file.exists():
        return []
    found: list[Any] = json.loads(file.read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in found if "-dg-" in case["id"]]


@needs_recordings
@pytest.mark.parametrize("case", cases())
def test_interims_replace_each_other_and_errors_are_told(case: dict[str, Any]) -> None:
    messages = [Raw(0.2 + 0.1 * n, message) for n, message in enumerate(case["messages"])]
    call = called(FakeDeepgram(messages), stt, 1.0)
    interims = [t.text for t in call.of(Transcript) if not t.is_final]
    assert interims == case["expect"].get("interims", interims)
    assert [final.text for final in call.finals] == case["expect"]["turns"]
    assert bool(call.of(Fault)) is case["expect"].get("error", False)
    assert call.completed


def test_the_words_of_a_real_answer_are_read() -> None:
    """It is one to a whole file, whose channels are as those of a stream."""
    answer = json.loads((OWN_DATA / "deepgram-prerecorded-0.json").read_text(encoding="utf-8"))
    whole = {"type": "Results", "start": 0.0, "duration": answer["metadata"]["duration"]}
    (heard,) = read({**whole, "is_final": True, "channel": answer["results"]["channels"][0]})
    assert heard.text == (
        "Yep. I said it before, and I'll say it again. Life moves pretty fast. You don't stop and "
        "look around once in a while, you could miss it."
    )
    assert " ".join(word.text for word in heard.words) == heard.text
    assert len(heard.words) == 28
    assert heard.words[0] == Word("Yep.", 5.6, 6.1)
    assert (heard.pts, heard.end) == (5.6, 15.691313)
    assert heard.confidence == pytest.approx(0.9995363)


# The handshake at the end of speech.


def test_st04_the_rest_of_an_utterance_is_asked_for_and_finalised() -> None:
    fake = FakeDeepgram(SPOKEN, latency=0.1)
    call = called(fake, lambda s: stt(s, endpointing=800), START, 1.2, STOP, 1.0)
    (heard,) = call.finals
    assert (heard.text, heard.is_finalized) == ("Hello there, friend.", True)
    assert (heard.pts, heard.end) == (0.3, 1.05)
    assert call.when(heard) == pytest.approx(1.3, abs=0.02)
    assert fake.requests[0].said("Finalize")


def test_st04_what_comes_before_the_answer_and_in_the_next_utterance_is_not_finalised() -> None:
    said = [Said("Hello there.", at=0.3), Said("Good bye.", at=1.5)]
    call = called(
        FakeDeepgram(said),
        lambda s: stt(s, endpointing=100),
        *(START, 1.0, STOP, 0.2, START, 1.0),
    )
    finals = [(t.text, t.is_finalized) for t in call.of(Transcript) if t.is_final]
    assert finals == [("Hello there.", False), ("", True), ("Good bye.", False), ("", True)]


def test_st04_nothing_is_asked_of_servers_that_do_not_finalise() -> None:
    fake = FakeDeepgram(SPOKEN)
    call = called(fake, lambda s: stt(s, endpointing=300, finalize=False), START, 1.2, STOP, 1.0)
    assert [(t.text, t.is_finalized) for t in call.finals] == [("Hello there, friend.", False)]
    assert not fake.requests[0].said("Finalize")
    assert fake.requests[0].said("CloseStream")
    assert call.completed


# Connections.


def test_st10_what_comes_while_the_server_closes_is_kept_for_the_next_connection() -> None:
    """It waits for the client's answer to its close, and the client does not send meanwhile."""

    async def main() -> None:
        def heard(request: Exchange) -> list[Said]:
            return [Said("Hello there, friend.", at=0.1)] if request.number else []

        async with FakeDeepgram(heard) as server:
            call = Call(stt(server))
            await call.say(0.1)
            await server.drop_connections()
            await call.say(START, 1.2, STOP, 0.5)
            await call.end()
            assert [final.text for final in call.finals] == ["Hello there, friend."]
            assert len(call.of(Fault)) == 1
            assert call.error is None

    run_virtual(main(), real_io=True)


def test_st13_st14_silence_is_bridged_and_the_end_is_told_by_the_vendors_messages() -> None:
    async def main() -> None:
        async with FakeDeepgram(SPOKEN) as server:
            call = Call(stt(server))
            await call.say(START, 1.2, STOP, 0.3)
            (request,) = server.requests
            assert not request.said("KeepAlive")
            await server.until(lambda: len(request.said("KeepAlive")) == 3)
            assert [round(e.at, 1) for e in request.received if "KeepAlive" in str(e.message)] == [
                5.5,
                9.5,
                13.5,
            ]
            await call.end()
            assert request.received[-1].message == {"type": "CloseStream"}
            assert request.close_sent == 1000
            assert len(request.audio()) == 32_000 * 1.5

    run_virtual(main(), real_io=True)


# Options.


def test_st22_st25_options_are_in_the_address_and_lists_repeat_their_name() -> None:
    fake = FakeDeepgram()
    options: dict[str, Any] = {
        "model": "nova-3-medical",
        "language": "de_DE",
        "sample_rate": 8_000,
        "endpointing": False,
        "utterance_end_ms": 1000,
        "vad_events": True,
        "smart_format": False,
        "punctuate": None,
        "diarize": True,
        "keyterm": ["rxvoice", "Łódź"],
        "extra": {"tag": ["a", "b"], "mip_opt_out": True},
    }
    called(fake, lambda s: stt(s, **options), 0.2)
    query = fake.requests[0].query
    assert query.getall("keyterm") == ["rxvoice", "Łódź"]
    assert query.getall("tag") == ["a", "b"]
    assert {name: query[name] for name in query if len(query.getall(name)) == 1} == {
        "model": "nova-3-medical",
        "language": "de",
        "encoding": "linear16",
        "sample_rate": "8000",
        "channels": "1",
        "interim_results": "true",
        "smart_format": "false",
        "endpointing": "false",
        "utterance_end_ms": "1000",
        "vad_events": "true",
        "diarize": "true",
        "mip_opt_out": "true",
    }


@pytest.mark.parametrize(
    ("language", "code"),
    [("de-DE", "de"), ("de-CH", "de-CH"), ("EN-us", "en-US"), ("multi", "multi"), ("tlh", "tlh")],
)
def test_st17_languages_are_written_as_the_vendor_does(language: str, code: str) -> None:
    async def main() -> str:
        return (await DeepgramListen(model="nova-3", language=language, api_key="k").open()).url

    assert f"&language={code}&" in run_virtual(main())


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("wss://api.deepgram.com", "wss://api.deepgram.com/v1/listen?"),
        ("https://api.deepgram.com/", "wss://api.deepgram.com/v1/listen?"),
        ("api.eu.deepgram.com", "wss://api.eu.deepgram.com/v1/listen?"),
        ("http://127.0.0.1:8080/deepgram", "ws://127.0.0.1:8080/deepgram/v1/listen?"),
    ],
)
def test_st25_any_form_of_an_address_will_do(base: str, url: str) -> None:
    async def main() -> str:
        return (await DeepgramListen(model="nova-3", base_url=base, api_key="k").open()).url

    assert run_virtual(main()).startswith(url)


def test_st18_multilingual_models_tell_the_language_of_each_utterance() -> None:
    said = [Said("Hola amigo.", at=0.3, language="es"), Said("Good bye.", at=3.0)]
    call = called(FakeDeepgram(said), lambda s: stt(s, language="multi"), 4.5)
    assert [final.language for final in call.finals] == ["es", "en"]
    call = called(FakeDeepgram(said), lambda s: stt(s, language="en-GB"), 4.5)
    assert [final.language for final in call.finals] == ["en-GB", "en-GB"]


def test_st24_speakers_are_told_apart() -> None:
    said = [Said("Hello.", at=0.3, speaker=1), Said("Good bye.", at=3.0, speaker=0)]
    call = called(FakeDeepgram(said), lambda s: stt(s, diarize=True), 4.5)
    assert [final.speaker for final in call.finals] == ["1", "0"]
    call = called(FakeDeepgram(said), stt, 4.5)
    assert [final.speaker for final in call.finals] == [None, None]


def test_st26_the_client_names_itself() -> None:
    fake = FakeDeepgram()
    called(fake, stt, 0.2)
    headers = fake.requests[0].headers
    assert headers["User-Agent"].startswith("rxvoice/")
    assert headers["Authorization"] == "Token k"
