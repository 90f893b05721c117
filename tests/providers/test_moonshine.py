import asyncio
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.aio import in_thread
from rxvoice.contracts import Recognise
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame, Transcript
from rxvoice.providers._moonshine import Piece, Tokens
from rxvoice.providers._moonshine_audio import trimmed
from rxvoice.providers.moonshine import load, moonshine
from rxvoice.reports import word_error_rate
from rxvoice.testing import run_virtual, silence, tone

from .recordings import about, cut, hiss, joined, needs_recordings, recording

CLIPS = [
    "stt/LJ001-0008",  # 22.05 kHz
    "stt/ast-vm-sorry",  # 8 kHz
    "stt/librivox-0930",
    "stt/lk-weather_question",  # 24 kHz
    "stt/sb-spk1_snt5",
    "stt/tau2-check_order_12345",
]


def recognised(*utterances: AudioFrame) -> list[Transcript]:
    recognise: Recognise = moonshine().recognise

    async def main() -> list[Transcript]:
        return [await recognise(utterance) for utterance in utterances]

    return asyncio.run(main())


def errors(names: list[str], transcripts: list[Transcript]) -> float:
    said = " ".join(about(name)["transcript"] for name in names)
    return word_error_rate(said, " ".join(transcript.text for transcript in transcripts))


@needs_recordings
def test_st27_less_than_a_tenth_of_the_words_are_wrong_at_any_rate_and_speaker() -> None:
    transcripts = recognised(*(recording(name) for name in CLIPS))
    assert errors(CLIPS, transcripts) < 0.1


@needs_recordings
def test_st27_the_callers_of_the_demo_are_understood() -> None:
    names = [
        f"stt/tau2-{said}"
        for said in ("hello", "hi_how_are_you", "help_me", "order_status", "no", "yes", "thank_you")
    ]
    assert errors(names, recognised(*(recording(name) for name in names))) == 0.0


@needs_recordings
def test_a_transcript_is_final_and_has_the_times_of_its_audio() -> None:
    audio = recording("stt/tau2-help_me", pts=12.5)
    (transcript,) = recognised(audio)
    assert transcript == Transcript(
        "Can you help me with something?",
        is_final=True,
        is_finalized=True,
        language="en",
        pts=12.5,
        end=audio.end,
        confidence=math.exp(transcript.raw["log_probability"]),
    )
    assert transcript.raw["text"] == transcript.text
    assert -0.3 < transcript.raw["log_probability"] < 0.0
    assert transcript.raw["tokens"] == 8


def pcm(*samples: int) -> AudioFrame:
    return AudioFrame(np.array(samples, np.int16), 16_000)


@pytest.mark.parametrize(
    "audio",
    [
        pcm(),
        pcm(1),
        pcm(-32768),
        AudioFrame(np.array([32767], np.int16), 44_100),
        silence(0.3),
        silence(3.0, rate=48_000),
        AudioFrame(np.full(32_000, 32_767, np.int16), 16_000),
    ],
)
def test_where_there_is_nothing_to_hear_the_text_is_blank(audio: AudioFrame) -> None:
    (transcript,) = recognised(audio)
    assert transcript.text == ""
    assert transcript.is_final
    assert transcript.end == audio.end


@pytest.mark.parametrize("level", [1.0, 5.0, 30.0, 300.0, 3000.0, 20_000.0])
def test_noise_alone_gives_blank_text(level: float) -> None:
    pieces = [hiss(duration, level) for duration in (0.2, 1.0, 3.0, 8.0)]
    assert [transcript.text for transcript in recognised(*pieces)] == [""] * 4


def test_a_tone_gives_blank_text() -> None:
    tones = [tone(2.0, frequency=frequency) for frequency in (100.0, 440.0, 1000.0, 3000.0)]
    assert [transcript.text for transcript in recognised(*tones)] == [""] * 4


@needs_recordings
def test_what_is_not_sure_enough_is_dropped_but_told() -> None:
    audio = recording("stt/tau2-yes")
    transcript = asyncio.run(moonshine(min_log_probability=-0.01).recognise(audio))
    assert transcript.text == ""
    assert transcript.raw["text"] == "Yes."


@pytest.mark.parametrize(
    ("heard", "believed"),
    [
        (Piece("Yes.", -0.5, 3, True), True),
        (Piece("Yes.", -0.8, 3, True), False),
        (Piece("No no no no", -0.1, 30, False), False),
        (Piece("You", -0.05, 2, True), False),
        (Piece("♪ la la ♪", -0.1, 9, True), False),
        (Piece("© transcript", -0.1, 9, True), False),
        (Piece("01/01 ตวบนลาง", -0.1, 9, True), False),
        (Piece("...", -0.1, 4, True), False),
        (Piece("It’s a “café” – €5", -0.1, 9, True), True),
    ],
)
def test_what_the_model_writes_on_noise_is_not_believed(heard: Piece, believed: bool) -> None:
    assert heard.is_speech(-0.7) is believed


@needs_recordings
def test_long_audio_is_cut_in_pauses_and_no_word_is_lost() -> None:
    names = [f"stt/librivox-0{number}" for number in (870, 880, 890, 920, 930)]
    whole = joined(*(recording(name) for name in names))
    assert whole.duration > 24.0
    assert errors(names, recognised(whole)) < 0.1


@needs_recordings
def test_st27_several_sessions_at_once_get_the_same_texts() -> None:
    clips = [recording(name) for name in CLIPS[:4]]
    recognise = moonshine().recognise

    async def main() -> list[Transcript]:
        return await asyncio.gather(*(recognise(clip) for clip in clips))

    assert asyncio.run(main()) == recognised(*clips)


@needs_recordings
def test_st27_cancelling_one_leaves_the_others_alone() -> None:
    clips = [recording(name) for name in CLIPS[:3]]
    provider = moonshine()
    recognise = provider.recognise

    async def main() -> list[Transcript]:
        await provider.prepare()
        doomed = [asyncio.ensure_future(recognise(clip)) for clip in reversed(clips)]
        await in_thread(int)
        for task in doomed:
            task.cancel()
        transcripts = await asyncio.gather(*(recognise(clip) for clip in clips))
        await asyncio.wait(doomed)
        assert all(task.cancelled() or task.exception() is None for task in doomed)
        return transcripts

    assert asyncio.run(main()) == recognised(*clips)


@needs_recordings
def test_it_answers_on_a_virtual_loop() -> None:
    audio = cut(recording("stt/tau2-hello"), 0.0, 0.72)

    async def main() -> Transcript:
        return await moonshine().recognise(audio)

    assert run_virtual(main()).text == "Hello."


def test_the_computation_needs_no_loop() -> None:
    (heard,) = load().recognise(np.zeros(16_000, np.float32))
    assert heard == Piece("", -math.inf, 0, True)


@pytest.mark.parametrize("limit", [0.1, math.nan])
def test_a_limit_that_nothing_can_reach_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="min_log_probability must not be positive"):
        moonshine(min_log_probability=limit)


def test_st05_it_tells_in_what_time_transcripts_are_to_be_expected() -> None:
    assert 0.2 < moonshine().latency < 1.0
    assert moonshine(latency=0.8).latency == 0.8
    for latency in (-0.1, math.inf, math.nan):
        with pytest.raises(ValueError, match="latency must be finite"):
            moonshine(latency=latency)


def written(path: Path, *pieces: bytes) -> Path:
    sizes = (
        bytes([n]) if (n := len(p)) < 128 else bytes([n % 128 + 128, n // 128]) for p in pieces
    )
    path.write_bytes(b"".join(size + piece for size, piece in zip(sizes, pieces, strict=True)))
    return path


def test_pieces_of_text_may_be_bytes_blanks_and_long(tmp_path: Path) -> None:
    long = "x" * 300
    path = written(
        tmp_path / "tokenizer.bin",
        b"<unk>",
        b"<s>",
        b"</s>",
        b"<0xC3>",
        b"<0xA9>",
        "\u2581caf".encode(),
        long.encode(),
    )
    tokens = Tokens(path)
    assert len(tokens) == 7
    assert tokens.text([5, 3, 4, 5]) == "café caf"
    assert tokens.text([6]) == long
    assert tokens.text([3]) == "\ufffd"
    assert tokens.text([]) == ""


@pytest.mark.parametrize("content", [b"", b"\x05<unk", b"\x01a\x81", b"\x01a\x01b", b"\x06<0xZZ>"])
def test_a_broken_tokenizer_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"tokenizer\.bin"):
        Tokens(path)


def test_quiet_at_the_ends_is_cut_off_but_for_a_little() -> None:
    loud, quiet = np.full(16_000, 0.5, np.float32), np.full(8_000, 0.001, np.float32)
    audio = np.concatenate([quiet, loud, quiet, loud, quiet])
    kept = trimmed(audio)
    assert len(kept) == len(audio) - 2 * (8_000 - 2_400)
    np.testing.assert_array_equal(kept, audio[5_600:-5_600])


@pytest.mark.parametrize(
    "audio",
    [
        np.zeros(0, np.float32),
        np.full(200, 0.5, np.float32),
        np.full(16_000, 0.01, np.float32),
        np.concatenate([np.full(8_000, 0.01, np.float32), np.full(8_000, 0.9, np.float32)]),
    ],
)
def test_what_is_hardly_quieter_than_the_rest_is_kept(audio: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(trimmed(audio), audio)
