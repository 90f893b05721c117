"""Real recordings through WhisperLiveKit, a server of others that speaks Deepgram's protocol.

It runs Whisper, in real time, and is no dependency of the tests; docs/fake-servers.md says how to
run these.
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx

from rxvoice.contracts import Transcriber
from rxvoice.items import Transcript, Turn
from rxvoice.models import Store
from rxvoice.operators import aggregate_turn, stop_after_silence, transcribe, vad_gate
from rxvoice.providers.deepgram import deepgram_stt
from rxvoice.providers.silero import silero
from rxvoice.reports import word_error_rate
from rxvoice.testing import silence

from .hearing import Scene, listening
from .recordings import about, needs_recordings, recording

pytestmark = [
    pytest.mark.whisperlivekit,
    pytest.mark.skipif(find_spec("whisperlivekit") is None, reason="WhisperLiveKit is not here"),
    needs_recordings,
]

CLIPS = [
    "stt/LJ001-0008",  # 22.05 kHz
    "stt/ast-vm-sorry",  # 8 kHz
    "stt/gcp-two_people",
    "stt/jfk",
    "stt/librivox-0930",
    "stt/lk-weather_question",  # 24 kHz
    "stt/sb-spk1_snt5",
    "stt/tau2-help_me",
]
logger = logging.getLogger(__name__)
Play = Callable[[Scene], Awaitable[object]]


def model() -> Path:
    """The folder of Whisper's tiny English model; it is fetched when it is not here."""
    return Store().folder("whisper-tiny.en")


@asynccontextmanager
async def served() -> AsyncGenerator[str]:
    """The address of a server, which is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "whisperlivekit.basic_server", "--pcm-input", "--lan", "en"),
        *("--host", "127.0.0.1", "--port", str(port), "--model_dir", str(model())),
        *("--backend", "faster-whisper", "--backend-policy", "localagreement"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    assert server.stderr is not None
    try:
        async with asyncio.timeout(120.0):
            told = [await server.stderr.readline()]
            while told[-1] and b"Uvicorn running" not in told[-1]:
                told.append(await server.stderr.readline())
        assert told[-1], b"".join(told).decode()
        rest = asyncio.create_task(server.stderr.read())
        yield f"http://127.0.0.1:{port}"
        rest.cancel()
    finally:
        if server.returncode is None:
            server.kill()
        await server.wait()


def hear(make: Callable[[str], Transcriber], *plays: Play) -> list[Scene]:
    """Play scenes to a recogniser in real time, one after the other."""

    async def main() -> list[Scene]:
        async with served() as url:
            return [await listening(make(url), play) for play in plays]

    return asyncio.run(main())


def stt(url: str, *, finalize: bool = False) -> Transcriber:
    return deepgram_stt(base_url=url, api_key="any", endpointing=300, finalize=finalize)


def playing(name: str) -> Play:
    async def play(scene: Scene) -> None:
        audio = recording(name)
        await scene.give(audio)
        await scene.give(silence(1.0, audio.rate))
        while not scene.texts or not scene.transcripts[-1].is_final:  # the machine may be slow
            await scene.give(silence(0.5, audio.rate))
            assert scene.at < audio.duration + 30.0
        await scene.end()

    return play


def errors(clips: list[str], texts: list[str]) -> float:
    said = " ".join(about(clip)["transcript"] for clip in clips)
    return word_error_rate(said, " ".join(texts))


def of_whole_files() -> list[str]:
    """What the same engine makes of the files."""
    whisper: Any = import_module("faster_whisper").WhisperModel(str(model()), compute_type="int8")
    texts = list[str]()
    for clip in CLIPS:
        samples = recording(clip, rate=16_000).samples.astype("float32") / 32_768.0
        texts.append(" ".join(s.text.strip() for s in whisper.transcribe(samples)[0]))
    return texts


def test_recordings_are_transcribed_about_as_well_as_whole_files() -> None:
    scenes = hear(stt, *map(playing, CLIPS))
    streamed = errors(CLIPS, [" ".join(scene.texts) for scene in scenes])
    whole = errors(CLIPS, of_whole_files())
    logger.info("word error rates: %.3f streamed, %.3f of whole files", streamed, whole)
    logger.debug("streamed", extra={"pii.text": [scene.texts for scene in scenes]})
    assert streamed < 0.1
    assert streamed <= whole + 0.05
    for scene, clip in zip(scenes, CLIPS, strict=True):
        assert (scene.error, scene.faults) == (None, [])
        finals = [t for t in scene.transcripts if t.is_final]
        words = [word for final in finals for word in final.words]
        assert any(not t.is_final for t in scene.transcripts)
        assert all(0.0 <= w.pts <= w.end <= scene.at for w in words)
        assert words == sorted(words, key=lambda word: word.pts)
        assert words[-1].end <= recording(clip).duration + 1.0


def test_turns_are_made_beside_a_voice_detector() -> None:
    """Which lets all audio through, for it is silence that makes results final."""

    clips = ["stt/lk-weather_question", "stt/LJ001-0008"]

    async def play(scene: Scene) -> None:
        for clip in clips:
            await scene.give(recording(clip, rate=16_000))
            await scene.quiet(2.5)
        await scene.end()

    def path(url: str) -> Any:
        turns = aggregate_turn(stop=stop_after_silence())
        return rx.compose(vad_gate(silero(), mark_only=True), transcribe(stt(url)), turns)

    (scene,) = hear(path, play)
    turns = [item.text for item in scene.items if isinstance(item, Turn)]
    assert len(turns) == len(clips)
    assert errors(clips, turns) < 0.2
    assert not any(t.is_finalized for t in scene.items if isinstance(t, Transcript))


def test_why_such_a_server_hangs_up_is_told() -> None:
    """It does not finalise."""

    async def play(scene: Scene) -> None:
        await scene.say()
        async with asyncio.timeout(10.0):
            await scene.over.wait()

    (scene,) = hear(lambda url: stt(url, finalize=True), play)
    assert "code 4400: Finalize is unsupported" in str(scene.error)
