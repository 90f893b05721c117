"""Pictures of conversations and streams, as SVG and pages that stand alone."""

from ._conversation import conversation_svg
from ._live import Live, live
from ._marbles import Marble, marbles_svg
from ._picture import Picture, picture
from ._probes import Probes
from ._voice import loudness

__all__ = [
    "Live",
    "Marble",
    "Picture",
    "Probes",
    "conversation_svg",
    "live",
    "loudness",
    "marbles_svg",
    "picture",
]
