"""What the far end shows."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from rxvoice.aio import in_thread
from rxvoice.items import ImageFrame

FASTEST: Final = 10.0
"""Pictures a second that may be asked for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which pictures somebody wants.

    Attributes:
        fps: How many a second, at most.
        longest: Pixels of the longer side, at most.
        quality: Of the JPEG, 1 to 95.

    Raises:
        ValueError: When one of them makes no sense.
    """

    fps: float
    longest: int
    quality: int

    def __post_init__(self) -> None:
        if not 0.0 < self.fps <= FASTEST:
            raise ValueError(f"fps must be above 0 and at most {FASTEST:g}, got {self.fps}")
        if not 16 <= self.longest <= 4096:
            raise ValueError(f"longest must be in 16…4096 pixels, got {self.longest}")
        if not 1 <= self.quality <= 95:
            raise ValueError(f"quality must be in 1…95, got {self.quality}")


class Viewer:
    """Takes the newest picture when the next one is due; those between are dropped."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._newest: tuple[Any, float] | None = None
        self._news = asyncio.Event()
        self._closed = False

    def see(self, frame: Any, pts: float) -> None:
        """Take a picture of aiortc's, which comes at a time of the stream's clock."""
        self._newest = (frame, pts)
        self._news.set()

    def close(self) -> None:
        """End: no further picture comes."""
        self._closed = True
        self._news.set()

    async def pictures(self, clock: Callable[[], float]) -> AsyncIterator[ImageFrame]:
        """Return the pictures, encoded in a thread.

        Args:
            clock: Returns the time in seconds.
        """
        due = clock()
        while True:
            await self._news.wait()
            if self._closed:
                return
            self._news.clear()
            found, self._newest = self._newest, None
            if found is None:
                continue
            frame, pts = found
            data = await in_thread(
                encode_jpeg, frame, self._wish.longest, self._wish.quality, name="encode a picture"
            )
            yield ImageFrame(data, "image/jpeg", pts)
            due = max(due + 1.0 / self._wish.fps, clock())
            await asyncio.sleep(max(due - clock(), 0.0))


def check_pillow() -> None:
    """Refuse to go on without Pillow.

    Raises:
        ImportError: It names the extra.
    """
    try:
        import PIL.Image  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise ImportError("pictures need Pillow: install rxvoice[images]") from error


def encode_jpeg(frame: Any, longest: int, quality: int) -> bytes:
    """Return a picture of aiortc's as a JPEG.

    Args:
        frame: The picture.
        longest: Pixels of the longer side, at most.
        quality: Of the JPEG, 1 to 95.
    """
    image = frame.to_image()
    image.thumbnail((longest, longest))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality)
    return written.getvalue()


__all__ = ["FASTEST", "Viewer", "Wish", "check_pillow", "encode_jpeg"]
