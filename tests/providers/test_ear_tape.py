"""What a recogniser was sent is forgotten when nobody will want it again."""

import asyncio

import pytest

from rxvoice.items import SpeechStarted, SpeechStopped
from rxvoice.providers._ear_memory import Sound
from rxvoice.providers._ear_tape import Tape
from rxvoice.testing import run_virtual, silence


async def sent(tape: Tape, *script: float | SpeechStarted | SpeechStopped) -> None:
    """Put in frames, each of which begins at a time, and marks; and send all that."""
    for entry in script:
        tape.on_next(silence(0.1, pts=entry) if isinstance(entry, float | int) else entry)
    for _ in script:
        assert await tape.next(1.0) is not None


async def left(tape: Tape) -> list[object]:
    """What is sent again: marks, and the times of audio."""
    tape.rewind()
    found: list[object] = []
    while (entry := await tape.next(0.1)) is not None:
        found.append(round(entry.pts, 3) if isinstance(entry, Sound) else entry)
    return found


@pytest.mark.parametrize("step", [0.1, 0.3, 0.7])
def test_sums_of_durations_may_be_off(step: float) -> None:
    """Such as 0.1 + 0.2, which is more than 0.3."""

    async def main() -> None:
        tape = Tape(16_000)
        await sent(tape, 0.1 + 0.1 * 2 + step)
        tape.memory.settle(round(0.1 + 0.1 * 2 + step + 0.1, 6) - 1e-12)
        assert not tape.owed

    run_virtual(main())


@pytest.mark.parametrize("asks", [True, False])
def test_an_end_of_speech_needs_no_answer_where_nobody_is_asked(asks: bool) -> None:
    async def main() -> None:
        start, stop = SpeechStarted(pts=0.0), SpeechStopped(pts=0.2)
        tape = Tape(16_000)
        tape.memory.asks = asks
        await sent(tape, start, 0.0, 0.1, stop, 0.2)
        tape.memory.settle(0.2)
        assert await left(tape) == ([stop, 0.2] if asks else [0.2])

    run_virtual(main())


def test_what_was_said_before_may_still_be_wanted_where_nobody_is_asked() -> None:
    async def main() -> None:
        tape = Tape(16_000)
        tape.memory.asks = False
        await sent(tape, 0.0, SpeechStarted(pts=0.1), 0.1)
        assert len(await left(tape)) == 3

    run_virtual(main())


def test_nothing_comes_when_there_is_nothing() -> None:
    async def main() -> None:
        began = asyncio.get_running_loop().time()
        assert await Tape(16_000).next(2.0) is None
        assert asyncio.get_running_loop().time() - began == pytest.approx(2.0)

    run_virtual(main())
