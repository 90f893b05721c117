"""Who looks at which pictures."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final, Literal

from rxvoice.items import ImageFrame

from ._pictures import Viewer, Wish

Source = Literal["camera", "screen"]
"""What the far end shows."""

_PLACES: Final[dict[Source, int]] = {"camera": 0, "screen": 1}


class Gallery:
    """Brings the pictures of each track to those who want them.

    Args:
        decode: Is told of a track, counted from 0 among those with pictures, whether its pictures
            are wanted.
    """

    def __init__(self, decode: Callable[[int, bool], None]) -> None:
        self._decode = decode
        self._viewers: dict[int, list[Viewer]] = {0: [], 1: []}
        self._off: set[int] = set()

    def see(self, place: int, frame: Any, pts: float) -> None:
        """Take a picture of a track."""
        if place not in self._off:
            for viewer in self._viewers.get(place, ()):
                viewer.see(frame, pts)

    def switch(self, place: int, on: bool) -> None:
        """Note that the far end has switched a track on or off."""
        if on:
            self._off.discard(place)
        elif place in self._viewers:
            self._off.add(place)

    def renew(self) -> None:
        """Tell of all tracks again which are wanted."""
        for place, viewers in self._viewers.items():
            self._decode(place, bool(viewers))

    async def look(
        self, source: Source, wish: Wish, clock: Callable[[], float]
    ) -> AsyncIterator[ImageFrame]:
        """Return the pictures of one source for as long as somebody reads them."""
        place = _PLACES[source]
        viewer = Viewer(wish)
        self._viewers[place].append(viewer)
        self.renew()
        try:
            async for picture in viewer.pictures(clock):
                yield picture
        finally:
            self._viewers[place].remove(viewer)
            self.renew()

    def close(self) -> None:
        """End all streams of pictures."""
        for viewers in self._viewers.values():
            for viewer in viewers:
                viewer.close()


__all__ = ["Gallery", "Source"]
