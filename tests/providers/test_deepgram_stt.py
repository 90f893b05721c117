"""Deepgram's recogniser against its fake: the contract, and faults."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rxvoice.contracts import Transcriber
from rxvoice.providers.deepgram import deepgram_stt
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Endless,
    Fail,
    FakeDeepgram,
    Fault,
    Garble,
    Hang,
    Insert,
    Loud,
    Merge,
    Mistype,
    Refuse,
    Split,
)

from .hearing import heard, tells_of_it


def served(fault: Any = None, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        said = Loud("Hello there.", word=0.2)
        async with FakeDeepgram(said, faults=fault, key="k", **options) as server:
            yield deepgram_stt(base_url=server.url, api_key="k")

    return make


def test_st01_it_keeps_the_contract() -> None:
    report = check_transcriber(
        served(), audio=tone(0.4), says="hello there", failing=served(Refuse(401))
    )
    assert not report.skipped


BORNE = [
    Split(seed=1),
    Merge(3),
    Insert(after=0) + Insert(after=2),
    Delay(answer=0.3, between=0.02),
]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    scene = heard(served(fault))
    assert scene.texts == ["Hello there."]
    assert not tells_of_it(scene)


ONCE = [
    Refuse(429),
    Refuse(500),
    Close(after=1, code=1011),
    Close(after=1),
    Drop(after=None),
    Drop(after=1),
    Drop(after=1, inside=True),
    Hang(after=1),
    Hang(after=None),
    Corrupt(after=1),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_st15_what_goes_wrong_once_loses_nothing(fault: Fault) -> None:
    scene = heard(served([fault]))
    assert scene.texts == ["Hello there."]
    assert scene.error is None
    assert len(scene.faults) == 1


TOLD = [
    *ONCE,
    Garble(),
    Mistype(after=0, field="channel"),
    Fail(after=0),
    Endless(after=1),
]


@pytest.mark.parametrize("fault", TOLD, ids=str)
def test_co14_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    scene = heard(served(fault))
    assert tells_of_it(scene) or isinstance(fault, Endless)
    assert not getattr(scene.error, "fatal", False)


def test_co15_wrong_credentials_are_fatal() -> None:
    scene = heard(served(Refuse(401)))
    assert getattr(scene.error, "fatal", False)
    assert "k" not in str(scene.error).split()
