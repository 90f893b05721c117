"""ST27: Whisper in worker threads, with the real model."""

import asyncio
import math
import sys
from functools import cache
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice import models
from rxvoice.aio import pull
from rxvoice.contracts import Heard, Recognise, Recognised, Transcriber
from rxvoice.errors import ModelError, ModelUnavailable
from rxvoice.items import AudioFrame, Transcript
from rxvoice.operators import transcribe, vad_gate
from rxvoice.providers._shared import Preparable
from rxvoice.providers._whisper import Found, Piece, Settings, WhisperModel, shared
from rxvoice.providers.silero import silero
from rxvoice.providers.whisper import Whisper, whisper
from rxvoice.reports import word_error_rate
from rxvoice.session import Session
from rxvoice.testing import run_virtual, silence, tone
from rxvoice.testing.conformance import check_recognise, check_transcriber

from .recordings import about, hiss, joined, needs_recordings, recording

pytest.importorskip("faster_whisper", reason="the extra 'whisper' is not installed")


@cache
def missing(model: str) -> str:
    """Why a model cannot be had; empty when it can."""
    try:
        asyncio.run(shared(Settings(model, "cpu", "int8", 1)).get())
    except ModelUnavailable as error:
        return str(error)
    return ""


def ready(**options: Any) -> Whisper:
    model = options.get("model", "tiny.en")
    if reason := missing(model):
        pytest.skip(f"the model cannot be had: {reason}")
    return whisper(**options)


def recognised(*utterances: AudioFrame, **options: Any) -> list[Transcript]:
    recognise: Recognise = ready(**options).recognise

    async def main() -> list[Transcript]:
        return [await recognise(utterance) for utterance in utterances]

    return asyncio.run(main())


def test_st27_it_is_a_transcriber_that_can_be_prepared_and_tells_its_latency() -> None:
    model = whisper(latency=0.7)
    transcriber: Transcriber = model
    heard: Observable[Heard] = rx.empty()
    assert_type(model(heard), Observable[Recognised])
    assert callable(transcriber)
    assert isinstance(model, Preparable)
    assert model.latency == 0.7
    assert 0.3 < whisper().latency < 3.0


@needs_recordings
def test_st27_what_is_said_is_understood_at_any_rate() -> None:
    clips = ["stt/LJ001-0008", "stt/ast-vm-sorry", "stt/lk-weather_question"]
    said = " ".join(about(clip)["transcript"] for clip in clips)
    texts = [transcript.text for transcript in recognised(*map(recording, clips))]
    assert word_error_rate(said, " ".join(texts)) < 0.1


@needs_recordings
def test_a_transcript_is_final_and_has_the_times_of_its_audio() -> None:
    audio = recording("stt/tau2-help_me", pts=12.5)
    (transcript,) = recognised(audio)
    raw = transcript.raw
    assert transcript == Transcript(
        "Can you help me with something?",
        is_final=True,
        is_finalized=True,
        language="en",
        pts=12.5,
        end=audio.end,
        confidence=math.exp(raw["log_probability"]),
    )
    assert raw["text"] == transcript.text
    assert -0.5 < raw["log_probability"] < 0.0
    assert 0.0 <= raw["no_speech"] < 0.3
    assert raw["language_probability"] == 1.0


@pytest.mark.parametrize(
    "audio", [silence(0.0), silence(3.0, rate=48_000), hiss(0.09, 9_000.0), tone(0.05)]
)
def test_the_model_is_not_asked_where_there_is_nothing_to_hear(audio: AudioFrame) -> None:
    (transcript,) = recognised(audio)
    assert (transcript.text, transcript.is_final, transcript.end) == ("", True, audio.end)
    assert transcript.raw["log_probability"] is None


@pytest.mark.parametrize("audio", [hiss(1.0, 3.0), hiss(2.0, 3_000.0), tone(2.0)])
def test_noise_and_tones_give_blank_text(audio: AudioFrame) -> None:
    (transcript,) = recognised(audio)
    assert transcript.text == ""
    assert transcript.raw["log_probability"] is not None


@pytest.mark.parametrize(
    ("heard", "believed"),
    [
        (Piece("Yes.", -0.5, 0.3, 0.3), True),
        (Piece("Yes.", -1.1, 0.3, 0.3), False),
        (Piece("You", -0.5, 0.7, 0.3), False),
        (Piece("Beep beep beep beep", -0.1, 0.3, 29.0), False),
        (Piece(".", -0.1, 0.3, 0.1), False),
    ],
)
def test_what_the_model_is_not_sure_of_is_not_believed(heard: Piece, believed: bool) -> None:
    assert heard.is_speech(-1.0) is believed


@needs_recordings
def test_what_is_not_sure_enough_is_dropped_but_told() -> None:
    (transcript,) = recognised(recording("stt/tau2-yes"), min_log_probability=0.0)
    assert transcript.text == ""
    assert transcript.raw["text"] == "Yes."


@needs_recordings
def test_st27_what_goes_on_after_a_short_pause_is_heard_with_what_came_before() -> None:
    model = ready(interim_every=None)
    asyncio.run(silero().prepare())
    clip = recording("stt/ast-vm-rec-temp")
    whole = joined(clip, silence(1.0, rate=clip.rate))
    step = whole.rate // 50
    frames = [
        AudioFrame(whole.samples[at : at + step], whole.rate, at / whole.rate)
        for at in range(0, len(whole.samples), step)
    ]

    async def main() -> list[Transcript]:
        async with Session() as session:
            stream = rx.from_iterable(frames).pipe(
                vad_gate(silero()), transcribe(model, pass_audio=False)
            )
            async with pull(stream, scheduler=session.scheduler) as items:
                return [item async for item in items if isinstance(item, Transcript)]

    found = run_virtual(main())
    assert len(found) > 1
    text = " ".join(transcript.text for transcript in found)
    assert word_error_rate(about("stt/ast-vm-rec-temp")["transcript"], text) <= 0.1


@needs_recordings
def test_st27_several_sessions_at_once_get_the_same_texts() -> None:
    clips = [recording(f"stt/tau2-{said}") for said in ("hello", "no", "yes")]
    recognise = ready().recognise

    async def main() -> list[Transcript]:
        return await asyncio.gather(*(recognise(clip) for clip in clips))

    assert asyncio.run(main()) == recognised(*clips)


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the model once for the same: it takes as long for one word as for half a minute."""
    known: dict[tuple[bytes, str], Found] = {}
    ask = WhisperModel.recognise

    def recognise(
        self: WhisperModel, samples: NDArray[np.float32], *, said: str = "", **options: Any
    ) -> Found:
        key = (samples.tobytes(), said)
        if key not in known:
            known[key] = ask(self, samples, said=said, **options)
        return known[key]

    monkeypatch.setattr(WhisperModel, "recognise", recognise)


@needs_recordings
@pytest.mark.usefixtures("remembering")
def test_whisper_passes_the_conformance_checks() -> None:
    ready()
    audio = recording("stt/tau2-yes")
    report = check_transcriber(
        lambda: whisper(interim_every=None),
        audio=audio,
        says="yes",
        words=False,
        rates=(),
        real_io=False,
    )
    assert sorted(report.skipped) == ["failure", "sample rates", "words"]
    report = check_recognise(lambda: whisper().recognise, audio=audio, says="yes", real_io=False)
    assert sorted(report.skipped) == ["failure"]


@needs_recordings
@pytest.mark.skipif(not models.have("whisper-base/model"), reason="whisper-base is not here")
def test_a_model_of_all_languages_finds_out_which_one_is_spoken() -> None:
    (transcript,) = recognised(recording("stt/tau2-help_me"), model="base")
    assert transcript.language == "en"
    assert transcript.raw["language_probability"] > 0.5
    assert "help me" in transcript.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "huge"}, "model must be one of base, tiny.en or a folder, got 'huge'"),
        ({"language": "de"}, "understands English alone"),
        ({"interim_every": 0.0}, "interim_every must be positive"),
        ({"min_log_probability": math.nan}, "min_log_probability must not be positive"),
        ({"beam_size": 0}, "beam_size must be positive"),
        ({"threads": 0}, "threads must be positive"),
        ({"latency": math.inf}, "latency must be finite"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        whisper(**options)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"cannot use the Whisper model in {tmp_path}"):
        asyncio.run(whisper(tmp_path).prepare())


def test_without_the_extra_the_error_tells_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(ModelError, match=r"pip install 'rxvoice\[whisper\]'"):
        WhisperModel(Settings("tiny.en", "cpu", "int8", 1))


def test_importing_the_provider_does_not_load_the_library() -> None:
    code = "import sys, rxvoice.providers.whisper; sys.exit('faster_whisper' in sys.modules)"

    async def main() -> int:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
        return await process.wait()

    assert asyncio.run(main()) == 0
