"""What is logged of websockets to vendors."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from rxvoice.contracts import Synthesizer
from rxvoice.providers.deepgram import deepgram_tts
from rxvoice.testing.servers import FakeDeepgram
from tests.providers.speaking import LINES, spoken

KEY = "never-to-be-seen"


@asynccontextmanager
async def served() -> AsyncGenerator[Synthesizer]:
    async with FakeDeepgram(key=KEY) as server:
        yield deepgram_tts(base_url=server.url, api_key=KEY)


def test_neither_keys_nor_speech_are_logged_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        said = spoken(served)
    assert len(said.samples)
    logged = "\n".join(str(vars(record)) for record in caplog.records)
    assert KEY not in logged
    assert LINES[0] not in logged
