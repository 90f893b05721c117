"""`rxvoice providers` as people meet it."""

import importlib.util
import json
from typing import Any

import pytest

from rxvoice.cli import main
from rxvoice.providers._catalogue import catalogue

KEY = "never-to-be-seen"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {key for entry in catalogue() for key in entry.keys}:
        monkeypatch.delenv(name, raising=False)


def listed(capsys: pytest.CaptureFixture[str], *args: str) -> list[list[str]]:
    """The rows of the list, cut into columns."""
    assert main(["providers", *args]) == 0
    lines = capsys.readouterr().out.splitlines()
    return [[part for part in line.split("  ") if part] for line in lines if line[:2] == "  "]


def test_all_are_listed_with_what_they_need(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPGRAM_API_KEY", KEY)
    rows = [[cell.strip() for cell in row] for row in listed(capsys)]
    assert len([row for row in rows if row[0] != "vendor"]) == len(catalogue())
    assert ["deepgram", "deepgram_stt()", "websocket", "yes", "DEEPGRAM_API_KEY"] in rows
    soniox = ["soniox", "soniox_stt()", "websocket", "no", "SONIOX_API_KEY (not set)"]
    assert soniox in rows
    assert ["silero", "silero()", "process", "yes"] in rows
    ollama = 'openai_compatible("ollama")'
    assert ["ollama", ollama, "http", "?", "rxvoice[openai], a server of your own"] in rows


def test_what_is_not_installed_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str, package: str | None = None) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    rows = [[cell.strip() for cell in row] for row in listed(capsys, "--kind", "tts")]
    assert ["hibari", "hibari()", "process", "no", "rxvoice[local] (not installed)"] in rows


def test_a_program_that_is_not_there_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    rows = [[cell.strip() for cell in row] for row in listed(capsys, "--kind", "tts")]
    assert ["piper", "piper()", "process", "no", "espeak-ng (not found)"] in rows
    assert ["piper", "piper_program()", "process", "no", "piper (not found)"] in rows


def test_one_kind_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    _, *rows = listed(capsys, "--kind", "vad")
    assert [row[0].strip() for row in rows] == ["silero", "energy"]


def test_json_says_the_same_and_never_a_key(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    assert main(["providers", "--json"]) == 0
    text = capsys.readouterr().out
    assert KEY not in text
    found: list[dict[str, Any]] = json.loads(text)
    assert len(found) == len(catalogue())
    assert next(entry for entry in found if entry["call"] == "gemini()") == {
        "vendor": "gemini",
        "kind": "llm",
        "call": "gemini()",
        "module": "rxvoice.providers.gemini",
        "transport": "http",
        "local": False,
        "keys": ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        "key_set": True,
        "extra": "",
        "program": "",
        "installed": True,
        "ready": True,
    }
