"""What a client says in frames."""

from dataclasses import replace
from typing import Final

from rxvoice.items import Interrupt, Transcript

from ._client import Client, Settings
from ._effects import NOTHING, Effects
from ._frame_kinds import (
    Frame,
    FrameError,
    InterruptionFrame,
    MessageFrame,
    RawAudioFrame,
    TextFrame,
    TranscriptionFrame,
)
from ._frames import decode_frame
from ._messages import error
from ._session import receive

_SETTINGS: Final = Settings()


def receive_frame(
    client: Client,
    data: bytes | bytearray | memoryview,
    /,
    *,
    timestamp: str = "",
    settings: Settings = _SETTINGS,
) -> tuple[Client, Effects]:
    """Take a frame of a client; a message in it as `receive` does.

    Whatever it is: what cannot be used is answered by an error, and changes nothing.

    Args:
        client: What is known of it.
        data: The frame.
        timestamp: The time of day in ISO 8601, told with what the user typed.
        settings: How it is served.

    Returns:
        What is known of it then, and what is to be done.
    """
    if len(data) > settings.max_size:
        told = f"a frame of {len(data)} bytes is too large, the limit is {settings.max_size}"
        return client, Effects(answers=(error(told),))
    try:
        frame = decode_frame(data)
        if isinstance(frame, MessageFrame):
            return receive(client, frame.data, timestamp=timestamp, settings=settings)
        return _taken(client, frame)
    except FrameError as wrong:
        return client, Effects(answers=(error(f"a frame cannot be read: {wrong}"),))


def _taken(client: Client, frame: Frame) -> tuple[Client, Effects]:
    match frame:
        case RawAudioFrame():
            audio = frame.at(client.heard)
            if not len(audio.samples):
                return client, NOTHING
            return replace(client, heard=audio.end), Effects(inputs=(audio,))
        case TranscriptionFrame(text=text, user_id=user):
            said = Transcript(
                text.strip(), True, True, speaker=user or None, pts=client.heard, end=client.heard
            )
            return client, Effects(inputs=(said,))
        case InterruptionFrame() if client.replying is not None:
            return client, Effects(commands=(Interrupt(),))
        case TextFrame():
            raise FrameError("texts are sent in messages, as send-text")
        case _:
            return client, NOTHING


__all__ = ["receive_frame"]
