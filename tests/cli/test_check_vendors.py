"""`rxvoice check` asks every vendor of speech that is listed."""

from collections.abc import Callable
from typing import Any

import pytest

from rxvoice.providers._catalogue import Entry, catalogue
from rxvoice.testing.servers import (
    FakeAssemblyAI,
    FakeCartesia,
    FakeDeepgram,
    FakeElevenLabs,
    FakeGladia,
    FakeInworld,
    FakeLmnt,
    FakeMistral,
    FakeOpenAI,
    FakeRime,
    FakeServer,
    FakeSoniox,
    FakeSpeechmatics,
    FakeXai,
    Loud,
)
from tests.cli.outcome import KEY, Outcome

pytestmark = pytest.mark.usefixtures("keys")
TEXT = "Can you help me?"
HEARD = Loud(TEXT, word=0.3)
ENTRIES = [e for e in catalogue() if e.kind in ("stt", "tts") and e.keys and not e.preset]
FAKES: dict[str, Callable[[], FakeServer]] = {
    "assemblyai": lambda: FakeAssemblyAI(HEARD, key=KEY),
    "cartesia": lambda: FakeCartesia(heard=HEARD, key=KEY),
    "deepgram": lambda: FakeDeepgram(HEARD, key=KEY),
    "elevenlabs": lambda: FakeElevenLabs(heard=HEARD, key=KEY),
    "gladia": lambda: FakeGladia(HEARD, key=KEY),
    "inworld": lambda: FakeInworld(key=KEY),
    "lmnt": lambda: FakeLmnt(key=KEY),
    "mistral": lambda: FakeMistral(HEARD, key=KEY),
    "openai": lambda: FakeOpenAI(heard=HEARD, transcripts=[TEXT], key=KEY),
    "rime": lambda: FakeRime(key=KEY),
    "soniox": lambda: FakeSoniox(HEARD, key=KEY),
    "speechmatics": lambda: FakeSpeechmatics(HEARD, key=KEY),
    "xai": lambda: FakeXai(HEARD, key=KEY),
}
MORE = {
    "cartesia_tts": ["--voice", "any"],
    "cartesia_tts_http": ["--voice", "any"],
    "elevenlabs_tts": ["--voice", "any"],
    "elevenlabs_tts_http": ["--voice", "any"],
    "openai_tts": ["--model", "any"],
}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_it_is_asked(entry: Entry, checked: Callable[..., Outcome]) -> None:
    outcome: Any = checked(FAKES[entry.vendor](), entry.name, *MORE.get(entry.name, []))
    assert (outcome.code, outcome.error) == (0, "")
    assert outcome.rows[entry.kind] == f"{entry.call}, {entry.transport}"
    assert "connected" in outcome.rows
    if entry.kind == "stt":
        assert outcome.rows["text"].casefold().rstrip("?") == TEXT.casefold().rstrip("?")
    else:
        assert "Hz" in outcome.rows["audio"]
