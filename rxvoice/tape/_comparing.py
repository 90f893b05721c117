"""Comparing what comes out with what the tape says."""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from rxvoice.items import Stamped

from ._canon import same_item
from ._divergence import Divergence, described
from ._kinds import MOMENTS, Kind
from ._reasons import reasons_of
from ._records import Record
from ._reduce import reduces
from ._tape import Tape
from ._timers import mistimed, shown

OUTS = (Kind.OUT, Kind.OUT_ERROR, Kind.OUT_DONE)
REASONS = 5


class Cursor:
    """A place on a tape, among what concerns a replay."""

    def __init__(self, records: Sequence[Record]) -> None:
        concern = {*MOMENTS, *OUTS, Kind.LEFT, Kind.STRAY}
        self._records = [record for record in records if record.kind in concern]
        self._place = 0

    def take(self) -> Record | None:
        """Return the record here and go on; None at the end."""
        if self.is_over:
            return None
        self._place += 1
        return self._records[self._place - 1]

    @property
    def is_over(self) -> bool:
        """Whether there is no record here."""
        return self._place == len(self._records)

    def moment(self) -> float | None:
        """Return when the next moment begins; None when there is none."""
        for place in range(self._place, len(self._records)):
            if self._records[place].kind in MOMENTS:
                return self._records[place].at
        return None

    def rest(self) -> list[Record]:
        """Return the records from here on."""
        return self._records[self._place :]

    def sees(self, *kinds: Kind) -> bool:
        """Tell whether the record here is of one of these kinds."""
        return not self.is_over and self._records[self._place].kind in kinds


class Comparing:
    """Collects what comes out and finds the first difference from the tape.

    Attributes:
        cursor: The place on the tape.
        events: What came out, for each stream.
        ended: With which error streams have ended, or None.
        divergence: The first difference.
        is_free: Whether nothing is compared any more.
        on_end: Called when the first stream has ended.
    """

    def __init__(self, tape: Tape) -> None:
        self.cursor: Cursor = Cursor(tape.records)
        self.events: defaultdict[int, list[Stamped]] = defaultdict(list)
        self.ended: dict[int, Exception | None] = {}
        self.divergence: Divergence | None = None
        self.is_free = False
        self.on_end: Callable[[], object] | None = None
        sound, redact = bool(tape.header.get("sound")), tape.header.get("redact") or ()
        _, self._show = reduces(sound=sound, redact=redact)
        self._tape = tape
        self._reasons: deque[str] = deque(maxlen=REASONS)

    def because(self, at: float) -> tuple[str, ...]:
        """Return what may be why something else comes out: not on the tape, or noticed lately."""
        return (*reasons_of(self._tape, at), *self._reasons)

    def notice(self, at: float, reason: str) -> None:
        """Remember what may explain a difference."""
        self._reasons.append(f"at {at:.3f} s {reason}")

    def out(self, record: Record) -> None:
        """Take what came out."""
        if record.kind == Kind.OUT:
            self.events[record.number].append(Stamped(record.at, record.value))
        else:
            self.ended[record.number] = record.value
            if record.number == 0 and self.on_end is not None:
                self.on_end()
        torn = self.cursor.is_over and not self._tape.is_complete  # in the midst of this moment
        if self.is_free or torn:
            return
        if not self.cursor.sees(*OUTS):
            self._differ(record.at, None, record)
            return
        expected = self.cursor.take()
        shown = replace(record, value=self._show(record.value))
        if expected is None or not _same(expected, shown):
            self._differ(record.at, expected, shown)

    def missed(self, record: Record) -> None:
        """Hear that something on the tape did not come out."""
        if record.kind == Kind.STRAY:
            self.notice(record.at, "something entered the session that the tape did not see")
        self._differ(record.at, record, None)

    def mistimed(self, at: float, due: float, when: float, name: str) -> None:
        """Hear that a timer is set for another time than on the tape.

        Args:
            at: When that is, or when it rings, in seconds on the session's clock, as the next two.
            due: For when it was set on the tape.
            when: For when it was set now.
            name: Of the function that it runs; empty when that says nothing.
        """
        self.notice(at, mistimed(due, when, name))
        if self.divergence is None:
            was, now = f"a timer for {shown(due)}", f"a timer for {shown(when)}"
            self.divergence = Divergence(at, was, now, self.because(at))

    def _differ(self, at: float, recorded: Record | None, replayed: Record | None) -> None:
        if self.divergence is None:
            self.divergence = Divergence(
                at, described(recorded), described(replayed), self.because(at)
            )


def _same(one: Record, other: Record) -> bool:
    alike = one.kind == other.kind and one.number == other.number and one.at == other.at
    return alike and same_item(one.value, other.value)


__all__ = ["Comparing", "Cursor"]
