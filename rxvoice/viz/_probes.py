"""`Probes`."""

import math
from collections.abc import Callable, Sequence
from contextvars import Token
from typing import Any, Final

from reactivex import abc

from rxvoice.aio._probing import Probing, Sign, current_probes
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Stamped
from rxvoice.session import Session

from ._kept import Kept
from ._note import Note
from ._picture import Frame, Picture, picture_of_notes

_MOST_LANES: Final = 48


class Probes:
    """Takes down what `rxvoice.operators.probe` tells, and draws it.

    It watches a session, or everything that is subscribed in a ``with`` block::

        probes = Probes()
        with probes:
            await run(from_wav("call.wav").pipe(probe("in"), vad_gate(silero()), probe("out")))
        probes  # in a notebook: the picture

    Begin to watch before the streams are subscribed. What is kept is bounded: when there is more,
    the oldest is forgotten, and pictures say so.

    Args:
        limit: How many items, ends and subscriptions each lane keeps.
        audio: How many bytes of samples each lane keeps; 32 MB are 17 minutes at 16 kHz.

    Raises:
        ValueError: When a limit is not positive.
    """

    def __init__(self, *, limit: int = 60_000, audio: int = 32_000_000) -> None:
        if limit < 1 or audio < 1:
            raise ValueError(f"limits must be positive, got {limit} and {audio}")
        self._limit = limit
        self._audio = audio
        self._clock: LoopScheduler | None = None
        self._lanes: dict[str, Kept] = {}
        self._left_out: set[str] = set()
        self._tokens: list[Token[Probing | None]] = []

    def watch(self, session: Session | LoopScheduler, /) -> None:
        """Take down what is subscribed in a session from now on, on its clock."""
        self._clock = session.scheduler if isinstance(session, Session) else session
        self._clock.probes = self

    def __enter__(self) -> "Probes":
        self._tokens.append(current_probes.set(self))
        return self

    def __exit__(self, *error: object) -> None:
        current_probes.reset(self._tokens.pop())

    @property
    def now(self) -> float:
        """Seconds on the session's clock; 0 before anything was subscribed."""
        return 0.0 if self._clock is None else self._clock.now_seconds

    @property
    def names(self) -> list[str]:
        """The lanes, in the order in which their probes were made."""
        return sorted(self._lanes, key=lambda name: self._lanes[name].order)

    def items(self, name: str) -> list[Stamped]:
        """Return what came by in a lane, as far as it is kept.

        Raises:
            KeyError: When nothing of that name was subscribed.
        """
        return [Stamped(note.at, note.item) for note in self._lanes[name].notes if not note.sign]

    def dropped(self, name: str) -> int:
        """Return how many items, ends and subscriptions of a lane were forgotten."""
        return self._lanes[name].dropped

    def lane(
        self, name: str, order: int, scheduler: abc.SchedulerBase | None
    ) -> Callable[[Sign, Any], None]:
        """Begin a segment; for `rxvoice.operators.probe`."""
        if self._clock is None:
            self._clock = loop_scheduler(scheduler)
        kept = self._lanes.get(name)
        if kept is None:
            if len(self._lanes) >= _MOST_LANES:
                self._left_out.add(name[:80])
                return lambda sign, item: None
            kept = self._lanes[name] = Kept(order, self._limit, self._audio)
        kept.order = min(kept.order, order)
        return kept.teller(self._clock)

    def notes(self, since: float = -math.inf) -> dict[str, Sequence[Note]]:
        """Return what is kept from an instant on, by lane, in order; and audio still heard then."""
        return {name: self._lanes[name].since(since) for name in self.names}

    def after(self, seen: dict[str, int]) -> dict[str, Sequence[Note]]:
        """Return what was told since the last time, by lane, in order.

        Args:
            seen: How many notes of each lane are known; is brought up to date.
        """
        new: dict[str, Sequence[Note]] = {
            name: kept.after(seen.get(name, 0)) for name, kept in self._lanes.items()
        }
        seen |= {name: kept.count for name, kept in self._lanes.items()}
        return new

    def picture(
        self,
        *,
        title: str = "Probes",
        width: float = 1080.0,
        row: float | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> Picture:
        """Draw what has happened so far; see `rxvoice.viz.picture`."""
        frame = Frame(title, width, row, start, end)
        notes = self.notes(-math.inf if start is None else start)
        return picture_of_notes(notes, frame, left_out=self.left_out)

    @property
    def left_out(self) -> str:
        """What is not kept, in words."""
        lanes = list(self._lanes.items())
        told = [f"{each.dropped} earlier in {n}" for n, each in lanes if each.dropped]
        if self._left_out:
            told.append(f"{len(self._left_out)} more lanes")
        return ", ".join(told)

    def svg(self, *, title: str = "Probes", width: float = 1080.0) -> str:
        """Draw what has happened so far as SVG that stands alone."""
        return self.picture(title=title, width=width).svg

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.picture().bundle


__all__ = ["Probes"]
