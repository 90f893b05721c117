"""Telnyx media streaming."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from ._call import Call, FromLine
from ._coding import CODINGS, Coding, encoding_named
from ._hang_up import HangUp
from ._message import base64_of, fields, text, written
from ._outlet import Shape
from ._stream_codec import StreamCodec, event_of
from ._telnyx_account import TelnyxAccount

VENDOR: Final = "telnyx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telnyx:
    """Calls by Telnyx in its RTP mode, 8 kHz μ-law or A-law, as documented in July 2026.

    Attributes:
        hang_up: Whether calls are hung up when the bot's side ends.
        account: Whose calls they are; by default what the environment tells, where it is needed.
        bidirectional_codec: How the line wants the bot's audio: what was told Telnyx under this
            name when the stream was asked for, for the stream does not repeat it. How it writes
            its own, the stream tells.
        marks: Whether to ask for what was played, after every frame.
        client_messages: Whether messages of the client protocol are sent, too.

    Raises:
        ValueError: When calls are to be hung up and the key is missing, which it names; or when
            the codec is another one.
    """

    vendor: ClassVar[str] = VENDOR
    hang_up: bool = True
    account: TelnyxAccount | None = None
    bidirectional_codec: Literal["PCMU", "PCMA"] = "PCMU"
    marks: bool = True
    client_messages: bool = False

    def __post_init__(self) -> None:
        if self.bidirectional_codec not in ("PCMU", "PCMA"):
            codec = self.bidirectional_codec
            raise ValueError(f"bidirectional_codec must be PCMU or PCMA, got {codec!r}")
        if self.hang_up and self.account is None:
            object.__setattr__(self, "account", TelnyxAccount())

    def codec(self) -> "TelnyxCodec":
        """Return a codec for one more call."""
        return TelnyxCodec(
            shape=Shape(block=0.02),
            coding=CODINGS[self.bidirectional_codec],
            rate=8_000,
            marks=self.marks,
            client_messages=self.client_messages,
        )

    def hanging_up(self, call: Call, /) -> HangUp | None:
        """Return what ends a call; None when that is not wanted.

        Raises:
            ValueError: When the call's id is not known.
        """
        return self.account.hang_up(call) if self.hang_up and self.account else None


class TelnyxCodec(StreamCodec):
    """One call by Telnyx; see `MediaCodec`."""

    vendor: ClassVar[str] = VENDOR

    def _recognised(self, told: Mapping[str, Any]) -> Call | None:
        return telnyx_call(told)

    def _spoken(self, heard: Coding) -> Coding:
        return self._spoken_as

    def _other(self, event: str, told: Mapping[str, Any]) -> Iterable[FromLine]:
        if event == "error":
            return self._complaint(fields(told.get("payload")).get("code"))
        return super()._other(event, told)

    def _media(self, data: bytes) -> str:
        return written({"event": "media", "media": {"payload": base64_of(data)}})

    def _clear(self) -> Iterable[str]:
        return (written({"event": "clear"}),)

    def _mark(self, name: str) -> Iterable[str]:
        return (written({"event": "mark", "mark": {"name": name}}),)


def telnyx_call(told: Mapping[str, Any]) -> Call | None:
    """Return the call that a message of Telnyx's describes; None when it describes none."""
    start = fields(told.get("start"))
    stream = text(told.get("stream_id"), start.get("stream_id"))
    call = text(start.get("call_control_id"))
    if event_of(told) != "start" or not stream or not call:
        return None
    encoding = text(fields(start.get("media_format")).get("encoding"))
    return Call(
        vendor=VENDOR,
        stream=stream,
        call=call,
        account=text(start.get("user_id")),
        caller=text(start.get("from")),
        callee=text(start.get("to")),
        parameters=fields(start.get("custom_parameters")),
        encoding=encoding_named(encoding or "PCMU"),
    )


__all__ = ["VENDOR", "Telnyx", "TelnyxCodec", "telnyx_call"]
