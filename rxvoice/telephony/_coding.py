"""How lines write samples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import (
    decode_alaw,
    decode_mulaw,
    encode_alaw,
    encode_mulaw,
    pcm_from_bytes,
    pcm_to_bytes,
)


@dataclass(frozen=True, slots=True)
class Coding:
    """A way of writing samples as bytes.

    Attributes:
        name: As in `Call.encoding`.
        decode: Reads bytes.
        encode: Writes samples.
    """

    name: str
    decode: Callable[[bytes], NDArray[np.int16]]
    encode: Callable[[NDArray[np.int16]], bytes]


PCMU: Final = Coding("PCMU", decode_mulaw, encode_mulaw)
PCMA: Final = Coding("PCMA", decode_alaw, encode_alaw)
L16: Final = Coding("L16", pcm_from_bytes, pcm_to_bytes)
"""16 bits, little-endian."""

CODINGS: Final = {coding.name: coding for coding in (PCMU, PCMA, L16)}

_NAMES: Final = {
    "audio/x-mulaw": "PCMU",
    "audio/pcmu": "PCMU",
    "pcmu": "PCMU",
    "audio/x-alaw": "PCMA",
    "audio/pcma": "PCMA",
    "pcma": "PCMA",
}


def encoding_named(name: str) -> str:
    """Return the name in `CODINGS` of what a vendor calls G.711; others stay as they are."""
    return _NAMES.get(name.lower(), name)


__all__ = ["CODINGS", "L16", "PCMA", "PCMU", "Coding", "encoding_named"]
