"""What a vendor's options give."""

from typing import ClassVar, Protocol

from ._call import Call
from ._codec import MediaCodec
from ._hang_up import HangUp


class Line(Protocol):
    """A vendor and the options for its calls.

    Attributes:
        vendor: Such as ``"twilio"``.
    """

    vendor: ClassVar[str]

    def codec(self) -> MediaCodec:
        """Return a codec for one more call."""
        ...

    def hanging_up(self, call: Call, /) -> HangUp | None:
        """Return what ends a call by the vendor's REST interface; None when that is not wanted.

        Raises:
            ValueError: When the call's id is not known.
        """
        ...


__all__ = ["Line"]
