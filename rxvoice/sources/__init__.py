"""Where streams begin."""

from ._from_wav import from_wav

__all__ = ["from_wav"]
