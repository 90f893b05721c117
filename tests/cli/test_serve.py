"""``rxvoice serve``."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from rxvoice.cli import _python_file, _serve, main

AGENT = """
from reactivex import operators as ops
from rxvoice import AudioFrame

async def {name}(session):
    return ops.filter(lambda item: isinstance(item, AudioFrame))
"""


def _args(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    _serve.add_arguments(parser.add_subparsers())
    return parser.parse_args(["serve", *given])


def _options(*given: str) -> object:
    return _serve._options(_args(*given))  # pyright: ignore[reportPrivateUsage]


@pytest.fixture(autouse=True)
def _no_accounts(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    for name in os.environ:
        if name.startswith(("TWILIO_", "TELNYX_", "PLIVO_", "WHATSAPP_", "LIVEKIT_", "RXVOICE_S")):
            monkeypatch.delenv(name)


def test_ru01_one_command_serves_a_module_with_a_bot_and_ends_in_good_order(
    tmp_path: Path,
) -> None:
    (tmp_path / "my_bot.py").write_text(AGENT.format(name="bot"))
    (tmp_path / "hello.txt").write_text("hello")
    command = [sys.executable, "-m", "rxvoice", "serve", str(tmp_path / "my_bot.py")]
    command += ["--port", "0", "--folder", str(tmp_path), "--title", "My <bot>"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            line = server.stderr.readline()
            found = re.search(r"http://\S+:\d+/", line)
            assert found, line
            url = found.group()
            assert json.loads(_get(f"{url}health"))["status"] == "ok"
            page = _get(f"{url}client/")
            assert "My \\u003cbot>" in page
            assert _get(f"{url}files/hello.txt") == "hello"
            assert "rxvoice_sessions" in _get(f"{url}metrics")
            server.send_signal(signal.SIGTERM)
            assert server.wait(10) == 0
        finally:
            server.kill()


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def test_ru01_a_telephone_vendor_that_is_chosen_has_to_be_able_to_hang_up(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    agent = tmp_path / "agent.py"
    agent.write_text(AGENT.format(name="agent"))
    assert main(["serve", str(agent), "-t", "twilio", "--port", "0"]) == 1
    told = capsys.readouterr().err
    assert "TWILIO_ACCOUNT_SID" in told
    assert "TWILIO_AUTH_TOKEN" in told
    options = _options("-t", "twilio", "--no-hang-up")
    assert getattr(options, "transport") == "twilio"  # noqa: B009


def test_tr11_all_that_is_missing_of_whatsapp_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    agent = tmp_path / "agent.py"
    agent.write_text(AGENT.format(name="agent"))
    monkeypatch.setenv("WHATSAPP_TOKEN", "x")
    assert main(["serve", str(agent), "--port", "0"]) == 1
    told = capsys.readouterr().err
    for name in ("PHONE_NUMBER_ID", "WEBHOOK_VERIFICATION_TOKEN", "APP_SECRET"):
        assert f"WHATSAPP_{name}" in told


def test_evaluation_is_for_this_machine_only() -> None:
    with pytest.raises(ValueError, match="this machine"):
        _options("--evaluation", "--host", "0.0.0.0")


def test_a_room_needs_an_address_and_a_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    agent = tmp_path / "agent.py"
    agent.write_text(AGENT.format(name="agent"))
    assert main(["serve", str(agent), "-t", "livekit"]) == 1
    assert "LIVEKIT_URL" in capsys.readouterr().err
    assert main(["serve", str(agent), "-t", "livekit", "--url", "ws://127.0.0.1:9"]) == 1
    assert "--room" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no file"),
        ("agent = 3", "no function"),
        ("def other(session): ...", "no 'agent' or 'bot'"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("def agent(session)", "expected ':'"),
        ("raise SystemExit(1)", "ends the program"),
    ],
)
def test_ru13_a_file_that_cannot_be_served_gives_a_clear_error(
    text: str | None, says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    agent = tmp_path / "broken_agent.py"
    if text is not None:
        agent.write_text(text)
    assert main(["serve", str(agent), "--port", "0"]) == 1
    told = capsys.readouterr().err
    assert says in told
    assert "broken_agent.py" in told


def test_ru13_a_place_that_no_loader_knows_gives_a_clear_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    agent = tmp_path / "agent.txt"
    agent.write_text("")
    with pytest.raises(ValueError, match="is no Python file"):
        _python_file.load(str(agent))
