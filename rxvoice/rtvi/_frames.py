"""The binary format of own socket clients: audio, texts and messages in one stream.

It is the protocol buffer ``pipecat.Frame`` of Pipecat's ``frames.proto`` (as of 1.14), written and
read without a dependency::

    Frame          one of 1 text, 2 audio, 3 transcription, 4 message, 5 interruption
    text           1 id, 2 name, 3 text
    audio          1 id, 2 name, 3 audio, 4 sample_rate, 5 num_channels, 6 pts
    transcription  1 id, 2 name, 3 text, 4 user_id, 5 timestamp
    message        1 data
    interruption   1 id, 2 name
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from rxvoice.audio import pcm_to_bytes
from rxvoice.items import AudioFrame, ClearAudio

from ._frame_kinds import (
    Frame,
    FrameError,
    InterruptionFrame,
    MessageFrame,
    RawAudioFrame,
    TextFrame,
    TranscriptionFrame,
)
from ._messages import Outgoing
from ._wire import WireError, read_fields, write_bytes, write_number

Kind: TypeAlias = Literal["uint32", "uint64", "optional uint64", "string", "bytes"]


_DEFAULTS: Final[Mapping[Kind, Any]] = {
    "uint32": 0,
    "uint64": 0,
    "optional uint64": None,
    "string": "",
    "bytes": b"",
}


class _Format:
    """How a kind of frame is written: its fields by their numbers."""

    def __init__(self, make: Callable[..., Frame], fields: Mapping[int, tuple[str, Kind]]) -> None:
        self.make = make
        self.fields = fields
        self.defaults: Mapping[str, Any] = {name: _DEFAULTS[kind] for name, kind in fields.values()}


_NAMED: Final[Mapping[int, tuple[str, Kind]]] = {1: ("id", "uint64"), 2: ("name", "string")}

_FORMATS: Final[Mapping[int, _Format]] = {
    1: _Format(TextFrame, {**_NAMED, 3: ("text", "string")}),
    2: _Format(
        RawAudioFrame,
        {
            **_NAMED,
            3: ("audio", "bytes"),
            4: ("sample_rate", "uint32"),
            5: ("num_channels", "uint32"),
            6: ("pts", "optional uint64"),
        },
    ),
    3: _Format(
        TranscriptionFrame,
        {**_NAMED, 3: ("text", "string"), 4: ("user_id", "string"), 5: ("timestamp", "string")},
    ),
    4: _Format(MessageFrame, {1: ("data", "string")}),
    5: _Format(InterruptionFrame, _NAMED),
}


def encode_frame(item: Frame | AudioFrame | ClearAudio | Outgoing, /) -> bytes:
    """Write a frame; or an item of the bot's, or a message, as the frame that carries it.

    Items carry no time, for a client plays audio as it comes.

    Raises:
        FrameError: When a number does not fit its field.
    """
    if isinstance(item, AudioFrame):
        return _write_audio(item)
    frame = _frame(item)
    for number, known in _FORMATS.items():
        if known.make is type(frame):
            fields = (
                _write(field, kind, getattr(frame, name))
                for field, (name, kind) in known.fields.items()
            )
            return write_bytes(number, b"".join(fields))
    raise FrameError(f"a {type(frame).__name__} is no frame")


def decode_frame(data: bytes | bytearray | memoryview, /) -> Frame:
    """Read a frame.

    Where several follow each other, the last counts; fields that are not known are passed over.

    Raises:
        FrameError: When the bytes are no frame, or none that is known.
    """
    found: _Format | None = None
    values: dict[str, Any] = {}
    try:
        for field, value in read_fields(bytes(data)):
            known = _FORMATS.get(field)
            if known is None or not isinstance(value, bytes):
                continue
            if known is not found:
                found, values = known, dict(known.defaults)
            _read(known, value, values)
    except (WireError, UnicodeDecodeError) as error:
        raise FrameError("it is no frame") from error
    if found is None:
        raise FrameError("it is no frame that is known")
    return found.make(**values)


def _write_audio(item: AudioFrame) -> bytes:
    """Write what `RawAudioFrame` says of mono audio, 50 times a second for each listener."""
    audio = pcm_to_bytes(item.samples)
    body = write_bytes(3, audio) + _form(item.rate) if audio else _form(item.rate)
    return write_bytes(2, body)


@lru_cache(maxsize=16)
def _form(rate: int) -> bytes:
    """Write the fields that say how audio is to be read."""
    return write_number(4, rate) + write_number(5, 1)


def _frame(item: Frame | ClearAudio | Outgoing) -> Frame:
    match item:
        case ClearAudio():
            return InterruptionFrame()
        case Outgoing():
            return MessageFrame(item.wire)
        case _:
            return item


def _write(field: int, kind: Kind, value: Any) -> bytes:
    if value == _DEFAULTS[kind]:
        return b""
    match kind:
        case "string":
            return write_bytes(field, value.encode("utf-8", "replace"))
        case "bytes":
            return write_bytes(field, value)
        case _:
            if not 0 <= value < (1 << 32 if kind == "uint32" else 1 << 64):
                raise FrameError(f"{value} does not fit a {kind}")
            return write_number(field, value)


def _read(known: _Format, data: bytes, values: dict[str, Any]) -> None:
    """Put what a frame holds into the values of its fields."""
    fields = known.fields
    for field, value in read_fields(data):
        if field not in fields:
            continue
        name, kind = fields[field]
        if isinstance(value, bytes):
            if kind == "bytes":
                values[name] = value
            elif kind == "string":
                values[name] = value.decode("utf-8")
        elif kind == "uint32":
            values[name] = value & 0xFFFF_FFFF
        elif kind not in ("bytes", "string"):
            values[name] = value


__all__ = ["decode_frame", "encode_frame"]
