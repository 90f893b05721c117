"""What voices by Mistral and xAI over HTTP are asked."""

from typing import Any

import pytest

from rxvoice.errors import ProviderError
from rxvoice.providers.mistral import mistral_tts
from rxvoice.providers.xai import xai_tts_http


def asked(tts: Any) -> Any:
    return tts.dialect.request("Hello.")


def test_mistral_is_asked_for_events_of_floats() -> None:
    tts = mistral_tts(api_key="k", expressiveness=2.0, extra={"phoneme_hints": {}})
    request = asked(tts)
    assert request.url == "https://api.mistral.ai/v1/audio/speech"
    assert request.headers == {"authorization": "Bearer k"}
    assert request.body == {
        "model": "voxtral-mini-tts-3-0",
        "input": "Hello.",
        "voice_id": "gb_jane_neutral",
        "response_format": "pcm",
        "stream": True,
        "expressiveness": 2.0,
        "phoneme_hints": {},
    }
    assert (tts.dialect.encoding, tts.dialect.rate, tts.dialect.body) == ("float32", 24_000, "sse")


def test_tt32_a_recording_takes_the_place_of_the_usual_voice() -> None:
    body = asked(mistral_tts(api_key="k", ref_audio="AAAA")).body
    assert body["ref_audio"] == "AAAA"
    assert "voice_id" not in body
    with pytest.raises(ValueError, match="not both"):
        mistral_tts(voice_id="any", ref_audio="AAAA")
    with pytest.raises(ValueError, match="expressiveness"):
        mistral_tts(expressiveness=0.5)


def test_a_refusal_by_mistral_tells_its_name_and_not_what_was_said() -> None:
    explain = mistral_tts().dialect.explain
    told = {"object": "error", "message": "hello", "type": "invalid_model", "code": "1500"}
    assert explain(told).message == "invalid_model"
    assert explain({"detail": "Unauthorized"}).message == "refused"


def test_tt21_xai_is_asked_for_raw_samples_by_the_same_options_as_over_a_websocket() -> None:
    request = asked(
        xai_tts_http(
            voice="ara",
            language="pt-br",
            api_key="k",
            sample_rate=8_000,
            speed=0.8,
            optimize_streaming_latency=0,
            text_normalization=False,
        )
    )
    assert request.url == "https://api.x.ai/v1/tts"
    assert request.body == {
        "text": "Hello.",
        "voice_id": "ara",
        "language": "pt-BR",
        "output_format": {"codec": "pcm", "sample_rate": 8_000},
        "speed": 0.8,
        "optimize_streaming_latency": 0,
        "text_normalization": False,
    }
    assert xai_tts_http().dialect.longest == 15_000


@pytest.mark.parametrize("make", [mistral_tts, xai_tts_http])
def test_without_a_key_they_say_which(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MISTRAL_API_KEY", "XAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ProviderError, match="_API_KEY"):
        asked(make())
