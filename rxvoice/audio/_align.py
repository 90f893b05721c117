"""PCM from byte streams that are cut anywhere."""

from collections.abc import Generator

from rxvoice.audio._rate import check_rate
from rxvoice.audio._wavformat import WavFormat
from rxvoice.audio._wavheader import ORDERS, WavHeader, wav_header
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame


class PcmAligner:
    """Makes frames from the bytes of one audio stream.

    The bytes are little-endian 16-bit mono, unless they begin with a WAV header: then it is removed
    and what it says holds, its rate, its coding, its channels (mixed down) and its length. A header
    and a sample may be cut anywhere between two pieces.

    Args:
        rate: Samples a second where no header says otherwise.
        pts: Time of the first sample, in seconds.
    """

    def __init__(self, rate: int, *, pts: float = 0.0) -> None:
        check_rate(rate, "rate")
        self._raw = WavFormat("int", rate, 1, 2)
        self._format: WavFormat | None = None
        self._pts = pts
        self._given = 0
        self._kept = b""
        self._left: int | None = None
        self._steps: Generator[int, bytes, WavHeader] | None = None
        self._wanted = 0
        self._position = 0

    def push(self, data: bytes | bytearray | memoryview) -> list[AudioFrame]:
        """Take a piece and return its whole samples, as one frame or none.

        Raises:
            AudioFormatError: When it begins as a WAV file but cannot be played.
        """
        self._kept += bytes(data)
        form = self._format or self._find_format()
        return [] if form is None else self._frames(form)

    def flush(self) -> list[AudioFrame]:
        """Return the last, incomplete sample, padded with zeros.

        Raises:
            AudioFormatError: When the stream ended within its WAV header.
        """
        if self._steps is not None and self._format is None:
            raise AudioFormatError("the audio ended within its WAV header")
        form = self._format = self._format or self._raw
        self._kept += bytes(-len(self._kept) % form.block)
        return self._frames(form)

    def _frames(self, form: WavFormat) -> list[AudioFrame]:
        data, self._kept = self._kept, b""
        if self._left is not None:
            data = data[: self._left]
        whole = len(data) - len(data) % form.block
        self._kept = data[whole:]
        if self._left is not None:
            self._left -= whole
        if not whole:
            return []
        samples = form.decode(data[:whole])
        pts = self._pts + self._given / form.rate
        self._given += len(samples)
        return [AudioFrame(samples, form.rate, pts)]

    def _find_format(self) -> WavFormat | None:
        if self._steps is None:
            head = self._kept[:4]
            if not any(mark.startswith(head) for mark in ORDERS):
                self._format = self._raw
                return self._raw
            if len(head) < 4:
                return None
            self._steps = wav_header()
            self._wanted = next(self._steps)
        try:
            while self._kept or not self._wanted:
                size = abs(self._wanted)
                taken, self._kept = self._kept[:size], self._kept[size:]
                self._position += len(taken)
                if self._wanted < 0:
                    self._wanted += len(taken)
                    if not self._wanted:
                        self._wanted = self._steps.send(b"")
                elif len(taken) == size:
                    self._wanted = self._steps.send(taken)
                else:
                    self._position -= len(taken)
                    self._kept = taken
                    break
        except StopIteration as stop:
            self._begin(stop.value)
        return self._format

    def _begin(self, header: WavHeader) -> None:
        if header.start != self._position:
            raise AudioFormatError("its format comes after its samples, which a stream cannot have")
        self._format = header.format
        self._left = header.size or None


__all__ = ["PcmAligner"]
