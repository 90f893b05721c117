"""Gladia's recogniser: messages, the contract, faults, translations, and sessions that go on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from reactivex.subject import Subject

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, SpeechStarted, SpeechStopped, Transcript, Translation, Word
from rxvoice.providers._ear import Held
from rxvoice.providers._gladia_reader import Progress, SessionReader
from rxvoice.providers.gladia import gladia_stt
from rxvoice.testing import run_virtual, servers, tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Drop,
    Exchange,
    Fail,
    FakeGladia,
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
from .hearing import Scene, listening

SPOKEN = [Said("Hello there, friend.", at=0.3, speaker=1, language="es")]
RATE = 32_000


def stt(server: FakeGladia, **options: Any) -> Transcriber:
    return gladia_stt(base_url=server.url, api_key="secret", **options)


def served(*faults: servers.Fault | None, key: str = "secret") -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        heard = Loud("Hello there.", word=0.2)
        async with FakeGladia(heard, faults=list(faults) * 9, key=key) as server:
            yield stt(server)

    return make


def sockets(fake: FakeGladia) -> list[Exchange]:
    return [one for one in fake.requests if one.method == "GET"]


def test_st01_it_keeps_the_contract() -> None:
    """Gladia says nothing of an utterance without words."""
    report = check_transcriber(
        served(), audio=tone(0.4), says="hello there", blank=False, failing=served(key="other")
    )
    assert report.skipped == {"blank final": "blank=False"}


def test_it_bears_what_a_client_has_to_bear() -> None:
    fault = Split(seed=1) + Insert(after=1) + Insert(after=2)
    made = served(Split(seed=2), fault)
    check_transcriber(made, audio=tone(0.4), says="hello there", blank=False, rates=())


@pytest.mark.parametrize(
    "faults",
    [
        [Refuse(401)],
        [Refuse(500)] * 9,
        [Refuse(429)] * 9,
        [Hang()] * 9,
        [Garble()] * 9,
        [Mistype(field="url")] * 9,
        [None, Refuse(500)],
        [None, Garble(after=1)],
        [None, Hang(after=1)],
        [None, Close(after=1)],
        [None, Mistype(after=1, field="data.byte_range")],
        [None, Fail(after=1)],
    ],
    ids=lambda faults: " ".join(str(type(fault).__name__) for fault in faults[:2]),
)
def test_co14_it_tells_of_what_it_cannot_bear(faults: list[servers.Fault | None]) -> None:
    call = called(FakeGladia(SPOKEN, faults=faults), stt, START, 1.2, STOP, 12.0)
    assert isinstance(call.error, ProviderError) or call.of(Fault)


def test_a_wrong_key_is_fatal_and_not_told_of() -> None:
    call = called(FakeGladia(key="other"), stt, 0.5)
    assert isinstance(call.error, ProviderRejected)
    assert call.error.fatal
    assert "gladia key not found" in str(call.error)


def acknowledgement(begin: int, end: int) -> dict[str, Any]:
    data = {"byte_range": [begin, end], "time_range": [0, 0]}
    return {"type": "audio_chunk", "acknowledged": True, "error": None, "data": data}


def transcript(start: float, end: float) -> dict[str, Any]:
    word = {"word": " Hi.", "start": start, "end": end, "confidence": 0.9}
    heard = {"text": " Hi. ", "start": start, "end": end, "words": [word], "confidence": 0.9}
    return {"type": "transcript", "data": {"id": "1", "is_final": True, "utterance": heard}}


def test_what_is_acknowledged_is_settled_and_times_are_those_of_the_websocket() -> None:
    progress = Progress()
    first = SessionReader(RATE, progress)
    assert list(first.read(acknowledgement(0, RATE))) == [Held(1.0)]
    second = SessionReader(RATE, progress)
    assert list(second.read(acknowledgement(RATE, 2 * RATE))) == [Held(1.0)]
    (heard,) = second.read(transcript(1.5, 1.75))
    assert heard == Transcript(
        "Hi.",
        is_final=True,
        is_finalized=True,
        words=(Word("Hi.", 0.5, 0.75),),
        pts=0.5,
        end=0.75,
        confidence=0.9,
    )
    (cut,) = second.read(transcript(0.75, 1.25))
    assert isinstance(cut, Transcript)
    assert (cut.pts, cut.end) == (0.0, 0.25)
    (before,) = second.read(transcript(0.25, 0.75))
    assert isinstance(before, Transcript)
    assert (before.text, before.end, before.words) == ("Hi.", 0.0, ())


@pytest.mark.parametrize("message", ["?", b"?", {}, {"type": "speech_start"}, {"type": "new"}])
def test_what_it_does_not_know_means_nothing(message: Any) -> None:
    assert not list(SessionReader(RATE, Progress()).read(message))


def test_an_error_of_the_server_is_a_fault_without_what_was_said() -> None:
    told = {"type": "translation", "error": {"message": "what was said"}, "data": None}
    (fault,) = SessionReader(RATE, Progress()).read(told)
    assert fault == Fault("gladia", "the server tells of an error (translation)")


def test_st24_st18_languages_and_speakers_are_told() -> None:
    call = called(FakeGladia(SPOKEN), stt, START, 1.2, STOP, 0.5)
    (heard,) = call.finals
    assert (heard.text, heard.pts, heard.end) == ("Hello there, friend.", 0.3, 1.05)
    assert (heard.language, heard.speaker, heard.confidence) == ("es", "1", 0.98)
    assert [word.text for word in heard.words] == ["Hello", "there,", "friend."]
    assert any(not t.is_final for t in call.of(Transcript))


def test_st28_translations_stand_beside_what_was_said() -> None:
    call = called(
        FakeGladia(SPOKEN), lambda s: stt(s, target_languages=["de-AT", "fr"]), START, 1.2, STOP
    )
    german, french = call.of(Translation)
    assert german == Translation(
        "olleH ,ereht .dneirf", "de", source_language="es", pts=0.3, end=1.05, speaker="1"
    )
    assert french.language == "fr"
    assert [heard.text for heard in call.finals] == ["Hello there, friend."]


def test_st22_st26_options_are_those_of_the_session() -> None:
    fake = FakeGladia()
    options: dict[str, Any] = {
        "region": "eu-west",
        "languages": ["pt-BR"],
        "code_switching": False,
        "maximum_duration_without_endpointing": 20,
        "speech_threshold": 0.7,
        "custom_vocabulary": ["rxvoice", {"value": "Gladia", "intensity": 0.5}],
        "extra": {"custom_metadata": {"call": 1}},
    }
    called(fake, lambda s: stt(s, **options), 0.2)
    posted, socket = fake.requests
    assert dict(posted.query) == {"region": "eu-west"}
    assert posted.headers["x-gladia-key"] == "secret"
    assert socket.headers["User-Agent"].startswith("rxvoice/")
    told = posted.json
    assert told.pop("messages_config")["receive_acknowledgments"] is True
    assert told == {
        "encoding": "wav/pcm",
        "bit_depth": 16,
        "sample_rate": 16_000,
        "channels": 1,
        "model": "solaria-1",
        "endpointing": 0.3,
        "maximum_duration_without_endpointing": 20,
        "language_config": {"languages": ["pt"], "code_switching": False},
        "pre_processing": {"speech_threshold": 0.7},
        "realtime_processing": {
            "custom_vocabulary": True,
            "custom_vocabulary_config": {
                "vocabulary": ["rxvoice", {"value": "Gladia", "intensity": 0.5}]
            },
        },
        "custom_metadata": {"call": 1},
    }


def test_st13_the_recording_is_stopped_at_the_end() -> None:
    fake = FakeGladia(SPOKEN)
    call = called(fake, stt, START, 1.0)
    assert [heard.text for heard in call.finals] == ["Hello there,"]
    (socket,) = sockets(fake)
    assert socket.said("stop_recording")
    assert socket.close_sent == 1000


@pytest.mark.parametrize("after", [4, 15, 18, 22])
def test_a_session_goes_on_after_a_lost_connection_without_lost_or_doubled_audio(
    after: int,
) -> None:
    said = [Said("Hello there, friend.", at=0.3), Said("Good bye.", at=2.0)]
    fake = FakeGladia(said, faults=[None, Drop(after=after)], key="secret")
    call = called(fake, stt, START, 1.3, STOP, 0.5, START, 1.2, STOP, 1.0)
    assert [heard.text for heard in call.finals] == ["Hello there, friend.", "Good bye."]
    assert len(call.of(Fault)) == 1
    assert [one.method for one in fake.requests] == ["POST", "GET", "GET"]
    ends = [
        sent.message["data"]["byte_range"]
        for socket in sockets(fake)
        for sent in socket.sent
        if isinstance(sent.message, dict) and sent.message["type"] == "audio_chunk"
    ]
    assert ends[-1][1] == 4 * RATE
    assert [begin for begin, _ in ends[1:]] == [end for _, end in ends[:-1]]
    last = call.finals[-1]
    assert (last.pts, last.end) == (pytest.approx(2.0), pytest.approx(2.5))


def test_another_session_begins_where_the_old_one_is_over() -> None:
    fake = FakeGladia(SPOKEN, faults=[None, Close(after=4, code=4403)], key="secret")
    call = called(fake, stt, START, 2.0, STOP, 1.0)
    assert [one.method for one in fake.requests] == ["POST", "GET", "POST", "GET"]
    assert call.error is None
    assert len(call.of(Fault)) == 1
    assert call.finals


def test_st07_other_options_take_another_session_when_the_turn_is_over() -> None:
    async def main() -> None:
        changes: Subject[Any] = Subject()
        async with FakeGladia(SPOKEN) as server:
            call = Call(stt(server, changes=changes))
            await call.say(START, 0.5)
            changes.on_next({"languages": ("fr",)})
            await call.say(0.8, STOP, 0.5, START, 1.2, STOP, 0.5)
            await call.end()
            first, _, second, _ = server.requests
            assert "language_config" not in first.json
            assert second.json["language_config"] == {"languages": ["fr"]}
            assert len(call.finals) == 2

    run_virtual(main(), real_io=True)


def test_two_streams_have_two_sessions() -> None:
    async def main() -> None:
        async with FakeGladia(SPOKEN) as server:
            shared = stt(server)
            calls = [Call(shared), Call(shared)]
            for call in calls:
                await call.say(START, 1.2, STOP, 0.4)
                await call.end()
            assert [call.finals[0].text for call in calls] == ["Hello there, friend."] * 2
            assert [one.method for one in server.requests].count("POST") == 2

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("gone", [Close(after=14, code=4403), Drop(after=14)], ids=str)
def test_what_a_session_that_is_gone_had_acknowledged_is_heard_by_the_next_one(gone: Any) -> None:
    async def main() -> None:
        async with FakeGladia(Loud("Hello there.", word=0.2), faults=[None, gone]) as server:

            async def scene(one: Scene) -> None:
                one.source.on_next(SpeechStarted(one.at))
                await one.give(tone(0.2))
                if isinstance(gone, Drop):
                    vars(server)["_sessions"].clear()  # as after a new release of the vendor's
                await one.give(tone(0.2))
                await one.quiet(0.4)
                one.source.on_next(SpeechStopped(one.at, 0.4))
                await one.end()

            said = await listening(stt(server), scene)
            assert said.texts == ["Hello there."]
            assert said.error is None
            methods = [one.method for one in server.requests]
            assert methods[:2] == ["POST", "GET"]
            assert methods[-2:] == ["POST", "GET"]
            assert len(server.requests[-1].audio()) >= 0.8 * RATE

    run_virtual(main(), real_io=True)
