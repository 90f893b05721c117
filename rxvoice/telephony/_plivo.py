"""Plivo audio streams."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from ._call import Call, FromLine
from ._coding import PCMU, encoding_named
from ._hang_up import HangUp
from ._message import base64_of, fields, text, written
from ._outlet import Shape
from ._plivo_account import PlivoAccount
from ._stream_codec import StreamCodec, event_of

VENDOR: Final = "plivo"

_SLACK: Final = 0.5
"""Seconds: Plivo's stamps tell when a packet was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plivo:
    """Calls by Plivo, 8 kHz μ-law, as documented in July 2026.

    Attributes:
        hang_up: Whether calls are hung up when the bot's side ends.
        account: Whose calls they are; by default what the environment tells, where it is needed.
        marks: Whether to ask for what was played, after every frame.
        client_messages: Whether messages of the client protocol are sent, too.

    Raises:
        ValueError: When calls are to be hung up and a credential is missing; it names them.
    """

    vendor: ClassVar[str] = VENDOR
    hang_up: bool = True
    account: PlivoAccount | None = None
    marks: bool = True
    client_messages: bool = False

    def __post_init__(self) -> None:
        if self.hang_up and self.account is None:
            object.__setattr__(self, "account", PlivoAccount())

    def codec(self) -> "PlivoCodec":
        """Return a codec for one more call."""
        return PlivoCodec(
            shape=Shape(),
            coding=PCMU,
            rate=8_000,
            slack=_SLACK,
            marks=self.marks,
            client_messages=self.client_messages,
        )

    def hanging_up(self, call: Call, /) -> HangUp | None:
        """Return what ends a call; None when that is not wanted.

        Raises:
            ValueError: When the call's id is not known.
        """
        return self.account.hang_up(call) if self.hang_up and self.account else None


class PlivoCodec(StreamCodec):
    """One call by Plivo; see `MediaCodec`."""

    vendor: ClassVar[str] = VENDOR
    presses: ClassVar[bool] = True

    def _recognised(self, told: Mapping[str, Any]) -> Call | None:
        return plivo_call(told)

    def _other(self, event: str, told: Mapping[str, Any]) -> Iterable[FromLine]:
        return self._answered(text(told.get("name"))) if event == "playedStream" else ()

    def _media(self, data: bytes) -> str:
        media = {"contentType": "audio/x-mulaw", "sampleRate": 8_000, "payload": base64_of(data)}
        return self._written("playAudio", media=media)

    def _clear(self) -> Iterable[str]:
        return (self._written("clearAudio"),)

    def _mark(self, name: str) -> Iterable[str]:
        return (self._written("checkpoint", name=name),)

    def _press(self, keys: str) -> Iterable[str]:
        return (written({"event": "sendDTMF", "dtmf": keys}),)

    def _written(self, event: str, **told: Any) -> str:
        assert self._call is not None
        return written({"event": event, "streamId": self._call.stream, **told})


def plivo_call(told: Mapping[str, Any]) -> Call | None:
    """Return the call that a message of Plivo's describes; None when it describes none."""
    start = fields(told.get("start"))
    stream, call = text(start.get("streamId")), text(start.get("callId"))
    if event_of(told) != "start" or not stream or not call:
        return None
    given = _parameters(told.get("extra_headers", start.get("extra_headers")))
    encoding = text(fields(start.get("mediaFormat")).get("encoding"))
    return Call(
        vendor=VENDOR,
        stream=stream,
        call=call,
        account=text(start.get("accountId")),
        caller=text(start.get("from"), given.get("from")),
        callee=text(start.get("to"), given.get("to")),
        parameters=given,
        encoding=encoding_named(encoding or "PCMU"),
    )


def _parameters(value: object) -> Mapping[str, Any]:
    """Return the headers of a stream: an object, or ``name=value`` divided by commas or so."""
    pairs = (part.partition("=") for part in re.split(r"[;,]", text(value)))
    return fields(value) or {name.strip(): told.strip() for name, sign, told in pairs if sign}


__all__ = ["VENDOR", "Plivo", "PlivoCodec", "plivo_call"]
