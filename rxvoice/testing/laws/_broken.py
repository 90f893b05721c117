"""A law that was broken, and how that is shown."""

from collections.abc import Mapping, Sequence

from rxvoice.testing._notation import microseconds
from rxvoice.testing._notifications import MarbleError, Notification, OnCompleted, OnNext
from rxvoice.testing.strategies._letters import Letters
from rxvoice.testing.strategies._rows import Row
from rxvoice.testing.strategies._timeline import picture

from ._case import Case, Log


class LawBroken(AssertionError):
    """An operator does not keep a law.

    Attributes:
        law: Name of the law.
        reason: What is wrong, without the diagram.
    """

    def __init__(self, law: str, reason: str, diagram: str) -> None:
        super().__init__(f"{law}: {reason}\n\n{diagram}")
        self.law = law
        self.reason = reason


def broken(
    law: str,
    reason: str,
    case: Case,
    logs: Mapping[str, Log] | None = None,
    windows: Mapping[str, tuple[float, float | None]] | None = None,
) -> LawBroken:
    """Make the error that shows a case and what came of it as diagrams below each other.

    Args:
        law: Name of the law.
        reason: What is wrong.
        case: The case.
        logs: What came out, by name of the row.
        windows: When something was subscribed and unsubscribed, by name of the row.
    """
    letters = Letters()
    column = microseconds(case.source.tick)
    rows: dict[str, Row] = case.rows(letters)
    for name, log in (logs or {}).items():
        rows[name] = [(microseconds(at) // column, _token(note, letters)) for at, note in log]
    for name, (began, ended) in (windows or {}).items():
        row = [(microseconds(began) // column, "^")]
        if ended is not None:
            row.append((microseconds(ended) // column, "!"))
        rows[name] = row
    lines = picture(rows, case.source.tick, letters)
    return LawBroken(law, reason, "\n".join([*lines, *_errors(logs or {})]))


def _token(note: Notification, letters: Letters) -> str:
    if isinstance(note, OnNext):
        return letters.of(note.value)
    return "|" if isinstance(note, OnCompleted) else "#"


def _errors(logs: Mapping[str, Sequence[tuple[float, Notification]]]) -> list[str]:
    """Explain every ``#`` that is not the source's."""
    found: list[str] = []
    for name, log in logs.items():
        for _, note in log:
            error = getattr(note, "error", None)
            if error is not None and not isinstance(error, MarbleError):
                found.append(f"# in {name} = {error!r}")
    return found


__all__ = ["LawBroken", "broken"]
