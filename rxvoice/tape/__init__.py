"""Tapes: a call that is kept can be replayed, to the bit, and changed."""

from ._diff import Difference, diff
from ._divergence import Divergence
from ._fork import fork
from ._names import TapeError, keepable
from ._record import record
from ._replay import Replay, replay
from ._rewrite import redact
from ._sound import Sound
from ._strangers import TapedError, Unknown
from ._tape import Tape, read_tape
from ._taped import taped

__all__ = [
    "Difference",
    "Divergence",
    "Replay",
    "Sound",
    "Tape",
    "TapeError",
    "TapedError",
    "Unknown",
    "diff",
    "fork",
    "keepable",
    "read_tape",
    "record",
    "redact",
    "replay",
    "taped",
]
