"""Bare samples in binary messages."""

import json
from collections.abc import Mapping
from typing import Any, Final

from rxvoice.audio import pcm_from_bytes, pcm_to_bytes
from rxvoice.audio._wavfile import wav_header
from rxvoice.errors import AudioFormatError
from rxvoice.items import (
    MAX_RATE,
    AudioFrame,
    BotSpeechStopped,
    ClearAudio,
    Event,
    MessageReceived,
    ReplyEnded,
    SendMessage,
)
from rxvoice.telephony._outlet import Outlet, Piece, Shape

from ._contract import Wire

CLEAR: Final = '{"type": "clear"}'
"""The text that tells of `ClearAudio`."""


class PcmCodec:
    """Binary messages are 16-bit samples, little-endian and mono; texts are messages.

    `ClearAudio` is told by the text ``{"type": "clear"}``, so that a player on the other side can
    drop what it holds. Bytes of an application cannot be sent: they would be heard.

    Args:
        rate: Samples a second that come.
        out_rate: Samples a second that are sent; as many unless given.
        packet: Seconds of audio in each message, exactly, the last before a pause being filled up
            with silence; any length unless given.
        wav_header: Whether each message is a WAV file of its own.
        player: Whether what comes is to be played: the text of a `ClearAudio` becomes one again,
            for a sink such as `rxvoice.sinks.to_speaker`.

    Raises:
        ValueError: When an argument makes no sense.
    """

    def __init__(
        self,
        rate: int = 16_000,
        *,
        out_rate: int | None = None,
        packet: float | None = None,
        wav_header: bool = False,
        player: bool = False,
    ) -> None:
        out_rate = rate if out_rate is None else out_rate
        for name, value in (("rate", rate), ("out_rate", out_rate)):
            if not 0 < value <= MAX_RATE:
                raise ValueError(f"{name} must be in 1…{MAX_RATE} Hz, got {value}")
        if packet is not None and not 0.001 <= packet <= 1.0:
            raise ValueError(f"packet must be in 0.001…1 s, got {packet}")
        self.rate: int = rate
        self.out_rate: int = out_rate
        self._wav_header = wav_header
        self._player = player
        shape = Shape() if packet is None else Shape(least=packet, block=packet, most=packet)
        self._outlet = Outlet(out_rate, shape)
        self._heard = 0

    @property
    def ready(self) -> bool:
        """Always."""
        return True

    def decode(self, message: Wire, /) -> list[Event]:
        """Return the samples, or the text.

        Raises:
            ValueError: When half a sample comes.
        """
        if isinstance(message, str):
            return [ClearAudio() if self._player and message == CLEAR else MessageReceived(message)]
        try:
            samples = pcm_from_bytes(message)
        except AudioFormatError:
            raise ValueError("a binary message holds half a sample") from None
        pts = self._heard / self.rate
        self._heard += len(samples)
        return [AudioFrame(samples, self.rate, pts)] if len(samples) else []

    def encode(self, item: object, /) -> list[Wire]:
        """Return the messages that tell of an item.

        Raises:
            ValueError: When it is a message of bytes, or one that JSON cannot hold.
        """
        match item:
            case AudioFrame():
                ended, pieces = self._outlet.push(item)
                return self._written([*ended, *pieces])
            case ClearAudio():
                self._outlet.clear()
                return [CLEAR]
            case BotSpeechStopped() | ReplyEnded():
                return self.flush()
            case SendMessage(data=str() as data):
                return [data]
            case SendMessage(data=Mapping() as data):
                return [_json(data)]
            case SendMessage():
                raise ValueError("a message of bytes would be heard as audio")
            case _:
                return []

    def flush(self) -> list[Wire]:
        """Return the samples that waited for more."""
        return self._written(self._outlet.flush())

    def goodbye(self, reason: str = "completed") -> list[Wire]:
        """Return nothing: the socket's own close says it."""
        return []

    def _written(self, pieces: list[Piece]) -> list[Wire]:
        return [self._head(len(piece.samples)) + pcm_to_bytes(piece.samples) for piece in pieces]

    def _head(self, length: int) -> bytes:
        return wav_header(self.out_rate, length) if self._wav_header else b""


def _json(data: Mapping[str, Any]) -> str:
    try:
        return json.dumps(data, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise ValueError("a message holds what JSON cannot hold") from None


__all__ = ["CLEAR", "PcmCodec"]
