"""`rxvoice check` as people meet it, against fakes of the vendors' servers."""

import asyncio
import importlib.util
import threading
from collections.abc import Callable
from typing import Any

import pytest

from rxvoice.cli import main
from rxvoice.cli._checking import QUESTION, SENTENCE
from rxvoice.testing.servers import (
    Close,
    Delay,
    Drop,
    FakeAnthropic,
    FakeDeepgram,
    FakeElevenLabs,
    FakeOpenAI,
    Fault,
    Hang,
    Loud,
    Refuse,
    ToneVoice,
)
from tests.cli.outcome import KEY, Outcome

HEARD = Loud("Can you help me?", word=0.3)


Checked = Callable[..., Outcome]
pytestmark = pytest.mark.usefixtures("keys")


def test_a_recogniser_hears_the_shipped_recording(checked: Checked) -> None:
    server = FakeDeepgram(HEARD, latency=0.1, faults=Delay(answer=0.25), key=KEY)
    outcome = checked(server, "deepgram")
    assert (outcome.code, outcome.error) == (0, "")
    assert outcome.rows["stt"] == "deepgram_stt(), websocket"
    assert outcome.rows["connected"] == "in 0.25 s"
    assert outcome.rows["text"] == "Can you help me?"
    latency, told = outcome.rows["final text"].split(" s after the last sound ")
    assert 0.1 <= float(latency) <= 0.15
    assert told == "(99 % within 0.35 s, they say)"
    first = outcome.rows["first text"].split(" s after the first sound")[0]
    assert 0.2 <= float(first) < 1.5


def test_a_voice_says_a_sentence(checked: Checked) -> None:
    voice = ToneVoice(character=0.05)
    server = FakeDeepgram(voice=voice, faults=Delay(answer=0.25, first=0.5), key=KEY)
    outcome = checked(server, "deepgram", "--tts", "--set", "sample_rate=16000")
    assert (outcome.code, outcome.error) == (0, "")
    assert outcome.rows["tts"] == "deepgram_tts(), websocket"
    assert outcome.rows["connected"] == "in 0.25 s"
    assert outcome.rows["first sound"].startswith("after 0.5")
    assert outcome.rows["audio"] == f"{voice.speak(SENTENCE, 16_000).duration:.2f} s at 16000 Hz"
    assert outcome.rows["words"] == "without times"


def test_a_voice_that_tells_words_is_said_to(checked: Checked) -> None:
    outcome = checked(FakeElevenLabs(key=KEY), "elevenlabs", "--tts", "--voice", "any")
    assert outcome.rows["words"] == "5 with times"


def test_a_language_model_answers_a_question(checked: Checked) -> None:
    server = FakeOpenAI(["Paris."], faults=[Delay(answer=0.25), Delay(first=0.5)], key=KEY)
    outcome = checked(server, "groq", "--llm", "--model", "any")
    assert (outcome.code, outcome.error) == (0, "")
    assert outcome.rows["llm"] == 'openai_compatible("groq"), http'
    assert outcome.rows["connected"] == "in 0.25 s"
    assert outcome.rows["first token"].startswith("after 0.5")
    assert int(outcome.rows["tokens"]) > 0
    assert outcome.rows["text"] == "Paris."
    asked = server.requests[-1].json
    assert (asked["model"], asked["messages"][0]["content"]) == ("any", QUESTION)


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("deepgram_tts_http", FakeDeepgram(key=KEY)),
        ("openai_stt", FakeOpenAI(transcripts=["Can you?"], key=KEY)),
        ("openai_responses_ws", FakeOpenAI(["Paris."], key=KEY)),
        ("anthropic", FakeAnthropic(["Paris."], key=KEY)),
        ("elevenlabs", FakeElevenLabs(heard=HEARD, key=KEY)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_function_may_be_named(name: str, server: Any, checked: Checked) -> None:
    outcome = checked(server, name)
    assert (outcome.code, outcome.error) == (0, "")


FAULTS: list[tuple[Fault, str]] = [
    (Refuse(401), "the key is that of DEEPGRAM_API_KEY"),
    (Refuse(401, text=f"{KEY} is no key"), "… is no key"),
    (Refuse(429), "status 429"),
    (Drop(after=None), "the connection failed"),
    (Hang(after=None), "there was no connection within 5 s"),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS, ids=str)
@pytest.mark.parametrize("kind", ["--stt", "--tts"])
def test_what_fails_is_one_clear_line(fault: Fault, said: str, kind: str, checked: Checked) -> None:
    outcome = checked(FakeDeepgram(HEARD, faults=fault, key=KEY), "deepgram", kind)
    assert outcome.code == 1
    assert outcome.error.startswith("rxvoice: error: deepgram: ")
    assert said in outcome.error
    assert not outcome.rows


def test_a_connection_that_is_lost_is_told(checked: Checked) -> None:
    outcome = checked(FakeDeepgram(HEARD, faults=Close(after=1, code=1011), key=KEY), "deepgram")
    assert outcome.code == 1
    assert "1011" in outcome.error


def test_silence_is_told(checked: Checked) -> None:
    outcome = checked(FakeDeepgram((), key=KEY), "deepgram")
    assert outcome.error == "rxvoice: error: deepgram: nothing was recognised"


def test_it_takes_no_longer_than_it_may(checked: Checked) -> None:
    server = FakeOpenAI(["Paris."], faults=Delay(answer=9.0), key=KEY)
    outcome = checked(server, "openai", "--llm", "--timeout", "3")
    assert outcome.code == 1
    assert outcome.error == "rxvoice: error: openai: there was no answer within 3 s"


def test_without_a_key_it_names_the_variable(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEEPGRAM_API_KEY")
    outcome = checked(None, "deepgram")
    assert outcome.code == 1
    assert outcome.error == "rxvoice: error: deepgram needs a key: set DEEPGRAM_API_KEY"


def test_without_the_extra_it_says_how_to_install_it(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str, package: str | None = None) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    outcome = checked(None, "openai", "--llm")
    assert outcome.code == 1
    assert "pip install 'rxvoice[openai]'" in outcome.error


WRONG = [
    (["depgram"], "did you mean deepgram"),
    (["silero"], "voice activity"),
    (["gladia", "--tts"], "has speech recognition, not voices"),
    (["elevenlabs", "--tts"], "elevenlabs_tts needs a voice_id: give --voice"),
    (["deepgram", "--voice", "any"], "deepgram_stt has no voice; it has model"),
    (["deepgram", "--set", "punctuate"], "--set needs OPTION=VALUE"),
    (["deepgram", "--set", "sample_rate=-1"], "got -1"),
    (["deepgram", "--timeout", "0"], "--timeout must be positive"),
]


@pytest.mark.parametrize(("args", "said"), WRONG, ids=str)
def test_what_cannot_be_asked_is_one_clear_line(
    args: list[str], said: str, checked: Checked
) -> None:
    outcome = checked(None, *args)
    assert outcome.code == 1
    assert said in outcome.error


def test_it_works_on_an_ordinary_loop(capsys: pytest.CaptureFixture[str]) -> None:
    address: list[str] = []
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with FakeDeepgram(key=KEY) as server:
            address.append(server.url)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        assert main(["check", "deepgram", "--tts", "--base-url", address[0]]) == 0
    finally:
        over.set()
        thread.join()
    assert "audio" in capsys.readouterr().out
