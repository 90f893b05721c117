"""The frames that own socket clients send and are sent."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from rxvoice.audio import pcm_from_bytes, to_mono
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame

from ._wav_header import without_wav_header

_MOST_CHANNELS: Final = 8


class FrameError(ValueError):
    """Bytes that are no frame."""


@dataclass(frozen=True, slots=True)
class TextFrame:
    """A text.

    Attributes:
        text: The text.
        id: Number of the frame.
        name: Name of the frame.
    """

    text: str
    id: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class RawAudioFrame:
    """Audio.

    Attributes:
        audio: 16-bit samples, little-endian, channels interleaved; a WAV file of them will do.
        sample_rate: Samples a second.
        num_channels: How many.
        pts: Nanoseconds; None where that is not known.
        id: Number of the frame.
        name: Name of the frame.
    """

    audio: bytes
    sample_rate: int
    num_channels: int = 1
    pts: int | None = None
    id: int = 0
    name: str = ""

    def at(self, pts: float, /) -> AudioFrame:
        """Return it as an item.

        Args:
            pts: Seconds on the stream's clock.

        Raises:
            FrameError: When it is no audio of up to eight channels.
        """
        try:
            if self.num_channels > _MOST_CHANNELS:
                raise FrameError(f"audio has more than {_MOST_CHANNELS} channels")
            audio = without_wav_header(self.audio)
            samples = to_mono(pcm_from_bytes(audio), self.num_channels or 1)
            return AudioFrame(samples, self.sample_rate, pts)
        except AudioFormatError as error:
            raise FrameError(str(error)) from error


@dataclass(frozen=True, slots=True)
class TranscriptionFrame:
    """What the user said, recognised elsewhere.

    Attributes:
        text: What.
        user_id: Who of several.
        timestamp: When, in ISO 8601.
        id: Number of the frame.
        name: Name of the frame.
    """

    text: str
    user_id: str = ""
    timestamp: str = ""
    id: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class MessageFrame:
    """A message, of the client protocol or another.

    Attributes:
        data: JSON.
    """

    data: str


@dataclass(frozen=True, slots=True)
class InterruptionFrame:
    """Whoever holds audio that was not played yet must drop it.

    Attributes:
        id: Number of the frame.
        name: Name of the frame.
    """

    id: int = 0
    name: str = ""


Frame: TypeAlias = TextFrame | RawAudioFrame | TranscriptionFrame | MessageFrame | InterruptionFrame

__all__ = [
    "Frame",
    "FrameError",
    "InterruptionFrame",
    "MessageFrame",
    "RawAudioFrame",
    "TextFrame",
    "TranscriptionFrame",
]
