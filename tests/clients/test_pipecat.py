"""Pipecat as a client: its evaluation runner, which judges, and a pipeline."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.audio import read_wav, write_wav
from rxvoice.context import Context, tools
from rxvoice.items import AudioFrame, Sentence, ToolCall
from rxvoice.rtvi import Settings
from rxvoice.testing import Response

from .agents import PITCHES, Scripted
from .browser import PEERS
from .hearing import likeness, sounds
from .serving import served

RUNNER = PEERS / "pipecat/bin/pipecat"
FILES = Path(__file__).with_name("pipecat_side")
CALLER = Path(__file__).parents[2] / "rxvoice/data"

pytestmark = pytest.mark.skipif(
    not RUNNER.exists(),
    reason="Pipecat is not here: tools/peers.sh installs it, RXVOICE_PEERS tells where",
)


def test_rt06_rt07_the_evaluation_runner_of_pipecat_types_speaks_listens_and_is_content(
    tmp_path: Path,
) -> None:
    for path in FILES.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    question, thanks = _recording(0), _recording(2)
    write_wav(tmp_path / "question.wav", question.samples, question.rate)
    write_wav(tmp_path / "Thank you very much.wav", thanks.samples, thanks.rate)

    talks = Scripted(
        stt=("Can you help me with something?",),
        llm=(_answer,) * 3,
        every=0.05,
        voice=lambda: _speaks(thanks),
        options={"memory": Context(tools=tools(weather))},
    )
    with served(talks, client=Settings(evaluation=True)) as site:
        command = [
            RUNNER,
            "eval",
            "run",
            "typed.yaml",
            "spoken.yaml",
            "--verbose",
            "--timeout",
            "8",
        ]
        done = subprocess.run(
            [*command, "--bot-url", f"ws://{site.host}/ws"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path), "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60.0,
        )
    assert done.returncode == 0, done.stdout
    assert "4/4 passed" in done.stdout
    assert len(talks.sessions) == 4
    heard, rate = talks.ear
    assert rate == question.rate
    assert likeness(heard, question.samples) > 0.9


def test_te08_a_pipeline_of_pipecat_and_an_agent_hear_each_other(tmp_path: Path) -> None:
    talks = Scripted(stt=("hello there",), llm=("I am here.",))
    with served(talks) as site:
        path = tmp_path / "heard.wav"
        done = subprocess.run(
            [RUNNER.with_name("python"), FILES / "caller.py", f"ws://{site.host}/ws", path, "0.74"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60.0,
        )
        site.until(lambda: not site.server.sessions)
    assert done.returncode == 0, done.stdout
    (said,) = sounds(*talks.ear)
    assert said.pitch == pytest.approx(1000.0, abs=5.0)
    heard = read_wav(path)
    (reply,) = sounds(heard.samples, heard.rate)
    assert reply.pitch == pytest.approx(PITCHES[0], abs=5.0)
    assert reply.duration == pytest.approx(0.75, abs=0.03)


def _answer(context: Context) -> str | Response:
    asked = context.messages[-1]
    match asked.text:
        case "Who are you?":
            return "I am a bot."
        case "How is the weather in Rome?":
            assert context.messages[0].text == "You know the weather."
            return Response("w|", {"w": ToolCall("c1", "weather", {"city": "Rome"})})
        case "sunny":
            return "It is sunny."
        case "Tell me a story.":
            return "Once upon a time there was a king. " * 20
        case "Stop.":
            return "I am silent."
        case _:
            return "Thank you very much."


async def weather(city: str) -> str:
    """Look out of the window.

    Args:
        city: Where.
    """
    return "sunny" if city == "Rome" else "unknown"


def _recording(number: int) -> AudioFrame:
    """Return one of the sentences of the caller that the package brings."""
    whole = read_wav(CALLER / "caller.wav")
    said = json.loads((CALLER / "caller.json").read_text())[number]
    start, end = (round(said[name] * whole.rate) for name in ("start", "end"))
    return AudioFrame(np.array(whole.samples[start:end]), whole.rate, 0.0)


def _speaks(recording: AudioFrame) -> object:
    """Make a voice that always says the same."""

    def voice(source: Observable[Sentence]) -> Observable[AudioFrame]:
        return source.pipe(ops.flat_map(lambda _: rx.just(recording)))

    return voice
