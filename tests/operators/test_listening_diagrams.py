"""The diagrams in the docstrings of the listening operators are true."""

import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from rxvoice import items
from rxvoice.aio import in_thread
from rxvoice.items import AudioFrame, Transcript
from rxvoice.operators import (
    aggregate_turn,
    start_on_speech,
    start_on_transcript,
    stop_after_silence,
    stop_at_end_of_turn,
    transcribe,
    utterances,
    vad_gate,
)
from rxvoice.testing import Marbles, like, marbles
from tests.operators.fakes import as_audio, as_letters, listen, sound

ROW = re.compile(r"^    (\w+)  +(\S.*)$")
ENTRY = re.compile(r"(\w): (\w+\(.*?\))(?=  \w: |$)")


async def recognise(audio: AudioFrame) -> Transcript:
    await in_thread(lambda: None, cost=0.06)
    return Transcript("hello", is_final=True)


async def model(audio: AudioFrame) -> float:
    await in_thread(lambda: None, cost=0.1)
    return 0.9


def block(operator: Callable[..., Any]) -> tuple[float, dict[str, str], str, dict[str, Any]]:
    """Return tick, rows, call and legend of an operator's diagram."""
    text = (inspect.getdoc(operator) or "").partition("Marbles (one column is ")[2]
    head, _, body = text.partition("\nArgs:")[0].partition("::\n")
    body = body.partition("\nReturns:")[0]
    rows: dict[str, str] = {}
    legend: dict[str, Any] = {}
    call = ""
    for line in body.splitlines():
        entries = ENTRY.findall(line.strip())
        row = ROW.match(line)
        if entries:
            legend |= {letter: eval(value, dict(vars(items))) for letter, value in entries}
        elif row:
            rows[row[1]] = row[2]
        elif line.strip():
            call = line.strip()
    return int(head.split(" ms")[0]) / 1000, rows, call, legend


def shown(item: Any) -> Any:
    """Return a matcher of what a diagram says about an item: the rest may be anything."""
    said = {
        field.name: value
        for field in fields(item)
        if (value := getattr(item, field.name)) != field.default
    }
    near = {
        name: _near(value) if isinstance(value, float) else value for name, value in said.items()
    }
    return like(item.__class__, **near)


def _near(expected: float) -> Callable[[Any], bool]:
    return lambda value: abs(value - expected) < 1e-6


def namespace(m: Marbles, rows: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    return {
        **{"vad": listen, "recognise": recognise, "model": model},
        "stt": lambda source: m.cold(rows.get("stt", "|"), values),  # pyright: ignore
        "stop_after_silence": stop_after_silence,
    }


@pytest.mark.parametrize(
    "operator",
    [
        aggregate_turn,
        start_on_speech,
        start_on_transcript,
        stop_after_silence,
        stop_at_end_of_turn,
        transcribe,
        utterances,
        vad_gate,
    ],
    ids=lambda operator: operator.__name__,
)
def test_the_diagram_is_true(operator: Callable[..., Any]) -> None:
    """AU01, TU01, TU02, TU03, TU08, TU13, ST01, ST03: what the documentation shows."""
    tick, rows, call, legend = block(operator)
    assert call.startswith(operator.__name__)
    with marbles(tick) as m:
        values = {"a": sound("s"), **legend}
        made = eval(call, {**namespace(m, rows, values), operator.__name__: operator})
        diagram = next(iter(rows.values()))
        if operator is vad_gate:
            out = m.hot(diagram).pipe(as_audio(), made, as_letters)
            m.expect(out).to_be(rows["out"])
            return
        expected = {letter: shown(item) for letter, item in legend.items()}
        m.expect(m.hot(diagram, values).pipe(made)).to_be(rows["out"], {**values, **expected})
