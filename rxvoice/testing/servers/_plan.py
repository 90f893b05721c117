"""Which request meets which faults."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import repeat
from typing import TypeAlias, cast

from ._faults import Fault

FaultsInOrder: TypeAlias = Fault | Iterable[Fault | None] | None
FaultScript: TypeAlias = FaultsInOrder | Mapping[str, FaultsInOrder]
"""A fault for every request; one entry for each request in order, None being none, requests after
the last being served well; or either of these by path, where ``*`` stands for anything."""


class Plan:
    """Hands out the faults of one request after the other.

    Args:
        script: See `FaultScript`.
    """

    def __init__(self, script: FaultScript) -> None:
        by_path: Mapping[str, FaultsInOrder]
        if isinstance(script, Mapping):
            by_path = cast("Mapping[str, FaultsInOrder]", script)
        else:
            by_path = {"*": script}
        self._by_path = [(pattern, _in_order(entry)) for pattern, entry in by_path.items()]

    def take(self, path: str) -> tuple[Fault, ...]:
        """Return the faults of the next request for a path."""
        for pattern, entries in self._by_path:
            if fnmatchcase(path, pattern):
                fault = next(entries, None)
                return () if fault is None else _checked(fault).parts
        return ()


def _in_order(entry: FaultsInOrder) -> Iterator[Fault | None]:
    if entry is None or isinstance(entry, Fault):
        return repeat(entry)
    if isinstance(entry, Sequence) and not isinstance(entry, str):
        for fault in entry:
            if fault is not None:
                _checked(fault)
    elif isinstance(entry, str) or not isinstance(entry, Iterable):  # pyright: ignore
        _checked(entry)
    return iter(entry)


def _checked(fault: object) -> Fault:
    if not isinstance(fault, Fault):
        raise TypeError(f"faults must be made of faults, such as Refuse(503), got {fault!r}")
    return fault


__all__ = ["FaultScript", "FaultsInOrder", "Plan"]
