"""Agents for scenes: the graph, with different ways to take turns."""

from collections.abc import Callable
from typing import Final

import reactivex as rx
from scene_ears import Ears
from scene_stage import Agent, Script

from rxvoice import Memory
from rxvoice.contracts import Operator
from rxvoice.items import Event
from rxvoice.operators import (
    aggregate_turn,
    interruptible,
    stop_after_silence,
    transcribe,
    vad_gate,
)


def plain(ears: Ears) -> Agent:
    """Return the plain agent: half a second of silence ends a turn, 0.2 s of speech a reply."""

    def agent(script: Script) -> Operator[Event, Event]:
        return rx.compose(
            vad_gate(ears.vad, threshold=0.5, min_volume=0.0),
            transcribe(ears.stt()),
            aggregate_turn(stop=stop_after_silence(min_delay=0.3)),
            script.cue,
            interruptible(script.reply),
            Memory().record(),
        )

    return agent


POLICIES: Final[dict[str, Callable[[Ears], Agent]]] = {"plain": plain}

__all__ = ["POLICIES"]
