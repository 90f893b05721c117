"""Where streams end."""

from ._to_speaker import to_speaker
from ._to_wav import to_wav

__all__ = ["to_speaker", "to_wav"]
