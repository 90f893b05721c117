"""All local providers keep their contracts, with their real models."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from rxvoice.context import Context
from rxvoice.contracts import Vad
from rxvoice.errors import ModelUnavailable
from rxvoice.providers.energy import energy
from rxvoice.providers.hibari import hibari
from rxvoice.providers.llama import Llama, llama
from rxvoice.providers.moonshine import moonshine
from rxvoice.providers.silero import silero
from rxvoice.providers.smart_turn import smart_turn
from rxvoice.testing.conformance import (
    Report,
    check_chat,
    check_end_of_turn,
    check_recognise,
    check_speak,
    check_synthesizer,
    check_transcriber,
    check_vad,
)

from .recordings import needs_recordings, recording


def skipped(report: Report) -> list[str]:
    return sorted(report.skipped)


@needs_recordings
@pytest.mark.parametrize(
    "vad",
    [energy, lambda: energy(rate=8_000), silero, lambda: silero(rate=8_000)],
    ids=["energy", "energy 8 kHz", "silero", "silero 8 kHz"],
)
def test_voice_detectors(vad: Callable[[], Vad]) -> None:
    report = check_vad(vad, speech=recording("stt/tau2-hi_how_are_you"), real_io=False)
    assert skipped(report) == []


@needs_recordings
def test_smart_turn_is_a_judge_of_ends_of_turns() -> None:
    report = check_end_of_turn(smart_turn, audio=recording("stt/tau2-yes"), real_io=False)
    assert skipped(report) == ["complete", "failure", "incomplete"]


@needs_recordings
def test_moonshine_is_a_transcriber() -> None:
    report = check_transcriber(
        moonshine,
        audio=recording("stt/tau2-yes"),
        says="yes",
        words=False,
        rates=(8_000, 48_000),
        real_io=False,
    )
    assert skipped(report) == ["failure", "words"]


@needs_recordings
def test_moonshine_recognises_single_utterances() -> None:
    audio = recording("stt/tau2-yes")
    report = check_recognise(lambda: moonshine().recognise, audio=audio, says="yes", real_io=False)
    assert skipped(report) == ["failure"]


def test_hibari_is_a_voice() -> None:
    assert skipped(check_synthesizer(hibari, real_io=False)) == ["failure"]


def test_hibari_speaks_single_sentences() -> None:
    assert skipped(check_speak(lambda: hibari().speak, real_io=False)) == ["failure"]


def test_llama_is_a_chat() -> None:
    model = llama(model="smollm2-135m-instruct", temperature=0.0, threads=1, slots=1, context=512)

    def chat() -> Llama:
        return replace(model, max_tokens=4)

    try:
        asyncio.run(model.prepare())
    except ModelUnavailable as error:
        pytest.skip(f"the model cannot be had: {error}")
    hello = Context("Be brief.").append("user", "Say hello.")
    too_long = Context("word " * 2000).append("user", "Say hello.")
    try:
        report = check_chat(chat, context=hello, failing=lambda: lambda context: chat()(too_long))
    finally:
        model.close()
    assert skipped(report) == ["stops generating", "tool calls", "verbatim"]
