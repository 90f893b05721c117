"""Tapes without what was said."""

import enum
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias, cast

import numpy as np

from rxvoice.items import AudioFrame, ImageFrame, MessageReceived

from ._names import name_of
from ._sound import Sound
from ._strangers import TapedError, Unknown

Redacted: TypeAlias = Literal["text", "audio"]

KEPT = frozenset(
    {
        "active",
        "encoding",
        "id",
        "kind",
        "language",
        "mime",
        "name",
        "previous",
        "provider",
        "reason",
        "role",
        "session_id",
        "source",
        "unit",
        "vendor",
    }
)
"""Fields of items whose texts are the program's own."""


class Redactor:
    """Takes out of items what was said.

    Texts keep their length, their blanks and their punctuation: all other signs become ``x``.
    Numbers in what tools were given and have answered become 0. Audio keeps its length and is
    silent; pictures are empty. Names and reasons, which are the program's own, stay.

    Args:
        what: ``"text"``, ``"audio"`` or both.

    Raises:
        ValueError: When it is something else.
    """

    def __init__(self, what: Collection[Redacted]) -> None:
        given: Any = what
        sensible = isinstance(given, Collection) and not isinstance(given, str)
        if not sensible or not {"text", "audio"}.issuperset(what):
            raise ValueError(f"redact must hold 'text', 'audio' or both, got {what!r}")
        self._text = "text" in what
        self._audio = "audio" in what

    def __call__(self, item: Any) -> Any:
        """Return the item without it."""
        return self._value(item)

    def _value(self, value: Any, inside: bool = False) -> Any:
        match value:
            case enum.Enum():
                return value
            case AudioFrame():
                return self._silent(value) if self._audio else value
            case Sound():
                return replace(value, digest=b"") if self._audio else value
            case ImageFrame():
                return replace(value, data=b"") if self._audio else value
            case MessageReceived(data=str() | bytes() as data):
                return replace(value, data=self._message(data))
            case bool() | float() | None:
                return value if not (inside and self._text and isinstance(value, float)) else 0.0
            case int():
                return 0 if inside and self._text else value
            case str():
                return "".join(map(_hidden, value)) if self._text else value
            case bytes() | bytearray() | memoryview():
                return b"" if self._audio or self._text else cast(Any, value)
            case np.ndarray(dtype=dtype):
                holds = self._text if cast(Any, dtype).kind in "SU" else self._audio
                return np.zeros_like(cast(Any, value)) if holds else cast(Any, value)
            case _:
                return self._compound(value, inside)

    def _compound(self, value: Any, inside: bool) -> Any:
        if isinstance(value, BaseException):
            return self._error(value)
        if isinstance(value, Unknown):
            kept = ((name, self._field(name, inner)) for name, inner in value.values)
            return replace(value, values=tuple(kept))
        if is_dataclass(value) and not isinstance(value, type):
            return self._item(value)
        if isinstance(value, Mapping):
            pairs = cast("Mapping[Any, Any]", value).items()
            return {key: self._value(inner, inside=True) for key, inner in pairs}
        kinds: tuple[Any, ...] = (list, tuple, set, frozenset)
        make = next((kind for kind in kinds if isinstance(value, kind)), None)
        items = cast("Collection[Any]", value)
        return items if make is None else make(self._value(inner, inside) for inner in items)

    def _item(self, item: Any) -> Any:
        if not self._text and not self._audio:
            return item
        changed: dict[str, Any] = {}
        for name in _inner(cast("type[Any]", type(item))):
            old = getattr(item, name)
            new = self._field(name, old)
            if new is not old:
                changed[name] = new
        return copied(item, changed) if changed else item

    def _field(self, name: str, value: Any) -> Any:
        return value if name in KEPT else self._value(value, inside=name == "result")

    def _error(self, error: BaseException) -> BaseException:
        """Return an error of the same class that knows its arguments only."""
        if not self._text:
            return error
        if isinstance(error, TapedError):
            return TapedError(error.kind, tuple(map(self._value, error.told)), {})
        if not error.args:
            return error
        args = tuple(map(self._value, error.args))
        try:
            make: Any = type(error).__new__
            bare: BaseException = make(type(error), *error.args)
            bare.args = args
        except Exception:  # it is made in another way
            return TapedError(name_of(type(error)), args, {})
        return bare

    def _message(self, data: str | bytes) -> str | bytes:
        """Return a message of a far end; one of the client protocol stays one."""
        from rxvoice.rtvi._kept import hidden_frame, hidden_text

        hide = self._hide if self._text else None
        if isinstance(data, bytes):
            return hidden_frame(data, hide, silent=self._audio)
        return data if hide is None else hidden_text(data, hide)

    def _hide(self, value: Any) -> Any:
        return self._value(value, inside=True)

    @staticmethod
    def _silent(frame: AudioFrame) -> AudioFrame:
        return AudioFrame(np.zeros(len(frame.samples), np.int16), frame.rate, frame.pts)


def redacted_settings(settings: Mapping[str, Any], what: Collection[Redacted]) -> dict[str, Any]:
    """Return what the header of a tape tells; only of items is taken out what was said."""
    redactor = Redactor(what)
    return {
        name: redactor(value) if is_dataclass(value) else value for name, value in settings.items()
    }


def copied(item: Any, changed: Mapping[str, Any]) -> Any:
    """Return a copy of an item with other fields, which are not checked again."""
    kind = cast(Any, type(item))
    copy: object = object.__new__(kind)
    for field in fields(item):
        value = changed[field.name] if field.name in changed else getattr(item, field.name)
        object.__setattr__(copy, field.name, value)
    return copy


@lru_cache(maxsize=4096)
def _hidden(sign: str) -> str:
    """Return what is kept of a sign; letters have marks in many scripts, and pictures say a lot."""
    shape = sign.isspace() or (sign != "_" and unicodedata.category(sign).startswith("P"))
    return sign if shape else "x"


@cache
def _inner(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in KEPT)


__all__ = ["Redacted", "Redactor", "redacted_settings"]
