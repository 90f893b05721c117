"""Pictures of conversations and streams, as SVG that stands alone."""

from ._conversation import conversation_svg
from ._marbles import Marble, marbles_svg

__all__ = ["Marble", "conversation_svg", "marbles_svg"]
