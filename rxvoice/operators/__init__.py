"""Operators: functions from a stream to a stream, to be used in ``pipe``."""

from ._aggregate_turn import aggregate_turn
from ._by_sentence import by_sentence
from ._converse import converse
from ._interrupt_at_once import interrupt_at_once
from ._interrupt_never import interrupt_never
from ._interrupt_when import interrupt_when
from ._interruptible import interruptible
from ._pace import pace
from ._pause_and_decide import pause_and_decide
from ._resample import resample
from ._respond import respond
from ._sentences import sentences
from ._share import share
from ._start_on import start_on_speech, start_on_transcript
from ._stop_after_silence import stop_after_silence
from ._stop_at_end_of_turn import stop_at_end_of_turn
from ._synthesize import synthesize
from ._transcribe import transcribe
from ._uninterruptible import uninterruptible
from ._utterances import utterances
from ._vad_gate import vad_gate
from ._with_feedback import with_feedback

__all__ = [
    "aggregate_turn",
    "by_sentence",
    "converse",
    "interrupt_at_once",
    "interrupt_never",
    "interrupt_when",
    "interruptible",
    "pace",
    "pause_and_decide",
    "resample",
    "respond",
    "sentences",
    "share",
    "start_on_speech",
    "start_on_transcript",
    "stop_after_silence",
    "stop_at_end_of_turn",
    "synthesize",
    "transcribe",
    "uninterruptible",
    "utterances",
    "vad_gate",
    "with_feedback",
]
