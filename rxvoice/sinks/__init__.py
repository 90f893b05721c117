"""Where streams end."""

from ._to_wav import to_wav

__all__ = ["to_wav"]
