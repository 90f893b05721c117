"""What a failing marble test raises."""

from collections.abc import Callable


class MarbleFailure(AssertionError):
    """Streams that do not do what their diagrams say.

    Args:
        text: All that is wrong.
        picture: Draws it.
    """

    def __init__(self, text: str, picture: Callable[[], str]) -> None:
        super().__init__(text)
        self._picture = picture

    def svg(self) -> str:
        """Draw the sources, and what was expected of which stream and happened.

        Returns:
            An SVG document that stands alone.
        """
        return self._picture()


MarbleFailure.__module__ = "rxvoice.testing"  # as it is told when a test fails

__all__ = ["MarbleFailure"]
