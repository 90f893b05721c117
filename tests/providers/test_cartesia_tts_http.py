"""Cartesia's voice over HTTP, as events and as bytes, against its fake."""

from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Word
from rxvoice.providers._cartesia_generate import EventsReader
from rxvoice.providers._voice import Audio, Words
from rxvoice.providers.cartesia import cartesia_tts_http
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeCartesia,
    Fault,
    Garble,
    Hang,
    Insert,
    Merge,
    Refuse,
    Split,
    ToneVoice,
)

from .speaking import LINES, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)
SOUND = np.concatenate([VOICE.speak(line, 24_000).samples for line in LINES])


def served(
    fault: Any = None, servers: list[FakeCartesia] | None = None, key: str = "k", **options: Any
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeCartesia(voice=VOICE, faults=fault, key=key) as server:
            if servers is not None:
                servers.append(server)
            yield cartesia_tts_http("v", base_url=server.url, api_key="k", **options)

    return make


def test_tt24_events_have_audio_and_words() -> None:
    reader = EventsReader()
    times = {"words": ["Hi"], "start": [0.0], "end": [0.4]}
    messages = [
        {"type": "chunk", "data": b64encode(b"\1\2").decode()},
        {"type": "timestamps", "word_timestamps": times},
        {"type": "new"},
    ]
    found = [event for message in messages for event in reader.read(message)]
    assert found == [Audio(None, b"\1\2"), Words(None, (Word("Hi", 0.0, 0.4),))]
    with pytest.raises(ProviderError, match="broke off"):
        reader.close()
    assert list(reader.read({"type": "done", "done": True})) == []
    assert reader.over
    reader.close()
    with pytest.raises(ProviderRejected, match="Oh"):
        list(reader.read({"type": "error", "status_code": 400, "title": "Oh"}))


def test_tt24_it_keeps_the_contract() -> None:
    assert not check_synthesizer(served(), failing=served(key="another")).skipped


def test_bytes_keep_the_contract_but_have_no_words() -> None:
    servers: list[FakeCartesia] = []
    said = spoken(served(servers=servers, add_timestamps=False, use_normalized_timestamps=True))
    assert np.array_equal(said.samples, SOUND)
    assert {request.path for request in servers[0].requests} == {"/tts/bytes"}
    check_synthesizer(served(add_timestamps=False), words=False)


BORNE = [
    Split(seed=1),
    Split(size=7),
    Merge(3) + Insert(after=1),
    Delay(answer=0.2, first=0.3, between=0.02),
]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, SOUND)
    assert said.words == " ".join(LINES).split()
    assert not tells_of_it(said)


ONCE = [
    Refuse(429, retry_after=1.0),
    Drop(after=None),
    Drop(after=2, inside=True),
    Close(after=2),
    Corrupt(after=1),
    Hang(after=2),
    Fail(after=2),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_what_breaks_off_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([None, fault]))
    assert said.error is None
    assert np.array_equal(said.samples, SOUND)
    assert said.words == " ".join(LINES).split()
    assert len(said.faults) == 1


@pytest.mark.parametrize("fault", [Garble(after=1), Refuse(400)], ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal_and_not_told() -> None:
    error = spoken(served(key="another")).error
    assert getattr(error, "fatal", False)
    assert "Unauthorized" in str(error)
