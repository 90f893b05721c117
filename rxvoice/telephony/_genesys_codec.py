"""One session of Genesys AudioHook."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from rxvoice.items import AudioFrame, Fault

from ._call import (
    CallPaused,
    CallResumed,
    CallStarted,
    CallUpdated,
    FromLine,
    ToLine,
)
from ._codec import MediaCodec
from ._coding import PCMU
from ._genesys_open import (
    RATE,
    VENDOR,
    Channels,
    Media,
    choose_media,
    genesys_call,
    is_probe,
    outputs_of,
    seconds,
    updated,
)
from ._message import (
    MessageError,
    check_length,
    fields,
    number,
    object_at,
    read_object,
    text,
    written,
)
from ._outlet import Shape

_LONGEST_ID: Final = 256


class GenesysCodec(MediaCodec):
    """One session of Genesys; see `MediaCodec`.

    Its messages are numbered, and answer those of Genesys: what `decode` gives as `ToLine` has to
    be sent before anything that `encode` gives later.

    Args:
        channels: As for `Genesys`; so are the next ones.
        languages: The same.
        packet: The same.
        client_messages: The same.

    Attributes:
        outputs: What the flow gets when the session ends, by the names of its variables; whoever
            talks to the caller writes into it.
        position: Seconds of the stream at the latest message.
        paused: Whether the line is silent for now.
    """

    vendor: ClassVar[str] = VENDOR
    reports: ClassVar[bool] = False

    def __init__(
        self,
        *,
        channels: Channels,
        languages: tuple[str, ...],
        packet: float,
        client_messages: bool,
    ) -> None:
        super().__init__(
            shape=Shape(least=packet, most=max(packet, 0.2)),
            coding=PCMU,
            rate=RATE,
            client_messages=client_messages,
        )
        self.outputs: dict[str, Any] = {}
        self.position: float = 0.0
        self.paused: bool = False
        self._channels: Channels = channels
        self._languages = languages
        self._media_chosen: Media | None = None
        self._id = ""
        self._sent = 0
        self._received = 0

    def decode(self, message: str | bytes, /) -> list[FromLine]:
        """Return what a message of the line means; see `MediaCodec.decode`."""
        if isinstance(message, bytes):
            return self._sound(message)
        told = read_object(message, VENDOR)
        received = number(told.get("seq"))
        self._received = self._received if received is None else received
        self.position = seconds(told.get("position")) or self.position
        parameters = fields(told.get("parameters"))
        match told.get("type"):
            case "open":
                return self._open(told)
            case "ping":
                return [self._written("pong")]
            case "close":
                closed = self._written("closed", **outputs_of(self.outputs))
                return [closed, *self._ended(text(parameters.get("reason")))]
            case "pause" | "paused":
                self.paused = True
                return [CallPaused()]
            case "resumed":
                self.paused = False
                self._inlet.skip(seconds(parameters.get("discarded")) or 0.0)
                return [CallResumed()]
            case "discarded":
                self._inlet.skip(seconds(parameters.get("discarded")) or 0.0)
                return []
            case "update":
                return self._update(parameters)
            case "dtmf":
                return self._pressed(parameters.get("digit"))
            case "error":
                return self._complaint(parameters.get("code"))
            case _:
                return []

    def encode(self, item: object, /) -> list[str | bytes]:
        """Return the messages for an item; see `MediaCodec.encode`. A pause is not played in."""
        return [] if self.paused and isinstance(item, AudioFrame) else super().encode(item)

    def goodbye(self, reason: str = "completed") -> list[str | bytes]:
        """Return the message that asks Genesys to close the session, with the outputs.

        Args:
            reason: ``"completed"``, ``"unauthorized"`` or ``"error"``.
        """
        if not self._id or self._over:
            return []
        return [self._written("disconnect", reason=reason, **outputs_of(self.outputs)).message]

    def _sound(self, message: bytes) -> list[FromLine]:
        check_length(message, VENDOR)
        media = self._media_chosen
        if media is None or self.paused or self._over:
            return []
        samples = media.heard(self._inlet.samples(message), self._channels)
        return [*self._inlet.frames(samples)]

    def _open(self, told: Mapping[str, Any]) -> list[FromLine]:
        parameters = object_at(told, "parameters", VENDOR)
        call = genesys_call(told)
        if call is None or len(call.stream) > _LONGEST_ID:
            raise MessageError("the opening of a session lacks its id", vendor=VENDOR)
        self._id = call.stream
        media = choose_media(parameters.get("media"), self._channels)
        if media is None:
            fault = Fault(VENDOR, "no audio that is offered can be used", fatal=True)
            return [self._written("disconnect", reason="error"), fault]
        first = self._call is None
        self._media_chosen = media
        self._call = replace(call, encoding=media.coding.name)
        self._listen(media.coding, media.coding, RATE)
        opened: dict[str, Any] = {"startPaused": False, "media": [media.told()]}
        if self._languages or parameters.get("supportedLanguages") is True:
            opened["supportedLanguages"] = list(self._languages)
        answer = self._written("opened", **opened)
        if is_probe(call):
            return [answer]
        return [answer, CallStarted(self._call) if first else CallUpdated(self._call)]

    def _update(self, parameters: Mapping[str, Any]) -> list[FromLine]:
        if self._call is None:
            return []
        self._call = updated(self._call, parameters)
        return [CallUpdated(self._call)]

    def _media(self, data: bytes) -> bytes:
        return data

    def _clear(self) -> Iterable[str | bytes]:
        entities: list[dict[str, Any]] = [{"type": "barge_in", "data": {}}]
        return (self._written("event", entities=entities).message,)

    def _written(self, kind: str, **parameters: Any) -> ToLine:
        self._sent += 1
        return ToLine(
            written(
                {
                    "version": "2",
                    "id": self._id,
                    "type": kind,
                    "seq": self._sent,
                    "clientseq": self._received,
                    "parameters": parameters,
                }
            )
        )


__all__ = ["GenesysCodec"]
