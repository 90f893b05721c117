"""What a client is told of the user."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from rxvoice.items import (
    AppendMessages,
    InterruptionRejected,
    ReplaceMessages,
    ResponseStarted,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    UserMuted,
)

from ._messages import Outgoing
from ._options import Reports
from ._user_messages import (
    SttRawText,
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

OfUser: TypeAlias = (
    AppendMessages
    | InterruptionRejected
    | ReplaceMessages
    | SpeechStarted
    | SpeechStopped
    | Transcript
    | Turn
    | TurnDropped
    | TurnStarted
    | UserMuted
)


class UserSide:
    """Knows whether the user has the floor, and what the model was not told yet.

    Args:
        began: When the clock of the source began; None where that is not known.
    """

    def __init__(self, began: datetime | None) -> None:
        self._began = began
        self._open: int | None = None
        self._untold = ""
        self._answered: int | None = None

    def take(self, event: OfUser, reports: Reports) -> Sequence[Outgoing]:
        """Return what the client is told of an event."""
        match event:
            case SpeechStarted():
                return (VadUserStartedSpeaking(),) if reports.vad else ()
            case SpeechStopped():
                return (VadUserStoppedSpeaking(),) if reports.vad else ()
            case Transcript():
                return self._said(event, reports) if event.text else ()
            case TurnStarted():
                self._open = event.number
                return (UserStartedSpeaking(),)
            case Turn():
                if event.answer is not None:
                    self._answered = event.number
                elif event.text:
                    self._untold = event.text
                return self._stopped(event.number)
            case TurnDropped(number=number):
                return self._stopped(number)
            case InterruptionRejected():
                return self._rejected(event)
            case AppendMessages(messages=messages) | ReplaceMessages(messages=messages):
                if messages and messages[-1].role == "user":
                    self._untold = messages[-1].text
                return ()
            case UserMuted(muted=muted):
                return (UserMuteStarted() if muted else UserMuteStopped(),)

    def asked(self, response: ResponseStarted) -> Sequence[Outgoing]:
        """Return what the model is told that the user said."""
        if not self._untold or response.turn == self._answered:
            return ()
        untold, self._untold = self._untold, ""
        return (UserLlmText(text=untold),)

    def _stopped(self, number: int) -> Sequence[Outgoing]:
        if number != self._open:
            return ()
        self._open = None
        return (UserStoppedSpeaking(),)

    def _rejected(self, event: InterruptionRejected) -> Sequence[Outgoing]:
        stopped = self._stopped(event.number)
        if event.reason != "backchannel" or not event.text:
            return stopped
        sign = UserInput(text=event.text, input_type="backchannel", timestamp="", final=True)
        return (*stopped, sign)

    def _said(self, transcript: Transcript, reports: Reports) -> Sequence[Outgoing]:
        text, final = transcript.text, transcript.is_final
        timestamp, user = self._time(transcript), transcript.speaker or ""
        said = UserInput(
            text=text,
            input_type="transcription",
            timestamp=timestamp,
            final=final,
            user_id=transcript.speaker,
        )
        old = UserTranscription(text=text, user_id=user, timestamp=timestamp, final=final)
        if not reports.has_raw_text:
            return (said, old)
        return (said, SttRawText(text=text, user_id=user, timestamp=timestamp, final=final), old)

    def _time(self, transcript: Transcript) -> str:
        if self._began is None:
            return ""
        said = self._began + timedelta(seconds=transcript.pts)
        return said.isoformat(timespec="milliseconds")


__all__ = ["OfUser", "UserSide"]
