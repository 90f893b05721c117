"""``rxvoice serve --tapes`` and ``rxvoice talk --tape``, and their calls again."""

import argparse
import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from reactivex import Observable

from rxvoice import AudioFrame, Operator, Session
from rxvoice.aio import from_async
from rxvoice.cli import _agent, _replay, _serve, _talk, main
from rxvoice.cli._live import LiveView
from rxvoice.items import Played
from rxvoice.operators import converse
from rxvoice.providers.energy import energy
from rxvoice.server import AgentFactory, Server
from rxvoice.tape import read_tape
from rxvoice.testing import ScriptedLLM, ScriptedTTS, run_virtual
from tests.server.agents import connected, hears, loud, quiet, served
from tests.server.recorded import hello

AGENT = """
from rxvoice.operators import stop_after_silence
from tests.server.agents import scripted

{name} = scripted("One two three.", stop=stop_after_silence(min_delay={delay}))
"""


def command(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for module in (_serve, _talk, _replay):
        module.add_arguments(commands)
    return parser.parse_args(given)


def agent(folder: Path, name: str = "agent", delay: float = 0.6) -> str:
    path = folder / f"{name}_{delay:g}.py".replace(".", "_", 1)
    path.write_text(AGENT.format(name=name, delay=delay))
    return str(path)


def serving(*given: str) -> Path:
    """Hold a call as the command would, and return its tape."""
    args = command("serve", *given)

    async def call() -> None:
        server: Server = await _serve._server(args)  # pyright: ignore[reportPrivateUsage]
        told = server.tapes.settings if server.tapes is not None else {}
        factory: AgentFactory = server._agent  # pyright: ignore[reportPrivateUsage]
        async with served(factory, server.options) as (mine, site):
            assert mine.tapes is not None
            mine.tapes.settings.update(told)
            async with connected(site) as client:
                await hello(client, [])
            await asyncio.sleep(1.0)

    run_virtual(call(), real_io=True)
    (path,) = args.tapes.iterdir()
    return path


@pytest.mark.parametrize("name", ["agent", "bot"])
def test_a_call_that_was_served_is_replayed_with_the_function_that_was_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    place = agent(tmp_path, name)
    path = serving(place, "--tapes", str(tmp_path / "new" / "tapes"))
    settings = read_tape(path).header["settings"]
    assert (settings["agent"], settings["transport"]) == (Path(place).name, "websocket")
    out = tmp_path / "out"
    assert main(["replay", str(path), "--agent", place, "--out", str(out)]) == 0
    assert "all as they were recorded" in capsys.readouterr().out
    assert "One two three." in (out / "transcript.txt").read_text()
    assert main(["replay", str(path), "--agent", agent(tmp_path, delay=1.5)]) == 1
    printed = capsys.readouterr().out
    assert "turns  1" in printed
    assert "1.5 s" in printed
    assert main(["replay", str(path), "--agent", place, "--fork-at", "1"]) == 0
    assert main(["replay", str(path)]) != 0
    assert "say so with --agent" in capsys.readouterr().err


def test_the_errors_of_a_function_that_was_served_say_where_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = serving(agent(tmp_path), "--tapes", str(tmp_path / "tapes"))
    other = tmp_path / "other.py"
    other.write_text("def agent(session):\n    raise KeyError(session.start.session_id)\n")
    assert main(["replay", str(path), "--agent", str(other)]) > 0
    assert "other.py, line 2: KeyError" in capsys.readouterr().err


def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another agent stand for the local one."""

    async def agents(args: Any, *, answered: bool = False) -> Callable[..., Operator[Any, Any]]:
        def made(**options: Any) -> Operator[Any, Any]:
            parts: dict[str, Any] = {"vad": energy(), "stt": hears("hello"), "tts": ScriptedTTS()}
            return converse(**parts, llm=ScriptedLLM(args.system, again=True), **options)

        return made

    monkeypatch.setattr(_agent, "local_agents", agents)


def test_a_call_of_the_local_agent_is_replayed_without_being_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    local(monkeypatch)
    path = serving("--tapes", str(tmp_path / "tapes"), "--system", "One two.", "--redact", "audio")
    assert read_tape(path).header["redact"] == ["audio"]
    path.unlink()
    path = serving("--tapes", str(tmp_path / "tapes"), "--system", "One two.")
    assert main(["replay", str(path)]) == 0
    assert "all as they were recorded" in capsys.readouterr().out


@pytest.mark.parametrize("more", [(), ("--headphones",)], ids=["loudspeaker", "headphones"])
def test_what_is_talked_at_the_desk_is_replayed(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[str, ...],
) -> None:
    async def caller() -> AsyncIterator[AudioFrame]:
        for number in range(200):
            await asyncio.sleep(0.02)
            sound = loud(0.02) if 25 <= number < 60 else quiet(0.02)
            yield AudioFrame(sound.samples, sound.rate, number * 0.02)

    def speaker(*, device: object, played: Any) -> Any:
        def sink(stream: Observable[Any], session: Session) -> Awaitable[None]:
            done = asyncio.get_running_loop().create_future()

            def heard(item: object) -> None:
                if isinstance(item, AudioFrame):
                    asyncio.get_running_loop().call_later(0.1, played.on_next, Played(item.end))

            session.subscribe(stream, heard, None, lambda: done.set_result(None))
            return done

        return sink

    def microphone(*, device: object) -> Observable[AudioFrame]:
        return from_async(caller)

    def no_signals(stop: object) -> None:
        """Nobody presses Ctrl-C."""

    local(monkeypatch)
    monkeypatch.setattr(_talk, "from_microphone", microphone)
    monkeypatch.setattr(_talk, "to_speaker", speaker)
    monkeypatch.setattr(_talk, "_on_interrupt", no_signals)
    path = tmp_path / "call.rxv"
    args = command("talk", "--tape", str(path), "--system", "One two three.", *more)
    with LiveView(io.StringIO()) as view:
        run_virtual(_talk._talk(args, [], view))  # pyright: ignore[reportPrivateUsage]
    tape = read_tape(path)
    assert tape.header["settings"]["loudspeaker"] is not bool(more)
    assert {"caller", "played"} <= {name for name, _ in tape.edges}
    assert main(["replay", str(path)]) == 0
    assert "all as they were recorded" in capsys.readouterr().out


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["serve", "--tapes", str(tmp_path / "file"), "--port", "0"]) == 1
    told = capsys.readouterr().err
    assert "tapes" in told
    assert "loading" not in told
