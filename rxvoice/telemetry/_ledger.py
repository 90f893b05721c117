"""The spans of one call that are open."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ._conventions import ERROR_TYPE, OTHER
from ._span import Attribute, SpanEnded, SpanEvent, SpanKind, SpanMarked, SpanStarted


@dataclass(slots=True)
class _Open:
    start: float
    attributes: dict[str, Attribute] = field(default_factory=dict[str, Attribute])
    error: str = ""


class Ledger:
    """Opens and closes spans, and keeps what is to be told of them.

    Args:
        shared: Attributes of all spans.
    """

    def __init__(self, shared: Mapping[str, Attribute] | None = None) -> None:
        self._shared = dict(shared or {})
        self._open: dict[int, _Open] = {}
        self._told: list[SpanEvent] = []
        self._next = 0

    def start(
        self,
        kind: SpanKind,
        name: str,
        at: float,
        parent: int | None,
        attributes: Mapping[str, Attribute],
    ) -> int:
        """Open a span and return its number."""
        span, self._next = self._next, self._next + 1
        self._open[span] = _Open(at)
        told = {**self._shared, **attributes}
        self._told.append(SpanStarted(span, parent, kind, name, at, told))
        return span

    def note(self, span: int, attributes: Mapping[str, Attribute]) -> None:
        """Keep something that is told when the span ends."""
        if span in self._open:
            self._open[span].attributes.update(attributes)

    def add(self, span: int, name: str, amount: float) -> None:
        """Add to a number that is told when the span ends; nothing when the amount is 0."""
        if amount and span in self._open:
            kept = self._open[span].attributes
            before = kept.get(name, 0)
            kept[name] = (before if isinstance(before, int | float) else 0) + amount

    def fail(self, span: int, error: str, kind: str = OTHER) -> None:
        """Say that what it is about has failed; the first reason counts.

        Args:
            span: Its number.
            error: Why, in one line.
            kind: Of the error, such as the name of the exception.
        """
        if span in self._open and not self._open[span].error:
            self._open[span].error = error
            self._open[span].attributes[ERROR_TYPE] = kind

    def mark(self, span: int, name: str, at: float, attributes: Mapping[str, Attribute]) -> None:
        """Tell what happened in it."""
        if span in self._open:
            self._told.append(SpanMarked(span, name, at, attributes))

    def is_open(self, span: int) -> bool:
        """Return whether it has not ended."""
        return span in self._open

    def end(self, span: int, at: float) -> None:
        """Close a span, once; never before it started."""
        was = self._open.pop(span, None)
        if was is not None:
            self._told.append(SpanEnded(span, max(at, was.start), was.attributes, was.error))

    def end_all(self, at: float) -> None:
        """Close all spans, the last opened first."""
        for span in sorted(self._open, reverse=True):
            self.end(span, at)

    def tell(self) -> list[SpanEvent]:
        """Return what is new."""
        told, self._told = self._told, []
        return told

    @property
    def has_news(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self._told)


__all__ = ["Ledger"]
