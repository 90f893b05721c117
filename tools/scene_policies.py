"""Agents for scenes: the graph, with different ways to take turns."""

from collections.abc import Callable
from typing import Any, Final

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from scene_ears import Ears
from scene_stage import Agent, Script

from rxvoice import Memory
from rxvoice.contracts import Heard, InterruptionPolicy, Operator, StopStrategy, Transcriber
from rxvoice.items import Event, SpeechStopped, Transcript
from rxvoice.operators import (
    aggregate_turn,
    echo_gate,
    interrupt_at_once,
    interruptible,
    pause_and_decide,
    stop_after_silence,
    stop_at_end_of_turn,
    transcribe,
    vad_gate,
    with_feedback,
)

DELAYS: Final = ((0.6, 0.5), (0.3, 0.9), (0.1, 1.0), (0.03, 1.25))
"""How long the silence must be, by how sure it is that the turn is complete."""

LOUDEST: Final = -9.0
"""How loud the bot may come back to the microphone, in dB: as from a loudspeaker on a desk."""


def graph(
    ears: Ears,
    stop: StopStrategy,
    *,
    stt: Transcriber | None = None,
    policy: InterruptionPolicy | None = None,
    loudspeaker: bool = False,
    **vad: Any,
) -> Agent:
    """Return the agent of the readme with other parts, perhaps with an `echo_gate` before it."""

    def agent(script: Script) -> Operator[Event, Event]:
        pipe = rx.compose(
            vad_gate(ears.vad, **vad),
            transcribe(stt or ears.stt()),
            aggregate_turn(stop=stop),
            script.cue,
            interruptible(script.reply, policy=policy or interrupt_at_once()),
            Memory().record(),
        )
        if not loudspeaker:
            return pipe
        return with_feedback(lambda played: rx.compose(echo_gate(played, loudest=LOUDEST), pipe))

    return agent


def voice_only(ears: Ears) -> Agent:
    """Half a second of silence ends a turn, 0.2 s of speech a reply; nobody listens to words."""
    return graph(
        ears, stop_after_silence(min_delay=0.0), stt=_unheard, threshold=0.5, min_silence=0.5
    )


def plain(ears: Ears) -> Agent:
    """Likewise, but a turn needs words."""
    return graph(ears, stop_after_silence(min_delay=0.0), threshold=0.5, min_silence=0.5)


def model(ears: Ears) -> Agent:
    """The end-of-turn model decides by the sound."""
    return graph(ears, stop_at_end_of_turn(ears.end_of_turn))


def headset(ears: Ears) -> Agent:
    """Like the best, for users who do not hear the bot by a loudspeaker."""
    return _deciding(ears, loudspeaker=False)


def best(ears: Ears) -> Agent:
    """Sound and words decide; what the user says over the bot pauses it until that is decided.

    What the bot says is taken out of what the microphone hears.
    """
    return _deciding(ears, loudspeaker=True)


def _deciding(ears: Ears, *, loudspeaker: bool) -> Agent:
    stop = stop_at_end_of_turn(ears.end_of_turn, text=ears.end_of_text, delays=DELAYS)
    policy = pause_and_decide(unsure="resume")  # there are interim transcripts
    return graph(ears, stop, policy=policy, loudspeaker=loudspeaker, min_speech=0.1)


def _unheard(heard: Observable[Heard]) -> Observable[Transcript]:
    """Find that something was said whenever speech stops."""
    return heard.pipe(
        ops.filter(lambda item: isinstance(item, SpeechStopped)),
        ops.map(lambda item: Transcript("…", True, True, end=item.pts)),
    )


POLICIES: Final[dict[str, Callable[[Ears], Agent]]] = {
    "best": best,
    "headset": headset,
    "model": model,
    "plain": plain,
    "voice-only": voice_only,
}

__all__ = ["DELAYS", "POLICIES", "graph"]
