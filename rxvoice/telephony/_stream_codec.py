"""The dialects that put audio as base64 into JSON objects with an ``event``."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from ._call import Call, CallStarted, FromLine
from ._codec import MediaCodec
from ._coding import CODINGS, Coding
from ._message import MessageError, fields, number, object_at, read_object, sound_at, text


class StreamCodec(MediaCodec):
    """Reads ``start``, ``media``, ``dtmf``, ``mark`` and ``stop``, as most vendors write them."""

    def decode(self, message: str | bytes, /) -> list[FromLine]:
        """Return what a message of the line means; see `MediaCodec.decode`."""
        told = read_object(message, self.vendor)
        match event_of(told):
            case "start":
                return self._start(told)
            case "media":
                return self._sound(object_at(told, "media", self.vendor))
            case "dtmf":
                return self._pressed(fields(told.get("dtmf")).get("digit"))
            case "stop":
                return self._ended("stop")
            case event:
                return list(self._other(event, told))

    def _other(self, event: str, told: Mapping[str, Any]) -> Iterable[FromLine]:
        """Return what a message of another kind means."""
        return self._answered(text(fields(told.get("mark")).get("name"))) if event == "mark" else ()

    @abstractmethod
    def _recognised(self, told: Mapping[str, Any]) -> Call | None:
        """Return the call that a first message describes; None when it describes none."""

    def _spoken(self, heard: Coding) -> Coding:
        """Return how the line wants its audio that writes its own in a certain way."""
        return heard

    def _start(self, told: Mapping[str, Any]) -> list[FromLine]:
        call = self._recognised(told)
        if call is None:
            raise MessageError("the start of a call lacks its ids", vendor=self.vendor)
        heard = CODINGS.get(call.encoding)
        if heard is None:
            raise MessageError("the encoding of the audio is not known", vendor=self.vendor)
        if self._call is not None:
            return []
        self._call = call
        self._listen(heard, self._spoken(heard), call.rate)
        return [CallStarted(call)]

    def _sound(self, media: Mapping[str, Any]) -> list[FromLine]:
        if text(media.get("track")) not in ("", "inbound", "inbound_track"):
            return []
        stamp = number(media.get("timestamp"))
        frames = self._inlet.frames(
            self._inlet.samples(sound_at(media, "payload", self.vendor)),
            packet=number(media.get("chunk")),
            stamp=None if stamp is None else stamp / 1_000,
        )
        return [*frames]


def event_of(told: Mapping[str, Any]) -> str:
    """Return the kind of a message; one that only describes a call is its start."""
    event = text(told.get("event"))
    return "start" if not event and isinstance(told.get("start"), dict) else event


__all__ = ["StreamCodec", "event_of"]
