"""What comes through the pipe is understood as well as whole recordings are."""

import asyncio
from functools import cache
from itertools import pairwise

import pytest
import reactivex as rx

from rxvoice.aio import pull
from rxvoice.items import AudioFrame, Transcript
from rxvoice.operators import transcribe, vad_gate
from rxvoice.providers.moonshine import moonshine
from rxvoice.providers.silero import silero
from rxvoice.reports import word_error_rate
from rxvoice.session import Session
from rxvoice.testing import run_virtual, silence

from .recordings import about, entries, joined, needs_recordings, recording

POINT = 0.01
CLIPS = [name.removeprefix("audio/") for name in sorted(entries("stt", ext="wav"))[::4]]


@cache
def models() -> None:
    asyncio.run(silero().prepare())
    asyncio.run(moonshine().prepare())


def chunked(audio: AudioFrame, size: int) -> list[AudioFrame]:
    """Cut into frames of so many milliseconds, with quiet after it so that its end is noticed."""
    whole = joined(audio, silence(1.0, rate=audio.rate))
    step = audio.rate * size // 1000
    return [
        AudioFrame(whole.samples[at : at + step], audio.rate, at / audio.rate)
        for at in range(0, len(whole.samples), step)
    ]


def piped(audio: AudioFrame, size: int) -> list[Transcript]:
    """Return the final transcripts of a stream."""
    models()

    async def main() -> list[Transcript]:
        async with Session() as session:
            stt = transcribe(moonshine(interim_every=None), pass_audio=False)
            stream = rx.from_iterable(chunked(audio, size)).pipe(vad_gate(silero()), stt)
            async with pull(stream, scheduler=session.scheduler) as items:
                return [item async for item in items if isinstance(item, Transcript)]

    return run_virtual(main())


def text(transcripts: list[Transcript]) -> str:
    return " ".join(transcript.text for transcript in transcripts)


@needs_recordings
@pytest.mark.parametrize(("rate", "size"), [(8_000, 33), (16_000, 10), (24_000, 100), (48_000, 20)])
def test_st27_the_pipe_is_within_a_point_of_whole_recordings(rate: int, size: int) -> None:
    names = [*CLIPS, "stt/jfk"]
    said = " ".join(about(name)["transcript"] for name in names)
    clips = [recording(name, rate=rate) for name in names]

    async def recognised() -> list[Transcript]:
        return [await moonshine().recognise(clip) for clip in clips]

    whole = word_error_rate(said, text(run_virtual(recognised())))
    heard = word_error_rate(said, " ".join(text(piped(clip, size)) for clip in clips))
    assert heard <= whole + POINT
    assert heard < 0.1


@needs_recordings
@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_st27_the_size_of_the_chunks_changes_nothing(rate: int) -> None:
    audio = recording("stt/jfk", rate=rate)
    first, *others = [
        [(one.text, round(one.pts, 6), round(one.end, 6), one.raw) for one in piped(audio, size)]
        for size in (10, 20, 33, 100)
    ]
    assert len(first) > 2
    assert others == [first] * 3


@needs_recordings
def test_st27_a_word_between_two_pauses_is_understood_with_what_came_before() -> None:
    transcripts = piped(recording("stt/jfk"), 20)
    words = [transcript.text.strip(".,?").lower() for transcript in transcripts]
    assert "ask" in words
    assert "not" in words
    assert all(before.end <= after.pts for before, after in pairwise(transcripts))


@needs_recordings
def test_st27_two_streams_of_one_recogniser_do_not_hear_each_other() -> None:
    models()
    model = moonshine(interim_every=None)
    clips = [recording("stt/jfk"), recording("stt/ast-vm-rec-temp", rate=16_000)]

    async def main() -> list[list[Transcript]]:
        async with Session() as session:

            async def one(clip: AudioFrame) -> list[Transcript]:
                frames = rx.from_iterable(chunked(clip, 20))
                stream = frames.pipe(vad_gate(silero()), transcribe(model, pass_audio=False))
                async with pull(stream, scheduler=session.scheduler) as items:
                    return [item async for item in items if isinstance(item, Transcript)]

            return await asyncio.gather(*map(one, clips))

    assert run_virtual(main()) == [piped(clip, 20) for clip in clips]
