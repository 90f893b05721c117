"""Every voice behind a websocket, lost once, after each of its messages: nothing shows it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rxvoice.providers._voice_tts import StreamingTts
from rxvoice.providers.cartesia import cartesia_tts
from rxvoice.providers.deepgram import deepgram_flux_tts, deepgram_tts
from rxvoice.providers.elevenlabs import elevenlabs_tts
from rxvoice.providers.inworld import inworld_tts
from rxvoice.providers.lmnt import lmnt_tts
from rxvoice.providers.rime import rime_tts
from rxvoice.providers.soniox import soniox_tts
from rxvoice.providers.xai import xai_tts
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Drop,
    FakeCartesia,
    FakeDeepgram,
    FakeElevenLabs,
    FakeInworld,
    FakeLmnt,
    FakeRime,
    FakeSoniox,
    FakeXai,
    Fault,
    ToneVoice,
)

from .speaking import LINES, Reply, reply

VOICE = ToneVoice(character=0.02, speed=4.0)
WORDS = " ".join(LINES).split()
RATE = 24_000


Make = Callable[[str], StreamingTts]
BLANKS = tuple(f"{line} " for line in LINES)
KINDS: dict[str, tuple[type[Any], Make, tuple[str, ...], bool]] = {
    "cartesia": (FakeCartesia, lambda url: cartesia_tts("v", base_url=url), BLANKS, True),
    "deepgram": (FakeDeepgram, lambda url: deepgram_tts(base_url=url), LINES, False),
    "deepgram flux": (FakeDeepgram, lambda url: deepgram_flux_tts(base_url=url), LINES, False),
    "elevenlabs": (FakeElevenLabs, lambda url: elevenlabs_tts("v", base_url=url), BLANKS, True),
    "inworld": (FakeInworld, lambda url: inworld_tts(base_url=url), LINES, True),
    "lmnt": (FakeLmnt, lambda url: lmnt_tts(base_url=url), LINES, False),
    "rime": (FakeRime, lambda url: rime_tts(base_url=url), LINES, True),
    "soniox": (FakeSoniox, lambda url: soniox_tts(base_url=url), BLANKS, True),
    "xai": (FakeXai, lambda url: xai_tts(base_url=url), (" ".join(LINES),), False),
}
"""The fake, the voice, the texts as they are spoken, and whether words tell where each ends."""


def said_by(fake: type[Any], make: Make, fault: Fault | None) -> tuple[Reply, int]:
    """Say three sentences, the last of them when the first was spoken."""

    async def main() -> tuple[Reply, int]:
        async with fake(voice=VOICE, faults=[fault]) as server:
            async with Session() as session:
                said = reply(make(server.url), session)
                said.say(*LINES[:2])
                await said.until(lambda: said.frames)
                await said.end(LINES[2])
                messages = len(server.requests[0].sent)
            assert server.open_connections == 0
            return said, messages

    return run_virtual(main(), real_io=True)


@pytest.mark.parametrize("name", KINDS)
def test_tt16_whenever_a_connection_is_lost_nothing_is_lost_or_doubled(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only of the silence between two sentences a part may go, where words tell of their end."""
    monkeypatch.setenv(f"{name.split()[0].upper()}_API_KEY", "k")
    fake, make, texts, words = KINDS[name]
    wanted = np.concatenate([VOICE.speak(text, RATE).samples for text in texts])
    whole, messages = said_by(fake, make, None)
    assert np.array_equal(whole.samples, wanted)
    assert messages > 6
    for after in range(messages + 1):
        said, _ = said_by(fake, make, Drop(after=after))
        assert said.error is None, after
        assert np.array_equal(said.samples[said.samples != 0], wanted[wanted != 0]), after
        assert abs(len(said.samples) - len(wanted)) <= (0.02 * RATE if words else 0), after
        assert said.words == (WORDS if words else []), after
        assert len(said.faults) == (1 if after < messages else 0), after
