"""Markdown as a voice says it."""

import re
from typing import Final, Literal, TypeAlias

from rxvoice.items import Token
from rxvoice.operators._markdown_inline import SIGNS, Place, read
from rxvoice.operators._markdown_line import Line, begins

Code: TypeAlias = Literal["unspoken", "drop", "speak"]

_RULED: Final = re.compile(r"[ \t|:-]+")
_BLANKS: Final = re.compile(r"\s")
_CELL: Final = re.compile(r"(?<!\\)\|")


class Markdown:
    """Takes the marks out of Markdown, whatever the pieces it comes in.

    Args:
        code: What becomes of blocks of code.
        tables: Whether tables are read.
        inline: Whether the text is within a line.
    """

    def __init__(self, *, code: Code, tables: bool, inline: bool = False) -> None:
        self._code: Code = code
        self._tables = tables
        self._inline = inline
        self._reset()

    def feed(self, text: str) -> list[str | Token]:
        """Take a piece and return what is certain."""
        if not (self._held or self._begins or self._fence or SIGNS.search(text)):
            if text:
                self._note(text)
            return [text] if text else []
        self._held += text
        self._read(final=False)
        return self._told()

    def flush(self) -> list[str | Token]:
        """Return what is left, and begin anew."""
        self._read(final=True)
        told = self._told()
        self._reset()
        return told

    def _reset(self) -> None:
        self._held = ""
        self._out: list[str | Token] = []
        self._tail = ""  # the last two characters that were said
        self._before = ""  # the character before what is held
        self._word = ""  # what was said of the line, at least since the last blank
        self._begins = not self._inline  # whether a line begins
        self._heading = False
        self._open: list[str] = []
        self._fence = ""
        self._in_line = False  # whether a line of code has begun

    def _told(self) -> list[str | Token]:
        told, self._out = self._out, []
        if len(told) < 2 or not all(isinstance(item, str) for item in told):
            return told
        return ["".join(item for item in told if isinstance(item, str))]

    def _read(self, *, final: bool) -> None:
        while self._held:
            if self._fence:
                more = self._block(final=final)
            elif self._begins:
                more = self._line(final=final)
            else:
                more = self._marks(final=final)
            if not more:
                return

    def _say(self, text: str) -> None:
        if text:
            self._out.append(text)
            self._note(text)

    def _note(self, text: str) -> None:
        self._tail = text[-2:] if len(text) > 1 else (self._tail + text)[-2:]
        self._before = text[-1]
        self._word += text

    def _is_address(self) -> bool:
        """Whether what was said last is the address of a page, or the beginning of one."""
        self._word = _BLANKS.split(self._word)[-1]
        return "://" in self._word

    def _gap(self) -> None:
        """See to it that what comes next is a sentence of its own."""
        if self._tail and self._tail != "\n\n":
            self._say("\n" if self._tail[-1] == "\n" else "\n\n")

    def _line(self, *, final: bool) -> bool:
        line = begins(self._held, final=final)
        if line is None:
            return False
        rest = self._held[line.end :]
        if line.kind == "text":
            self._begins, self._before = False, ""
            return True
        if line.kind == "table":
            self._row(self._held[: line.end])
        elif line.kind == "fence":
            self._open_fence(line)
        elif line.kind in ("heading", "item"):
            self._gap()
            self._begins, self._before, self._heading = False, "", line.kind == "heading"
        elif line.kind == "rule":
            self._gap()
        elif line.kind == "blank":
            self._say(self._held[: line.end + 1])
            self._open.clear()
            rest = rest[1:]
        self._held = rest
        return True

    def _row(self, row: str) -> None:
        if self._tables and not _RULED.fullmatch(row.strip()):
            inline = Markdown(code=self._code, tables=False, inline=True)
            cells: list[str] = []
            for cell in _CELL.split(row.strip().strip("|")):
                said = [*inline.feed(cell.strip()), *inline.flush()]
                cells.append("".join(item for item in said if isinstance(item, str)))
            self._gap()
            self._say(", ".join(filter(None, cells)))
        self._gap()

    def _open_fence(self, line: Line) -> None:
        if self._code == "unspoken":
            self._tell(self._held[: line.end])
        else:
            self._gap()
        self._fence = line.fence

    def _block(self, *, final: bool) -> bool:
        """Read a line of code, or what there is of it where it cannot close the block."""
        end = self._held.find("\n") + 1
        line = self._held[: end or len(self._held)]
        sign = self._fence[0]
        if not self._in_line and not line.strip(" \t\n" + sign):
            if not end and not final:
                return False
            if line.count(sign) >= len(self._fence):
                self._fence = ""
                if self._code == "unspoken":
                    self._tell(line)
                else:
                    self._gap()
                self._held = self._held[len(line) :]
                return True
        if self._code == "unspoken":
            self._tell(line)
        elif self._code == "speak":
            self._say(line)
        self._in_line = not end
        self._held = self._held[len(line) :]
        return True

    def _tell(self, text: str) -> None:
        """Pass on what is not spoken."""
        self._out.append(Token(text, spoken=False))
        self._tail, self._before = text[-2:], text[-1]

    def _marks(self, *, final: bool) -> bool:
        found = SIGNS.search(self._held)
        self._say(self._held[: found.start()] if found else self._held)
        self._held = self._held[found.start() :] if found else ""
        if not found:
            return False
        if found[0] == "\n":
            self._end_line()
            return True
        address = found[0] in "_~-=#+" and self._is_address()
        place = Place(self._held, 0, self._before, final, address, self._open)
        spoken = read(place)
        if spoken is None:
            return False
        self._before = self._held[spoken.end - 1]
        self._held = self._held[spoken.end :]
        if spoken.marked:
            inline = Markdown(code=self._code, tables=False, inline=True)
            for item in [*inline.feed(spoken.text), *inline.flush()]:
                self._say(item if isinstance(item, str) else item.text)
        else:
            self._say(spoken.text)
        return True

    def _end_line(self) -> None:
        self._held = self._held[1:]
        self._begins, self._word = True, ""
        self._say("\n\n" if self._heading else "\n")
        self._heading = False


__all__ = ["Code", "Markdown"]
