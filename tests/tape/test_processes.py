"""Tapes and processes: one that is killed, another one that replays, many tapes."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.items import AudioFrame, ClearAudio, Fault, ToolProgress, ToolResult
from rxvoice.tape import fork, read_tape, replay
from rxvoice.tape._canon import canon
from rxvoice.tape._kinds import Kind
from rxvoice.tape._writer import HEAD, MAGIC
from tests.tape.again import digest_of
from tests.tape.calls import agent_of, held
from tests.tape.test_any_call import options
from tests.tape.test_record import hold

ROOT = Path(__file__).parents[2]
LONGEST = 300.0
"""Seconds that a process may take where many others run."""

USER = "[---]'what time is it' 1s [--]'stop' 2s [----]'look it up' 3s [-]'yes' 4s"


def test_a_killed_process_loses_at_most_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    command = [sys.executable, "-m", "tests.tape.killed", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        last = 0.0
        for line in process.stdout:
            last = float(line)
            if last > 1.3:
                break
        process.kill()
        left = process.stdout.read().split()
        last = float(left[-1]) if left else last
    tape = read_tape(path)
    assert not tape.is_complete
    kept = [record.value.pts for record in tape.records if record.kind == Kind.NEXT]
    assert kept == [number * 0.02 for number in range(len(kept))]
    assert kept[-1] > last - 1.0
    assert kept[-1] > 0.3


def test_a_torn_tail_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    held(path, USER, audio=True, **options(1))
    whole, data = read_tape(path), path.read_bytes()
    for size in range(len(data) - 1, len(data) // 2, -997):
        torn = tmp_path / "torn.rxv"
        torn.write_bytes(data[:size])
        tape = read_tape(torn)
        assert not tape.is_complete
        assert canon(tape.records) == canon(whole.records[: len(tape.records)])


def large() -> Observable[AudioFrame]:
    """Give pieces of audio that are written to the file at once, in the midst of a moment."""

    async def came() -> AsyncIterator[AudioFrame]:
        for number in range(6):
            await asyncio.sleep(0.1)
            noise = np.random.default_rng(number).integers(-9_000, 9_000, 40_000)
            yield AudioFrame(noise.astype(np.int16), 16_000, number * 2.5)

    return from_async(came, name="large")


def test_a_tape_that_ends_in_the_midst_of_a_moment_is_replayed_up_to_there(tmp_path: Path) -> None:
    path, torn = tmp_path / "call.rxv", tmp_path / "torn.rxv"
    hold(path, large())
    data, place = path.read_bytes(), len(MAGIC)
    counts: list[int] = []
    while place < len(data):
        place += HEAD.size + HEAD.unpack_from(data, place)[0]
        torn.write_bytes(data[:place])
        replay(torn, large()).check()
        assert fork(torn, large(), at=0.25).divergence is None
        tape = read_tape(torn)
        came = sum(record.kind == Kind.NEXT for record in tape.records)
        counts.append(came - len(tape.events))
    assert max(counts) == 1


def test_another_process_with_another_hash_seed_replays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    held(path, USER, audio=True, **options(3))
    digests = {digest_of(str(path), 4)}
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-m", "tests.tape.again", str(path), seed],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            cwd=ROOT,
            check=False,
        )
        assert ran.returncode == 0, f"exit code {ran.returncode}:\n{ran.stderr}"
        digests.add(ran.stdout.strip())
    assert len(digests) == 1


def test_a_hundred_tapes_are_replayed_within_the_time_of_a_test(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.rxv" for number in range(20)]
    for number, path in enumerate(paths):
        held(path, USER, audio=number % 2 == 0, **options(number))
    seen: set[type] = set()
    for _ in range(5):
        for number, path in enumerate(paths):
            agent = agent_of(audio=number % 2 == 0, **options(number + 1))
            seen |= {type(event.item) for event in replay(path, agent).check().events}
    assert {AudioFrame, ToolResult, ToolProgress, Fault, ClearAudio} <= seen
