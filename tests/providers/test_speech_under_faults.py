"""Whatever goes wrong, and whenever: nothing that was said is lost, and nothing is said twice."""

import random
from typing import Any

import numpy as np
import pytest

from rxvoice.providers._ear_losses import Reconnect
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import streaming_tts
from rxvoice.providers.deepgram import deepgram_stt
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Close,
    Delay,
    Drop,
    FakeDeepgram,
    Fault,
    Hang,
    Insert,
    Loud,
    Refuse,
    Split,
    ToneVoice,
)

from .hearing import Scene, listening
from .speaking import reply
from .toys import RATE, Mute, Toy, ToyServer

SEEDS = range(12)
LINES = [f"This is line number {name}." for name in ("one", "two", "three", "four", "five")]
VOICE = ToneVoice(character=0.02, speed=4.0)


def faults(seed: int, count: int = 4) -> list[Fault]:
    """So many connections that go wrong, each in its own way, in front of one that does not."""
    chance = random.Random(seed)
    found: list[Fault] = []
    for _ in range(count):
        after = chance.randrange(8)
        kinds: list[Fault] = [
            Drop(after=after),
            Drop(after=after, inside=True, reset=True),
            Drop(after=None),
            Close(after=after, code=chance.choice([1001, 1006, 1011, 1012])),
            Hang(after=after),
            Refuse(chance.choice([429, 500, 503])),
        ]
        fault = chance.choice(kinds)
        if not isinstance(fault, Refuse) and chance.random() < 0.5:
            fault = fault + chance.choice(
                [Split(seed=seed), Insert(after=after // 2), Delay(answer=0.3, between=0.01)]
            )
        found.append(fault)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_utterance_is_heard_once(seed: int) -> None:
    async def main() -> None:
        said = Loud("Hello there.", word=0.2, pause=0.1)
        async with FakeDeepgram(said, faults=faults(seed)) as server:
            found = deepgram_stt(base_url=server.url, api_key="k")
            stt = StreamingStt(found.dialect, reconnect=Reconnect(attempts=9, first=0.5))

            async def play(scene: Scene) -> None:
                chance = random.Random(seed)
                for _ in range(8):
                    await scene.say()
                    await scene.wait(chance.choice([0.1, 0.5, 1.5]))
                await scene.end()

            scene = await listening(stt, play)
            assert scene.error is None
            assert scene.texts == ["Hello there."] * 8
            times = [t.pts for t in scene.transcripts if t.is_final and t.text]
            assert times == sorted(times)

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("kind", [Toy, Mute], ids=["told", "mute"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_sentence_is_spoken_once(seed: int, kind: Any) -> None:
    async def main() -> None:
        async with ToyServer(VOICE, faults=faults(seed)) as server:
            patience = Patience(attempts=9, answer=3.0)
            tts = streaming_tts(kind(url=server.ws_url), patience=patience)
            async with Session() as session:
                said = await reply(tts, session).end(*LINES)
            assert said.error is None
            expected = np.concatenate([VOICE.speak(line, RATE).samples for line in LINES])
            assert np.array_equal(said.samples, expected)
            assert server.open == set()

    run_virtual(main(), real_io=True)
