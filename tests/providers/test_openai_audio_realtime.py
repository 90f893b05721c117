"""OpenAI's realtime transcription: what its events mean, and the contract against its fake."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from openai.types.realtime import (
    InputAudioBufferAppendEvent,
    InputAudioBufferCommitEvent,
    RealtimeTranscriptionSessionCreateRequest,
)
from reactivex.subject import Subject

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, Transcript, Usage, UserStarted, UserStopped
from rxvoice.providers._ear import Ended, Finalized, Ready
from rxvoice.providers._openai_live import LiveReader, OpenAILive
from rxvoice.providers.openai_audio import openai_stt_realtime
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeOpenAI,
    Garble,
    Hang,
    Insert,
    Loud,
    Mistype,
    Refuse,
    Split,
)
from rxvoice.testing.servers import Fault as ServerFault

from .ears import call, in_virtual_time, listen, utterance

VAD = {"type": "server_vad", "silence_duration_ms": 200}


def served(fault: Any = None, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        heard = Loud("Hello there.", word=0.2)
        async with FakeOpenAI(heard=heard, faults=fault, key="k") as server:
            yield openai_stt_realtime(base_url=server.api, api_key="k", **options)

    return make


def test_st01_it_keeps_the_contract() -> None:
    report = check_transcriber(
        served(), audio=tone(0.4), says="hello there", words=False, failing=served(Refuse(401))
    )
    assert set(report.skipped) == {"words"}


def test_a_server_that_finds_the_turns_tells_of_them_and_is_not_asked() -> None:
    outcome = call(served(model="gpt-transcribe", turn_detection=VAD))
    kinds = [
        type(i) for i in outcome.items if isinstance(i, UserStarted | UserStopped | Transcript)
    ]
    assert kinds == [UserStarted, UserStopped, Transcript, Transcript, Transcript]
    assert outcome.texts == ["Hello there."]
    assert (outcome.finals[0].pts, round(outcome.finals[0].end, 2)) == (0.0, 0.6)
    assert not outcome.failed


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(answer=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_what_it_has_to_bear_costs_no_word(fault: ServerFault) -> None:
    outcome = call(served(fault))
    assert outcome.texts == ["Hello there."]
    assert outcome.completed
    assert not outcome.failed


FATAL = [
    Refuse(429),
    Close(after=2, code=1011),
    Garble(after=2),
    Drop(after=2, inside=True),
    Hang(after=2),
    Corrupt(after=2),
    Mistype(after=2, field="delta"),
    Fail(after=2),
    Fail(after=1),
]


@pytest.mark.parametrize("fault", FATAL, ids=str)
def test_co14_it_tells_of_what_it_cannot_bear(fault: ServerFault) -> None:
    assert call(served(fault)).failed


@pytest.mark.parametrize("fault", [Drop(after=4), Close(after=4, code=1012)], ids=str)
def test_a_connection_that_is_lost_once_costs_no_word(fault: ServerFault) -> None:
    outcome = call(served([fault]), [*utterance(), *utterance(4.7)])
    assert outcome.texts == ["Hello there."] * 2
    assert outcome.completed


def test_settings_that_the_vendor_refuses_end_it_and_say_so() -> None:
    outcome = call(served(turn_detection=VAD))
    assert isinstance(outcome.error, ProviderRejected)
    assert outcome.error.status == 400
    assert not outcome.error.retryable


# What events mean.

HEARD = "conversation.item.input_audio_transcription"


def delta(item: str, text: str) -> dict[str, Any]:
    return {"type": f"{HEARD}.delta", "item_id": item, "delta": text}


def completed(item: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": f"{HEARD}.completed", "item_id": item, "transcript": text, **more}


def committed(item: str) -> dict[str, Any]:
    return {"type": "input_audio_buffer.committed", "item_id": item}


def read(*messages: dict[str, Any], language: str | None = None) -> list[Any]:
    reader = LiveReader(language)
    return [event for message in messages for event in reader.read(message)]


def texts(events: Sequence[Any]) -> list[tuple[str, bool]]:
    return [(e.text, e.is_final) for e in events if isinstance(e, Transcript)]


def test_deltas_are_interim_transcripts_of_the_whole_so_far() -> None:
    events = read(delta("a", "Hello"), delta("a", " there."), committed("a"), completed("a", "Hi."))
    assert texts(events) == [("Hello", False), ("Hello there.", False), ("Hi.", True)]
    assert events[-1].is_finalized
    assert events[-1].end == 0.0


def test_utterances_are_told_in_the_order_in_which_they_were_committed() -> None:
    events = read(
        committed("a"),
        committed("b"),
        delta("b", "Two."),
        completed("b", "Two."),
        delta("a", "One."),
        completed("a", "One."),
        delta("c", "Three."),
    )
    assert texts(events) == [("One.", False), ("One.", True), ("Two.", True), ("Three.", False)]


def test_an_utterance_that_is_never_told_holds_up_the_next_one_and_no_more() -> None:
    events = read(*map(committed, "abcd"), completed("b", "Two."), completed("c", "Three."))
    assert texts(events) == [("Two.", True), ("Three.", True)]
    late = read(*map(committed, "abc"), *(completed(item, item) for item in "bcad"))
    assert texts(late) == [("b", True), ("c", True), ("a", True), ("d", True)]


def test_tt33_an_utterance_that_fails_is_a_fault_and_nobody_waits_for_it() -> None:
    failed = {"type": f"{HEARD}.failed", "item_id": "a", "error": {"code": "audio_unintelligible"}}
    events = read(committed("a"), failed, committed("b"), completed("b", "Two."))
    fault, finalized, two = events
    assert isinstance(fault, Fault)
    assert "audio_unintelligible" in fault.message
    assert finalized == Finalized()
    assert two.text == "Two."


def test_st18_the_language_is_the_one_detected_else_the_one_asked_for() -> None:
    told = completed("a", "Bonjour.", languages=[{"code": "fr"}])
    untold = completed("b", "Hello.", languages=[])
    events = read(told, untold, language="en")
    assert [event.language for event in events] == ["fr", "en"]


def test_tokens_are_told_where_they_are_paid_for() -> None:
    used = {"type": "tokens", "input_tokens": 12, "output_tokens": 3, "total_tokens": 15}
    usage, _ = read(completed("a", "Hi.", usage=used))
    assert usage == Usage("openai", input_tokens=12, output_tokens=3)
    assert len(read(completed("a", "Hi.", usage={"type": "duration", "seconds": 1.0}))) == 1


def test_errors_end_what_has_not_begun_and_are_faults_later() -> None:
    error = {"type": "error", "error": {"type": "invalid_request_error", "code": "invalid_value"}}
    with pytest.raises(ProviderRejected, match="invalid_value"):
        read(error)
    ready, fault = read({"type": "session.updated"}, error)
    assert ready == Ready()
    assert fault == Fault("openai", "the server tells of an error (invalid_value)")


@pytest.mark.parametrize(
    ("code", "event"),
    [("input_audio_buffer_commit_empty", Finalized()), ("session_expired", Ended())],
)
def test_errors_that_are_none(code: str, event: object) -> None:
    assert read({"type": "error", "error": {"code": code}}) == [event]


def test_new_types_mean_nothing() -> None:
    assert read({"type": "rate_limits.updated"}, {"type": f"{HEARD}.segment", "item_id": "a"}) == []


# What it is asked.


def dialect(**options: Any) -> OpenAILive:
    return OpenAILive(model="gpt-live-transcribe", api_key="k", **options)


def session(**options: Any) -> dict[str, Any]:
    (frame,) = dialect(**options).greet()
    told = json.loads(str(frame))
    assert told["type"] == "session.update"
    RealtimeTranscriptionSessionCreateRequest.model_validate(told["session"])
    return told["session"]["audio"]["input"]


def test_st22_options_are_passed_on_in_the_form_of_the_sdk() -> None:
    plain = session()
    assert plain["transcription"] == {"model": "gpt-live-transcribe"}
    assert plain["turn_detection"] is plain["noise_reduction"] is None
    full = session(
        languages=("en-GB", "de"), keywords=("a",), noise_reduction="far_field", turn_detection=VAD
    )
    assert full["transcription"]["languages"] == ["en", "de"]
    assert full["transcription"]["keywords"] == ["a"]
    assert full["noise_reduction"] == {"type": "far_field"}
    assert full["turn_detection"] == VAD


@pytest.mark.parametrize(
    ("language", "code"), [("de-DE", "de"), ("EN", "en"), ("fil", "fil"), (None, None)]
)
def test_st17_a_language_becomes_the_vendor_s_code(language: str | None, code: str | None) -> None:
    assert session(language=language)["transcription"].get("language") == code


def test_what_is_sent_has_the_form_of_the_sdk() -> None:
    InputAudioBufferAppendEvent.model_validate_json(str(dialect().audio(b"\x00\x01")))
    (commit,) = dialect().finalize()
    InputAudioBufferCommitEvent.model_validate_json(str(commit))
    assert dialect(turn_detection=VAD).finalize() == ()


def test_st25_the_address_is_that_of_transcription_without_a_model() -> None:
    opening = asyncio.run(dialect().open())
    assert opening.url == "wss://api.openai.com/v1/realtime?intent=transcription"
    assert opening.headers == {"Authorization": "Bearer k"}


def test_st19_other_words_are_expected_without_another_connection() -> None:
    async def main() -> None:
        changes: Subject[Any] = Subject()
        async with FakeOpenAI(heard=Loud("Hello there.", word=0.2)) as server:
            transcriber = openai_stt_realtime(base_url=server.api, api_key="k", changes=changes)
            hearing = asyncio.create_task(listen(transcriber, [*utterance(), *utterance(4.7)]))
            await asyncio.sleep(2.0)
            changes.on_next({"keywords": ("rxvoice",)})
            assert (await hearing).texts == ["Hello there."] * 2
            (exchange,) = server.requests
            _, update = exchange.said("session.update")
            transcription = update["session"]["audio"]["input"]["transcription"]
            assert transcription["keywords"] == ["rxvoice"]

    in_virtual_time(main)


def test_st07_other_turn_detection_needs_another_connection() -> None:
    assert dialect().change(dialect(turn_detection=VAD)) is None
    assert dialect().change(dialect(prompt="Hello.")) is not None


def test_a_language_and_several_are_too_many() -> None:
    with pytest.raises(ValueError, match="not both"):
        openai_stt_realtime(language="en", languages=["de"])


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="OPENAI_API_KEY"):
        asyncio.run(OpenAILive(model="any").open())
