"""`live`: a stream that a notebook runs and draws."""

import asyncio
import logging
import uuid
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Final, TypeVar

from reactivex import Observable

from rxvoice.aio import in_thread
from rxvoice.operators import probe
from rxvoice.reports import plain
from rxvoice.session import Session, Sink

from ._live_sound import LiveSound
from ._note import Note
from ._notebook import Shown, cell_name, show
from ._page import SOUND, page
from ._picture import Frame, picture_of_notes
from ._probes import Probes

A = TypeVar("A")
_LEAST_PAUSE: Final = 3.0  # how many times as long as drawing takes nothing is drawn

logger = logging.getLogger(__name__)
_running: "dict[str, Live]" = {}  # by name; what a new one replaces


class Live:
    """A stream that runs in a notebook; made by `live`.

    Awaiting it waits for the end of the stream, and raises what it failed with. A cell that is
    interrupted while it waits stops the stream.

    Attributes:
        probes: What its probes told; draw it again with ``probes.picture()``.
        name: As given, else of the cell.
    """

    def __init__(self, name: str, title: str, every: float, window: float) -> None:
        self.name: str = name
        self.probes: Probes = Probes()
        self._title = title
        self._key = uuid.uuid4().hex  # other notebooks may be on the same page
        self._every = every
        self._window = window
        self._show = show()
        self._task: asyncio.Task[None] | None = None
        self._state = "stopped"
        self._over = False  # all of it has been shown
        self._sound = LiveSound()

    def start(
        self, stream: Observable[A], sinks: tuple[Sink[A], ...], former: "Live | None"
    ) -> None:
        """Run the stream when the former one has ended."""
        self._show(self._picture("begins", {}, Frame(self._title)))
        work = self._run(stream, sinks, former)
        self._task = asyncio.get_running_loop().create_task(work, name=f"live {self.name}")
        self._task.add_done_callback(self._finish)

    @property
    def is_running(self) -> bool:
        """Whether the stream has not ended."""
        return self._task is not None and not self._task.done()

    def stop(self) -> None:
        """Unsubscribe. The picture stays."""
        if self._task is not None:
            self._task.cancel()

    def __await__(self) -> Generator[Any, None, None]:
        if self._task is not None:
            yield from self._task

    async def ended(self) -> None:
        """Wait until everything is closed, however it ended."""
        if self._task is not None and self._task.get_loop() is asyncio.get_running_loop():
            await asyncio.wait([self._task])

    async def _run(
        self, stream: Observable[A], sinks: tuple[Sink[A], ...], former: "Live | None"
    ) -> None:
        if former is not None:
            former.stop()
            await former.ended()
        try:
            await self._play(stream, sinks)
        finally:
            shown = await in_thread(self._whole, self.probes.notes())
            self._over = True
            self._show(shown)

    async def _play(self, stream: Observable[A], sinks: tuple[Sink[A], ...]) -> None:
        async with Session(name=self.name) as session:
            self.probes.watch(session)
            drawing = session.scope.spawn(self._draw, name="live picture")
            try:
                await session.run(stream.pipe(probe("out")), *sinks)
                self._state = "ended"
            except Exception as error:
                self._state = f"failed: {type(error).__name__}"
                raise
            finally:
                session.scope.end(drawing)

    def _finish(self, task: "asyncio.Task[None]") -> None:
        """Show what was not shown because it was stopped again; tell of a failure."""
        if _running.get(self.name) is self:
            del _running[self.name]
        if not self._over:
            self._show(self._whole(self.probes.notes()))
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("a stream that a notebook draws has failed: %s", type(error).__name__)

    async def _draw(self) -> None:
        loop = asyncio.get_running_loop()
        seen: dict[str, int] = {}
        while True:
            began = loop.time()
            now = self.probes.now
            start = max(0.0, now - self._window)
            frame = Frame(self._title, start=start, end=now)
            notes, new = self.probes.notes(start), self.probes.after(seen)
            self._show(await in_thread(self._picture, "running", notes, frame, new))
            await asyncio.sleep(max(self._every, (loop.time() - began) * _LEAST_PAUSE))

    def _whole(self, notes: Mapping[str, Sequence[Note]]) -> Shown:
        return self._picture(self._state, notes, Frame(self._title))

    def _picture(
        self,
        state: str,
        notes: Mapping[str, Sequence[Note]],
        frame: Frame,
        new: Mapping[str, Sequence[Note]] | None = None,
    ) -> Shown:
        drawn = picture_of_notes(notes, frame, left_out=self.probes.left_out)
        running = state == "running"
        text = page(
            drawn,
            sound=0 if running else SOUND,
            live=self._key,
            state=state,
            still=not running,
            pieces=self._sound.bring(new or {}, frame.start or 0.0) if running else (),
        )
        names = ", ".join(self.probes.names)
        return Shown(text, f"{plain(self._title)} ({state}): {names}")


def live(
    stream: Observable[A],
    /,
    *sinks: Sink[A],
    name: str | None = None,
    title: str = "",
    every: float = 0.4,
    window: float = 60.0,
) -> Live:
    """Run a stream in a notebook's cell and draw what its probes tell, as it happens.

    It runs in a session of its own, beside the cells that follow; ``await live(…)`` waits for its
    end. Lanes are what `rxvoice.operators.probe` names, and ``out``, what comes out of the stream.
    Running the cell again ends and closes what it had started, before the stream is subscribed
    anew; so does another cell that gives the same name. When the stream has ended, the whole
    picture stands in the notebook, with its audio.

    Args:
        stream: The whole pipe.
        sinks: Each gets every item, as in `rxvoice.run`.
        name: What a later call of the same name replaces; by default the cell.
        title: Stands above the picture; by default the name.
        every: Least seconds between two pictures.
        window: How many of the last seconds are drawn while it runs.

    Returns:
        What runs.

    Raises:
        RuntimeError: When there is no notebook or no event loop.
        ValueError: When `every` or `window` is not positive.
    """
    if every <= 0.0 or window <= 0.0:
        raise ValueError(f"every and window must be positive, got {every} and {window}")
    key = name or cell_name()
    made = Live(key, title or name or "Live", every, window)
    former, _running[key] = _running.get(key), made
    made.start(stream, sinks, former)
    return made


__all__ = ["Live", "live"]
