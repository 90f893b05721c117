"""AssemblyAI's recogniser: messages, the contract, faults, and turns."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from reactivex.subject import Subject

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, Transcript, UserStarted, UserStopped, Word
from rxvoice.providers._assemblyai_listen import AssemblyAIListen
from rxvoice.providers._assemblyai_turns import TurnReader
from rxvoice.providers._ear import Finalized
from rxvoice.providers.assemblyai import assemblyai_stt
from rxvoice.testing import run_virtual, servers, tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Drop,
    Fail,
    FakeAssemblyAI,
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

OLD = "universal-streaming-english"
SPOKEN = [Said("Hello there, friend.", at=0.3, speaker=1, language="es")]


def stt(server: FakeAssemblyAI, **options: Any) -> Transcriber:
    return assemblyai_stt(base_url=server.url, api_key="k", **options)


def served(fault: servers.Fault | None = None, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        heard = Loud("Hello there.", word=0.2)
        async with FakeAssemblyAI(heard, faults=fault, key="k") as server:
            yield stt(server, **options)

    return make


@pytest.mark.parametrize("model", [OLD, "u3-rt-pro"])
def test_st01_it_keeps_the_contract(model: str) -> None:
    report = check_transcriber(
        served(speech_model=model),
        audio=tone(0.4),
        says="hello there",
        failing=served(Refuse(401)),
    )
    assert not report.skipped


def test_st20_it_keeps_the_contract_when_it_judges_turns_itself() -> None:
    check_transcriber(
        served(turns=True), audio=tone(0.4), says="hello there", marks=False, rates=()
    )


def test_it_bears_what_a_client_has_to_bear() -> None:
    fault = Split(seed=1) + Insert(after=0) + Insert(after=2)
    check_transcriber(served(fault), audio=tone(0.4), says="hello there", rates=())


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(401),
        Refuse(500),
        Close(after=1, code=3005),
        Garble(after=1),
        Drop(after=1, inside=True),
        Hang(after=1),
        Corrupt(after=1),
        Mistype(after=2, field="words"),
        Fail(after=1),
    ],
    ids=str,
)
def test_co14_it_tells_of_what_it_cannot_bear(fault: servers.Fault) -> None:
    call = called(FakeAssemblyAI(SPOKEN, faults=fault), stt, START, 1.2, STOP, 12.0)
    assert isinstance(call.error, ProviderError) or call.of(Fault)


def test_a_wrong_key_is_fatal_and_not_told_of() -> None:
    call = called(FakeAssemblyAI(key="other"), stt, 0.5)
    assert isinstance(call.error, ProviderRejected)
    assert call.error.fatal
    assert "check the credentials" in str(call.error)


def turn(**fields: Any) -> dict[str, Any]:
    words = [{"text": "hi", "start": 100, "end": 300, "word_is_final": True}]
    told: dict[str, Any] = {"type": "Turn", "end_of_turn": False, "turn_is_formatted": False}
    return {**told, "transcript": "hi", "words": words, "turn_order": 0, **fields}


def test_words_that_do_not_stand_fast_are_in_an_interim_transcript() -> None:
    reader = TurnReader(formatted=True, turns=False)
    words = [
        {"text": "hi", "start": 100, "end": 300, "word_is_final": True},
        {"text": "my", "start": 300, "end": 500, "word_is_final": False},
    ]
    (heard,) = reader.read(turn(words=words))
    assert heard == Transcript(
        "hi my",
        is_final=False,
        words=(Word("hi", 0.1, 0.3), Word("my", 0.3, 0.5)),
        pts=0.1,
        end=0.5,
    )


def test_only_the_formatted_end_of_a_turn_is_final_where_there_is_one() -> None:
    reader = TurnReader(formatted=True, turns=False)
    ends = [turn(end_of_turn=True), turn(end_of_turn=True, turn_is_formatted=True)]
    heard = [event for end in ends for event in reader.read(end)]
    assert [isinstance(h, Transcript) and h.is_finalized for h in heard] == [False, True]
    plain = TurnReader(formatted=False, turns=False)
    (only,) = plain.read(turn(end_of_turn=True))
    assert isinstance(only, Transcript)
    assert only.is_finalized


def test_a_turn_whose_formatted_end_does_not_come_is_final_when_another_begins() -> None:
    reader = TurnReader(formatted=True, turns=True)
    told = [turn(end_of_turn=True), turn(turn_order=1, transcript="you")]
    heard = [event for one in told for event in reader.read(one)]
    kinds = [UserStarted, Transcript, Transcript, UserStopped, UserStarted, Transcript]
    assert [type(event) for event in heard] == kinds
    plain = heard[2]
    assert isinstance(plain, Transcript)
    assert (plain.text, plain.is_final, plain.is_finalized) == ("hi", True, True)
    list(reader.read(turn(turn_order=2, end_of_turn=True)))
    assert [type(event) for event in reader.rest()] == [Transcript, UserStopped]
    assert list(reader.rest()) == []


def test_a_turn_without_words_ends_without_a_transcript() -> None:
    reader = TurnReader(formatted=True, turns=True)
    ended = turn(end_of_turn=True, turn_is_formatted=True, transcript=" ", words=[])
    assert list(reader.read(ended)) == [Finalized()]


@pytest.mark.parametrize("message", ["?", b"?", {}, {"type": "Begin"}, {"type": "New", "x": 1}])
def test_what_it_does_not_know_means_nothing(message: Any) -> None:
    assert not list(TurnReader(formatted=True, turns=False).read(message))


@pytest.mark.parametrize(
    ("code", "retryable", "fatal"),
    [(1008, False, True), (3005, True, False), (3006, False, False), (3008, True, False)],
)
def test_errors_tell_whether_trying_again_may_help(code: int, retryable: bool, fatal: bool) -> None:
    reader = TurnReader(formatted=True, turns=False)
    with pytest.raises(ProviderRejected) as caught:
        list(reader.read({"type": "Error", "error_code": code, "error": "what was said"}))
    assert (caught.value.retryable, caught.value.fatal) == (retryable, fatal)
    assert "what was said" not in str(caught.value)
    closed = AssemblyAIListen(speech_model=OLD).closed(code, "why")
    assert closed is not None
    assert closed.retryable is retryable


@pytest.mark.parametrize("model", [OLD, "u3-rt-pro"])
def test_st04_the_rest_of_an_utterance_is_asked_for_and_finalised(model: str) -> None:
    fake = FakeAssemblyAI(SPOKEN, latency=0.1)
    call = called(fake, lambda s: stt(s, speech_model=model), START, 1.2, STOP, 1.0)
    (heard,) = call.finals
    assert (heard.text, heard.is_finalized) == ("Hello there, friend.", True)
    assert (heard.pts, heard.end) == (0.3, 1.05)
    at = next(at for at, item in call.items if item == heard)
    assert at == pytest.approx(1.3, abs=0.02)
    assert [m["type"] for m in fake.requests[0].said("ForceEndpoint")] == ["ForceEndpoint"]
    assert fake.requests[0].said("Terminate")
    assert fake.requests[0].close_sent == 1000


def test_st18_st24_languages_and_speakers_are_told() -> None:
    options = {"language_detection": True, "speaker_labels": True}
    call = called(FakeAssemblyAI(SPOKEN), lambda s: stt(s, **options), START, 1.2, STOP, 0.5)
    (heard,) = call.finals
    assert (heard.language, heard.speaker) == ("es", "B")


def test_st22_st25_options_are_in_the_address() -> None:
    fake = FakeAssemblyAI()
    options: dict[str, Any] = {
        "speech_model": "universal-streaming-multilingual",
        "keyterms_prompt": ["rxvoice", "Łódź"],
        "language_codes": ["es-MX", "de"],
        "vad_threshold": 0.4,
        "speaker_labels": False,
        "extra": {"domain": "medical-v1"},
    }
    called(fake, lambda s: stt(s, **options), 0.2)
    query = dict(fake.requests[0].query)
    assert query == {
        "speech_model": "universal-streaming-multilingual",
        "encoding": "pcm_s16le",
        "sample_rate": "16000",
        "format_turns": "true",
        "speaker_labels": "false",
        "keyterms_prompt": '["rxvoice", "\\u0141\\u00f3d\\u017a"]',
        "language_codes": '["es", "de"]',
        "min_turn_silence": "1200",
        "max_turn_silence": "2400",
        "vad_threshold": "0.4",
        "domain": "medical-v1",
    }


def test_st26_the_client_names_itself() -> None:
    fake = FakeAssemblyAI()
    called(fake, stt, 0.2)
    headers = fake.requests[0].headers
    assert headers["User-Agent"].startswith("rxvoice/")
    assert headers["AssemblyAI-Version"] == "2025-05-12"
    assert headers["Authorization"] == "k"


def test_st19_hints_change_without_another_connection() -> None:
    async def main() -> None:
        changes: Subject[Any] = Subject()
        async with FakeAssemblyAI(SPOKEN) as server:
            call = Call(stt(server, language_codes=["es"], changes=changes))
            await call.say(START, 0.5)
            changes.on_next({"language_codes": ("fr", "de"), "min_turn_silence": 900})
            await call.say(0.7, STOP, 0.5)
            await call.end()
            (only,) = server.requests
            assert only.query["language_codes"] == '["es"]'
            assert only.said("UpdateConfiguration") == [
                {
                    "type": "UpdateConfiguration",
                    "language_codes": ["fr", "de"],
                    "min_turn_silence": 900,
                }
            ]

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    "change", [{"speech_model": OLD}, {"prompt": None}, {"speaker_labels": True}], ids=str
)
def test_st07_what_is_part_of_the_address_needs_another_connection(
    change: dict[str, Any],
) -> None:
    dialect = AssemblyAIListen(speech_model="u3-rt-pro", prompt="Be brief.")
    assert dialect.change(replace(dialect, **change)) is None


@pytest.mark.parametrize("model", [OLD, "u3-rt-pro"])
def test_st20_st21_turns_begin_before_their_words_and_end_after_them(model: str) -> None:
    fake = FakeAssemblyAI([*SPOKEN, Said("Good bye.", at=3.0)])
    call = called(fake, lambda s: stt(s, speech_model=model, turns=True), 5.0)
    kinds = [
        (type(i).__name__, getattr(i, "text", "") if getattr(i, "is_final", True) else "…")
        for i in call.told
        if isinstance(i, Transcript | UserStarted | UserStopped)
    ]
    told = [kind for at, kind in enumerate(kinds) if at == 0 or kind != kinds[at - 1]]
    assert told == [
        ("UserStarted", ""),
        ("Transcript", "…"),
        ("Transcript", "Hello there, friend."),
        ("UserStopped", ""),
        ("UserStarted", ""),
        *([("Transcript", "…")] if model == OLD else []),
        ("Transcript", "Good bye."),
        ("UserStopped", ""),
    ]
    first, last = call.of(UserStarted)[0], call.of(UserStopped)[0]
    assert (first, last) == (UserStarted("assemblyai", 0.3), UserStopped("assemblyai", 1.05))
    assert not fake.requests[0].said("ForceEndpoint")


def test_st20_silence_is_sent_when_audio_stops_within_a_turn() -> None:
    async def main() -> None:
        fake = FakeAssemblyAI([Said("Hello", at=0.1)])
        async with fake as server:
            call = Call(stt(server, speech_model=OLD, turns=True))
            await call.say(0.4)
            await server.until(lambda: len(call.of(UserStopped)))
            assert len(server.requests[0].audio()) >= 32_000 * 0.7
            await call.end()

    run_virtual(main(), real_io=True)
