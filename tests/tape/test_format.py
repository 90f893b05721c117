"""The file is what the page says: documented, compact, only appended to."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.items import AudioFrame, ToolCall, Turn
from rxvoice.session import Session
from rxvoice.tape import read_tape, record
from rxvoice.testing import run_virtual
from tests.tape.by_the_page import Page
from tests.tape.calls import held
from tests.tape.test_any_call import options

USER = "[---]'my number is 4711' 3s [--]'stop' 2s [----]'look it up' 3s [-]'yes' 4s"


def test_a_reader_that_knows_the_page_alone_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    for seed in range(4):
        held(path, USER, audio=True, **options(seed))
        tape, page = read_tape(path), Page(path.read_bytes())
        assert page.records[0][2][0] == tape.header
        assert page.edges == tape.edges
        told = [(int(record.kind), round(record.at * 1e6)) for record in tape.records]
        assert [(kind, at) for kind, at, _ in page.records[1:]] == told
        came = [value for _, (_, value) in page.of(10, 17)]
        for event, value in zip(tape.events, came, strict=True):
            name, fields = value
            assert name.endswith(f":{type(event.item).__name__}")
            match event.item:
                case Turn(text=text):
                    assert fields["text"] == text
                case ToolCall(name=name, arguments=arguments):
                    assert (fields["name"], fields["arguments"]) == (name, arguments)
                case AudioFrame(samples=samples, rate=rate, pts=pts):
                    assert fields["samples"] == samples.astype("<i2").tobytes()
                    assert (fields["rate"], fields["pts"]) == (rate, pts)
                case _:
                    pass


NOISE = np.random.default_rng(1).integers(-9_000, 9_000, 320).astype(np.int16)
QUIET = np.zeros(320, np.int16)


def frames(samples: NDArray[np.int16]) -> Observable[AudioFrame]:
    """Return frames that come every now and then, without an end."""

    async def came() -> AsyncIterator[AudioFrame]:
        random = Random(1)
        for number in itertools.count():
            await asyncio.sleep(random.uniform(0.01, 0.03))
            yield AudioFrame(np.roll(samples, number), 16_000, number * 0.02)

    return from_async(came, name="frames")


@pytest.mark.parametrize(("samples", "bound"), [(NOISE, 640 + 60), (QUIET, 64)])
def test_it_takes_little_more_than_the_audio_and_less_for_silence(
    tmp_path: Path, samples: NDArray[np.int16], bound: int
) -> None:
    path = tmp_path / "call.rxv"

    async def main() -> None:
        async with Session() as session:
            record(session, path)
            session.subscribe(frames(samples))
            await asyncio.sleep(10.0)

    run_virtual(main())
    count = len(read_tape(path).events)
    assert count > 400
    assert path.stat().st_size < count * bound  # what came in, and that it went out


def test_what_was_written_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    seen: list[bytes] = []

    async def main() -> None:
        async with Session() as session:
            record(session, path)
            session.subscribe(frames(NOISE))
            while len(set(seen)) < 4:  # a thread writes, in its own time
                await asyncio.sleep(0.3)
                seen.append(await asyncio.to_thread(path.read_bytes))

    run_virtual(main(), real_io=True)
    seen.append(path.read_bytes())
    assert all(late.startswith(early) for early, late in itertools.pairwise(seen))
