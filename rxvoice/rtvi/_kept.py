"""Messages on tapes."""

import importlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias, cast

from pydantic import ValidationError

from rxvoice.errors import RxvoiceError

from ._frame_kinds import FrameError, MessageFrame, RawAudioFrame, TextFrame, TranscriptionFrame
from ._frames import decode_frame, encode_frame
from ._messages import LABEL, Outgoing

Hide: TypeAlias = Callable[[Any], Any]
"""Returns the shape of a text or a number."""

_PLAIN: Final = frozenset({"id", "label", "library", "role", "t", "type", "version"})
"""Fields of messages whose texts are the program's own."""


def made_again(kept: Any) -> Outgoing:
    """Return the message that was kept.

    Args:
        kept: A `rxvoice.tape._told.Told`.

    Raises:
        RxvoiceError: When there is no such message.
    """
    kind: Any = getattr(importlib.import_module("rxvoice.rtvi"), kept.name, None)
    if not (isinstance(kind, type) and issubclass(kind, Outgoing)):
        raise RxvoiceError(f"there is no message {kept.name}")
    try:
        return kind.model_validate(kept.values)
    except ValidationError:  # such as one that was redacted
        return kind.model_construct(**kept.values)


def hidden_text(text: str, hide: Hide) -> str:
    """Return a message of a client without what it says; of any other text the shape.

    Args:
        text: JSON.
        hide: Of texts and numbers.
    """
    try:
        message: object = json.loads(text)
    except (ValueError, RecursionError):
        return hide(text)
    if not isinstance(message, dict) or cast("dict[str, Any]", message).get("label") != LABEL:
        return hide(text)
    return json.dumps(_hidden(cast("dict[str, Any]", message), hide))


def hidden_frame(data: bytes, hide: Hide | None, *, silent: bool) -> bytes:
    """Return a frame of a client without what it says; nothing of other bytes.

    Args:
        data: The frame.
        hide: Of texts and numbers; None lets them be.
        silent: Whether its audio is silence.
    """
    try:
        frame = decode_frame(data)
    except FrameError:
        return b""
    match frame:
        case RawAudioFrame(audio=audio) if silent:
            return encode_frame(replace(frame, audio=bytes(len(audio))))
        case MessageFrame(data=text) if hide is not None:
            return encode_frame(replace(frame, data=hidden_text(text, hide)))
        case TextFrame(text=text) | TranscriptionFrame(text=text) if hide is not None:
            return encode_frame(replace(frame, text=hide(text)))
        case _:
            return data


def _hidden(value: Any, hide: Hide) -> Any:
    match value:
        case dict():
            items = cast("dict[str, Any]", value).items()
            return {
                name: inner if name in _PLAIN and isinstance(inner, str) else _hidden(inner, hide)
                for name, inner in items
            }
        case list():
            return [_hidden(inner, hide) for inner in cast("list[Any]", value)]
        case _:
            return hide(value)


__all__ = ["Hide", "hidden_frame", "hidden_text", "made_again"]
