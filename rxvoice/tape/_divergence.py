"""Where a replay is not what was recorded."""

from dataclasses import dataclass

from ._kinds import Kind
from ._records import Record

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference between a tape and its replay.

    Attributes:
        at: Seconds on the session's clock.
        recorded: What the tape says came out; empty when nothing did.
        replayed: What came out now; empty when nothing did.
        because: What was noticed before, and probably is why.
    """

    at: float
    recorded: str
    replayed: str
    because: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [
            f"at {self.at:.3f} s the replay is another one:",
            f"  recorded: {self.recorded or 'nothing'}",
            f"  replayed: {self.replayed or 'nothing'}",
            *(f"  before: {reason}" for reason in self.because),
        ]
        return "\n".join(lines)


def described(record: Record | None) -> str:
    """Return a line about what came out."""
    if record is None:
        return ""
    match record.kind:
        case Kind.OUT_DONE:
            text = "the end of the stream"
        case Kind.OUT_ERROR:
            text = f"the error {record.value!r}"
        case _:
            text = repr(record.value)
    return shortened(text) + (f" of stream {record.number + 1}" if record.number else "")


def shortened(text: str) -> str:
    """Return a text of bounded length."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


__all__ = ["Divergence", "described", "shortened"]
