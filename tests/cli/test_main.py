"""The command line as people meet it."""

import subprocess
import sys
from pathlib import Path

import pytest

from rxvoice.cli import main


def run(*args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", "import sys; from rxvoice.cli import main; sys.exit(main())", *args],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert all(command in text for command in ("demo", "talk", "models", "providers", "check"))


@pytest.mark.parametrize("command", ["demo", "talk", "models", "providers", "check"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "usage: rxvoice" in capsys.readouterr().out


def test_without_a_command_it_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "nothing.wav"), (b"", "nothing.wav"), (b"ID3\x03" + bytes(99), "nothing.wav")],
)
def test_a_recording_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    recording = tmp_path / "nothing.wav"
    if content is not None:
        recording.write_bytes(content)
    assert main(["demo", "--input", str(recording), "--out", str(tmp_path / "out")]) == 1
    text = capsys.readouterr().err
    assert text.startswith("rxvoice: error: ")
    assert said in text
    assert text.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["demo", "--out", str(tmp_path / "file" / "out")]) == 1
    text = capsys.readouterr().err
    assert text.startswith("rxvoice: error: ")
    assert text.count("\n") == 1


def test_an_unknown_model_lists_those_that_are_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--out", str(tmp_path), "--llm", "gpt-17"]) == 1
    text = capsys.readouterr().err
    assert "gpt-17" in text
    assert "smollm2-135m-instruct" in text


def test_an_impossible_temperature_is_refused_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--out", str(tmp_path), "--temperature", "-1"]) == 1
    assert "temperature" in capsys.readouterr().err


def test_no_vendor_and_no_model_runtime_is_loaded_by_importing() -> None:
    code = (
        "import sys, rxvoice, rxvoice.operators, rxvoice.sources, rxvoice.sinks\n"
        "print([m for m in ('openai', 'deepgram', 'elevenlabs', 'livekit', 'sounddevice',"
        " 'xllamacpp', 'hibari', 'onnxruntime', 'aiohttp', 'websockets', 'soxr')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
