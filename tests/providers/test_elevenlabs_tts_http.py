"""ElevenLabs' voice over HTTP, with the times of characters and without, against its fake."""

from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderError
from rxvoice.items import Word
from rxvoice.providers._elevenlabs_generate import LinesReader
from rxvoice.providers._voice import Audio, Words
from rxvoice.providers.elevenlabs import elevenlabs_tts_http
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    FakeElevenLabs,
    Fault,
    Garble,
    Hang,
    Insert,
    Merge,
    Mistype,
    Refuse,
    Split,
    ToneVoice,
)

from .speaking import LINES, Reply, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)


def served(
    fault: Any = None, servers: list[FakeElevenLabs] | None = None, key: str = "k", **options: Any
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeElevenLabs(voice=VOICE, faults=fault, key=key) as server:
            if servers is not None:
                servers.append(server)
            yield elevenlabs_tts_http("v", base_url=server.url, api_key="k", **options)

    return make


def sound_of(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, 24_000).samples for line in lines])


def line(text: str, at: float) -> dict[str, Any]:
    starts = [round(at + 0.1 * n, 6) for n in range(len(text))]
    alignment = {
        "characters": list(text),
        "character_start_times_seconds": starts,
        "character_end_times_seconds": [round(start + 0.1, 6) for start in starts],
    }
    return {"audio_base64": b64encode(b"\1\2").decode(), "alignment": alignment}


def test_words_are_put_together_over_lines_and_the_last_comes_at_the_end() -> None:
    reader = LinesReader(normalized=False)
    assert list(reader.read(line("Hi th", 0.0))) == [
        Words(None, (Word("Hi", 0.0, 0.2),), until=0.3),
        Audio(None, b"\1\2"),
    ]
    assert list(reader.read(line("ere", 0.5))) == [
        Words(None, (), until=0.3),
        Audio(None, b"\1\2"),
    ]
    assert list(reader.read({"audio_base64": "AQI=", "alignment": None}))[-1:] == [
        Audio(None, b"\1\2")
    ]
    assert list(reader.close()) == [Words(None, (Word("there", 0.3, 0.8),))]
    assert list(reader.close()) == []
    with pytest.raises(ProviderError, match="voice_not_found"):
        list(reader.read({"detail": {"status": "voice_not_found", "message": "secret"}}))


def test_tt01_it_keeps_the_contract() -> None:
    assert not check_synthesizer(served(), failing=served(key="another")).skipped


def test_without_times_it_keeps_the_contract_but_has_no_words() -> None:
    check_synthesizer(served(with_timestamps=False), words=False)


BORNE = [
    Split(seed=1),
    Split(size=7),
    Merge(3) + Insert(after=1),
    Delay(answer=0.2, first=0.3, between=0.02),
]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, sound_of(*LINES))
    assert said.words == " ".join(LINES).split()
    assert not tells_of_it(said)


def test_tt23_letters_may_be_cut_anywhere() -> None:
    async def scene(begin: Callable[[], Reply]) -> Reply:
        return await begin().end("Zażółć gęślą jaźń.")

    said = spoken(served(Split(size=1), sample_rate=8_000), scene)
    assert said.words == ["Zażółć", "gęślą", "jaźń."]
    assert not tells_of_it(said)


def test_times_that_are_none_cost_no_sound() -> None:
    said = spoken(served([Mistype(after=0, field="alignment.character_start_times_seconds")]))
    assert np.array_equal(said.samples, sound_of(*LINES))
    assert len(said.faults) == 1


ONCE = [
    Refuse(429, retry_after=1.0),
    Drop(after=None),
    Drop(after=1, inside=True),
    Corrupt(after=1),
    Hang(after=1),
    Close(after=0),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_what_breaks_off_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([None, fault]))
    assert said.error is None
    assert np.array_equal(said.samples, sound_of(*LINES))
    assert said.words == " ".join(LINES).split()
    assert len(said.faults) == 1


@pytest.mark.parametrize("fault", [Garble(after=0), Refuse(400)], ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal() -> None:
    error = spoken(served(key="another")).error
    assert getattr(error, "fatal", False)
    assert "status 401" in str(error)


def test_tt21_the_same_options_as_by_websocket() -> None:
    servers: list[FakeElevenLabs] = []
    options: dict[str, Any] = {
        "enable_logging": False,
        "language_code": "en-GB",
        "voice_settings": {"stability": 0.5},
        "apply_text_normalization": "off",
        "seed": 0,
        "extra": {"optimize_streaming_latency": 0},
    }

    async def scene(begin: Callable[[], Reply]) -> Reply:
        return await begin().end("Hello.")

    spoken(served(servers=servers, **options), scene)
    (request,) = servers[0].requests
    assert request.path == "/v1/text-to-speech/v/stream/with-timestamps"
    assert dict(request.query) == {
        "output_format": "pcm_24000",
        "enable_logging": "false",
        "optimize_streaming_latency": "0",
    }
    assert request.json == {
        "text": "Hello.",
        "model_id": "eleven_flash_v2_5",
        "language_code": "en",
        "voice_settings": {"stability": 0.5},
        "apply_text_normalization": "off",
        "seed": 0,
    }
