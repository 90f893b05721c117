"""What probes keep of a lane."""

import itertools
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from rxvoice.aio._probing import Sign
from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame

from ._look import CLOSED, LASTING, look
from ._note import Note, Playing

_MOST_BARS: Final = 1_000


@dataclass(slots=True)
class Kept:
    """What is kept of a lane; when there is more, the oldest is forgotten.

    Attributes:
        order: Tells which probe was made first.
        limit: How many notes are kept.
        most: How many bytes of samples are kept.
        notes: In order.
        dropped: How many were forgotten.
        segments: How many subscriptions there were.
        open: How those began that are not over.
        audio: How many bytes of samples there are.
        until: When the last audio has been heard, in seconds.
        bars: What began whatever lasts, by its name.
        lasted: When what has ended did, and what began it.
    """

    order: int
    limit: int
    most: int
    notes: deque[Note] = field(default_factory=deque[Note])
    dropped: int = 0
    segments: int = 0
    open: dict[int, Note] = field(default_factory=dict[int, Note])
    audio: int = 0
    until: float = -math.inf
    bars: dict[str, Note] = field(default_factory=dict[str, Note])
    lasted: deque[tuple[float, Note]] = field(
        default_factory=lambda: deque[tuple[float, Note]](maxlen=_MOST_BARS)
    )

    @property
    def count(self) -> int:
        """How many notes there were ever."""
        return self.dropped + len(self.notes)

    def teller(self, clock: LoopScheduler) -> Callable[[Sign, Any], None]:
        """Begin a subscription; what is returned takes down what happens in it."""
        segment, self.segments = self.segments, self.segments + 1
        notes, limit, most = self.notes, self.limit, self.most
        playing = Playing()

        def tell(sign: Sign, item: Any) -> None:
            at = clock.now_seconds
            kind: type = item.__class__
            if kind is AudioFrame:
                notes.append(Note(at, segment, "", item, playing.place(at, item)))
                self.audio += item.samples.nbytes
                if playing.end > self.until:
                    self.until = playing.end
            else:
                note = Note(at, segment, "" if sign == "next" else sign, item)
                notes.append(note)
                if sign == "^":
                    self.open[segment] = note
                elif sign != "next":
                    self.open.pop(segment, None)
                elif kind in LASTING:
                    self._bar(note)
            while len(notes) > limit or self.audio > most:
                oldest = notes.popleft()
                self.dropped += 1
                if type(oldest.item) is AudioFrame:
                    self.audio -= oldest.item.samples.nbytes

        return tell

    def _bar(self, note: Note) -> None:
        seen = look(note.item)
        if seen.kind == "open":
            self.bars[seen.bar] = note
            return
        kind: type = note.item.__class__
        for name in CLOSED.get(kind, (seen.bar,)):
            if name in self.bars:
                self.lasted.append((note.at, self.bars.pop(name)))

    def since(self, start: float) -> list[Note]:
        """Return what happened from an instant on, in order.

        That is also what had begun before and lasts: subscriptions, audio, and whatever is drawn
        as a bar. All of it, from ``-math.inf`` on, may be asked for in another thread.
        """
        notes = list(self.notes) if start == -math.inf else self.notes
        found: list[Note] = []
        for note in reversed(notes):
            if note.at < start:
                if self.until <= start or (note.heard is not None and note.until <= start):
                    break
                if note.heard is None and not note.sign:
                    continue
            found.append(note)
        begun = {note.segment for note in found if note.sign == "^"}
        before = [note for note in list(self.open.values()) if note.segment not in begun]
        bars = [note for at, note in list(self.lasted) if at >= start] + list(self.bars.values())
        before += [note for note in bars if note.at < start]
        return [*sorted(before, key=lambda note: note.at), *found[::-1]]

    def after(self, count: int) -> list[Note]:
        """Return what followed the first so many notes, in order, as far as it is kept."""
        return list(itertools.islice(reversed(self.notes), self.count - count))[::-1]


__all__ = ["Kept"]
