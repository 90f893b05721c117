"""``rxvoice serve``."""

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import aiohttp
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


@pytest.mark.parametrize("more", [(), ("--uvloop",)], ids=["asyncio", "uvloop"])
def test_ru01_one_command_serves_a_module_with_a_bot_and_ends_in_good_order(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("uvloop")
    (tmp_path / "my_bot.py").write_text(AGENT.format(name="bot"))
    (tmp_path / "hello.txt").write_text("hello")
    command = [sys.executable, "-m", "rxvoice", "serve", str(tmp_path / "my_bot.py")]
    command += ["--port", "0", "--folder", str(tmp_path), "--title", "My <bot>", *more]
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
    assert "--no-hang-up" in told
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


def test_the_loop_is_watched_unless_nobody_wants_that() -> None:
    options = [_options(), _options("--no-watch-loop")]
    assert [getattr(each, "watch_loop") for each in options] == [True, False]  # noqa: B009


@pytest.mark.parametrize(
    "reached", [("--host", "0.0.0.0"), ("--proxy", "voice.example.org"), ("--proxies", "1")]
)
def test_ru01_evaluation_is_for_this_machine_only(reached: tuple[str, str]) -> None:
    _options("--evaluation")
    with pytest.raises(ValueError, match="this machine"):
        _options("--evaluation", *reached)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--proxies", "-1"), "proxies must not be negative"),
        (("--port", "70000"), "port must be"),
        (("--proxy", "no host"), "proxy: host must be a host"),
        (("--max-sessions", "0"), "max_sessions must be positive"),
        (("--drain", "nan"), "drain must be finite"),
        (("--folder", "/nowhere/at/all"), "folder must be"),
        (("--ice-server", "stun.example.org"), "ice_servers: url must be stun:"),
    ],
)
def test_ru01_an_option_that_makes_no_sense_is_named(given: tuple[str, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        _options(*given)


def test_ru01_a_secret_that_is_too_short_is_named_and_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RXVOICE_SECRET", "hush")
    with pytest.raises(ValueError, match="RXVOICE_SECRET") as caught:
        _options()
    assert "hush" not in str(caught.value)


def test_ru01_who_has_written_an_agent_is_told_in_the_terminal_why_it_fails(
    tmp_path: Path,
) -> None:
    agent = tmp_path / "failing_agent.py"
    agent.write_text("def agent(session):\n    raise KeyError('weather')\n")
    command = [sys.executable, "-m", "rxvoice", "serve", str(agent), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            found = re.search(r"http://\S+:\d+/", server.stderr.readline())
            assert found
            assert asyncio.run(_call(f"{found.group()}ws")) == (1011, "the agent failed")
            server.send_signal(signal.SIGTERM)
            told = server.stderr.read()
            assert server.wait(10) == 0
        finally:
            server.kill()
    assert "a call failed" in told
    assert f'"{agent}", line 2' in told
    assert "KeyError: 'weather'" in told


def test_ru01_a_second_signal_ends_calls_and_none_kills_the_server(tmp_path: Path) -> None:
    agent = tmp_path / "agent.py"
    agent.write_text(AGENT.format(name="agent"))
    command = [sys.executable, "-m", "rxvoice", "serve", str(agent), "--port", "0"]

    async def interrupted(url: str, server: "subprocess.Popen[str]") -> object:
        async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
            await socket.send_json({"label": "rtvi-ai", "type": "client-ready", "id": "1"})
            while "bot-ready" not in await socket.receive_str():
                pass
            server.send_signal(signal.SIGINT)
            server.send_signal(signal.SIGTERM)  # long before the 30 s that calls may go on
            while (told := await socket.receive(20)).type is aiohttp.WSMsgType.TEXT:
                pass
            return told.data

    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            found = re.search(r"http://\S+:\d+/", server.stderr.readline())
            assert found
            assert asyncio.run(interrupted(f"{found.group()}ws", server)) == 1000
            assert server.wait(20) == 0
        finally:
            server.kill()


async def _call(url: str) -> tuple[object, object]:
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        closed = await socket.receive(10)
        return closed.data, closed.extra


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
