"""The fake of AssemblyAI speaks as its documents say."""

from typing import Any

import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Fail, FakeAssemblyAI, Raw, Said

from .telling import Sent, told

CHUNK = bytes(3_200)  # 0.1 s
QUERY = "?sample_rate=16000&speech_model=universal-streaming-english"
NEW = "?sample_rate=16000&speech_model=u3-rt-pro"
SPOKEN = [Said("Hello there, friend.", at=0.5, speaker=1)]


def run(
    *messages: Sent, query: str = QUERY, fake: FakeAssemblyAI | None = None, key: str = "secret"
) -> tuple[list[dict[str, Any]], int | None]:
    async def main() -> tuple[list[dict[str, Any]], int | None]:
        async with fake or FakeAssemblyAI(SPOKEN, key="secret") as server:
            url = f"{server.ws_url}/v3/ws{query}"
            return await told(url, *messages, headers={"Authorization": key})

    return run_virtual(main(), real_io=True)


END = {"type": "Terminate"}


def short(turn: dict[str, Any]) -> tuple[str, bool, bool]:
    return turn["transcript"], turn["end_of_turn"], turn["turn_is_formatted"]


def test_a_partial_turn_has_its_newest_word_only_among_the_words() -> None:
    heard, code = run(*[CHUNK] * 20, END, query=QUERY + "&format_turns=true")
    turns = [m for m in heard if m["type"] == "Turn"]
    assert [m["type"] for m in heard] == ["Begin"] + ["Turn"] * 5 + ["Termination"]
    assert [short(turn) for turn in turns] == [
        ("", False, False),
        ("hello", False, False),
        ("hello there", False, False),
        ("hello there friend", True, False),
        ("Hello there, friend.", True, True),
    ]
    assert turns[1]["words"][1] == {
        "start": 750,
        "end": 1000,
        "text": "there",
        "confidence": 0.98,
        "word_is_final": False,
    }
    assert {turn["turn_order"] for turn in turns} == {0}
    assert heard[-1]["audio_duration_seconds"] == 2
    assert code == 1000


def test_the_newer_models_format_always_and_tell_that_speech_has_begun() -> None:
    heard, _ = run(*[CHUNK] * 20, END, query=NEW)
    assert [m["type"] for m in heard] == [
        "Begin",
        "SpeechStarted",
        "Turn",
        "Turn",
        "Termination",
    ]
    assert heard[1]["timestamp"] == 500
    assert [short(turn) for turn in heard[2:4]] == [
        ("Hello there, friend.", False, False),
        ("Hello there, friend.", True, True),
    ]


def test_the_newer_models_wait_longer_where_no_sentence_has_ended() -> None:
    said = [Said("Hello there", at=0.5)]
    heard, _ = run(*[CHUNK] * 25, END, query=NEW, fake=FakeAssemblyAI(said))
    turns = [short(m) for m in heard if m["type"] == "Turn"]
    assert turns == [("Hello there", False, False), ("Hello there", True, True)]


def test_a_turn_can_be_forced_to_end_and_is_not_told_of_when_nothing_was_said() -> None:
    force = {"type": "ForceEndpoint"}
    heard, _ = run(force, *[CHUNK] * 13, force, force, END)
    turns = [short(m) for m in heard if m["type"] == "Turn" and m["end_of_turn"]]
    assert turns == [("hello there friend", True, False)]


def test_languages_and_speakers_are_told_when_asked_for() -> None:
    query = QUERY + "&language_detection=true&speaker_labels=true"
    heard, _ = run(*[CHUNK] * 20, END, query=query)
    ended = next(m for m in heard if m.get("end_of_turn"))
    assert (ended["language_code"], ended["speaker_label"]) == ("en", "B")
    assert {word["speaker"] for word in ended["words"]} == {"B"}


@pytest.mark.parametrize(
    ("message", "code", "why"),
    [
        (bytes(640), 3007, "20 ms"),
        (bytes(32_002), 3007, "Expected between 50 and 1000 ms"),
        ("what?", 3006, "Invalid JSON"),
        ({"type": "Finalize"}, 3006, "Invalid Message Type: Finalize"),
        ({"type": "UpdateConfiguration", "sample_rate": 8000}, 3006, "sample_rate"),
    ],
    ids=["short", "long", "text", "type", "field"],
)
def test_a_message_that_does_not_fit_closes_the_websocket(
    message: Sent, code: int, why: str
) -> None:
    heard, closed = run(message)
    assert closed == code
    assert heard[-1]["error_code"] == code
    assert why in heard[-1]["error"]


@pytest.mark.parametrize("query", ["?sample_rate=16000", "?speech_model=u3-rt-pro"])
def test_model_and_rate_are_required(query: str) -> None:
    assert run(query=query)[1] == 3006


def test_a_wrong_key_is_told_on_an_open_websocket() -> None:
    heard, code = run(key="other")
    assert (heard[0]["type"], code) == ("Error", 1008)


def test_a_script_may_say_anything_and_so_may_a_fault() -> None:
    said = [Raw(0.1, {"type": "Warning", "warning_code": 1, "warning": "low"})]
    heard, _ = run(CHUNK, END, fake=FakeAssemblyAI(said, faults=Fail(after=1)))
    assert [m["type"] for m in heard] == ["Begin", "Error", "Warning", "Termination"]


def test_a_configuration_may_change_and_results_may_come_late() -> None:
    change = {"type": "UpdateConfiguration", "keyterms_prompt": ["rxvoice"]}
    heard, code = run(change, *[CHUNK] * 9, END, fake=FakeAssemblyAI(SPOKEN, latency=0.3))
    assert code == 1000
    assert [m["type"] for m in heard] == ["Begin", "Turn", "Turn", "Termination"]


def test_a_negative_latency_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^latency"):
        FakeAssemblyAI(latency=-1.0)
