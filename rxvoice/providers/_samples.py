"""Samples out of bytes that are cut anywhere."""

from typing import Literal, TypeAlias

import numpy as np

from rxvoice.audio import PcmAligner, decode_alaw, decode_mulaw, pcm_from_float
from rxvoice.items import AudioFrame

Encoding: TypeAlias = Literal["pcm16", "float32", "mulaw", "alaw"]
"""How samples are written; all little-endian, mono."""


class SampleReader:
    """Makes frames of the bytes of one stream.

    Args:
        rate: Samples a second.
        encoding: How samples are written. ``"pcm16"`` may begin with the header of a WAV file,
            which tells its own rate and coding then.
    """

    def __init__(self, rate: int, encoding: Encoding) -> None:
        self._rate = rate
        self._encoding: Encoding = encoding
        self._aligner = PcmAligner(rate) if encoding == "pcm16" else None
        self._kept = b""

    def push(self, data: bytes) -> list[AudioFrame]:
        """Take bytes and return their whole samples; the frames' times mean nothing.

        Raises:
            rxvoice.errors.AudioFormatError: When it begins as a WAV file that cannot be played.
        """
        if self._aligner is not None:
            return self._aligner.push(data)
        if self._encoding == "float32":
            data = self._kept + data
            whole = len(data) // 4 * 4
            data, self._kept = data[:whole], data[whole:]
            samples = pcm_from_float(np.frombuffer(data, "<f4"))
        elif self._encoding == "mulaw":
            samples = decode_mulaw(data)
        else:
            samples = decode_alaw(data)
        return [AudioFrame(samples, self._rate)] if len(samples) else []


__all__ = ["Encoding", "SampleReader"]
