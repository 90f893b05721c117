"""Exotel's Voicebot applet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from ._call import Call
from ._coding import L16
from ._hang_up import HangUp
from ._message import base64_of, fields, number, text, written
from ._outlet import Shape
from ._stream_codec import StreamCodec, event_of

VENDOR: Final = "exotel"
RATES: Final = (8_000, 16_000, 24_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exotel:
    """Calls by Exotel, 16-bit PCM of 8, 16 or 24 kHz, as documented in July 2026.

    Nothing hangs up; the flow goes on when the websocket is closed.

    Attributes:
        marks: Whether to ask for what was played, after every frame.
        client_messages: Whether messages of the client protocol are sent, too.
    """

    vendor: ClassVar[str] = VENDOR
    marks: bool = True
    client_messages: bool = False

    def codec(self) -> "ExotelCodec":
        """Return a codec for one more call."""
        return ExotelCodec(
            shape=Shape(least=0.1, block=0.02),  # Exotel asks for 100 ms, and for whole 20 ms
            coding=L16,
            rate=RATES[0],
            marks=self.marks,
            client_messages=self.client_messages,
        )

    def hanging_up(self, call: Call, /) -> HangUp | None:
        """Return None: Exotel has no such interface."""
        return None


class ExotelCodec(StreamCodec):
    """One call by Exotel; see `MediaCodec`."""

    vendor: ClassVar[str] = VENDOR

    def _recognised(self, told: Mapping[str, Any]) -> Call | None:
        return exotel_call(told)

    def _media(self, data: bytes) -> str:
        return self._written("media", media={"payload": base64_of(data)})

    def _clear(self) -> Iterable[str]:
        return (self._written("clear"),)

    def _mark(self, name: str) -> Iterable[str]:
        return (self._written("mark", mark={"name": name}),)

    def _written(self, event: str, **told: Any) -> str:
        assert self._call is not None
        return written({"event": event, "stream_sid": self._call.stream, **told})


def exotel_call(told: Mapping[str, Any]) -> Call | None:
    """Return the call that a message of Exotel's describes; None when it describes none."""
    start = fields(told.get("start"))
    stream = text(start.get("stream_sid"), told.get("stream_sid"))
    call = text(start.get("call_sid"))
    if event_of(told) != "start" or not stream or not call:
        return None
    rate = number(fields(start.get("media_format")).get("sample_rate"))
    return Call(
        vendor=VENDOR,
        stream=stream,
        call=call,
        account=text(start.get("account_sid")),
        caller=text(start.get("from")),
        callee=text(start.get("to")),
        parameters=fields(start.get("custom_parameters")),
        encoding="L16",
        rate=rate if rate in RATES else RATES[0],
    )


__all__ = ["RATES", "VENDOR", "Exotel", "ExotelCodec", "exotel_call"]
