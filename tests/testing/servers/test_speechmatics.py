"""The fake of Speechmatics speaks as its documents say."""

from typing import Any

import aiohttp
import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeSpeechmatics, Raw, Said, ToneVoice

from .telling import Sent, told

CHUNK = bytes(3_200)  # 0.1 s
SPOKEN = [Said("Hello there, friend.", at=0.2, speaker=0)]
AUDIO = {"type": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000}


def start(**config: Any) -> dict[str, Any]:
    return {
        "message": "StartRecognition",
        "audio_format": AUDIO,
        "transcription_config": {"language": "en", **config},
    }


def stop(chunks: int) -> dict[str, Any]:
    return {"message": "EndOfStream", "last_seq_no": chunks}


def run(*messages: Sent, fake: FakeSpeechmatics | None = None) -> tuple[list[Any], int | None]:
    """What a client is told but for what acknowledges audio, and the close code."""

    async def main() -> tuple[list[Any], int | None]:
        head = {"Authorization": "Bearer secret"}
        async with fake or FakeSpeechmatics(SPOKEN, key="secret") as server:
            heard, code = await told(f"{server.ws_url}/v2", *messages, headers=head)
            return [m for m in heard if m["message"] != "AudioAdded"], code

    return run_virtual(main(), real_io=True)


def texts(heard: list[Any]) -> list[tuple[str, str]]:
    return [
        (m["message"], m["metadata"]["transcript"])
        for m in heard
        if "Transcript" in m["message"][3:] and "metadata" in m
    ]


def test_words_are_final_at_the_end_of_an_utterance() -> None:
    turns = {"end_of_utterance_silence_trigger": 0.3}
    heard, code = run(
        start(enable_partials=True, conversation_config=turns), *[CHUNK] * 15, stop(15)
    )
    assert [m["message"] for m in heard[:2]] == ["RecognitionStarted", "Info"]
    assert texts(heard) == [
        ("AddPartialTranscript", "Hello "),
        ("AddPartialTranscript", "Hello there, "),
        ("AddPartialTranscript", "Hello there, friend. "),
        ("AddTranscript", "Hello there, friend. "),
    ]
    ended = heard[-2]
    assert (ended["message"], ended["metadata"]["end_time"]) == ("EndOfUtterance", 1.25)
    assert heard[-1] == {"message": "EndOfTranscript"}
    assert code == 1000
    results = heard[-3]["results"]
    assert [(r["type"], r["alternatives"][0]["content"]) for r in results] == [
        ("word", "Hello"),
        ("word", "there"),
        ("punctuation", ","),
        ("word", "friend"),
        ("punctuation", "."),
    ]
    assert [r.get("is_eos") for r in results] == [None, None, False, None, True]


def test_words_are_final_when_their_delay_has_passed() -> None:
    heard, _ = run(start(max_delay=0.7, enable_partials=True), *[CHUNK] * 13, stop(13))
    assert [t for t in texts(heard) if t[0] == "AddTranscript"] == [
        ("AddTranscript", "Hello "),
        ("AddTranscript", "there, friend. "),
    ]
    assert ("AddPartialTranscript", "there, friend. ") in texts(heard)


def test_the_end_of_an_utterance_can_be_forced() -> None:
    force = {"message": "ForceEndOfUtterance"}
    heard, _ = run(start(diarization="speaker"), *[CHUNK] * 5, force, stop(5))
    final, ended = heard[2:4]
    assert (final["message"], final["metadata"]["transcript"]) == ("AddTranscript", "Hello ")
    assert (ended["message"], final["forced"], ended["forced"]) == ("EndOfUtterance", True, True)
    assert final["results"][0]["alternatives"][0]["speaker"] == "S1"


def test_translations_are_told_beside() -> None:
    goals = {"translation_config": {"target_languages": ["de"]}}
    heard, _ = run(start() | goals, *[CHUNK] * 10, stop(10))
    german = next(m for m in heard if m["message"] == "AddTranslation")
    assert (german["language"], german["results"][0]["content"]) == ("de", "olleH ,ereht .dneirf")


def test_a_running_recognition_can_be_changed() -> None:
    change = {
        "message": "SetRecognitionConfig",
        "transcription_config": {"enable_partials": True},
    }
    heard, _ = run(start(), change, *[CHUNK] * 5, stop(5))
    assert texts(heard)[0] == ("AddPartialTranscript", "Hello ")


@pytest.mark.parametrize(
    ("messages", "kind", "code"),
    [
        ([CHUNK], "protocol_error", 1003),
        ([{"message": "StartRecognition"}], "invalid_message", 1003),
        ([start(unheard_of=1)], "invalid_config", 1003),
        ([start(max_delay=0.1)], "invalid_config", 1003),
        (
            [start() | {"audio_format": AUDIO | {"encoding": "pcm_f32le"}}],
            "invalid_audio_type",
            1003,
        ),
        ([start(), start()], "protocol_error", 1003),
        ([start(), CHUNK, stop(3)], "protocol_error", 1003),
        ([start(), "what?"], "invalid_message", 1003),
        (
            [start(), {"message": "SetRecognitionConfig", "transcription_config": {"model": "x"}}],
            "invalid_config",
            1003,
        ),
    ],
    ids=lambda value: "",
)
def test_a_message_that_does_not_fit_closes_the_websocket(
    messages: list[Sent], kind: str, code: int
) -> None:
    heard, closed = run(*messages)
    assert (heard[-1]["message"], heard[-1]["type"], closed) == ("Error", kind, code)


def test_a_wrong_key_is_refused_at_the_handshake() -> None:
    async def main() -> None:
        async with FakeSpeechmatics(key="secret") as server:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await told(f"{server.ws_url}/v2?jwt=other")
            assert caught.value.status == 401

    run_virtual(main(), real_io=True)


def test_a_script_may_say_anything() -> None:
    said = [Raw(0.1, {"message": "Warning", "type": "idle_timeout", "reason": "soon"})]
    heard, _ = run(start(), CHUNK, stop(1), fake=FakeSpeechmatics(said, latency=0.1))
    assert [m["message"] for m in heard[2:]] == ["Warning", "EndOfTranscript"]


def test_speech_over_http_comes_in_odd_pieces() -> None:
    async def main() -> None:
        fake = FakeSpeechmatics(voice=ToneVoice(piece=0.1), key="secret")
        async with fake as server, aiohttp.ClientSession() as client:
            url = f"{server.url}/generate/sarah"
            head = {"Authorization": "Bearer secret"}
            for query, size in (("", 44 + 3 * 1_600), ("?output_format=pcm_16000", 3 * 1_600)):
                async with client.post(url + query, json={"text": "Hey"}, headers=head) as response:
                    assert len(await response.read()) == size
            assert any(len(sent.message) % 2 for sent in server.requests[1].sent)
            for query, body in (("?output_format=mp3", {"text": "Hey"}), ("", {"words": "Hey"})):
                async with client.post(url + query, json=body, headers=head) as response:
                    assert response.status == 400
                    assert (await response.json())["error"] == "Bad Request"

    run_virtual(main(), real_io=True)


def test_a_negative_latency_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^latency"):
        FakeSpeechmatics(latency=-1.0)
