"""`redact`."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from ._decode import Decoder
from ._encode import Encoder
from ._framing import append, bodies, defining, learn
from ._kinds import Kind
from ._redact import Redacted, Redactor, redacted_settings
from ._tape import blocks, contents, understood
from ._varint import get
from ._writer import MAGIC, opened, packed, written

TIMED = (Kind.NEXT, Kind.ERROR)
VALUED = (Kind.SYNC, Kind.SYNC_ERROR, Kind.OUT, Kind.OUT_ERROR, Kind.STRAY)
PLAIN = frozenset(Kind) - {Kind.CLASS, Kind.HEADER, Kind.NOTE, *TIMED, *VALUED}


def redact(
    source: str | Path, target: str | Path, /, what: Collection[Redacted] = ("text", "audio")
) -> None:
    """Write a copy of a tape without what was said; see `record`.

    Args:
        source: The tape.
        target: The copy; a file that exists is replaced.
        what: ``"text"``, ``"audio"`` or both.

    Raises:
        OSError: When a file cannot be read or written.
        TapeError: When it is no tape, or holds what cannot be understood, or when the copy would
            replace one that is being recorded.
        ValueError: When there is nothing like this to redact, or both files are the same.
    """
    source, target = Path(source), Path(target)
    if not what:
        raise ValueError("what must hold 'text', 'audio' or both, got nothing")
    if target.exists() and source.samefile(target):
        raise ValueError("a tape cannot be redacted in its own place")
    rewriting = _Rewriting(what)
    data = contents(source)
    copy = bytearray(MAGIC)
    with understood(source.name):
        for block in blocks(data):
            copy += packed(rewriting.block(block))
    with opened(target) as file:
        written(file, copy, target)


class _Rewriting:
    def __init__(self, what: Collection[Redacted]) -> None:
        self._what = what
        self._redactor = Redactor(what)
        self._decoder = Decoder()
        self._encoder = Encoder(self._define)
        self._out = bytearray()

    def block(self, block: bytes) -> bytes:
        """Return a block anew."""
        self._out = bytearray()
        for kind, body in bodies(block):
            self._record(kind, body)
        return bytes(self._out)

    def _record(self, kind: int, body: bytes) -> None:
        place = 0
        match kind:
            case Kind.CLASS:
                learn(self._decoder, body)
            case Kind.HEADER:
                header: dict[str, Any] = self._decoder.get(body, 0)[0]
                done = sorted({*header.get("redact", ()), *self._what})
                told = redacted_settings(header.get("settings") or {}, self._what)
                self._write(kind, b"", {**header, "settings": told, "redact": done})
            case _ if kind in TIMED or kind in VALUED:
                for _ in range(2 if kind in TIMED else 1):
                    _, place = get(body, place)
                value = self._decoder.get(body, place)[0]
                self._write(kind, body[:place], self._redactor(value))
            case Kind.NOTE:
                self._write(kind, b"", self._redactor(self._decoder.get(body, 0)[0]))
            case _ if kind in PLAIN:
                append(self._out, kind, body)
            case _:
                pass  # nobody knows what is in it

    def _write(self, kind: int, start: bytes, value: Any) -> None:
        body = bytearray(start)
        self._encoder.put(body, value)
        append(self._out, kind, body)

    def _define(self, number: int, name: str, names: tuple[str, ...]) -> None:
        append(self._out, Kind.CLASS, defining(self._encoder, number, name, names))


__all__ = ["redact"]
