"""The settings of `vad_gate` that can be tried."""

import inspect
from collections.abc import Mapping
from typing import Final

from rxvoice._types import Operator
from rxvoice.contracts import Vad
from rxvoice.items import Event
from rxvoice.operators import vad_gate

_NAMES: Final = ("threshold", "min_speech", "min_silence", "min_volume", "prefix_padding")

GATE: Final[Mapping[str, float]] = {
    name: inspect.signature(vad_gate).parameters[name].default for name in _NAMES
}
"""Their names and defaults."""


def gated(vad: Vad, gate: Mapping[str, float]) -> Operator[Event, Event]:
    """Return the gate with these settings, which are those of `GATE`, all of them.

    Raises:
        ValueError: When one is out of range.
    """
    return vad_gate(
        vad,
        threshold=gate["threshold"],
        min_speech=gate["min_speech"],
        min_silence=gate["min_silence"],
        min_volume=gate["min_volume"],
        prefix_padding=gate["prefix_padding"],
    )


__all__ = ["GATE", "gated"]
