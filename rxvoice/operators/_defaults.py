"""The strategies that turns start and stop with when nothing else is said."""

from rxvoice.contracts import EndOfTurn, StartStrategy, StopStrategy
from rxvoice.operators._start_on_speech import start_on_speech
from rxvoice.operators._start_on_transcript import start_on_transcript
from rxvoice.operators._stop_after_silence import stop_after_silence
from rxvoice.operators._stop_at_end_of_turn import stop_at_end_of_turn


def default_start() -> list[StartStrategy]:
    """Return what starts turns: voice activity, then what it missed and was understood."""
    return [start_on_speech(), start_on_transcript()]


def default_stop(model: EndOfTurn | None = None, /) -> list[StopStrategy]:
    """Return what stops turns: a model that hears the end of a turn, else silence.

    Args:
        model: Such as ``smart_turn()``. Without one nothing has to be installed, fetched or
            computed, and no audio is needed.
    """
    return [stop_after_silence() if model is None else stop_at_end_of_turn(model)]
