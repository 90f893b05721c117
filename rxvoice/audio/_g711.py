"""G.711, the telephone's 8-bit audio."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._rate import convert_rate

Bytes: TypeAlias = bytes | bytearray | memoryview
RATE = 8000


def _mulaw_levels() -> NDArray[np.int16]:
    code = ~np.arange(256) & 0xFF
    exponent, mantissa = code >> 4 & 7, code & 15
    level = ((mantissa * 8 + 132) << exponent) - 132
    return np.where(code & 0x80, -level, level).astype(np.int16)


def _alaw_levels() -> NDArray[np.int16]:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    level = np.where(
        exponent, (mantissa * 16 + 264) << np.maximum(exponent - 1, 0), mantissa * 16 + 8
    )
    return np.where(code & 0x80, level, -level).astype(np.int16)


def _magnitudes() -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    # One's complement of negative samples, as in the reference software of ITU-T G.191.
    sample = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    negative = sample < 0
    return np.where(negative, ~sample, sample), negative


def _mulaw_codes() -> NDArray[np.uint8]:
    magnitude, negative = _magnitudes()
    biased = np.minimum((magnitude >> 2) + 33, 0x1FFF)
    exponent = np.floor(np.log2(biased)).astype(np.int64) - 5
    code = exponent << 4 | (biased >> (exponent + 1)) & 15
    return (~(code | np.where(negative, 0x80, 0)) & 0xFF).astype(np.uint8)


def _alaw_codes() -> NDArray[np.uint8]:
    magnitude, negative = _magnitudes()
    step = magnitude >> 4
    exponent = np.maximum(np.floor(np.log2(np.maximum(step, 1))).astype(np.int64) - 3, 0)
    code = np.where(step > 15, exponent << 4 | (step >> np.maximum(exponent - 1, 0)) & 15, step)
    return ((code | np.where(negative, 0, 0x80)) ^ 0x55).astype(np.uint8)


_MULAW_LEVELS = _mulaw_levels()
_ALAW_LEVELS = _alaw_levels()
_MULAW_CODES = _mulaw_codes()
_ALAW_CODES = _alaw_codes()


def _decode(data: Bytes, levels: NDArray[np.int16], to_rate: int) -> NDArray[np.int16]:
    return convert_rate(levels[np.frombuffer(data, np.uint8)], RATE, to_rate)


def _encode(samples: NDArray[np.int16], codes: NDArray[np.uint8], rate: int) -> bytes:
    return codes[convert_rate(samples, rate, RATE).view(np.uint16)].tobytes()


def decode_mulaw(data: Bytes, /, *, to_rate: int = RATE) -> NDArray[np.int16]:
    """Turn μ-law bytes of 8000 Hz into samples.

    Args:
        data: One byte a sample.
        to_rate: Rate of the result in Hz. Only for whole clips: a stream is decoded at 8000 Hz and
            piped through `rxvoice.operators.resample`, which keeps its filter between the pieces.

    Returns:
        Shape ``(n,)``, ``int16``.
    """
    return _decode(data, _MULAW_LEVELS, to_rate)


def decode_alaw(data: Bytes, /, *, to_rate: int = RATE) -> NDArray[np.int16]:
    """Turn A-law bytes of 8000 Hz into samples.

    Args:
        data: One byte a sample.
        to_rate: Rate of the result in Hz, for whole clips; see `decode_mulaw`.

    Returns:
        Shape ``(n,)``, ``int16``.
    """
    return _decode(data, _ALAW_LEVELS, to_rate)


def encode_mulaw(samples: NDArray[np.int16], /, *, rate: int = RATE) -> bytes:
    """Turn samples into μ-law bytes of 8000 Hz.

    Args:
        samples: Shape ``(n,)``, ``int16``.
        rate: Their rate in Hz. Other rates only for whole clips; see `decode_mulaw`.

    Returns:
        One byte a sample.
    """
    return _encode(samples, _MULAW_CODES, rate)


def encode_alaw(samples: NDArray[np.int16], /, *, rate: int = RATE) -> bytes:
    """Turn samples into A-law bytes of 8000 Hz.

    Args:
        samples: Shape ``(n,)``, ``int16``.
        rate: Their rate in Hz. Other rates only for whole clips; see `decode_mulaw`.

    Returns:
        One byte a sample.
    """
    return _encode(samples, _ALAW_CODES, rate)


__all__ = ["decode_alaw", "decode_mulaw", "encode_alaw", "encode_mulaw"]
