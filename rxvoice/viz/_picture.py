"""`picture`: what happened in any streams, as SVG and as a page that can be zoomed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from rxvoice.items import Stamped

from ._measured import measured
from ._note import Note
from ._strip import Strip
from ._strip_svg import Frame, strips_svg

if TYPE_CHECKING:
    from rxvoice.tape import Tape

    from ._probes import Probes

Drawable: TypeAlias = (
    "Probes | Tape | str | Path | Sequence[Stamped] | Mapping[str, Sequence[Stamped]]"
)
"""What `picture` draws."""


@dataclass(frozen=True)
class Picture:
    """A picture of streams. Notebooks show it; where there are scripts, it can be zoomed.

    Attributes:
        strips: Its lanes.
        frame: Its title, width and times.
        left_out: What is missing, in words.
    """

    strips: tuple[Strip, ...]
    frame: Frame
    left_out: str = ""

    @cached_property
    def svg(self) -> str:
        """The picture as SVG that stands alone, without script."""
        return strips_svg(self.strips, self.frame, self.left_out)

    @cached_property
    def html(self) -> str:
        """The picture as HTML that stands alone: zoom, scroll, hover, click to hear audio."""
        from ._page import page

        return page(self)

    def save(self, path: str | Path, /) -> None:
        """Write the picture to a file, as HTML or as SVG.

        Raises:
            ValueError: When the name ends neither in ``.html`` nor in ``.svg``.
        """
        file = Path(path)
        if file.suffix not in (".html", ".svg"):
            raise ValueError(f"path must end in .html or .svg, got {file.name}")
        if file.suffix == ".svg":
            text = self.svg
        else:
            text = f'<!doctype html>\n<meta charset="utf-8">\n{self.html}'
        file.write_text(text, encoding="utf-8", newline="\n")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.bundle

    @property
    def bundle(self) -> dict[str, str]:
        """What notebooks show, by media type; the HTML holds the SVG, too."""
        names = ", ".join(strip.name for strip in self.strips)
        return {"text/html": self.html, "text/plain": f"{self.frame.title}: {names}"}


def picture(
    source: Drawable,
    /,
    *,
    title: str = "Streams",
    width: float = 1080.0,
    row: float | None = None,
    start: float | None = None,
    end: float | None = None,
) -> Picture:
    """Draw streams as lanes of marbles on the session's clock.

    Audio is drawn by its loudness, what has a beginning and an end as a bar, everything else as a
    dot with its text. A lane begins with a dot where it is subscribed and ends in a bar
    (completed), a cross (failed) or a red stroke (unsubscribed). A stream that carries very
    different items, as that of a whole agent does, gets a lane for each kind.

    Args:
        source: What probes told, a tape or where it is, the stamped events of a session, or
            several streams by their names. Of a tape, what entered the session is drawn above what
            left it.
        title: Stands above the picture.
        width: Of the SVG in pixels, at least 480.
        row: Seconds in a row of the SVG; by default so that there are few rows.
        start: Seconds at which the picture begins; by default 0, or the first item if sooner.
        end: Seconds at which it ends; by default the last thing that happened.

    Returns:
        The picture, which notebooks show.

    Raises:
        ValueError: When an argument is out of range, or a time is not finite.
        rxvoice.tape.TapeError: When the file is no tape.
        OSError: When it cannot be read.
    """
    from rxvoice.tape import Tape, read_tape

    from ._probes import Probes
    from ._taped_notes import notes_of_tape

    frame = Frame(title, width, row, start, end)
    if isinstance(source, Probes):
        return source.picture(title=title, width=width, row=row, start=start, end=end)
    if isinstance(source, str | Path):
        source = read_tape(source)
    if isinstance(source, Tape):
        return picture_of_notes(notes_of_tape(source), frame)
    lanes = source if isinstance(source, Mapping) else {"events": source}
    lanes = cast("Mapping[str, Sequence[Stamped]]", lanes)
    notes = {
        name: [Note(event.at, 0, "", event.item) for event in events]
        for name, events in lanes.items()
    }
    return picture_of_notes(notes, frame)


def picture_of_notes(
    lanes: Mapping[str, Sequence[Note]], frame: Frame, *, left_out: str = ""
) -> Picture:
    """Draw notes; see `picture`."""
    times = [note.at for notes in lanes.values() for note in notes]
    for at in times:
        if not math.isfinite(at):
            raise ValueError(f"times must be finite, got {at}")
    first, last = min(times, default=0.0), max(times, default=0.0)
    start = min(0.0, first) if frame.start is None else frame.start
    strips, last = measured(lanes, start, last if frame.end is None else frame.end)
    end = last if frame.end is None else frame.end
    return Picture(tuple(strips), frame.between(start, max(end, start)), left_out)


__all__ = ["Drawable", "Frame", "Picture", "picture", "picture_of_notes"]
