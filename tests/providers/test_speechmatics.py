"""Speechmatics' recogniser: messages, the contract, faults, speakers and translations."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from reactivex.subject import Subject

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, Transcript, Translation, Word
from rxvoice.providers._ear import Finalized, Ready
from rxvoice.providers._speechmatics_listen import SpeechmaticsListen
from rxvoice.providers._speechmatics_reader import ResultReader
from rxvoice.providers.speechmatics import speechmatics_stt
from rxvoice.testing import run_virtual, servers, tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Drop,
    Fail,
    FakeSpeechmatics,
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

SPOKEN = [Said("Hello there, friend.", at=0.3, speaker=0)]


def stt(server: FakeSpeechmatics, **options: Any) -> Transcriber:
    return speechmatics_stt(base_url=server.url, api_key="secret", **options)


def served(fault: servers.Fault | None = None, key: str = "secret") -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        heard = Loud("Hello there.", word=0.2)
        async with FakeSpeechmatics(heard, faults=fault, key=key) as server:
            yield stt(server)

    return make


def test_st01_it_keeps_the_contract() -> None:
    report = check_transcriber(
        served(), audio=tone(0.4), says="hello there", failing=served(key="other")
    )
    assert not report.skipped


def test_it_bears_what_a_client_has_to_bear() -> None:
    fault = Split(seed=1) + Insert(after=0) + Insert(after=3)
    check_transcriber(served(fault), audio=tone(0.4), says="hello there", rates=())


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(401),
        Refuse(500),
        Close(after=0, code=4005),
        Garble(after=0),
        Drop(after=1, inside=True),
        Hang(after=1),
        Mistype(after=8, field="results"),
        Fail(after=1),
    ],
    ids=str,
)
def test_co14_it_tells_of_what_it_cannot_bear(fault: servers.Fault) -> None:
    call = called(FakeSpeechmatics(SPOKEN, faults=fault), stt, START, 1.2, STOP, 12.0)
    assert isinstance(call.error, ProviderError) or call.of(Fault)


def test_a_wrong_key_is_fatal_and_not_told_of() -> None:
    call = called(FakeSpeechmatics(key="other"), stt, 0.5)
    assert isinstance(call.error, ProviderRejected)
    assert call.error.fatal
    assert "secret" not in str(call.error)


def result(content: str, at: float, speaker: str | None = None, **fields: Any) -> dict[str, Any]:
    alternative = {"content": content, "confidence": 0.9, "language": "en"}
    if speaker is not None:
        alternative["speaker"] = speaker
    end = at if fields else at + 0.5
    told = {"type": "word", "start_time": at, "end_time": end, "alternatives": [alternative]}
    return told | fields


def final(*results: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"message": "AddTranscript", "metadata": {}, "results": list(results), **fields}


MARK = {"type": "punctuation", "attaches_to": "previous"}


def test_marks_stand_at_their_words() -> None:
    told = final(
        result("Hello", 0.0),
        result(",", 0.5, **MARK),
        result("¿", 0.5, attaches_to="next"),
        result("you", 0.5),
        result("?", 1.0, **MARK),
    )
    (heard,) = ResultReader("es").read(told)
    assert heard == Transcript(
        "Hello, ¿you?",
        is_final=True,
        language="en",
        words=(Word("Hello,", 0.0, 0.5), Word("¿you?", 0.5, 1.0)),
        pts=0.0,
        end=1.0,
    )


def test_words_have_no_blanks_between_them_where_the_language_has_none() -> None:
    reader = ResultReader("ja")
    started = {"message": "RecognitionStarted", "language_pack_info": {"word_delimiter": ""}}
    assert list(reader.read(started)) == [Ready()]
    (heard,) = reader.read(final(result("もし", 0.0), result("もし", 0.5)))
    assert isinstance(heard, Transcript)
    assert heard.text == "もしもし"
    assert all(word.verbatim for word in heard.words)


def test_st24_each_speaker_has_a_transcript_of_its_own() -> None:
    told = final(
        result("Hello", 0.0, "S1"),
        result("Hi", 0.5, "S2"),
        result("there", 1.0, "UU"),
        forced=True,
    )
    heard = [event for event in ResultReader("en").read(told) if isinstance(event, Transcript)]
    assert [(one.text, one.speaker) for one in heard] == [
        ("Hello", "S1"),
        ("Hi", "S2"),
        ("there", None),
    ]
    assert [one.is_finalized for one in heard] == [False, False, True]


def test_a_forced_end_without_words_is_an_answer_too() -> None:
    assert list(ResultReader("en").read(final(forced=True))) == [Finalized()]
    assert not list(ResultReader("en").read(final()))


@pytest.mark.parametrize("message", ["?", b"?", {}, {"message": "Info"}, {"message": "New"}])
def test_what_it_does_not_know_means_nothing(message: Any) -> None:
    assert not list(ResultReader("en").read(message))


@pytest.mark.parametrize(
    ("kind", "retryable", "fatal"),
    [
        ("not_authorised", False, True),
        ("invalid_config", False, False),
        ("job_error", True, False),
        ("quota_exceeded", True, False),
        ("timelimit_exceeded", False, False),
    ],
)
def test_errors_tell_whether_trying_again_may_help(kind: str, retryable: bool, fatal: bool) -> None:
    told = {"message": "Error", "type": kind, "reason": "what was said"}
    with pytest.raises(ProviderRejected, match=kind) as caught:
        list(ResultReader("en").read(told))
    assert (caught.value.retryable, caught.value.fatal) == (retryable, fatal)
    assert "what was said" not in str(caught.value)


def test_st04_the_end_of_an_utterance_is_forced_and_what_it_brings_is_finalised() -> None:
    fake = FakeSpeechmatics(SPOKEN, latency=0.1)
    call = called(fake, stt, START, 1.2, STOP, 1.0)
    (heard,) = call.finals
    assert (heard.text, heard.is_finalized) == ("Hello there, friend.", True)
    assert (heard.pts, heard.end) == (0.3, 1.05)
    assert call.when(heard) == pytest.approx(1.3, abs=0.02)
    told = [m.message for m in fake.requests[0].received if isinstance(m.message, dict)]
    assert [one["message"] for one in told] == [
        "StartRecognition",
        "ForceEndOfUtterance",
        "EndOfStream",
    ]
    chunks = [m for m in fake.requests[0].received if isinstance(m.message, bytes)]
    assert told[-1]["last_seq_no"] == len(chunks)
    assert fake.requests[0].close_sent == 1000


def test_messages_are_counted_anew_on_each_connection() -> None:
    fake = FakeSpeechmatics(SPOKEN, faults=[Drop(after=9)])
    call = called(fake, stt, START, 1.2, STOP, 1.0)
    assert call.error is None
    assert len(call.of(Fault)) == 1
    assert fake.requests[1].close_sent == 1000  # a wrong count would have been 1003
    assert [heard.text for heard in call.finals]


def test_st28_translations_stand_beside_what_was_said() -> None:
    call = called(
        FakeSpeechmatics(SPOKEN),
        lambda s: stt(s, target_languages=["de"], diarization="speaker"),
        START,
        1.2,
        STOP,
        0.5,
    )
    (translated,) = call.of(Translation)
    assert translated == Translation(
        "olleH ,ereht .dneirf", "de", source_language="en", pts=0.3, end=1.05, speaker="S1"
    )
    assert [(heard.text, heard.speaker) for heard in call.finals] == [
        ("Hello there, friend.", "S1")
    ]


def test_st22_options_are_in_the_first_message() -> None:
    fake = FakeSpeechmatics()
    options: dict[str, Any] = {
        "language": "de",
        "max_delay": 0.7,
        "end_of_utterance_silence_trigger": 0.5,
        "volume_threshold": 3.0,
        "diarization": "speaker",
        "additional_vocab": ["rxvoice", {"content": "Gladia", "sounds_like": ["gladja"]}],
        "target_languages": ["en"],
        "extra": {"enable_entities": False},
    }
    called(fake, lambda s: stt(s, **options), 0.2)
    assert fake.requests[0].received[0].message == {
        "message": "StartRecognition",
        "audio_format": {"type": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000},
        "transcription_config": {
            "language": "de",
            "model": "enhanced",
            "diarization": "speaker",
            "additional_vocab": ["rxvoice", {"content": "Gladia", "sounds_like": ["gladja"]}],
            "enable_partials": True,
            "max_delay": 0.7,
            "conversation_config": {"end_of_utterance_silence_trigger": 0.5},
            "audio_filtering_config": {"volume_threshold": 3.0},
            "enable_entities": False,
        },
        "translation_config": {"target_languages": ["en"], "enable_partials": True},
    }
    assert fake.requests[0].headers["User-Agent"].startswith("rxvoice/")
    assert fake.requests[0].headers["Authorization"] == "Bearer secret"


def test_a_delay_that_the_vendor_does_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^max_delay"):
        speechmatics_stt(max_delay=0.5)


def test_st07_delays_change_without_another_connection() -> None:
    async def main() -> None:
        changes: Subject[Any] = Subject()
        async with FakeSpeechmatics(SPOKEN) as server:
            call = Call(stt(server, changes=changes))
            await call.say(START, 0.5)
            changes.on_next({"max_delay": 2.0})
            await call.say(0.7, STOP, 0.5)
            await call.end()
            (only,) = server.requests
            told = [m.message for m in only.received if isinstance(m.message, dict)]
            assert told[1] == {
                "message": "SetRecognitionConfig",
                "transcription_config": {
                    "language": "en",
                    "enable_partials": True,
                    "max_delay": 2.0,
                },
            }

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("change", [{"language": "de"}, {"volume_threshold": None}], ids=str)
def test_st07_what_cannot_be_told_needs_another_connection(change: dict[str, Any]) -> None:
    dialect = SpeechmaticsListen(language="en", volume_threshold=2.0)
    assert dialect.change(replace(dialect, **change)) is None
