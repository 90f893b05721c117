"""Providers that keep their contracts pass, quickly, and are told what was skipped."""

from collections.abc import Callable
from typing import Any

import pytest

from rxvoice.context import Context
from rxvoice.operators import by_sentence, utterances
from rxvoice.providers.energy import energy
from rxvoice.testing.conformance import (
    check_chat,
    check_end_of_turn,
    check_recognise,
    check_speak,
    check_synthesizer,
    check_transcriber,
    check_vad,
)

from .good import (
    LOUD,
    Detector,
    Ear,
    Judge,
    Loading,
    Mind,
    Voice,
    recognise,
    refuse,
    speak,
)

QUICK: dict[str, Any] = {"real_io": False}


def test_a_transcriber() -> None:
    report = check_transcriber(Ear, audio=LOUD, says="hello world", failing=lambda: refuse, **QUICK)
    assert not report.skipped
    assert report.trials > 25


def test_a_function_for_utterances_as_a_transcriber() -> None:
    report = check_transcriber(
        lambda: utterances(recognise), audio=LOUD, says="hello world", words=False, **QUICK
    )
    assert set(report.skipped) == {"words", "failure"}


def test_a_synthesizer() -> None:
    report = check_synthesizer(Voice, failing=lambda: refuse, **QUICK)
    assert not report.skipped


def test_a_function_for_sentences_as_a_synthesizer() -> None:
    assert set(check_synthesizer(lambda: by_sentence(speak), **QUICK).skipped) == {"failure"}
    assert set(check_speak(lambda: speak, **QUICK).skipped) == {"failure"}


def test_a_chat() -> None:
    report = check_chat(
        Mind,
        says="I am  a test.",
        calling=Context().append("user", "How is the weather?"),
        generating=lambda: Mind.busy,
        failing=lambda: refuse,
        **QUICK,
    )
    assert not report.skipped


@pytest.mark.parametrize(
    "vad", [lambda: Detector, Loading, energy], ids=["plain", "slow", "energy"]
)
def test_a_voice_detector(vad: Callable[[], Any]) -> None:
    assert not check_vad(vad, speech=LOUD, **QUICK).skipped


def test_a_judge_of_ends_of_turns() -> None:
    assert set(check_end_of_turn(Judge, audio=LOUD, **QUICK).skipped) == {
        "complete",
        "incomplete",
        "failure",
    }


def test_a_function_that_recognises() -> None:
    report = check_recognise(lambda: recognise, audio=LOUD, says="hello world", **QUICK)
    assert set(report.skipped) == {"failure"}


def test_patience_is_for_answers_not_for_what_is_given() -> None:
    check_synthesizer(Voice, patience=1.0, **QUICK)
    check_transcriber(Ear, audio=LOUD, says="hello world", patience=0.5, **QUICK)
