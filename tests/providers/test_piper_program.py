"""A voice by Piper's program, with one that has its command line."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reactivex as rx

from rxvoice.aio import pull
from rxvoice.errors import ProviderError, ProviderTimeout
from rxvoice.items import AudioFrame, Fault, Sentence, Word
from rxvoice.providers._shared import Preparable
from rxvoice.providers.piper_program import PiperProgram, piper_program
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.conformance import check_synthesizer

from .piper_as_program import tone

PROGRAM = (sys.executable, "-I", "-S", str(Path(__file__).with_name("piper_as_program.py")))
INF = float("inf")


def made(folder: Path, does: dict[str, Any] | None = None, **options: Any) -> PiperProgram:
    file = folder / "voice.onnx"
    file.write_text(json.dumps(does or {}))
    told = {"audio": {"sample_rate": 16_000}, "num_speakers": 2, "speaker_id_map": {"a": 0, "b": 1}}
    file.with_name("voice.onnx.json").write_text(json.dumps(told))
    wanted: dict[str, Any] = {"command": PROGRAM, "timeout": INF} | options
    return piper_program(file, **wanted)


def log(folder: Path) -> list[list[Any]]:
    file = folder / "log"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def alive(folder: Path) -> list[int]:
    """Processes of the program that are still there."""
    return [pid for pid in {entry[0] for entry in log(folder)} if is_there(pid)]


def is_there(pid: int) -> bool:
    """Whether a process is there and has not ended; who inherits an orphan may reap it late."""
    try:
        os.kill(pid, 0)
        told = Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it has just ended, or there is no such folder here
        return not Path("/proc/self/stat").exists()
    return told.rpartition(")")[2].split()[0] not in "ZX"


async def until(met: Callable[[], object]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(10.0):
        while not met():  # noqa: ASYNC110  it cannot tell
            await asyncio.sleep(0)


def samples(frames: list[Any]) -> np.ndarray[Any, Any]:
    return np.concatenate([item.samples for item in frames if isinstance(item, AudioFrame)])


async def say(voice: PiperProgram, text: str) -> list[AudioFrame]:
    return [frame async for frame in voice.speak(text)]


async def reply(voice: PiperProgram, *texts: str) -> list[Any]:
    async with Session() as session:
        stream = voice(rx.from_iterable(map(Sentence, texts)))
        async with pull(stream, scheduler=session.scheduler) as items:
            return [item async for item in items]


def test_tt34_a_sentence_is_spoken_to_its_last_sample_at_the_rate_of_the_voice(
    tmp_path: Path,
) -> None:
    frames = asyncio.run(say(made(tmp_path), " Good\nmorning, Zoë \ud800! "))
    said = "Good morning, Zoë ?!"
    assert samples(frames).tobytes() == tone(said)
    assert {frame.rate for frame in frames} == {16_000}
    assert all(frame.duration <= 0.1 + 1e-9 for frame in frames)
    assert all(after.pts == pytest.approx(one.end) for one, after in pairwise(frames))
    assert [entry[1:] for entry in log(tmp_path)][1:] == [["say", said]]
    assert not alive(tmp_path)


def test_tt34_it_keeps_the_contract_of_voices(tmp_path: Path) -> None:
    broken = piper_program(tmp_path / "nowhere.onnx", command=PROGRAM, timeout=INF)
    report = check_synthesizer(lambda: made(tmp_path), words=False, failing=lambda: broken)
    assert sorted(report.skipped) == ["words", "words come first"]
    assert not alive(tmp_path)


def test_tt34_within_a_session_the_next_process_is_started_ahead(tmp_path: Path) -> None:
    async def main() -> list[Any]:
        voice = made(tmp_path)
        assert isinstance(voice, Preparable)
        async with Session() as session:
            stream = voice(rx.from_iterable([Sentence("One."), Sentence("Two."), Sentence("…")]))
            async with pull(stream, scheduler=session.scheduler) as items:
                found = [item async for item in items]
            assert len(alive(tmp_path)) <= 1
            await voice.prewarm()
            assert len(alive(tmp_path)) <= 1
        assert not alive(tmp_path)
        return found

    found = asyncio.run(main())
    assert samples(found).tobytes() == tone("One.Two.")
    assert [item.text for item in found if isinstance(item, Word)] == ["One.", "Two."]
    entries = log(tmp_path)
    (first, second) = [entry[0] for entry in entries if entry[1] == "say"]
    assert first != second
    started = [entry[0] for entry in entries if entry[1] == "start"]
    assert started[:2] == [first, second]


def test_tt34_the_spare_process_ends_with_the_block(tmp_path: Path) -> None:
    async def main() -> None:
        async with made(tmp_path) as voice:
            await voice.prepare()
            await say(voice, "One.")
            assert [entry[2] for entry in log(tmp_path) if entry[1] == "say"] == ["Hello", "One."]
        assert not alive(tmp_path)

    asyncio.run(main())


def test_tt34_a_spare_process_that_has_died_costs_no_sentence(tmp_path: Path) -> None:
    async def main() -> None:
        async with made(tmp_path) as voice:
            await voice.prewarm()
            await until(lambda: alive(tmp_path))
            os.kill(alive(tmp_path)[0], signal.SIGKILL)
            assert samples(await say(voice, "One.")).tobytes() == tone("One.")
        assert not alive(tmp_path)

    asyncio.run(main())


@pytest.mark.parametrize("wrapped", [False, True])
def test_tt34_unsubscribing_kills_the_program_and_what_it_started(
    tmp_path: Path, wrapped: bool
) -> None:
    command = ("sh", "-c", '"$@"; true', "sh", *PROGRAM) if wrapped else PROGRAM

    async def main() -> None:
        voice = made(tmp_path, {"stall": True}, command=command)
        async with Session() as session:
            first = asyncio.Event()
            taken: list[object] = []

            def take(item: object) -> None:
                taken.append(item)
                first.set()

            stream = voice(rx.from_iterable([Sentence("One."), Sentence("Two.")]))
            subscription = session.subscribe(stream, take)
            await first.wait()
            subscription.dispose()
            seen = len(taken)
        assert len(taken) == seen
        await until(lambda: not alive(tmp_path))  # an orphan is not ours to wait for

    asyncio.run(main())
    assert [entry[2] for entry in log(tmp_path) if entry[1] == "say"] == ["One."]


@pytest.mark.parametrize("turns", range(8))
def test_unsubscribing_while_it_starts_leaves_nothing(tmp_path: Path, turns: int) -> None:
    async def main() -> None:
        saying = asyncio.ensure_future(say(made(tmp_path, {"stall": True}), "One."))
        for _ in range(turns):
            await asyncio.sleep(0)
        saying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saying
        assert not alive(tmp_path)

    asyncio.run(main())


def test_much_error_output_does_not_block_it(tmp_path: Path) -> None:
    frames = asyncio.run(say(made(tmp_path, {"noise": 1_000_000}), "One."))
    assert samples(frames).tobytes() == tone("One.")


def test_a_program_that_dies_is_a_fault_and_the_next_sentence_is_tried(tmp_path: Path) -> None:
    found = asyncio.run(reply(made(tmp_path, {"die": 7}), "One.", "Four."))
    told = [item.message for item in found if isinstance(item, Fault)]
    assert len(told) == 2
    assert all("piper was ended with the exit code 7" in message for message in told)
    assert samples(found).tobytes() == tone("One.")[:640] + tone("Four.")[:800]
    assert not alive(tmp_path)


def test_a_program_that_ends_without_a_sound_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="exit code 3") as caught:
        asyncio.run(say(made(tmp_path, {"deaf": True}), "One."))
    assert not caught.value.fatal
    with pytest.raises(ProviderError, match="no sound"):
        asyncio.run(say(made(tmp_path, command=("true",)), "One."))
    with pytest.raises(ProviderError, match="signal 9"):
        asyncio.run(say(made(tmp_path, command=("sh", "-c", "kill -9 $$")), "One."))


@pytest.mark.parametrize("does", [{"mute": True}, {"stall": True}])
def test_a_program_that_hangs_is_given_up(tmp_path: Path, does: dict[str, Any]) -> None:
    with pytest.raises(ProviderTimeout, match="nothing for 30 s"):
        run_virtual(say(made(tmp_path, does, timeout=30.0), "One."), real_io=True)
    assert not alive(tmp_path)


def test_what_is_missing_is_told_and_fatal(tmp_path: Path) -> None:
    voice = made(tmp_path)
    (tmp_path / "odd.json").write_text("[]")
    (tmp_path / "slow.json").write_text('{"audio": {"sample_rate": 1}}')
    (tmp_path / "locked").write_text("")
    broken: dict[str, PiperProgram] = {
        "voice: there is no file .*nobody.onnx": piper_program(tmp_path / "nobody.onnx"),
        "config: there is no file": piper_program(voice.voice, config=tmp_path / "none.json"),
        "config: .* does not tell": piper_program(voice.voice, config=tmp_path / "odd.json"),
        "config: .* tells 1 samples": piper_program(voice.voice, config=tmp_path / "slow.json"),
        "program 'no-such-program' cannot be started": made(tmp_path, command=("no-such-program",)),
        "locked' cannot be started": made(tmp_path, command=(str(tmp_path / "locked"),)),
        "speaker must be one of a, b; got 'c'": made(tmp_path, speaker="c"),
        "speaker must be one of a, b; got 2": made(tmp_path, speaker=2),
    }
    for message, one in broken.items():
        with pytest.raises(ProviderError, match=message) as caught:
            asyncio.run(one.prepare())
        assert caught.value.fatal
    assert log(tmp_path) == []


def test_options_are_written_as_piper_knows_them(tmp_path: Path) -> None:
    voice = made(tmp_path, speaker="b", length_scale=1.2, noise_scale=0.5, noise_w=0.0)
    asyncio.run(say(voice, "One."))
    given = log(tmp_path)[0][2]
    assert given.pop("--model") == str(tmp_path / "voice.onnx")
    assert given.pop("--config") == str(tmp_path / "voice.onnx.json")
    assert given == {
        "--speaker": "1",
        "--length_scale": "1.2",
        "--noise_scale": "0.5",
        "--noise_w": "0.0",
    }


@pytest.mark.parametrize("text", ["", " \n", "…", "?!", "😊"])
def test_text_without_a_word_starts_nothing(tmp_path: Path, text: str) -> None:
    assert asyncio.run(say(made(tmp_path), text)) == []
    assert log(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("length_scale", 0.0),
        ("length_scale", -1.0),
        ("noise_scale", float("nan")),
        ("noise_w", 11.0),
        ("command", ()),
        ("command", "piper"),
        ("timeout", 0.0),
    ],
)
def test_bad_arguments_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        piper_program("voice.onnx", **{name: value})  # pyright: ignore[reportArgumentType]
