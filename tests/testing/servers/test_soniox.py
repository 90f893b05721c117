"""The fake of Soniox speaks as its documents say."""

from base64 import b64decode
from typing import Any

import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeSoniox, Said, ToneVoice

from .telling import Sent, told

CHUNK = bytes(3_200)  # 0.1 s
SPOKEN = [Said("Hello there.", at=0.2, speaker=1, language="en")]
CONFIG = {
    "api_key": "secret",
    "model": "stt-rt-v4",
    "audio_format": "pcm_s16le",
    "sample_rate": 16_000,
}
STREAM = {
    "api_key": "secret",
    "model": "tts-rt-v2",
    "language": "en",
    "voice": "Adrian",
    "audio_format": "pcm_s16le",
    "sample_rate": 16_000,
}


def run(fake: FakeSoniox, path: str, *messages: Sent, wait: int = 0) -> list[dict[str, Any]]:
    """What a client is told; it leaves after so many messages, 0 being all."""

    async def main() -> list[dict[str, Any]]:
        async with fake as server:
            heard, _ = await told(server.ws_url + path, *messages, count=wait)
            return heard

    return run_virtual(main(), real_io=True)


def listened(*messages: Sent, fake: FakeSoniox | None = None) -> list[dict[str, Any]]:
    return run(fake or FakeSoniox(SPOKEN, key="secret"), "/transcribe-websocket", *messages)


def spoken(*messages: Sent, wait: int = 0, fake: FakeSoniox | None = None) -> list[dict[str, Any]]:
    return run(fake or FakeSoniox(key="secret"), "/tts-websocket", *messages, wait=wait)


def texts(heard: list[dict[str, Any]], *, final: bool) -> list[str]:
    found = [
        "".join(token["text"] for token in message["tokens"] if token["is_final"] is final)
        for message in heard
    ]
    return [text for text in found if text]


def test_tokens_are_final_once_and_then_the_end_of_the_utterance_is_told() -> None:
    config = CONFIG | {"enable_endpoint_detection": True}
    heard = listened(config, *[CHUNK] * 15, "")
    assert texts(heard, final=False) == ["Hello", "Hello there."]
    assert texts(heard, final=True) == ["Hello there.<end>"]
    final = heard[2]["tokens"]
    assert [token["text"] for token in final] == ["Hell", "o", " the", "re.", "<end>"]
    assert (final[0]["start_ms"], final[3]["end_ms"]) == (200, 700)
    assert heard[2]["final_audio_proc_ms"] == 1200
    assert heard[-1] == {
        "tokens": [],
        "final_audio_proc_ms": 1200,
        "total_audio_proc_ms": 1500,
        "finished": True,
    }


def test_without_endpoints_only_finalize_makes_tokens_final() -> None:
    heard = listened(CONFIG, *[CHUNK] * 15, {"type": "finalize"}, {"type": "keepalive"}, "")
    assert texts(heard, final=True) == ["Hello there.<fin>"]


def test_speakers_languages_and_translations_are_told_when_asked_for() -> None:
    config = CONFIG | {
        "enable_speaker_diarization": True,
        "translation": {"type": "one_way", "target_language": "de"},
    }
    heard = listened(config, *[CHUNK] * 8, {"type": "finalize"}, "")
    tokens = next(m["tokens"] for m in heard if m["tokens"] and m["tokens"][0]["is_final"])
    statuses = [token.get("translation_status") for token in tokens]
    assert statuses == ["original"] * 4 + ["translation"] * 2 + [None]
    assert tokens[4] | {"confidence": 0.98} == {
        "text": "olleH",
        "confidence": 0.98,
        "is_final": True,
        "translation_status": "translation",
        "speaker": "2",
        "language": "de",
        "source_language": "en",
    }


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([CONFIG | {"api_key": "other"}], 401),
        ([CONFIG | {"unheard_of": 1}], 400),
        ([{"api_key": "secret", "audio_format": "pcm_s16le", "sample_rate": 8000}], 400),
        ([CONFIG | {"audio_format": "auto"}], 400),
        ([CONFIG | {"num_channels": 2}], 400),
        (["what?"], 400),
        ([CONFIG, {"type": "flush"}], 400),
        ([], 408),
        ([CONFIG], 408),
    ],
    ids=lambda value: "",
)
def test_recognition_ends_with_an_error_where_a_message_does_not_fit(
    messages: list[Sent], code: int
) -> None:
    assert [message.get("error_code") for message in listened(*messages)] == [code]


def test_a_stream_of_speech_ends_in_three_steps() -> None:
    heard = spoken(
        STREAM | {"stream_id": "a", "return_timestamps": True},
        {"keep_alive": True},
        {"stream_id": "a", "text": "Hey ", "text_end": False},
        {"stream_id": "a", "text": "you.", "text_end": True},
        wait=6,
    )
    assert {message["stream_id"] for message in heard} == {"a"}
    assert sum(len(b64decode(m["audio"])) for m in heard[:5]) == 8 * 1_600
    assert [m["timestamps"]["character_start_times_seconds"] for m in heard[:4]] == [
        [0.0, 0.05],
        [0.1, 0.15],
        [0.2, 0.25],
        [0.3, 0.35],
    ]
    assert heard[4:] == [
        {"audio": "", "audio_end": True, "stream_id": "a"},
        {"terminated": True, "stream_id": "a"},
    ]


def test_several_streams_speak_at_a_time() -> None:
    messages: list[Sent] = [STREAM | {"stream_id": name} for name in "ab"]
    messages += [{"stream_id": name, "text": "Hey", "text_end": True} for name in "ab"]
    heard = spoken(*messages, wait=8, fake=FakeSoniox(voice=ToneVoice(latency=0.1, speed=1.0)))
    assert [m["stream_id"] for m in heard if m.get("audio")] == ["a", "b", "a", "b"]


def test_a_cancelled_stream_says_nothing_more() -> None:
    heard = spoken(
        STREAM | {"stream_id": "a"},
        {"stream_id": "a", "text": "Hey " * 100, "text_end": False},
        {"stream_id": "a", "cancel": True},
        STREAM | {"stream_id": "a"},
        {"stream_id": "a", "text": "", "text_end": True},
        wait=3,
        fake=FakeSoniox(voice=ToneVoice(latency=0.5)),
    )
    assert [sorted(message) for message in heard] == [
        ["stream_id", "terminated"],
        ["audio", "audio_end", "stream_id"],
        ["stream_id", "terminated"],
    ]


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([STREAM | {"stream_id": "b", "api_key": "other"}], 401),
        ([STREAM | {"stream_id": "b", "voice": ""}], 400),
        ([STREAM | {"stream_id": "b", "unheard_of": 1}], 400),
        ([STREAM | {"stream_id": "b", "audio_format": "mp3"}], 400),
        ([{"stream_id": "b", "text": "hi", "text_end": False}], 400),
        ([{"stream_id": "b", "cancel": True}], 400),
        ([STREAM | {"stream_id": "b"}] * 2, 400),
        ([STREAM | {"stream_id": "b"}, {"stream_id": "b", "words": "hi"}], 400),
        ([STREAM | {"stream_id": name} for name in "cb"], 429),
        (
            [STREAM | {"stream_id": "b"}]
            + [{"stream_id": "b", "text": "hey", "text_end": True}] * 2,
            400,
        ),
    ],
    ids=lambda value: "",
)
def test_an_error_ends_its_stream_and_no_other(messages: list[Sent], code: int) -> None:
    fake = FakeSoniox(voice=ToneVoice(latency=5.0), key="secret", streams=2)
    heard = spoken(
        STREAM | {"stream_id": "a"},
        *messages,
        {"stream_id": "a", "text": "", "text_end": True},
        wait=4,
        fake=fake,
    )
    assert (heard[0]["stream_id"], heard[0]["error_code"]) == ("b", code)
    assert heard[1] == {"terminated": True, "stream_id": "b"}
    assert heard[3] == {"terminated": True, "stream_id": "a"}


def test_a_websocket_of_speech_needs_to_be_kept_alive() -> None:
    assert [message["error_code"] for message in spoken()] == [408]


@pytest.mark.parametrize("name", ["latency", "endpoint", "idle", "streams"])
def test_bad_arguments_are_named(name: str) -> None:
    options: dict[str, Any] = {name: -1}
    with pytest.raises(ValueError, match=f"^{name}"):
        FakeSoniox(**options)
