"""The audio of a client, of which 50 frames come each second."""

from rxvoice.audio import pcm_from_bytes
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame

from ._wav_header import without_wav_header
from ._wire import BYTES, VARINT, WireError, read_span, read_varint

_FRAME = 2 << 3 | BYTES
_AUDIO = 3 << 3 | BYTES
_RATE = 4 << 3 | VARINT
_CHANNELS = 5 << 3 | VARINT
_WAV = b"RIFF"


class AudioReader:
    """Reads the audio of one client.

    The frames of a client mostly differ in nothing but their samples. So what stands before and
    behind these is compared with that of the frame before, and understood only where it differs.
    """

    def __init__(self) -> None:
        self._size = self._start = self._end = self._rate = 0
        self._head = self._tail = b""

    def read(self, data: bytes, pts: float, /) -> AudioFrame | None:
        """Return the mono audio of a frame, as `rxvoice.rtvi.decode_frame` would read it.

        Args:
            data: The frame.
            pts: Seconds on the stream's clock.

        Returns:
            The audio; None when it holds none, when it is not written as clients mostly do, or
            when something is wrong with it: that is then to be found out by ``decode_frame``.
        """
        known = (
            len(data) == self._size
            and data.startswith(self._head)
            and data.endswith(self._tail)
            and data[self._start : self._start + 4] != _WAV
        )
        if not known and not self._understand(data):
            return None
        try:
            return AudioFrame(pcm_from_bytes(data[self._start : self._end]), self._rate, pts)
        except AudioFormatError:
            return None

    def _understand(self, data: bytes) -> bool:
        """Find the audio of a frame, and remember what stands around it."""
        self._size = 0
        try:
            if not data or data[0] != _FRAME:
                return False
            at, size = read_span(data, 1)
            if size != len(data):
                return False
            start = end = rate = channels = 0
            while at < size:
                tag = data[at]
                if tag == _AUDIO:
                    start, end = read_span(data, at + 1)
                    at = end
                elif not 1 << 3 <= tag < 1 << 7:
                    return False
                elif tag & 7 == VARINT:
                    value, at = read_varint(data, at + 1)
                    if tag == _RATE:
                        rate = value
                    elif tag == _CHANNELS:
                        channels = value
                elif tag & 7 == BYTES:
                    text, at = read_span(data, at + 1)
                    if not data[text:at].isascii():
                        return False
                else:
                    return False
        except WireError:
            return False
        if data[start : start + 4] == _WAV:
            start = end - len(without_wav_header(data[start:end]))
        if start == end or channels > 1:
            return False
        self._start, self._end, self._rate = start, end, rate
        self._size, self._head, self._tail = size, data[:start], data[end:]
        return True


__all__ = ["AudioReader"]
