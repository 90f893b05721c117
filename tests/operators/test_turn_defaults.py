"""What starts and stops turns when nothing is said."""

import subprocess
import sys
from typing import Any

import pytest

from rxvoice.items import (
    AudioFrame,
    Dtmf,
    Metric,
    SpeechStarted,
    SpeechStopped,
    StopTurn,
    Transcript,
    Turn,
    TurnStarted,
)
from rxvoice.operators import aggregate_turn, start_on_dtmf, stop_when, words
from rxvoice.testing import like, marbles
from rxvoice.turns import default_start, default_stop

ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "f": Transcript("hallo", True, True),
    "g": Transcript("that will do", True, True),
    "k": Dtmf("1"),
    "s": like(TurnStarted, reason="speech"),
    "t": like(TurnStarted, reason="transcript"),
    "d": like(TurnStarted, reason="dtmf"),
    "T": like(Turn, reason="silence"),
    "C": like(Turn, reason="condition"),
}


def test_tu17_turns_start_on_speech_then_on_transcripts() -> None:
    """TU17: the lists are what aggregate_turn takes when it is given none."""
    with marbles(0.1) as m:
        default = m.hot("S-fE-------f", ITEMS)
        given = aggregate_turn(start=default_start(), stop=default_stop())
        for turns in (aggregate_turn(), given):
            m.expect(default.pipe(turns)).to_be("(S s)-fE-----T-(f t) 500ms T", ITEMS)


def test_tu17_the_defaults_can_be_extended() -> None:
    """TU17: each call makes new lists."""
    default_start().append(start_on_dtmf())
    assert len(default_start()) == 2
    starts = [*default_start(), start_on_dtmf()]
    stops = [*default_stop(), stop_when(words(3))]
    with marbles(0.1) as m:
        out = m.hot("k-g--S-fE", ITEMS).pipe(aggregate_turn(start=starts, stop=stops))
        m.expect(out).to_be("(k d)-(g C)--(S s)-fE-----T", ITEMS)


def test_tu17_a_model_that_is_given_decides_when_turns_stop() -> None:
    """TU17: instead of silence."""

    async def sure(audio: AudioFrame) -> float:
        return 1.0

    (stop,) = default_stop(sure)
    with marbles(0.1) as m:
        m.expect(m.hot("SfE", ITEMS).pipe(stop)).to_be(
            "--(m x|)",
            {"m": Metric("end_of_turn", "probability", 1.0), "x": StopTurn("end_of_turn")},
        )


@pytest.mark.parametrize("used", ["default_stop()", "aggregate_turn()", "stop_at_end_of_turn(len)"])
def test_tu17_nothing_heavy_is_imported_for_them(used: str) -> None:
    """TU17: a model costs nothing before it is used."""
    code = (
        "import sys\n"
        "from rxvoice.operators import aggregate_turn, stop_at_end_of_turn\n"
        "from rxvoice.turns import default_stop\n"
        f"{used}\n"
        "print([name for name in sys.modules if name.split('.')[0] in"
        " {'onnxruntime', 'torch', 'transformers', 'tokenizers', 'soxr', 'aiohttp'}])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
