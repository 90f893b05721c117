"""The audio of a client, of which 50 frames come each second."""

from rxvoice.audio import pcm_from_bytes
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame

from ._wire import BYTES, VARINT, WireError, read_span, read_varint

_FRAME = 2 << 3 | BYTES
_AUDIO = 3 << 3 | BYTES
_RATE = 4 << 3 | VARINT
_CHANNELS = 5 << 3 | VARINT


def audio_in(data: bytes, pts: float, /) -> AudioFrame | None:
    """Return the mono audio of a frame as `rxvoice.rtvi.decode_frame` would read it, but faster.

    Args:
        data: The frame.
        pts: Seconds on the stream's clock.

    Returns:
        The audio; None when it holds none, when it is not written as clients mostly do, or when
        something is wrong with it: that is then to be found out by ``decode_frame``.
    """
    try:
        if not data or data[0] != _FRAME:
            return None
        at, size = read_span(data, 1)
        if size != len(data):
            return None
        audio, rate, channels = b"", 0, 0
        while at < size:
            tag = data[at]
            if tag == _AUDIO:
                start, at = read_span(data, at + 1)
                audio = data[start:at]
            elif not 1 << 3 <= tag < 1 << 7:
                return None
            elif tag & 7 == VARINT:
                value, at = read_varint(data, at + 1)
                if tag == _RATE:
                    rate = value
                elif tag == _CHANNELS:
                    channels = value
            elif tag & 7 == BYTES:
                start, at = read_span(data, at + 1)
                if not data[start:at].isascii():
                    return None
            else:
                return None
        if not audio or channels > 1 or audio.startswith(b"RIFF"):
            return None
        return AudioFrame(pcm_from_bytes(audio), rate, pts)
    except (WireError, AudioFormatError):
        return None


__all__ = ["audio_in"]
