"""Speechmatics' voice over HTTP against its fake."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.providers.speechmatics import speechmatics_tts
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Drop,
    FakeSpeechmatics,
    Fault,
    Hang,
    Refuse,
    Split,
    ToneVoice,
)

from .speaking import LINES, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)


def served(
    fault: Any = None, servers: list[FakeSpeechmatics] | None = None, *voice: str, **options: Any
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeSpeechmatics(voice=VOICE, faults=fault, key="k") as server:
            if servers is not None:
                servers.append(server)
            yield speechmatics_tts(*voice, base_url=server.url, api_key="k", **options)

    return make


def expected(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, 16_000).samples for line in lines])


def test_tt01_it_keeps_the_contract() -> None:
    check_synthesizer(served(), words=False, failing=served(Refuse(401)))


@pytest.mark.parametrize("fault", [None, Split(seed=1)], ids=str)
def test_pieces_with_half_a_sample_are_put_together(fault: Fault | None) -> None:
    servers: list[FakeSpeechmatics] = []
    said = spoken(served(fault, servers))
    assert np.array_equal(said.samples, expected(*LINES))
    assert not tells_of_it(said)
    assert any(len(sent.message) % 2 for sent in servers[0].requests[0].sent)


@pytest.mark.parametrize(
    "fault", [Refuse(503), Drop(after=2), Drop(after=1, inside=True), Hang(after=2)], ids=str
)
def test_what_breaks_off_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([None, fault]))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert len(said.faults) == 1


def test_tt33_wrong_credentials_are_fatal() -> None:
    assert getattr(spoken(served(Refuse(401))).error, "fatal", False)


def test_voice_and_parameters_are_in_the_address() -> None:
    servers: list[FakeSpeechmatics] = []
    said = spoken(served(None, servers, "theo", extra={"beta": True}))
    assert not tells_of_it(said)
    first = servers[0].requests[0]
    assert first.path == "/generate/theo"
    assert first.headers["Authorization"] == "Bearer k"
    assert first.json == {"text": LINES[0]}
    assert dict(first.query) == {"output_format": "pcm_16000", "beta": "true"}


def test_tt32_a_voice_is_required() -> None:
    with pytest.raises(ValueError, match="voice must"):
        speechmatics_tts("")
