"""What a server tells a client about the user."""

from typing import ClassVar, Literal

from ._messages import Outgoing, Text


class UserStartedSpeaking(Outgoing):
    """The user takes the floor."""

    type: ClassVar[str] = "user-started-speaking"


class UserStoppedSpeaking(Outgoing):
    """The user has given the floor back."""

    type: ClassVar[str] = "user-stopped-speaking"


class VadUserStartedSpeaking(Outgoing):
    """The user makes a sound like speech."""

    type: ClassVar[str] = "vad-user-started-speaking"


class VadUserStoppedSpeaking(Outgoing):
    """The user is silent again."""

    type: ClassVar[str] = "vad-user-stopped-speaking"


class UserMuteStarted(Outgoing):
    """What the user does is ignored from now on."""

    type: ClassVar[str] = "user-mute-started"


class UserMuteStopped(Outgoing):
    """What the user does counts again."""

    type: ClassVar[str] = "user-mute-stopped"


class UserInput(Outgoing):
    """What the user said or typed.

    Attributes:
        text: What.
        input_type: Whether it was spoken, typed, or only a sign that they listen.
        timestamp: When, in ISO 8601; empty where that is not known.
        final: Whether it will not be revised.
        user_id: Who of several.
        msg_id: The id of the message with which it was sent.
    """

    type: ClassVar[str] = "user-input"
    text: Text
    input_type: Literal["transcription", "chat", "backchannel"]
    timestamp: str
    final: bool
    user_id: Text | None = None
    msg_id: Text | None = None


class UserTranscription(Outgoing):
    """What the user said; the name of `UserInput` before 2.2.

    Attributes:
        text: What.
        user_id: Who of several; empty where that does not matter.
        timestamp: When, in ISO 8601; empty where that is not known.
        final: Whether it will not be revised.
    """

    type: ClassVar[str] = "user-transcription"
    text: Text
    user_id: Text
    timestamp: str
    final: bool


class SttRawText(UserTranscription):
    """What the recogniser wrote, for those who look into it."""

    type: ClassVar[str] = "stt-raw-text"


class UserLlmText(Outgoing):
    """What the language model is told that the user said.

    Attributes:
        text: What.
    """

    type: ClassVar[str] = "user-llm-text"
    text: Text


class UserAudioLevel(Outgoing):
    """How loud the user is.

    Attributes:
        value: 0 to 1, linear in decibels.
    """

    type: ClassVar[str] = "user-audio-level"
    value: float


__all__ = [
    "SttRawText",
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
]
