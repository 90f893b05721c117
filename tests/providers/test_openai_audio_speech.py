"""What voices by OpenAI, and by those who do as it does, are asked."""

import asyncio
import json
import sys
from base64 import b64encode
from typing import Any

import pytest
from pydantic import TypeAdapter

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.providers._http_tts import parts
from rxvoice.providers._openai_speech import OpenAISpeech, SpeechEvents
from rxvoice.providers._voice import Audio
from rxvoice.providers.openai_audio import openai_compatible_tts, openai_tts


def asked(tts: Any) -> Any:
    return tts.dialect.request("Hello.")


def test_openai_is_asked_for_raw_samples_in_the_form_of_the_sdk() -> None:
    from openai.types.audio.speech_create_params import SpeechCreateParams

    request = asked(openai_tts(model="any", api_key="k", instructions="Whisper.", speed=1.5))
    assert request.url == "https://api.openai.com/v1/audio/speech"
    assert request.headers == {"authorization": "Bearer k"}
    assert request.body == {
        "model": "any",
        "input": "Hello.",
        "voice": "marin",
        "response_format": "pcm",
        "instructions": "Whisper.",
        "speed": 1.5,
    }
    TypeAdapter(SpeechCreateParams).validate_python(dict(request.body))
    assert "Hello." not in repr(request)


def test_tt24_events_are_asked_for_where_they_are_wanted() -> None:
    tts = openai_tts(model="any", voice={"id": "voice_1"}, api_key="k", stream_format="sse")
    assert asked(tts).body["stream_format"] == "sse"
    assert asked(tts).body["voice"] == {"id": "voice_1"}
    assert tts.dialect.body == "sse"


def test_groq_is_asked_for_a_file_with_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "g")
    request = asked(openai_compatible_tts("groq"))
    assert request.url == "https://api.groq.com/openai/v1/audio/speech"
    assert request.headers == {"authorization": "Bearer g"}
    assert request.body == {
        "model": "canopylabs/orpheus-v1-english",
        "input": "Hello.",
        "voice": "autumn",
        "response_format": "wav",
    }


def test_a_server_on_this_machine_needs_no_key_and_has_its_own_fields() -> None:
    request = asked(openai_compatible_tts("kokoro", extra={"lang_code": "b"}))
    assert request.url == "http://localhost:8880/v1/audio/speech"
    assert request.headers == {}
    assert request.body["voice"] == "af_heart"
    assert request.body["lang_code"] == "b"


@pytest.mark.parametrize(
    ("vendor", "given", "words"),
    [
        ("nobody", {}, "vendor must be one of"),
        ("vllm", {"model": "any"}, "voice"),
        ("vllm", {"voice": "any"}, "model"),
        ("local", {"model": "any", "voice": "any"}, "base_url"),
        ("groq", {"sample_rate": 0}, "sample_rate"),
        ("groq", {"read_timeout": 0.0}, "read_timeout"),
    ],
)
def test_tt32_what_a_vendor_has_not_is_refused_at_the_call(
    vendor: str, given: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        openai_compatible_tts(vendor, **given)


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="GROQ_API_KEY"):
        asked(openai_compatible_tts("groq"))


def test_tt24_what_events_mean() -> None:
    events = SpeechEvents("openai")
    delta = {"type": "speech.audio.delta", "audio": b64encode(b"abc").decode()}
    assert list(events.read(delta)) == [Audio(None, b"abc")]
    assert list(events.read({"type": "something.new"})) == []
    with pytest.raises(ProviderError, match="broke off"):
        events.close()
    assert list(events.read({"type": "speech.audio.done", "usage": {}})) == []
    assert events.over
    events.close()


def test_an_event_that_tells_of_a_failure_does_not_repeat_what_was_said() -> None:
    error = {"error": {"message": "you said hello", "type": "server_error"}}
    with pytest.raises(ProviderRejected, match=r"^the answer failed \(server_error\)$"):
        list(SpeechEvents("openai").read(error))


def test_a_refusal_tells_its_name_and_not_what_was_said() -> None:
    dialect = openai_tts(model="any").dialect
    assert isinstance(dialect, OpenAISpeech)
    told = dialect.explain({"error": {"message": "hello", "type": "x", "code": "bad_voice"}})
    assert (told.message, told.code) == ("bad_voice", "bad_voice")
    assert dialect.explain(json.loads("{}")).message == "refused"


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        (" Hello. ", 100, [" Hello. "]),
        ("…", 100, []),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("one ... two", 4, ["one", "two"]),
    ],
)
def test_long_texts_are_cut_at_blanks(text: str, longest: int, cut: list[str]) -> None:
    assert list(parts(text, longest)) == cut


def test_importing_it_does_not_import_the_sdk() -> None:
    async def main() -> bytes:
        code = "import sys, rxvoice.providers.openai_audio as _; print('openai' in sys.modules)"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        return out

    assert asyncio.run(main()).strip() == b"False"
