"""Why a replay may be another one, as far as the tape itself tells."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, cast

from rxvoice.items import AudioFrame

from ._kinds import Kind
from ._sound import Sound
from ._strangers import NotKept, TapedError, Unknown
from ._tags import Tag
from ._tape import Tape

CAME = frozenset({Kind.NEXT, Kind.ERROR, Kind.SYNC, Kind.SYNC_ERROR})
MANY = 3


def reasons_of(tape: Tape, at: float) -> tuple[str, ...]:
    """Return lines about what a tape does not hold.

    Args:
        tape: The tape.
        at: Seconds on the session's clock; what came later is no reason.
    """
    return (*_gone(tape), *_strangers(tape, at))


def _gone(tape: Tape) -> Iterator[str]:
    gone: object = tape.header.get("redact")
    if gone and isinstance(gone, list | tuple):
        told = " and ".join(map(str, cast("Sequence[object]", gone)))
        yield f"{told} was taken out of the tape"


def _strangers(tape: Tape, at: float) -> list[str]:
    """Return which items came of classes that are not known here."""
    found: dict[str, None] = {}
    edges = tape.edges
    for record in tape.records:
        if record.at > at or len(found) == MANY:
            break
        if record.kind in CAME and type(record.value) is not AudioFrame:
            for what in _in(record.value):
                found[f"{edges[record.number][0]} gave {what}"] = None
    return list(found)[:MANY]


def _in(value: Any) -> Iterator[str]:
    match value:
        case Unknown(name=name, tag=Tag.OPAQUE):
            yield f"a {name}, which a tape does not hold"
        case Unknown(name=name):
            yield f"a {name}, which was not made known by keepable"
        case TapedError():
            yield f"a {value.kind}, which was not made known by keepable"
        case NotKept():
            name = f"{value.__module__}:{value.__qualname__}"
            yield f"the function {name}, which was not made known by keepable"
        case AudioFrame() | Sound() | str() | bytes():
            pass
        case Mapping():
            for inner in cast("Mapping[Any, Any]", value).values():
                yield from _in(inner)
        case list() | tuple() | set() | frozenset():
            for inner in cast("Collection[Any]", value):
                yield from _in(inner)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                inner = getattr(value, field.name)
                if not isinstance(inner, BaseException):  # those of vendors matter to nobody
                    yield from _in(inner)
        case _:
            pass


__all__ = ["reasons_of"]
