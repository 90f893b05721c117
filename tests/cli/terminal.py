"""A terminal in memory: understands what the live view sends, and complains about anything else."""

import io
import re

from rxvoice.cli._cells import cells

_PIECE = re.compile(r"\x1b\[(\d*)([A-Za-z])|([\r\n])|([^\x00-\x1f\x7f-\x9f]+)|(.)", re.DOTALL)


class Terminal(io.StringIO):
    """A terminal without a bottom; lines wrap at its width.

    Attributes:
        writes: What was written, one piece a call.
    """

    def __init__(self, columns: int = 80) -> None:
        super().__init__()
        self.columns = columns
        self.writes: list[str] = []
        self.rows: list[str] = [""]
        self.row = 0
        self.column = 0

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self.writes.append(text)
        for count, code, control, plain, unknown in _PIECE.findall(text):
            assert not unknown, f"unknown control character {unknown!r}"
            if code == "A":
                self.row -= int(count or 1)
                assert self.row >= 0, "the cursor left the screen"
            elif code == "K":
                self.rows[self.row] = self.rows[self.row][: self.column]
            elif code == "J":
                self.rows[self.row] = self.rows[self.row][: self.column]
                del self.rows[self.row + 1 :]
            elif code:
                assert code == "m", f"unknown code {code!r}"
            elif control == "\r":
                self.column = 0
            elif control == "\n":
                self.row += 1
                self.column = 0
                self.rows += [""] * (self.row + 1 - len(self.rows))
            else:
                line = self.rows[self.row]
                assert cells(line[: self.column]) + cells(plain) <= self.columns, "the line wraps"
                self.rows[self.row] = line[: self.column] + plain + line[self.column + len(plain) :]
                self.column += len(plain)
        return len(text)

    @property
    def lines(self) -> list[str]:
        """What is to be seen, without blanks at the ends of lines."""
        return [row.rstrip() for row in self.rows]
