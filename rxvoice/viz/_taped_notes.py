"""What happened on a tape."""

from typing import TYPE_CHECKING, Final

from rxvoice.reports import plain

from ._note import Note

if TYPE_CHECKING:
    from rxvoice.tape import Tape

_ITEMS: Final = {"NEXT", "SYNC"}
_ERRORS: Final = {"ERROR", "SYNC_ERROR"}
_ENDS: Final = {"DONE", "SYNC_DONE"}


def notes_of_tape(tape: "Tape") -> dict[str, list[Note]]:
    """Return what entered the session, a lane for each edge, and then what left it.

    Edges of the same name share a lane; each of them is a segment, which lasts from its first
    item to its last.
    """
    edges = tape.edges
    entered: dict[str, list[Note]] = {}
    left: dict[str, list[Note]] = {}
    opened = 0
    for record in tape.records:
        kind, number = record.kind.name, record.number
        if kind == "EDGE":
            name = f"in: {plain(str(record.value))}"
            entered.setdefault(name, []).append(Note(record.at, opened, "^", None))
            opened += 1
        elif kind in _ITEMS | _ERRORS | _ENDS and number < len(edges):
            sign = "" if kind in _ITEMS else "#" if kind in _ERRORS else "|"
            note = Note(record.at, number, sign, record.value)
            entered[f"in: {plain(edges[number][0])}"].append(note)
        elif kind.startswith(("OUT", "STRAY", "LEFT", "LEAVE")):
            sign = {"OUT": "", "STRAY": "", "OUT_DONE": "|", "OUT_ERROR": "#"}.get(kind, "!")
            name = "out" if number == 0 else f"out {number + 1}"
            left.setdefault(name, []).append(Note(record.at, number, sign, record.value))
    return entered | left


__all__ = ["notes_of_tape"]
