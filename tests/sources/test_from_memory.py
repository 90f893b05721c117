"""A piece of audio as a stream."""

from pathlib import Path

import numpy as np
import pytest
from reactivex import operators as ops

from rxvoice import Session
from rxvoice.items import AudioFrame
from rxvoice.sinks import to_memory
from rxvoice.sources import from_memory
from rxvoice.tape import record, replay
from rxvoice.testing import marbles, pause, run_virtual, tone
from rxvoice.testing.conformance import check_sink, check_source

SOUND = tone(0.51)


@pytest.mark.parametrize("options", [{}, {"realtime": True}, {"frame": 0.007}, {"speed": 4.0}])
def test_the_source_does_as_sources_do(options: dict[str, float]) -> None:
    report = check_source(
        lambda: from_memory(SOUND, **options),  # type: ignore[arg-type]
        duration=0.51,
        real_io=False,
    )
    assert set(report.skipped) == {"closes", "failure"}


def test_frames_come_when_they_would_have_been_captured_and_keep_the_audios_clock() -> None:
    late = AudioFrame(SOUND.samples[:960], 16_000, 100.0)
    values = {"a": AudioFrame(SOUND.samples[:480], 16_000, 100.0)}
    values["b"] = AudioFrame(SOUND.samples[480:960], 16_000, 100.03)
    with marbles(0.01) as m:
        m.expect(from_memory(late, frame=0.03, realtime=True)).to_be("---a--(b|)", values)
    with marbles(0.01) as m:
        m.expect(from_memory(late, frame=0.03, speed=3.0)).to_be("-a(b|)", values)


def test_no_audio_is_a_stream_that_completes() -> None:
    with marbles() as m:
        m.expect(from_memory(AudioFrame(SOUND.samples[:0], 16_000))).to_be("|")


@pytest.mark.parametrize("options", [{"frame": 0.0}, {"frame": 61.0}, {"speed": 0.0}])
def test_options_that_make_no_sense_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        from_memory(SOUND, **options)  # type: ignore[arg-type]


def test_the_sink_does_as_sinks_do() -> None:
    kept: list[object] = []

    def written() -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        return np.concatenate([item.samples for item in kept if isinstance(item, AudioFrame)])

    def sink() -> object:
        kept.clear()
        return to_memory(kept)

    report = check_sink(sink, written=written, real_io=False)  # type: ignore[arg-type]
    assert set(report.skipped) == {"clears", "failure"}


def test_what_goes_in_comes_out() -> None:
    async def main() -> None:
        kept: list[AudioFrame] = []
        async with Session() as session:
            await session.run(from_memory(SOUND), to_memory(kept))
            assert np.array_equal(np.concatenate([f.samples for f in kept]), SOUND.samples)
            endless = from_memory(SOUND, realtime=True).pipe(ops.repeat())
            waiting = to_memory(kept)(endless, session)
            await pause(1.0)
            waiting.cancel()  # type: ignore[attr-defined]
            count = len(kept)
            await pause(1.0)
            assert len(kept) == count

    run_virtual(main())


def test_a_tape_gives_the_audio_back(tmp_path: Path) -> None:
    path, heard = tmp_path / "call.rxv", list[AudioFrame]()

    async def main() -> None:
        async with Session() as session:
            record(session, path, sound=True)
            await session.run(from_memory(SOUND, realtime=True), to_memory(heard))

    run_virtual(main())
    again = replay(path, from_memory(tone(0.02))).check()  # another one, which is not asked
    assert [event.item for event in again.events] == heard
