"""Samples as bytes, as floats and as base64."""

import base64
import binascii
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError

Encoding: TypeAlias = Literal["pcm16", "float32"]
FULL_SCALE = 32768.0

_LITTLE: Final = np.dtype("<i2")
_IS_LITTLE: Final = np.dtype(np.int16) == _LITTLE


def pcm_from_bytes(data: bytes | bytearray | memoryview, /) -> NDArray[np.int16]:
    """Read little-endian 16-bit samples.

    Args:
        data: Two bytes a sample.

    Returns:
        Shape ``(n,)``, ``int16``. On little-endian machines a view of ``data``.

    Raises:
        AudioFormatError: When a byte is left over. `PcmAligner` takes pieces cut anywhere.
    """
    if len(data) % 2:
        raise AudioFormatError(f"data must hold whole 16-bit samples, got {len(data)} bytes")
    samples = np.frombuffer(data, _LITTLE)
    return samples if _IS_LITTLE else samples.astype(np.int16)


def pcm_to_bytes(samples: NDArray[np.int16], /) -> bytes:
    """Return samples as little-endian 16-bit bytes."""
    return samples.astype(_LITTLE, copy=False).tobytes()


def pcm_from_float(values: NDArray[np.floating], /) -> NDArray[np.int16]:
    """Turn floats into samples.

    Args:
        values: Any shape; 1.0 is full scale. What is beyond is clipped, NaN becomes 0.

    Returns:
        Same shape, ``int16``.
    """
    if np.isnan(values).any():
        values = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0)
    scaled = np.rint(np.clip(values, -1.0, 1.0) * FULL_SCALE)
    return np.minimum(scaled, FULL_SCALE - 1.0).astype(np.int16)


def pcm_to_float(samples: NDArray[np.int16], /) -> NDArray[np.float32]:
    """Turn samples into floats from -1.0 to just below 1.0; `pcm_from_float` is the inverse."""
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


def pcm_from_base64(text: str | bytes, /, encoding: Encoding = "pcm16") -> NDArray[np.int16]:
    """Read samples from base64.

    Args:
        text: Base64, with or without line breaks.
        encoding: ``"pcm16"`` for little-endian 16-bit integers, ``"float32"`` for little-endian
            floats, which are clipped.

    Returns:
        Shape ``(n,)``, ``int16``.

    Raises:
        AudioFormatError: When it is not base64 or the last sample is cut off.
    """
    raw = text.encode("ascii", "replace") if isinstance(text, str) else text
    try:
        data = base64.b64decode(b"".join(raw.split()), validate=True)
    except binascii.Error as error:
        raise AudioFormatError(f"text is not base64: {error}") from error
    if encoding == "pcm16":
        return pcm_from_bytes(data)
    if encoding != "float32":
        raise ValueError(f"encoding must be pcm16 or float32, got {encoding!r}")
    if len(data) % 4:
        raise AudioFormatError(f"text must hold whole 32-bit floats, got {len(data)} bytes")
    return pcm_from_float(np.frombuffer(data, "<f4"))


def pcm_to_base64(samples: NDArray[np.int16], /, encoding: Encoding = "pcm16") -> str:
    """Write samples as base64; `pcm_from_base64` is the inverse."""
    if encoding == "pcm16":
        data = pcm_to_bytes(samples)
    elif encoding == "float32":
        data = pcm_to_float(samples).astype("<f4", copy=False).tobytes()
    else:
        raise ValueError(f"encoding must be pcm16 or float32, got {encoding!r}")
    return base64.b64encode(data).decode("ascii")


__all__ = [
    "Encoding",
    "pcm_from_base64",
    "pcm_from_bytes",
    "pcm_from_float",
    "pcm_to_base64",
    "pcm_to_bytes",
    "pcm_to_float",
]
