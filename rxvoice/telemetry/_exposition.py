"""What a collector of metrics reads."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ._families import Family, Series, number

_OPEN: Final = "application/openmetrics-text"
_OPEN_TYPE: Final = f"{_OPEN}; version=1.0.0; charset=utf-8"
_PLAIN_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Exposition(NamedTuple):
    """An answer to a collector.

    Attributes:
        content_type: Its header.
        body: In UTF-8.
    """

    content_type: str
    body: bytes


def expose(families: Iterable[Family[Series]], accept: str = "", /) -> Exposition:
    """Return families as the collector wants them.

    Args:
        families: In the order in which they are told.
        accept: The header of the request. OpenMetrics 1.0 for who asks for it, Prometheus's text
            format 0.0.4 for all others.
    """
    wants_open = any(_wants_open(part) for part in accept.lower().split(","))
    lines = [line for family in families for line in _lines(family, is_open=wants_open)]
    if wants_open:
        lines.append("# EOF")
    body = "".join(f"{line}\n" for line in lines).encode()
    return Exposition(_OPEN_TYPE if wants_open else _PLAIN_TYPE, body)


def _wants_open(part: str) -> bool:
    kind, *options = (piece.strip() for piece in part.split(";"))
    return kind == _OPEN and not {"q=0", "q=0.0"} & set(options)


def _lines(family: Family[Series], *, is_open: bool) -> Iterator[str]:
    told = family.name
    if family.kind == "counter" and not is_open:
        told += "_total"
    help = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    yield f"# HELP {told} {help}"
    yield f"# TYPE {told} {family.kind}"
    if is_open and family.unit:
        yield f"# UNIT {told} {family.unit}"
    for ending, labels, value in family.samples():
        written = ",".join(f'{name}="{_quoted(text)}"' for name, text in labels)
        yield f"{family.name}{ending}{f'{{{written}}}' if written else ''} {number(value)}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


__all__ = ["Exposition", "expose"]
