"""The items that move through a voice agent.

All are frozen, slotted dataclasses compared by value. Times and durations are seconds (``float``)
on the clock of the stream that carries the item (``pts``), never the time of arrival. Audio is
mono ``int16``.

Two clocks exist. What the user says carries the *source's* clock, which starts at 0 with its first
sample. What the bot says carries, until `rxvoice.operators.pace`, the clock of its own *reply*
(0 is the first sample of the reply), and from there on the *session's* clock: the time at which
it is heard.
"""

from dataclasses import dataclass
from typing import TypeAlias

from ._bot import (
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    ClearAudio,
    Played,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    Uninterruptible,
)
from ._keys import KEYS, Dtmf, DtmfOut
from ._media import MAX_RATE, AudioFrame, ImageFrame
from ._model import (
    Completeness,
    CompletionMark,
    ResponseEnded,
    ResponseStarted,
    Sentence,
    Thought,
    Token,
    ToolCall,
    ToolResult,
)
from ._recording import Recording
from ._speech import SpeechOngoing, SpeechStarted, SpeechStopped, Transcript, Word, spoken_text
from ._told import ExchangeEnded, ExchangeStarted, Fault, Metric, ResponseLatency, Usage
from ._turn import (
    EagerStop,
    EagerTurn,
    EndRound,
    InterruptionRejected,
    StartTurn,
    StopTurn,
    Turn,
    TurnDropped,
    TurnResumed,
    TurnStarted,
)
from ._user import (
    UserIdle,
    UserMuted,
    UserStarted,
    UserStopped,
    WakePhraseHeard,
    WakePhraseTimedOut,
)
from ._vad import VadOptions
from ._verdict import Interrupt, Pause, Reject, Resume


@dataclass(frozen=True, slots=True)
class Stamped:
    """An item and when it came by.

    Attributes:
        at: Seconds on the session's clock.
        item: The item.
    """

    at: float
    item: "Event"


Event: TypeAlias = (
    AudioFrame
    | BotSpeechOngoing
    | BotSpeechStarted
    | BotSpeechStopped
    | ClearAudio
    | CompletionMark
    | Dtmf
    | DtmfOut
    | EagerTurn
    | ExchangeEnded
    | ExchangeStarted
    | Fault
    | ImageFrame
    | InterruptionRejected
    | Metric
    | ReplyEnded
    | ReplyPaused
    | ReplyResumed
    | ReplyStarted
    | ResponseEnded
    | ResponseLatency
    | ResponseStarted
    | SpeechOngoing
    | SpeechStarted
    | SpeechStopped
    | Thought
    | Token
    | ToolCall
    | ToolResult
    | Transcript
    | Turn
    | TurnDropped
    | TurnResumed
    | TurnStarted
    | Uninterruptible
    | Usage
    | UserIdle
    | UserMuted
    | UserStarted
    | UserStopped
    | VadOptions
    | WakePhraseHeard
    | WakePhraseTimedOut
    | Word
)
"""Everything that may leave `rxvoice.operators.converse`."""

__all__ = [
    "KEYS",
    "MAX_RATE",
    "AudioFrame",
    "BotSpeechOngoing",
    "BotSpeechStarted",
    "BotSpeechStopped",
    "ClearAudio",
    "Completeness",
    "CompletionMark",
    "Dtmf",
    "DtmfOut",
    "EagerStop",
    "EagerTurn",
    "EndRound",
    "Event",
    "ExchangeEnded",
    "ExchangeStarted",
    "Fault",
    "ImageFrame",
    "Interrupt",
    "InterruptionRejected",
    "Metric",
    "Pause",
    "Played",
    "Recording",
    "Reject",
    "ReplyEnded",
    "ReplyPaused",
    "ReplyResumed",
    "ReplyStarted",
    "ResponseEnded",
    "ResponseLatency",
    "ResponseStarted",
    "Resume",
    "Sentence",
    "SpeechOngoing",
    "SpeechStarted",
    "SpeechStopped",
    "Stamped",
    "StartTurn",
    "StopTurn",
    "Thought",
    "Token",
    "ToolCall",
    "ToolResult",
    "Transcript",
    "Turn",
    "TurnDropped",
    "TurnResumed",
    "TurnStarted",
    "Uninterruptible",
    "Usage",
    "UserIdle",
    "UserMuted",
    "UserStarted",
    "UserStopped",
    "VadOptions",
    "WakePhraseHeard",
    "WakePhraseTimedOut",
    "Word",
    "spoken_text",
]
