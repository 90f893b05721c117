"""The client protocol RTVI: a conversation's events as messages, and a client's messages as wishes.

All of it is pure, or a stream: no socket, no server. Messages are `Outgoing`, whose ``wire`` is the
JSON of the protocol; `encode_frame` puts it into the binary frames of socket clients.

- `rtvi_messages` tells a client what happens; `Reports` says how much.
- `receive` and `receive_frame` take what a client says, `observe` what happens in the conversation;
  all return what is known of the `Client` then, and the `Effects` that are to be done.
- `ClientLane` keeps that state and gives the effects as streams, for a server.
- `ClientFunctions` makes tools of what the client can do.

A server has one lane for each client::

    lane = ClientLane(settings=Settings(about={"library": "my-bot"}))
    agent = converse(vad=…, stt=…, llm=…, tts=…, commands=lane.commands)
    events = rx.merge(audio, lane.inputs).pipe(agent, share())
    messages = events.pipe(lane.report(began=datetime.now(UTC)))
    # the socket: send(message.wire) of each message; lane.take(text_or_bytes) of what comes
"""

from ._binary import receive_frame
from ._bot_messages import (
    BotAudioLevel,
    BotInterrupted,
    BotLlmMarker,
    BotLlmSearchResponse,
    BotLlmStarted,
    BotLlmStopped,
    BotLlmText,
    BotOutput,
    BotStartedSpeaking,
    BotStoppedSpeaking,
    BotTranscription,
    BotTtsStarted,
    BotTtsStopped,
    BotTtsText,
    LlmRawText,
    Progress,
    TtsRawText,
)
from ._client import MAX_SIZE, Client, Settings
from ._client_functions import ClientFunctions
from ._effects import (
    ClientIsReady,
    ClientMessage,
    Disconnect,
    Effects,
    FunctionResult,
    Request,
    UiMessage,
)
from ._events import FromStage, Reportable, rtvi_messages
from ._frame_kinds import (
    Frame,
    FrameError,
    InterruptionFrame,
    MessageFrame,
    RawAudioFrame,
    TextFrame,
    TranscriptionFrame,
)
from ._frames import decode_frame, encode_frame
from ._lane import ClientLane
from ._messages import (
    LABEL,
    PROTOCOL_VERSION,
    BotReady,
    Error,
    ErrorResponse,
    Outgoing,
    ServerMessage,
    ServerResponse,
    UiCommand,
    UiJobGroup,
)
from ._options import Level, Reports, Version
from ._other_messages import (
    EvalBotAudio,
    FunctionCall,
    FunctionCallInProgress,
    FunctionCallStarted,
    FunctionCallStopped,
    Metrics,
)
from ._session import observe, receive
from ._user_messages import (
    SttRawText,
    UserAudioLevel,
    UserInput,
    UserLlmText,
    UserMuteStarted,
    UserMuteStopped,
    UserStartedSpeaking,
    UserStoppedSpeaking,
    UserTranscription,
    VadUserStartedSpeaking,
    VadUserStoppedSpeaking,
)

__all__ = [
    "LABEL",
    "MAX_SIZE",
    "PROTOCOL_VERSION",
    "BotAudioLevel",
    "BotInterrupted",
    "BotLlmMarker",
    "BotLlmSearchResponse",
    "BotLlmStarted",
    "BotLlmStopped",
    "BotLlmText",
    "BotOutput",
    "BotReady",
    "BotStartedSpeaking",
    "BotStoppedSpeaking",
    "BotTranscription",
    "BotTtsStarted",
    "BotTtsStopped",
    "BotTtsText",
    "Client",
    "ClientFunctions",
    "ClientIsReady",
    "ClientLane",
    "ClientMessage",
    "Disconnect",
    "Effects",
    "Error",
    "ErrorResponse",
    "EvalBotAudio",
    "Frame",
    "FrameError",
    "FromStage",
    "FunctionCall",
    "FunctionCallInProgress",
    "FunctionCallStarted",
    "FunctionCallStopped",
    "FunctionResult",
    "InterruptionFrame",
    "Level",
    "LlmRawText",
    "MessageFrame",
    "Metrics",
    "Outgoing",
    "Progress",
    "RawAudioFrame",
    "Reportable",
    "Reports",
    "Request",
    "ServerMessage",
    "ServerResponse",
    "Settings",
    "SttRawText",
    "TextFrame",
    "TranscriptionFrame",
    "TtsRawText",
    "UiCommand",
    "UiJobGroup",
    "UiMessage",
    "UserAudioLevel",
    "UserInput",
    "UserLlmText",
    "UserMuteStarted",
    "UserMuteStopped",
    "UserStartedSpeaking",
    "UserStoppedSpeaking",
    "UserTranscription",
    "VadUserStartedSpeaking",
    "VadUserStoppedSpeaking",
    "Version",
    "decode_frame",
    "encode_frame",
    "observe",
    "receive",
    "receive_frame",
    "rtvi_messages",
]
