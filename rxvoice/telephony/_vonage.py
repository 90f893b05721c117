"""Vonage's websockets."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from ._call import Call, CallStarted, FromLine
from ._codec import MediaCodec
from ._coding import L16
from ._hang_up import HangUp
from ._message import MessageError, check_length, fields, read_object, text, written
from ._outlet import Shape
from ._vonage_account import VonageAccount

VENDOR: Final = "vonage"
RATES: Final = (8_000, 16_000, 24_000)

_PACKET: Final = 0.02
_FORMAT: Final = re.compile(r"audio/l16;\s*rate=(8000|16000|24000)")
_NOT_PARAMETERS: Final = ("event", "content-type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vonage:
    """Calls by Vonage, 16-bit PCM in binary messages, as documented in July 2026.

    The stream does not tell the call's id. To hang up, give it along in the answer to the call:
    ``vonage_ncco(…, parameters={"uuid": …})``.

    Attributes:
        hang_up: Whether calls are hung up when the bot's side ends. Closing the websocket ends
            the leg, too, but tells the application that it was lost.
        account: Whose calls they are.
        marks: Whether to ask for what was played, after every frame.
        client_messages: Whether messages of the client protocol are sent, too.

    Raises:
        ValueError: When calls are to be hung up and there is no account.
    """

    vendor: ClassVar[str] = VENDOR
    hang_up: bool = False
    account: VonageAccount | None = None
    marks: bool = True
    client_messages: bool = False

    def __post_init__(self) -> None:
        if self.hang_up and self.account is None:
            raise ValueError("Vonage needs account, with its token, to hang up")

    def codec(self) -> "VonageCodec":
        """Return a codec for one more call."""
        return VonageCodec(
            shape=Shape(_PACKET, _PACKET, _PACKET),
            coding=L16,
            rate=16_000,
            marks=self.marks,
            client_messages=self.client_messages,
        )

    def hanging_up(self, call: Call, /) -> HangUp | None:
        """Return what ends a call; None when that is not wanted.

        Raises:
            ValueError: When the call's id is not known.
        """
        return self.account.hang_up(call) if self.hang_up and self.account else None


class VonageCodec(MediaCodec):
    """One call by Vonage; see `MediaCodec`."""

    vendor: ClassVar[str] = VENDOR

    def decode(self, message: str | bytes, /) -> list[FromLine]:
        """Return what a message of the line means; see `MediaCodec.decode`."""
        if isinstance(message, bytes):
            check_length(message, VENDOR)
            return [*self._inlet.frames(self._inlet.samples(message))]
        told = read_object(message, VENDOR)
        match told.get("event"):
            case "websocket:connected":
                return self._connected(told)
            case "websocket:dtmf":
                return self._pressed(told.get("digit", fields(told.get("dtmf")).get("digit")))
            case "websocket:notify":
                return self._answered(text(fields(told.get("payload")).get("name")))
            case _:
                return []

    def _connected(self, told: Mapping[str, Any]) -> list[FromLine]:
        call = vonage_call(told)
        if call is None:
            raise MessageError("the format of the audio is not known", vendor=VENDOR)
        if self._call is not None:
            return []
        self._call = call
        self._listen(L16, L16, call.rate)
        return [CallStarted(call)]

    def _media(self, data: bytes) -> bytes:
        return data

    def _clear(self) -> Iterable[str]:
        return (written({"action": "clear"}),)

    def _mark(self, name: str) -> Iterable[str]:
        return (written({"action": "notify", "payload": {"name": name}}),)


def vonage_call(told: Mapping[str, Any]) -> Call | None:
    """Return the call that a message of Vonage's describes; None when it describes none."""
    form = _FORMAT.fullmatch(text(told.get("content-type")) or "audio/l16;rate=16000")
    if told.get("event") != "websocket:connected" or form is None:
        return None
    call = text(told.get("uuid"), told.get("call_uuid"))
    return Call(
        vendor=VENDOR,
        stream=call,
        call=call,
        caller=text(told.get("from")),
        callee=text(told.get("to")),
        parameters={name: told[name] for name in told if name not in _NOT_PARAMETERS},
        encoding="L16",
        rate=int(form[1]),
    )


__all__ = ["RATES", "VENDOR", "Vonage", "VonageCodec", "vonage_call"]
