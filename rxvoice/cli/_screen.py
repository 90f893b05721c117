"""A terminal on which lines scroll by above a few that are redrawn in place."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from ._cells import cells, head

_USUAL_WIDTH: Final = 80

Styled = tuple[str, str]
"""A text and the ANSI codes of its colour, such as ``"32"``; empty for none."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is drawn with."""

    speaking: str = "●"
    silent: str = "○"
    done: str = "━"
    left: str = "─"
    ellipsis: str = "…"
    dash: str = "—"
    levels: str = " ▁▂▃▄▅▆▇"


_ASCII: Final = Signs("*", " ", "=", "-", "...", "--", " ._-=+*#")


class Screen:
    """Writes lines to a stream, and on a terminal keeps status lines below them.

    A stream that cannot be written to any more (a closed pipe) is left alone from then on.

    Args:
        stream: Where to write.
        width: Cells of a line; by default what the terminal says each time.
    """

    def __init__(self, stream: TextIO, width: int | None) -> None:
        self._stream = stream
        self._width = width
        self._drawn: list[int] = []
        self._is_lost = False
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self.is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._has_colour = self.is_terminal and not os.environ.get("NO_COLOR")
        self.signs = Signs() if self._can_show(Signs()) else _ASCII

    @property
    def is_drawn(self) -> bool:
        """Whether status lines stand on the terminal."""
        return bool(self._drawn) and not self._is_lost

    @property
    def is_lost(self) -> bool:
        """Whether the stream cannot be written to any more."""
        return self._is_lost

    @property
    def width(self) -> int:
        """Cells that a line may fill; the last column stays free, for terminals that wrap early."""
        return max(1, self._columns() - 1)

    @property
    def height(self) -> int:
        """Status lines that fit on the terminal; any number where that is not known."""
        try:
            return os.get_terminal_size(self._stream.fileno()).lines or sys.maxsize
        except (OSError, ValueError):
            return sys.maxsize

    def write(
        self, finished: Sequence[Sequence[Styled]], status: Sequence[Sequence[Styled]]
    ) -> None:
        """Let lines scroll by, and redraw what stands below them.

        Args:
            finished: Lines made of styled pieces; on a terminal they are cut to its width.
            status: What stands below, cut likewise; not shown when the stream is no terminal.
        """
        if not self.is_terminal:
            if finished:
                self._send("".join(f"{_plain(line)}\n" for line in finished))
            return
        lines = [f"{self._painted(_cut(line, self.width))}\x1b[K\n" for line in finished]
        status = [_cut(line, self.width) for line in status]
        below = "\x1b[K\n".join(self._painted(line) for line in status)
        self._send(f"{self._home()}{''.join(lines)}{below}\x1b[J")
        self._drawn = [cells(_plain(line)) for line in status]

    def _home(self) -> str:
        """Codes that lead to the first status line, also when the terminal became narrower."""
        columns = self._columns()
        rows = sum(max(1, -(-width // columns)) for width in self._drawn)
        return "\r" + (f"\x1b[{rows - 1}A" if rows > 1 else "")

    def _painted(self, line: Sequence[Styled]) -> str:
        if not self._has_colour:
            return _plain(line)
        return "".join(
            f"\x1b[{code}m{text}\x1b[0m" if code and text else text for text, code in line
        )

    def _send(self, text: str) -> None:
        if self._is_lost:
            return
        try:
            self._stream.write(text.encode(self._encoding, "replace").decode(self._encoding))
            self._stream.flush()
        except (OSError, ValueError):
            self._is_lost = True

    def _columns(self) -> int:
        if self._width is not None:
            return self._width
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _USUAL_WIDTH
        except (OSError, ValueError):
            return _USUAL_WIDTH

    def _can_show(self, signs: Signs) -> bool:
        try:
            f"{signs}".encode(self._encoding)
        except (UnicodeError, LookupError):
            return False
        return True


def _plain(line: Sequence[Styled]) -> str:
    return "".join(text for text, _ in line).rstrip()


def _cut(line: Sequence[Styled], width: int) -> list[Styled]:
    fitting: list[Styled] = []
    for text, code in line:
        shown = head(text, width, "")
        fitting.append((shown, code))
        width -= cells(shown)
    return fitting
