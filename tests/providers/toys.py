"""A voice that is no vendor's, to try what all voices share."""

import asyncio
import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from rxvoice.audio import pcm_to_bytes
from rxvoice.providers._voice import Audio, Done, VoiceDialect, VoiceEvent
from rxvoice.providers._websocket import Frame, Opening
from rxvoice.testing.servers import Call, FakeServer, Socket, ToneVoice

RATE = 16_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy(VoiceDialect):
    """Contexts that are cancelled, and whose end is told."""

    provider: ClassVar[str] = "toy"
    contexts: ClassVar[int] = 5

    url: str
    voice: str = "anna"
    speed: str = ""
    base_url: str = "wss://example.org"

    @property
    def rate(self) -> int:
        return RATE

    async def open(self) -> Opening:
        return Opening(f"{self.url}/speak?speed={self.speed}")

    def begin(self, context: str, /) -> Iterable[Frame]:
        return (json.dumps({"open": context, "voice": self.voice}),)

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        return (json.dumps({"say": text, "context": context}),)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        return (json.dumps({"end": context}),)

    def cancel(self, context: str, /) -> Iterable[Frame] | None:
        return (json.dumps({"cancel": context}),)

    def shares(self, new: "Toy", /) -> bool:
        return replace(self, voice=new.voice) == new

    def reader(self) -> "ToyReader":
        return ToyReader()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Toy):
    """One context, which cannot be cancelled and whose end is not told."""

    contexts: ClassVar[int] = 1

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        return ()

    def cancel(self, context: str, /) -> Iterable[Frame] | None:
        return None


class ToyReader:
    def read(self, message: Any, /) -> Iterator[VoiceEvent]:
        if "audio" in message:
            yield Audio(message["context"], base64.b64decode(message["audio"]))
        elif "done" in message:
            yield Done(message["done"])


class ToyServer(FakeServer):
    """Speaks tones.

    Attributes:
        open: Contexts that were opened, and neither ended nor cancelled.
        cancelled: Those that were cancelled.
        voices: The voice of each context.
    """

    def __init__(self, voice: ToneVoice | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.open: set[str] = set()
        self.cancelled: list[str] = []
        self.voices: dict[str, str] = {}
        self._voice = voice or ToneVoice(character=0.02)

    async def serve(self, call: Call) -> None:
        async with call.socket() as socket:
            tasks: dict[str, asyncio.Task[None]] = {}
            queues: dict[str, asyncio.Queue[str | None]] = {}
            try:
                async for message in socket:
                    match message:
                        case {"open": str(context), "voice": str(voice)}:
                            self.open.add(context)
                            self.voices[context] = voice
                            queues[context] = asyncio.Queue()
                            tasks[context] = call.spawn(
                                self._speak(socket, context, queues[context])
                            )
                        case {"say": str(text), "context": str(context)}:
                            queues[context].put_nowait(text)
                        case {"end": str(context)}:
                            queues[context].put_nowait(None)
                        case {"cancel": str(context)}:
                            assert context in self.open
                            self.open.discard(context)
                            self.cancelled.append(context)
                            tasks[context].cancel()
                        case _:
                            raise AssertionError(f"the client said {message!r}")
            finally:
                self.open -= set(queues)

    async def _speak(
        self, socket: Socket, context: str, texts: "asyncio.Queue[str | None]"
    ) -> None:
        while (text := await texts.get()) is not None:
            for pause, piece in self._voice.timed(text, RATE):
                await asyncio.sleep(pause)
                audio = base64.b64encode(pcm_to_bytes(piece.samples)).decode()
                await self.say(socket, {"context": context, "audio": audio})
        await socket.send({"done": context})
        self.open.discard(context)

    async def say(self, socket: Socket, message: dict[str, Any]) -> None:
        """Send a piece of audio."""
        await socket.send(message)


__all__ = ["RATE", "Mute", "Toy", "ToyReader", "ToyServer"]
