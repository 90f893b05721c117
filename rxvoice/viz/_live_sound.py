"""The audio of a live picture, in pieces that its pages bring by and by."""

import base64
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import encode_mulaw

from ._note import Note
from ._page import SOUND

_LONGEST: Final = 8_000  # bytes of a piece
_SAME: Final = 1e-6  # seconds
_NEW: Final = 64_000
_AGAIN: Final = 16_000


class Piece(NamedTuple):
    """Audio of a lane.

    Attributes:
        stream: Name of the lane.
        segment: Which subscription it came in.
        heard: When it begins to be heard, in seconds.
        rate: Samples a second.
        data: μ-law, a byte a sample.
    """

    stream: str
    segment: int
    heard: float
    rate: int
    data: bytes

    @property
    def until(self) -> float:
        """When its end is heard."""
        return self.heard + len(self.data) / self.rate

    @property
    def written(self) -> list[str | int | float]:
        """It, for a page's script."""
        data = base64.b64encode(self.data).decode()
        return [self.stream, self.segment, round(self.heard, 6), self.rate, data]


class LiveSound:
    """Chooses what audio the next page brings: what is new, and some of what was there, by turns.

    The page in the browser keeps what it was brought. A notebook may leave out a page that another
    one follows at once, and may be loaded anew: after some pages it has all of the window again.

    Args:
        most: How many bytes of audio there are at most; the oldest is forgotten.
        new: How many of them a page brings at most.
        again: How many bytes it brings once more; 0 or at least 8000, which is a piece.
    """

    def __init__(self, *, most: int = SOUND, new: int = _NEW, again: int = _AGAIN) -> None:
        self._most = most
        self._new = new
        self._again = again
        self._fresh: deque[Piece] = deque()
        self._brought: deque[Piece] = deque()  # in the order in which they are brought again

    def bring(self, notes: Mapping[str, Sequence[Note]], since: float) -> list[Piece]:
        """Take what was told since the last time, and return what the next page brings.

        Args:
            notes: By the name of the lane.
            since: When the picture begins; what was heard before is forgotten.
        """
        for stream, told in notes.items():
            self._fresh += _pieces(stream, told)
        self._forget(since)
        brought, again = _taken(self._fresh, self._new), _taken(self._brought, self._again)
        self._brought += again + brought
        return brought + again

    def _forget(self, since: float) -> None:
        known = [*self._fresh, *self._brought]
        room = self._most
        for piece in sorted(known, key=lambda piece: piece.until, reverse=True):
            room -= len(piece.data)
            if room < 0:
                since = max(since, piece.until)
                break
        self._fresh = deque(piece for piece in self._fresh if piece.until > since)
        self._brought = deque(piece for piece in self._brought if piece.until > since)


def _taken(pieces: deque[Piece], room: int) -> list[Piece]:
    found: list[Piece] = []
    while pieces and len(pieces[0].data) <= room:
        room -= len(pieces[0].data)
        found.append(pieces.popleft())
    return found


def _pieces(stream: str, notes: Sequence[Note]) -> Iterator[Piece]:
    """Join frames that follow each other, and cut what is long."""
    joined: dict[int, tuple[Note, list[NDArray[np.int16]], float]] = {}
    for note in notes:
        if note.heard is None:
            continue
        first, samples, until = joined.get(note.segment, (note, [], note.heard))
        if abs(note.heard - until) > _SAME or note.item.rate != first.item.rate:
            yield from _cut(stream, first, samples)
            first, samples = note, []
        samples.append(note.item.samples)
        joined[note.segment] = first, samples, note.until
    for first, samples, _ in joined.values():
        yield from _cut(stream, first, samples)


def _cut(stream: str, first: Note, samples: Sequence[NDArray[np.int16]]) -> Iterator[Piece]:
    data, rate = encode_mulaw(np.concatenate(samples)), first.item.rate
    heard = first.at if first.heard is None else first.heard
    for start in range(0, len(data), _LONGEST):
        part = data[start : start + _LONGEST]
        yield Piece(stream, first.segment, heard + start / rate, rate, part)


__all__ = ["LiveSound", "Piece"]
