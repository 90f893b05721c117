"""What a collector of metrics reads."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ._families import Family, Series, number

_OPEN: Final = "application/openmetrics-text"
_OPEN_TYPE: Final = f"{_OPEN}; version=1.0.0; charset=utf-8"
_OPEN_VERSIONS: Final = ("0.0.1", "1.0.0")
"""As collectors call it; the first is what it was called before there was a standard."""
_PLAIN: Final = "text/plain"
_PLAIN_TYPE: Final = f"{_PLAIN}; version=0.0.4; charset=utf-8"


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
        accept: The header of the request. OpenMetrics 1.0 for who asks for it, and does not like
            ``text/plain`` better; Prometheus's text format 0.0.4 for all others.
    """
    wants_open = _wants_open(accept)
    lines = [line for family in families for line in _lines(family, is_open=wants_open)]
    if wants_open:
        lines.append("# EOF")
    body = "".join(f"{line}\n" for line in lines).encode()
    return Exposition(_OPEN_TYPE if wants_open else _PLAIN_TYPE, body)


def _wants_open(accept: str) -> bool:
    liked = {_OPEN: 0.0, _PLAIN: 0.0}
    for part in accept.lower().split(","):
        kind, *options = (piece.strip() for piece in part.split(";"))
        told = dict(option.split("=", 1) for option in options if "=" in option)
        if kind == _PLAIN or (kind == _OPEN and told.get("version", "1.0.0") in _OPEN_VERSIONS):
            liked[kind] = max(liked[kind], _quality(told.get("q", "1")))
    return liked[_OPEN] > 0.0 and liked[_OPEN] >= liked[_PLAIN]


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0


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
