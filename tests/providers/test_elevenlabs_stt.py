"""ElevenLabs' realtime recogniser: what messages mean, and the contract against its fake."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from elevenlabs.types.input_audio_chunk_payload import InputAudioChunkPayload

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError
from rxvoice.items import Fault as FaultItem
from rxvoice.items import SpeechStarted, SpeechStopped, Transcript, Word
from rxvoice.providers._ear import EarEvent, Ended, Finalized, Ready
from rxvoice.providers._elevenlabs_scribe import ScribeListen, ScribeReader
from rxvoice.providers.elevenlabs import elevenlabs_stt
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeElevenLabs,
    Fault,
    Garble,
    Hang,
    Insert,
    Loud,
    Mistype,
    Refuse,
    Split,
)

from .hearing import Scene, heard, tells_of_it


def told(kind: str, **more: Any) -> dict[str, Any]:
    return {"message_type": kind, **more}


def read(messages: Sequence[Any], **options: Any) -> list[EarEvent]:
    asked: dict[str, Any] = {"language": None, "is_asked": True, "is_detailed": False, **options}
    reader = ScribeReader(**asked)
    return [event for message in messages for event in reader.read(message)]


# What messages mean.


def test_commits_answer_what_was_asked_also_with_nothing() -> None:
    messages = [
        told("session_started", session_id="s", config={}),
        told("partial_transcript", text=" Hello"),
        told("partial_transcript", text=""),
        told("committed_transcript", text="Hello there."),
        told("committed_transcript", text=""),
        told("committed_transcript_entities", text="", entities=[]),
        "text",
        b"bytes",
    ]
    assert read(messages) == [
        Ready(),
        Transcript("Hello", False),
        Transcript("Hello there.", True, True),
        Finalized(),
    ]
    assert read(messages, is_asked=False, language="de") == [
        Ready(),
        Transcript("Hello", False, language="de"),
        Transcript("Hello there.", True, False, language="de"),
    ]


def test_st18_st24_details_come_after_the_transcript_and_tell_language_and_speaker() -> None:
    words = [
        {"text": "Hello", "start": 0.5, "end": 0.7, "type": "word", "logprob": 0.0},
        {"text": " ", "start": 0.7, "end": 0.8, "type": "spacing"},
        {"text": "you.", "start": 0.8, "end": 1.0, "type": "word", "speaker_id": "speaker_1"},
        {"text": "(laughs)", "start": 1.0, "end": 2.0, "type": "audio_event"},
    ]
    plain = told("committed_transcript", text="Hello you.")
    detailed = told(
        "committed_transcript_with_timestamps",
        text="Hello you.",
        language_code="eng",
        words=words,
    )
    assert read([plain, detailed], is_detailed=True) == [
        Transcript(
            "Hello you.",
            True,
            True,
            language="en",
            words=(Word("Hello", 0.5, 0.7), Word("you.", 0.8, 1.0)),
            speaker="speaker_1",
            pts=0.5,
            end=1.0,
            confidence=1.0,
        )
    ]


def test_details_that_do_not_come_are_not_waited_for() -> None:
    committed = told("committed_transcript", text="Hello.")
    assert read([committed, told("partial_transcript", text="Bye")], is_detailed=True) == [
        Transcript("Hello.", True, True),
        Transcript("Bye", False),
    ]
    blank = [told("committed_transcript", text=""), told("committed_transcript_with_timestamps")]
    assert read([blank[0], {**blank[1], "text": ""}], is_detailed=True) == [Finalized()]


def test_details_that_did_not_come_before_the_end_are_not_waited_for() -> None:
    reader = ScribeReader(language=None, is_asked=True, is_detailed=True)
    assert list(reader.read(told("committed_transcript", text="Hello."))) == []
    assert list(reader.rest()) == [Transcript("Hello.", True, True)]
    assert list(reader.rest()) == []


def test_a_session_that_is_over_is_followed_by_another() -> None:
    assert read([told("commit_throttled", error="…")]) == [Finalized(), Ended()]
    assert read([told("session_time_limit_exceeded", error="…")]) == [Ended()]
    assert read([told("insufficient_audio_activity", error="…")]) == [Ended()]
    found = read([told("warning", warning="secret")])
    assert found == [FaultItem("elevenlabs", "the server warns of something")]


@pytest.mark.parametrize(
    ("kind", "fatal", "retryable"),
    [
        ("auth_error", True, False),
        ("unaccepted_terms", True, False),
        ("invalid_request", False, False),
        ("quota_exceeded", False, False),
        ("rate_limited", False, True),
        ("transcriber_error", False, True),
        ("queue_overflow", False, True),
    ],
)
def test_errors_end_the_connection(kind: str, fatal: bool, retryable: bool) -> None:
    with pytest.raises(ProviderError, match=kind) as caught:
        read([told(kind, error="secret")])
    assert (caught.value.fatal, caught.value.retryable) == (fatal, retryable)
    assert "secret" not in str(caught.value)


def test_what_is_sent_fits_the_sdks_types() -> None:
    listen = ScribeListen(model_id="scribe_v2_realtime", sample_rate=8_000)
    for frame in (listen.audio(b"\1\2"), *listen.finalize()):
        found = InputAudioChunkPayload.model_validate(json.loads(frame))
        assert found.sample_rate == 8_000
        assert not found.model_extra
    assert json.loads(listen.audio(b"\1\2"))["audio_base_64"] == "AQI="
    assert [json.loads(frame)["commit"] for frame in listen.finalize()] == [True]
    assert list(ScribeListen(model_id="any", commit_strategy="vad").finalize()) == []


def test_st25_the_address_respects_schemes_and_lists_and_st17_languages_have_no_region() -> None:
    async def url(**options: Any) -> str:
        opening = await ScribeListen(model_id="scribe_v2_realtime", api_key="k", **options).open()
        assert opening.headers == {"xi-api-key": "k"}
        return opening.url

    asked = url(base_url="http://here:1", keyterms=("a", "b c"), language_code="pt-BR")
    assert asyncio.run(asked) == (
        "ws://here:1/v1/speech-to-text/realtime?model_id=scribe_v2_realtime"
        "&audio_format=pcm_16000&language_code=pt&commit_strategy=manual"
        "&include_timestamps=false&include_language_detection=false&keyterms=a&keyterms=b+c"
    )
    assert asyncio.run(url()).startswith("wss://api.elevenlabs.io/")
    assert asyncio.run(url(vad_threshold=0.5)).endswith("&vad_threshold=0.5")


@pytest.mark.parametrize("options", [{"sample_rate": 11_025}, {"commit_strategy": "sometimes"}])
def test_bad_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(options))}"):
        elevenlabs_stt(**options)


# The contract.


def served(fault: Any = None, servers: list[FakeElevenLabs] | None = None, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        said = Loud("Hello there.", word=0.2, pause=0.1)
        async with FakeElevenLabs(heard=said, faults=fault, key="k") as server:
            if servers is not None:
                servers.append(server)
            yield elevenlabs_stt(base_url=server.url, api_key="k", **options)

    return make


@asynccontextmanager
async def with_wrong_key() -> AsyncGenerator[Transcriber]:
    async with FakeElevenLabs(key="another") as server:
        yield elevenlabs_stt(base_url=server.url, api_key="k")


def played(fault: Any = None, play: Any = None, **options: Any) -> tuple[Scene, FakeElevenLabs]:
    """Play a scene, and return what was heard, and the server."""
    servers: list[FakeElevenLabs] = []
    return heard(served(fault, servers, **options), play), servers[0]


def test_st01_it_keeps_the_contract() -> None:
    make = served(include_timestamps=True)
    report = check_transcriber(make, audio=tone(0.4), says="hello there", failing=with_wrong_key)
    assert not report.skipped


def test_without_details_it_keeps_the_contract_but_has_no_words() -> None:
    check_transcriber(served(), audio=tone(0.4), says="hello there", words=False)


BORNE = [
    Split(seed=1),
    Insert(after=0) + Insert(after=2),
    Delay(answer=0.3, between=0.02),
]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    scene, _ = played(fault)
    assert scene.texts == ["Hello there."]
    assert not tells_of_it(scene)


ONCE = [
    Refuse(429),
    Close(after=2, code=1011),
    Drop(after=None),
    Drop(after=2, inside=True),
    Hang(after=0),
    Hang(after=None),
    Corrupt(after=2),
    Fail(after=2),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_st15_what_goes_wrong_once_loses_nothing(fault: Fault) -> None:
    scene, _ = played([fault], include_timestamps=True)
    assert scene.texts == ["Hello there."]
    assert scene.error is None
    assert len(scene.faults) == 1


TOLD = [*ONCE, Garble(), Mistype(after=1, field="text")]


@pytest.mark.parametrize("fault", TOLD, ids=str)
def test_co14_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    scene, _ = played(fault)
    assert tells_of_it(scene)
    assert not getattr(scene.error, "fatal", False)


def test_co15_wrong_credentials_are_fatal() -> None:
    assert getattr(heard(with_wrong_key).error, "fatal", False)


def test_a_session_that_the_server_ends_is_followed_by_another_without_a_fault() -> None:
    async def play(scene: Scene) -> None:
        await scene.say()
        await scene.wait(1.0)
        await scene.say()
        await scene.end()

    scene, server = played([Close(after=4, code=1000)], play)
    assert scene.texts == ["Hello there."] * 2
    assert scene.error is None
    assert scene.faults == []
    assert len(server.requests) == 2


def test_an_utterance_that_is_too_short_to_be_committed_costs_only_a_session() -> None:
    async def play(scene: Scene) -> None:
        await scene.say()
        await scene.wait(0.1)
        scene.source.on_next(SpeechStarted(scene.at))
        await scene.quiet(0.1)
        scene.source.on_next(SpeechStopped(scene.at))
        await scene.wait(1.0)
        await scene.say()
        await scene.end()

    scene, server = played(None, play)
    assert scene.texts == ["Hello there."] * 2
    assert [t.text for t in scene.transcripts if t.is_finalized] == [
        "Hello there.",
        "",
        "Hello there.",
    ]
    assert scene.error is None
    assert len(server.requests) == 2


def test_quiet_keeps_a_session() -> None:
    async def play(scene: Scene) -> None:
        await scene.say()
        await scene.wait(60.0)
        await scene.say()
        await scene.end()

    scene, server = played(None, play)
    assert scene.texts == ["Hello there."] * 2
    assert len(server.requests) == 1
