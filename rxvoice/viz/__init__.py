"""Pictures of conversations and streams, as SVG that stands alone."""

from ._conversation import conversation_svg
from ._marbles import Marble, marbles_svg
from ._voice import loudness

__all__ = ["Marble", "conversation_svg", "loudness", "marbles_svg"]
