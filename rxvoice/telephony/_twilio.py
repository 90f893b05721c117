"""Twilio Media Streams."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from ._call import Call
from ._coding import PCMU, encoding_named
from ._hang_up import HangUp
from ._message import base64_of, fields, text, written
from ._outlet import Shape
from ._stream_codec import StreamCodec, event_of
from ._twilio_account import TwilioAccount

VENDOR: Final = "twilio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twilio:
    """Calls by Twilio, 8 kHz μ-law, as documented in July 2026.

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
    account: TwilioAccount | None = None
    marks: bool = True
    client_messages: bool = False

    def __post_init__(self) -> None:
        if self.hang_up and self.account is None:
            object.__setattr__(self, "account", TwilioAccount())

    def codec(self) -> "TwilioCodec":
        """Return a codec for one more call."""
        return TwilioCodec(
            shape=Shape(),
            coding=PCMU,
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


class TwilioCodec(StreamCodec):
    """One call by Twilio; see `MediaCodec`."""

    vendor: ClassVar[str] = VENDOR

    def _recognised(self, told: Mapping[str, Any]) -> Call | None:
        return twilio_call(told)

    def _media(self, data: bytes) -> str:
        return self._written("media", media={"payload": base64_of(data)})

    def _clear(self) -> Iterable[str]:
        return (self._written("clear"),)

    def _mark(self, name: str) -> Iterable[str]:
        return (self._written("mark", mark={"name": name}),)

    def _written(self, event: str, **told: Any) -> str:
        assert self._call is not None
        return written({"event": event, "streamSid": self._call.stream, **told})


def twilio_call(told: Mapping[str, Any]) -> Call | None:
    """Return the call that a message of Twilio's describes; None when it describes none."""
    start = fields(told.get("start"))
    stream, call = text(start.get("streamSid")), text(start.get("callSid"))
    if event_of(told) != "start" or not stream or not call:
        return None
    given = fields(start.get("customParameters"))
    encoding = text(fields(start.get("mediaFormat")).get("encoding"))
    return Call(
        vendor=VENDOR,
        stream=stream,
        call=call,
        account=text(start.get("accountSid")),
        caller=text(given.get("from"), given.get("from_number")),
        callee=text(given.get("to"), given.get("to_number")),
        parameters=given,
        encoding=encoding_named(encoding or "PCMU"),
    )


__all__ = ["VENDOR", "Twilio", "TwilioCodec", "twilio_call"]
