"""The parts of `core.py` work: what they return, with as little work as may be."""

from collections.abc import Mapping

import pytest

from .programs import Load, finite, needs_benchmarks, positive, tabled

pytestmark = needs_benchmarks

PARTS: dict[str, tuple[Mapping[str, float], int]] = {
    "listening": ({"FRAMES": 300, "ROUNDS": 1}, 2),
    "judging": ({"ROUNDS": 1, "CALLS": 2, "LENGTH": 2.0}, 3),
    "filtering": ({"FRAMES": 20, "ROUNDS": 1}, 5),
    "replying": ({"TURNS": 5, "WARM_UP": 1}, 4),
    "text": ({"ANSWERS": 1, "ROUNDS": 1}, 2),
    "thinking": ({"ANSWERS": 3, "WARM_UP": 1, "TOKENS": 50, "ROUNDS": 1}, 3),
    "context": ({"TIMES": 2, "ROUNDS": 1}, 6),
    "simulating": ({"CALLS": 1, "SIMULATED": 1, "ROUNDS": 1}, 5),
    "taping": ({"FRAMES": 50, "ROUNDS": 1}, 2),
    "tracing": ({"FRAMES": 50, "TURNS": 2, "ROUNDS": 1}, 4),
    "importing": ({"ROUNDS": 1}, 1),
}
"""Constants of each part, and how many lines it returns."""

DIFFERENCES = {
    "first sentence to the voice, over the SDK",
    "a frame in and out, on a tape: the loop's thread",
    "the same, with the thread that compresses and writes",
    "a frame past `to_otel`",
    "a frame past all that watches",
    "the same, and on a tape",
    "a turn with its four spans",
}
"""What is left when something is taken away is no more than luck when so little was measured."""


@pytest.mark.parametrize("part", PARTS)
def test_a_part_returns_the_lines_of_the_table(
    part: str, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants, count = PARTS[part]
    module = load(part)
    for name, value in constants.items():
        assert isinstance(getattr(module, name), int | float)
        monkeypatch.setattr(module, name, value)
    lines = getattr(module, part)()
    names = [line.name for line in lines]
    assert len(names) == count
    assert set(names) <= tabled()
    assert finite(line.value for line in lines)
    assert positive(line.value for line in lines if line.name not in DIFFERENCES)
    assert positive(line.bare for line in lines if line.bare is not None)
    assert all(line.verdict in ("", "met", "MISSED") for line in lines)
    shown = load("measured").table(lines)
    assert all(f"| {name} " in shown for name in names)


def test_kernels_are_compared_with_the_bare_call_and_no_more_than_their_aim(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("kernels")
    monkeypatch.setattr(module, "ROUNDS", 1)
    monkeypatch.setattr(module, "TIMES", 5)
    lines = module.kernels()
    assert [line.name for line in lines] == [
        "20 ms from 24 to 16 kHz, samples",
        "the same, frames",
        "20 ms to μ-law",
        "20 ms from μ-law",
        "20 ms to a message of Twilio's",
        "20 ms from a message of Twilio's",
        "20 ms to a binary message",
        "20 ms from a binary message",
    ]
    assert positive(line.value for line in lines)
    assert positive(line.bare for line in lines)
    assert positive(line.ratio for line in lines)
    assert all(line.aim == pytest.approx(module.AIM * line.bare) for line in lines)
