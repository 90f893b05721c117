"""The records of a tape, read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ._decode import Decoder
from ._framing import bodies, learn
from ._kinds import MOMENTS, Kind
from ._varint import get


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        kind: What it tells.
        at: Seconds on the session's clock; of the moment, for what happens in one.
        number: Of the edge or the outlet; for a timer the moment in which it was made.
        value: The item, the error or what else belongs to it; for a timer, which one of those that
            were set in that moment it is, whether it belongs to a sink, and when it was due in
            seconds on the session's clock, None on tapes that do not say. For timers that were
            set, in the moment of that number, when they were due.
    """

    kind: Kind
    at: float
    number: int = 0
    value: Any = None


class Reader:
    """Understands records one by one; those of kinds that it does not know are passed over."""

    def __init__(self) -> None:
        self._opened = 0
        self._decoder = Decoder()
        self._micros = 0
        self._index = -1

    def read(self, block: bytes) -> list[Record]:
        """Return the records of a block."""
        records = (self._record(kind, body) for kind, body in bodies(block))
        return [record for record in records if record is not None]

    def _record(self, number: int, body: bytes) -> Record | None:
        if number not in _KINDS:
            return None
        kind, place = Kind(number), 0
        if kind in MOMENTS:
            delta, place = get(body, place)
            self._micros += delta
            self._index += 1
        at = self._micros / 1e6
        match kind:
            case Kind.CLASS:
                learn(self._decoder, body)
                return None
            case Kind.HEADER | Kind.NOTE | Kind.END:
                return Record(kind, at, value=self._decoder.get(body, place)[0])
            case Kind.TIMER:
                back, place = get(body, place)
                made, place = get(body, place)
                aside, place = get(body, place)
                late = get(body, place)[0] if place < len(body) else None
                due = None if late is None else (self._micros - late) / 1e6
                return Record(kind, at, self._index - back, (made, aside == 1, due))
            case Kind.SET:
                return Record(kind, at, self._index, tuple(self._dues(body)))
            case _:
                number, place = get(body, place)
                value = self._decoder.get(body, place)[0] if place < len(body) else None
                self._check(kind, number, value)
                return Record(kind, at, number, value)

    def _dues(self, body: bytes) -> Iterator[float]:
        place = 0
        while place < len(body):
            delay, place = get(body, place)
            yield (self._micros + delay) / 1e6

    def _check(self, kind: Kind, number: int, value: Any) -> None:
        """See that replaying it makes sense; raise otherwise."""
        if kind == Kind.EDGE:
            self._opened += 1
            if not isinstance(value, str):
                raise TypeError("an edge has no name")
        elif kind in EDGES and number >= self._opened:
            raise IndexError("an edge was not opened")
        if kind in ERRORS and not isinstance(value, Exception):
            raise TypeError("an error is none")


EDGES = frozenset({Kind.NEXT, Kind.ERROR, Kind.DONE, Kind.SYNC, Kind.SYNC_ERROR, Kind.SYNC_DONE})
ERRORS = frozenset({Kind.ERROR, Kind.SYNC_ERROR, Kind.OUT_ERROR})
_KINDS = frozenset(int(kind) for kind in Kind)

__all__ = ["Reader", "Record"]
