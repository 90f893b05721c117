"""Messages and audio of clients of the protocol, over one websocket."""

import base64
from collections.abc import Iterable
from typing import Any, Final

from rxvoice.audio import PlayedTime
from rxvoice.items import AudioFrame, ClearAudio, Data, Event, MessageReceived, SendMessage
from rxvoice.rtvi import ClientLane, Outgoing, ServerMessage, encode_frame
from rxvoice.telephony._outlet import Outlet, Piece, Shape
from rxvoice.transports import Wire

RATE: Final = 24_000
"""Samples a second of the bot's audio: clients of others play any frame at this rate."""

REMEMBERED: Final = 4_096
"""Packets of which it is known what was sent: more than a minute, and clients play at once."""

_TICKS: Final = 1_000_000
"""Of a second, in which what was sent is counted."""


class ClientCodec:
    """The client protocol: JSON as text, or everything in binary frames, as the client does it.

    Which of both is known once the client has sent something; until then all waits. For clients
    that speak JSON there is no audio. What comes is for a `rxvoice.rtvi.ClientLane`.

    Args:
        lane: Of the client.
    """

    def __init__(self, lane: ClientLane) -> None:
        self._lane = lane
        self._binary: bool | None = None
        self._outlet = Outlet(RATE, Shape())
        self._sent = PlayedTime(most=REMEMBERED)
        self._position = 0

    @property
    def ready(self) -> bool:
        """Whether the client has sent something."""
        return self._binary is not None

    @property
    def binary(self) -> bool:
        """Whether the client speaks in binary frames."""
        return bool(self._binary)

    def heard_at(self, seconds: float) -> float | None:
        """Return up to what time of the bot's frames has been heard; None when nothing has.

        Args:
            seconds: Of audio that were played, or skipped, of all that was sent.
        """
        self._position = round(seconds * _TICKS)
        return self._sent.at(self._position)

    def decode(self, message: Wire, /) -> list[Event]:
        """Return the audio of a frame, and any other message for the lane."""
        self._binary = not isinstance(message, str)
        audio = None if isinstance(message, str) else self._lane.audio(message)
        return [MessageReceived(message) if audio is None else audio]

    def encode(self, item: object, /) -> list[Wire]:
        """Return what tells the client of an item."""
        match item:
            case Outgoing():
                return [encode_frame(item) if self._binary else item.wire]
            case AudioFrame() if self._binary:
                ended, pieces = self._outlet.push(item)
                return self._written([*ended, *pieces])
            case ClearAudio() if self._binary:
                self._outlet.clear()
                self._sent.clear(self._position)
                return [encode_frame(item)]
            case SendMessage():
                return self.encode(ServerMessage(content=plain(item.data)))
            case _:
                return []

    def flush(self) -> list[Wire]:
        """Return the audio that waited for more."""
        return self._written(self._outlet.flush())

    def goodbye(self, reason: str = "completed") -> list[Wire]:
        """Return nothing: the socket's own close says it."""
        return []

    def _written(self, pieces: Iterable[Piece]) -> list[Wire]:
        written: list[Wire] = []
        for piece in pieces:
            duration = len(piece.samples) / RATE
            self._sent.give(round(duration * _TICKS), piece.end, _TICKS)
            written.append(encode_frame(AudioFrame(piece.samples, RATE, piece.end - duration)))
        return written


def plain(data: Data) -> Any:
    """Return what JSON can hold: bytes as base64."""
    return base64.b64encode(data).decode() if isinstance(data, bytes) else data


__all__ = ["REMEMBERED", "ClientCodec", "plain"]
