"""What happens between a session and its far end, besides sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ._bot import ClearAudio
from ._media import AudioFrame, ImageFrame

Data: TypeAlias = str | bytes | Mapping[str, Any]
"""An application's message: text, bytes, or an object that is sent as JSON."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The far end is there, or one more participant of a room.

    Attributes:
        who: Identity of the participant; empty where there is only one far end.
        name: What people call it; empty where nobody says.
        attributes: What else the far end tells of itself.
    """

    who: str = ""
    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The far end has left, or a participant of a room.

    Attributes:
        who: Identity of the participant; empty where there is only one far end.
        reason: Why, in the words of the transport; empty where it tells none.
        by_us: Whether this side has ended it.
    """

    who: str = ""
    reason: str = ""
    by_us: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionTimedOut:
    """The far end has been connected for as long as it may.

    Attributes:
        after: Seconds since it came.
    """

    after: float


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """The far end has sent an application's message.

    Attributes:
        data: As it came: text or bytes; an object where the transport carries objects.
        who: Identity of the sender; empty where there is only one far end.
        topic: What it is about, where the transport knows topics.
    """

    data: Data = field(repr=False)
    who: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class SendMessage:
    """The far end is to be sent an application's message.

    Attributes:
        data: Text, bytes, or an object that is sent as JSON.
        urgent: Whether it leaves at once; else behind the audio that came before it, when that
            has been played.
        to: Identity of the receiver; everybody if empty.
        topic: What it is about, where the transport knows topics.
    """

    data: Data = field(repr=False)
    urgent: bool = False
    to: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class To:
    """An item for one of several destinations of a transport.

    Attributes:
        destination: Its name, such as that of a track.
        item: What it gets.
    """

    destination: str
    item: AudioFrame | ClearAudio | ImageFrame


__all__ = [
    "Connected",
    "ConnectionTimedOut",
    "Data",
    "Disconnected",
    "MessageReceived",
    "SendMessage",
    "To",
]
