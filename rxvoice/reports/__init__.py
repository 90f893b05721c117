"""What a session's events tell afterwards: latencies, transcripts, interruptions, word errors.

All of it works on the list of `rxvoice.items.Stamped` that a session left, in the order in which
they came, and is pure: the same events give the same answer.
"""

from ._error_rate import word_error_rate
from ._heard import Heard, by_reply, heard_audio
from ._interruptions import Interruption, interruptions
from ._latency import STEPS, TurnLatency, latencies
from ._plain import minutes, plain
from ._tables import latency_markdown, latency_table
from ._transcript import Utterance, transcript_json, transcript_text, utterances

__all__ = [
    "STEPS",
    "Heard",
    "Interruption",
    "TurnLatency",
    "Utterance",
    "by_reply",
    "heard_audio",
    "interruptions",
    "latencies",
    "latency_markdown",
    "latency_table",
    "minutes",
    "plain",
    "transcript_json",
    "transcript_text",
    "utterances",
    "word_error_rate",
]
