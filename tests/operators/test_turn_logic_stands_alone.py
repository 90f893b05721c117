"""Turns need no model and no context, and are decided in one place."""

import ast
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reactivex import Observable
from reactivex import operators as ops

import rxvoice
from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped, Transcript, Turn
from rxvoice.operators import aggregate_turn, transcribe, utterances, vad_gate
from rxvoice.testing import OnNext, marbles
from tests.operators.fakes import as_audio, listen

ROOT = Path(rxvoice.__file__).parent
MADE_BY = {
    "TurnStarted": "_turns",
    "TurnDropped": "_turns",
    "TurnResumed": "_turns",
    "EagerTurn": "_turns",
    "Turn": "_open_turn",
}
"""Who makes the marks of the user's turns."""
BESIDES = {
    "_switch": "what rejects an interruption drops its turn",
    "_nudge": "turns that nobody said have numbers between those of the user",
    "_steering": "likewise those that the application wants",
    "_turn_numbers": "a guess that is numbered anew is the same guess",
    "_hold_turns": "of turns that are held back only the newest counts",
    "_call_tools": "the answer that it goes on with has a number and no words",
    "_completion_marks": "what the model asks itself is no turn of the user",
}


@functools.cache
def package() -> dict[str, str]:
    paths = sorted(ROOT.rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}


def modules(*folders: str, naming: Iterable[str]) -> Iterator[tuple[str, ast.Module]]:
    """Parse the modules in these folders that have one of these names anywhere in their text."""
    names = {*naming}
    for path, text in package().items():
        if path.startswith(folders) and any(name in text for name in names):
            yield path, ast.parse(text)


def made(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def test_tu25_turns_of_a_transcription_without_any_model() -> None:
    """TU25: audio in, what was said in each turn out; nothing answers, nothing remembers."""

    async def recognise(audio: AudioFrame) -> Transcript:
        spoken = np.count_nonzero(audio.samples) / audio.rate
        return Transcript(f"{spoken:.1f} s of speech", True, True)

    with marbles() as m:
        spoken = "q" * 10 + "s" * 50 + "q" * 60 + "s" * 25 + "q" * 60
        letters = m.hot(spoken + "|", {"s": "s", "q": "q"})
        minutes = letters.pipe(
            as_audio(),
            vad_gate(lambda: listen(), prefix_padding=0.0),
            transcribe(utterances(recognise)),
            aggregate_turn(),
            said,
        )
        log = m.record(minutes)
    texts = [note.value for _, note in log if isinstance(note, OnNext)]
    assert texts == ["1: 1.0 s of speech", "2: 0.5 s of speech"]


def test_tu25_turns_from_a_recogniser_that_brings_its_own_marks() -> None:
    """TU25: as a speech-to-speech model does; no audio is needed at all."""
    values: dict[str, Any] = {
        "S": SpeechStarted(0.0),
        "t": Transcript("hello", True, True),
        "E": SpeechStopped(0.2),
    }
    with marbles(0.1) as m:
        m.expect(m.hot("StE", values).pipe(aggregate_turn(), said)).to_be_items([(0.8, "1: hello")])


def said(events: Observable[Any]) -> Observable[str]:
    turns = events.pipe(ops.filter(lambda item: isinstance(item, Turn)))
    return turns.pipe(ops.map(lambda turn: f"{turn.number}: {turn.text}"))


@pytest.mark.parametrize(
    "name", ["_aggregate_turn", "_turns", "_open_turn", "_panel", "_watchdog", "_patience"]
)
def test_tu25_turn_logic_knows_no_context(name: str) -> None:
    """TU25: nor providers, models, sources or sinks."""
    tree = ast.parse((ROOT / f"operators/{name}.py").read_text())
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    allowed = (
        "rxvoice._disposables",
        "rxvoice._stream",
        "rxvoice.aio._begun",
        "rxvoice.clock",
        "rxvoice.contracts",
        "rxvoice.items",
    )
    for module in imported:
        if module.startswith("rxvoice."):
            assert module in (*allowed, "rxvoice._types") or module.startswith(
                ("rxvoice.items.", "rxvoice.operators._")
            ), module


@pytest.mark.parametrize("mark", MADE_BY)
def test_tu26_the_marks_of_turns_are_made_in_one_place(mark: str) -> None:
    """TU26: by `aggregate_turn`, whatever decided it."""
    makers = {
        path.removeprefix("operators/").removesuffix(".py")
        for path, tree in modules("", naming=[mark])
        if mark in made(tree) and not path.startswith("testing/")
    }
    assert MADE_BY[mark] in makers
    assert makers <= {MADE_BY[mark], *BESIDES}


def test_tu26_sources_sinks_and_providers_decide_nothing_about_turns() -> None:
    """TU26: no voice activity, no emulated marks of speech, no decisions in transports."""
    decisions = {"StartTurn", "StopTurn", "EagerStop", "SpeechStarted", "SpeechStopped", *MADE_BY}
    for path, tree in modules("sources/", "sinks/", "models/", "providers/", naming=decisions):
        assert not decisions & set(made(tree)), path


def test_tu26_no_switch_allows_or_forbids_interruptions_elsewhere() -> None:
    """TU26: what may interrupt is said by start strategies and by the policy of `interruptible`."""
    switches = {"allow_interruptions", "interruption_strategies", "emulate_vad"}
    for path, tree in modules("", naming=switches):
        names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        assert not switches & names, path
