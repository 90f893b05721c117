"""What the bytes of a WAV file mean."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._g711 import decode_alaw, decode_mulaw
from rxvoice.audio._pcm import pcm_from_float
from rxvoice.errors import AudioFormatError
from rxvoice.items import MAX_RATE

Coding: TypeAlias = Literal["int", "float", "alaw", "mulaw"]
ByteOrder: TypeAlias = Literal["little", "big"]

MAX_CHANNELS = 256
EXTENSIBLE = 0xFFFE
GUID_TAIL = bytes.fromhex("800000aa00389b71")
CODINGS: dict[int, Coding] = {1: "int", 3: "float", 6: "alaw", 7: "mulaw"}
FOREIGN = {
    0x0002: "Microsoft ADPCM",
    0x0011: "IMA ADPCM",
    0x0031: "GSM 6.10",
    0x0045: "G.726 ADPCM",
    0x0050: "MPEG",
    0x0055: "MP3",
    0x00FF: "AAC",
    0x0161: "Windows Media",
    0xF1AC: "FLAC",
}


@dataclass(frozen=True, slots=True)
class WavFormat:
    """The coding of a WAV file's samples.

    Attributes:
        coding: What a sample is.
        rate: Samples a second.
        channels: Samples at one time.
        width: Bytes a sample.
        order: Byte order of a sample.
    """

    coding: Coding
    rate: int
    channels: int
    width: int
    order: ByteOrder = "little"

    @property
    def block(self) -> int:
        """Bytes of all channels' samples at one time."""
        return self.channels * self.width

    def decode(self, data: bytes, channel: int | None = None) -> NDArray[np.int16]:
        """Decode whole blocks to mono.

        Integers of more than 16 bits lose their lowest bits, floats are clipped.

        Args:
            data: A whole number of blocks.
            channel: The channel wanted; the mean of all unless given.

        Returns:
            Shape ``(blocks,)``, ``int16``.
        """
        samples = self._decoded(data).reshape(-1, self.channels)
        if channel is not None:
            return np.ascontiguousarray(samples[:, channel])
        if self.channels == 1:
            return samples[:, 0]
        return np.rint(samples.mean(axis=1)).astype(np.int16)

    def _decoded(self, data: bytes) -> NDArray[np.int16]:
        sign = "<" if self.order == "little" else ">"
        match self.coding:
            case "alaw":
                return decode_alaw(data)
            case "mulaw":
                return decode_mulaw(data)
            case "float":
                return pcm_from_float(np.frombuffer(data, f"{sign}f{self.width}"))
            case "int":
                grains = np.frombuffer(data, np.uint8)
                if self.width == 1:
                    return (grains.astype(np.int16) - 128) * 256
                grains = grains.reshape(-1, self.width)
                top = grains[:, -2:] if self.order == "little" else grains[:, :2]
                words = np.ascontiguousarray(top).view(f"{sign}i2")
                return words[:, 0].astype(np.int16, copy=False)


def parse_format(body: bytes, order: ByteOrder) -> WavFormat:
    """Read a ``fmt`` chunk.

    Args:
        body: Its first bytes, at most 64.
        order: Byte order of the file.

    Raises:
        AudioFormatError: When it makes no sense or the coding is none of ours.
    """
    if len(body) < 14:
        raise AudioFormatError(f"its fmt chunk has {len(body)} bytes instead of 16 or more")

    def number(start: int, size: int = 2) -> int:
        return int.from_bytes(body[start : start + size], order)

    code, channels, rate, block = number(0), number(2), number(4, 4), number(12)
    bits = number(14)
    if code == EXTENSIBLE:
        if len(body) < 40:
            raise AudioFormatError("its extended fmt chunk is cut off")
        if body[32:40] != GUID_TAIL:
            raise AudioFormatError(f"its samples are coded in an unknown way ({body[24:40].hex()})")
        code = number(24, 4)
    coding = CODINGS.get(code)
    if coding is None:
        name = FOREIGN.get(code, "an unknown coding")
        raise AudioFormatError(
            f"its samples are {name} (format {code:#06x});"
            " only PCM, float, A-law and mu-law are read"
        )
    if not 0 < rate <= MAX_RATE:
        raise AudioFormatError(f"its rate is {rate} Hz, which is not in 1…{MAX_RATE}")
    if not 0 < channels <= MAX_CHANNELS:
        raise AudioFormatError(f"it has {channels} channels, which is not in 1…{MAX_CHANNELS}")
    return WavFormat(coding, rate, channels, _width(coding, bits, channels, block), order)


def _width(coding: Coding, bits: int, channels: int, block: int) -> int:
    if coding in ("alaw", "mulaw"):
        return 1
    needed = (bits + 7) // 8
    width, rest = divmod(block, channels)
    if rest or width < max(needed, 1):
        width = needed
    if coding == "float" and width not in (4, 8):
        raise AudioFormatError(f"its samples are floats of {bits} bits; only 32 and 64 are read")
    if not 1 <= width <= 8:
        raise AudioFormatError(f"its samples have {bits} bits, which is not in 1…64")
    return width


__all__ = ["ByteOrder", "Coding", "WavFormat", "parse_format"]
