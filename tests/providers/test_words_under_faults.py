"""Voices that tell words: whatever goes wrong, each is said once, and so is each sound."""

from typing import Any

import numpy as np
import pytest

from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import streaming_tts
from rxvoice.providers.cartesia import cartesia_tts
from rxvoice.providers.elevenlabs import elevenlabs_tts
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeCartesia, FakeElevenLabs, FakeServer

from .speaking import Reply, reply
from .test_speech_under_faults import LINES, SEEDS, VOICE, faults

KINDS: list[tuple[type[Any], Any]] = [
    (FakeCartesia, cartesia_tts),
    (FakeElevenLabs, elevenlabs_tts),
]


@pytest.mark.parametrize(("fake", "make"), KINDS, ids=["cartesia", "elevenlabs"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_word_is_told_once_with_its_sound(seed: int, fake: type[Any], make: Any) -> None:
    """Only of the silence between two sentences a part may go, or come twice."""

    async def main() -> Reply:
        server: FakeServer
        async with fake(voice=VOICE, faults=faults(seed)) as server:
            dialect = make("v", base_url=server.url, api_key="k").dialect
            tts = streaming_tts(dialect, patience=Patience(attempts=9, answer=3.0))
            async with Session() as session:
                return await reply(tts, session).end(*LINES)

    said = run_virtual(main(), real_io=True)
    wanted = np.concatenate([VOICE.speak(f"{line} ", 24_000).samples for line in LINES])
    assert said.error is None
    assert said.words == " ".join(LINES).split()
    assert np.array_equal(said.samples[said.samples != 0], wanted[wanted != 0])
    assert abs(len(said.samples) - len(wanted)) <= 4 * 0.02 * 24_000
