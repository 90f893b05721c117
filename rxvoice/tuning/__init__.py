"""Turn policies on your own recordings: cut-offs against delay.

`tune` plays recordings with labels to policies for the end of a turn, in virtual time, and counts
how often a policy takes the turn before the user has finished, and how long it waits otherwise::

    from rxvoice.tuning import tune

    tune("calls/", ["end_of_turn(threshold=0.3,0.5,0.7)"])

docs/tuning.md describes the labels and the numbers; ``rxvoice tune`` does it on the command line.
"""

from ._bench import PolicyError
from ._labels import LabelledTurn, Labels
from ._measure import Outcome, TurnOutcome
from ._policy import Policy
from ._recordings import Recording, Recordings, read_recordings
from ._score import Score
from ._sweep import sweep
from ._tune import tune
from ._tuning import Tuning

__all__ = [
    "LabelledTurn",
    "Labels",
    "Outcome",
    "Policy",
    "PolicyError",
    "Recording",
    "Recordings",
    "Score",
    "Tuning",
    "TurnOutcome",
    "read_recordings",
    "sweep",
    "tune",
]
