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
from ._call import Call, CallEnded, CallPaused, CallResumed, CallStarted, CallUpdated
from ._command import (
    AppendMessages,
    ApplySummary,
    Command,
    ReplaceMessages,
    RunModel,
    Say,
    SetInstruction,
    SetSpeaking,
    SetToolChoice,
    SetTools,
    Summarise,
    TransformContext,
)
from ._context import Context
from ._end_call import EndCall
from ._flow import Flow, Goto, Keep, State, StateEntered
from ._keys import KEYS, Dtmf, DtmfOut
from ._media import MAX_RATE, AudioFrame, ImageFrame
from ._message import AudioPart, ImagePart, Message, Part, Role
from ._model import (
    CancelTool,
    Completeness,
    CompletionMark,
    ResponseEnded,
    ResponseStarted,
    Sentence,
    Source,
    Sources,
    Tagged,
    Thought,
    ThoughtEnded,
    ThoughtStarted,
    Token,
    ToolCall,
    ToolProgress,
    ToolResult,
    ToolsCancelled,
)
from ._pair import Pair
from ._provider import Evaluation, ProviderSwitched
from ._recording import Recording
from ._speech import (
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Translation,
    Word,
    spoken_text,
)
from ._told import (
    ExchangeEnded,
    ExchangeStarted,
    Fault,
    Metric,
    ResponseLatency,
    Usage,
    Utterance,
)
from ._tool import Tool, ToolFunction, Tools
from ._transport import (
    Connected,
    ConnectionTimedOut,
    Data,
    Disconnected,
    MessageReceived,
    SendMessage,
    To,
)
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
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
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
    AppendMessages
    | ApplySummary
    | AudioFrame
    | BotSpeechOngoing
    | BotSpeechStarted
    | BotSpeechStopped
    | CallEnded
    | CallPaused
    | CallResumed
    | CallStarted
    | CallUpdated
    | CancelTool
    | ClearAudio
    | CompletionMark
    | Connected
    | ConnectionTimedOut
    | Disconnected
    | Dtmf
    | DtmfOut
    | EagerTurn
    | EndCall
    | Evaluation
    | ExchangeEnded
    | ExchangeStarted
    | Fault
    | Goto
    | ImageFrame
    | Interrupt
    | InterruptionRejected
    | MessageReceived
    | Metric
    | Played
    | ProviderSwitched
    | ReplaceMessages
    | ReplyEnded
    | ReplyPaused
    | ReplyResumed
    | ReplyStarted
    | ResponseEnded
    | ResponseLatency
    | ResponseStarted
    | RunModel
    | Say
    | SendMessage
    | Sentence
    | SetInstruction
    | SetSpeaking
    | SetToolChoice
    | SetTools
    | Sources
    | SpeechOngoing
    | SpeechStarted
    | SpeechStopped
    | StateEntered
    | Summarise
    | Tagged
    | Thought
    | ThoughtEnded
    | ThoughtStarted
    | To
    | Token
    | ToolCall
    | ToolProgress
    | ToolResult
    | ToolsCancelled
    | Transcript
    | TransformContext
    | Translation
    | Turn
    | TurnDropped
    | TurnResumed
    | TurnStarted
    | Uninterruptible
    | Usage
    | UserIdle
    | UserMuted
    | UserResumed
    | UserStarted
    | UserStopped
    | UserStopping
    | Utterance
    | VadOptions
    | WakePhraseHeard
    | WakePhraseTimedOut
    | Word
)
"""Everything that may leave `rxvoice.operators.converse`."""

__all__ = [
    "KEYS",
    "MAX_RATE",
    "AppendMessages",
    "ApplySummary",
    "AudioFrame",
    "AudioPart",
    "BotSpeechOngoing",
    "BotSpeechStarted",
    "BotSpeechStopped",
    "Call",
    "CallEnded",
    "CallPaused",
    "CallResumed",
    "CallStarted",
    "CallUpdated",
    "CancelTool",
    "ClearAudio",
    "Command",
    "Completeness",
    "CompletionMark",
    "Connected",
    "ConnectionTimedOut",
    "Context",
    "Data",
    "Disconnected",
    "Dtmf",
    "DtmfOut",
    "EagerStop",
    "EagerTurn",
    "EndCall",
    "EndRound",
    "Evaluation",
    "Event",
    "ExchangeEnded",
    "ExchangeStarted",
    "Fault",
    "Flow",
    "Goto",
    "ImageFrame",
    "ImagePart",
    "Interrupt",
    "InterruptionRejected",
    "Keep",
    "Message",
    "MessageReceived",
    "Metric",
    "Pair",
    "Part",
    "Pause",
    "Played",
    "ProviderSwitched",
    "Recording",
    "Reject",
    "ReplaceMessages",
    "ReplyEnded",
    "ReplyPaused",
    "ReplyResumed",
    "ReplyStarted",
    "ResponseEnded",
    "ResponseLatency",
    "ResponseStarted",
    "Resume",
    "Role",
    "RunModel",
    "Say",
    "SendMessage",
    "Sentence",
    "SetInstruction",
    "SetSpeaking",
    "SetToolChoice",
    "SetTools",
    "Source",
    "Sources",
    "SpeechOngoing",
    "SpeechStarted",
    "SpeechStopped",
    "Stamped",
    "StartTurn",
    "State",
    "StateEntered",
    "StopTurn",
    "Summarise",
    "Tagged",
    "Thought",
    "ThoughtEnded",
    "ThoughtStarted",
    "To",
    "Token",
    "Tool",
    "ToolCall",
    "ToolFunction",
    "ToolProgress",
    "ToolResult",
    "Tools",
    "ToolsCancelled",
    "Transcript",
    "TransformContext",
    "Translation",
    "Turn",
    "TurnDropped",
    "TurnResumed",
    "TurnStarted",
    "Uninterruptible",
    "Usage",
    "UserIdle",
    "UserMuted",
    "UserResumed",
    "UserStarted",
    "UserStopped",
    "UserStopping",
    "Utterance",
    "VadOptions",
    "WakePhraseHeard",
    "WakePhraseTimedOut",
    "Word",
    "spoken_text",
]
