"""Cartesia's websocket for speech: several contexts at a time."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Literal

from ._call import Call
from ._cartesia_request import format_of, lasting, timestamps, wrong_request
from ._clock import wait
from ._exchange import Json, Message, fields_of
from ._socket import Socket
from ._voice import ToneVoice, encoded

_EXPIRY = 1.0
"""Seconds after its last audio after which a context ends by itself."""

_DELAY = 3_000
"""Milliseconds for which text is kept that may not be enough to speak."""


@dataclass(frozen=True, slots=True)
class SpeakOptions:
    """How `speak_contexts` behaves; see `FakeCartesia`."""

    contexts: int
    idle: float


async def speak_contexts(call: Call, voice: ToneVoice, options: SpeakOptions) -> None:
    """Serve one websocket."""
    async with call.socket() as socket:
        line = _Line(call, socket, voice, options.contexts)
        while True:
            try:
                async with asyncio.timeout(options.idle):
                    message = await socket.receive()
            except TimeoutError:
                await socket.close(1000, "connection idle timeout")
                return
            if message is None:
                return
            await line.take(message)


class _Line:
    """The contexts of one websocket."""

    def __init__(self, call: Call, socket: Socket, voice: ToneVoice, most: int) -> None:
        self._call = call
        self._socket = socket
        self._voice = voice
        self._most = most
        self._contexts: dict[str, _Context] = {}
        self._over: set[str] = set()

    async def take(self, message: Message) -> None:
        """Take a message."""
        fields = fields_of(message)
        name = fields.get("context_id")
        if isinstance(name, str) and fields.get("cancel") is True and len(fields) == 2:
            if name in self._contexts:
                self._contexts[name].cancel()
            elif name not in self._over:
                await self._fail(name, 400, "Invalid context", "There is no such context.")
            return
        wrong = wrong_request(fields, socket=True)
        if wrong is not None:
            await self._fail(name, 400, "Invalid request", wrong)
        elif str(name) in self._over or (str(name) in self._contexts and self._ended(str(name))):
            await self._fail(name, 400, "Invalid context", "The context has ended.")
        elif str(name) not in self._contexts and len(self._contexts) >= self._most:
            title = "Too many concurrent requests"
            text = "You have exceeded your plan's concurrency limit."
            await self._fail(name, 429, title, text, "concurrency_limited")
        else:
            await self._speak(str(name), fields)

    async def _speak(self, name: str, fields: Json) -> None:
        if name not in self._contexts:
            context = _Context(self._call, self._socket, self._voice, fields)
            self._contexts[name] = context
            self._call.spawn(self._until_over(name, context))
        context = self._contexts[name]
        if lasting(fields) != context.settings:
            text = "Only transcript, continue and flush may change within a context."
            await self._fail(name, 400, "Invalid request", text)
            context.cancel()
        else:
            context.take(fields)

    def _ended(self, name: str) -> bool:
        return self._contexts[name].ending

    async def _until_over(self, name: str, context: "_Context") -> None:
        await context.speak()
        del self._contexts[name]
        self._over.add(name)
        await self._socket.send({"type": "done", "done": True, **_common(name)})

    async def _fail(
        self, name: object, status: int, title: str, text: str, code: str | None = None
    ) -> None:
        request = f"fake{self._call.exchange.number}"
        message: dict[str, Any] = {
            "type": "error",
            "done": True,
            "status_code": status,
            "error_code": code,
            "title": title,
            "message": text,
            "request_id": request if name is None else f"{request}:{name}",
        }
        await self._socket.send(message if name is None else {**message, "context_id": str(name)})


class _Context:
    """One context.

    Attributes:
        settings: What must stay as it is.
        ending: Whether no more text may come.
    """

    def __init__(self, call: Call, socket: Socket, voice: ToneVoice, first: Json) -> None:
        self.settings = lasting(first)
        self.ending = False
        self._name = str(first["context_id"])
        self._call = call
        self._socket = socket
        self._voice = voice
        self._encoding, self._rate = format_of(first)
        self._delay = float(first.get("max_buffer_delay_ms", _DELAY)) / 1000.0
        self._text = ""
        self._kept: asyncio.Task[None] | None = None
        self._tasks: asyncio.Queue[str | Literal[True] | None] = asyncio.Queue()
        self._flush = 1
        self._position = 0.0

    def take(self, fields: Json) -> None:
        """Take a request that is not wrong."""
        self._text += fields["transcript"]
        flush, more = bool(fields.get("flush")), bool(fields.get("continue"))
        if flush or not more or not self._delay or self._text.rstrip().endswith((".", "!", "?")):
            self._begin()
        elif self._text and self._kept is None:
            self._kept = self._call.spawn(self._later())
        if flush:
            self._tasks.put_nowait(True)
        if not more:
            self._end()

    def cancel(self) -> None:
        """Speak no text that was not begun; one that was is spoken to its end."""
        self._text = ""
        while not self._tasks.empty():
            self._tasks.get_nowait()
        self._end()

    async def speak(self) -> None:
        """Speak what is asked for, until the context is over."""
        while True:
            try:
                async with asyncio.timeout(_EXPIRY if self._position else None):
                    task = await self._tasks.get()
            except TimeoutError:
                if self._text:
                    continue
                self.ending = True
                return
            if task is None:
                return
            if task is True:
                flushed = {"type": "flush_done", "done": False, "flush_done": True}
                await self._socket.send({**flushed, **_common(self._name), "flush_id": self._flush})
                self._flush += 1
            else:
                await self._say(task)

    async def _say(self, text: str) -> None:
        speech = self._voice.speak(text, self._rate)
        common = {"done": False, **_common(self._name), "flush_id": self._flush}
        before, begin = self._position, 0.0
        for pause, piece in self._voice.timed(text, self._rate):
            await wait(pause)
            data = b64encode(encoded(piece.samples, self._encoding)).decode()
            await self._socket.send({"type": "chunk", "data": data, "step_time": 1.0, **common})
            end = begin + piece.duration
            words = timestamps(speech, begin, end, before)
            if self.settings.get("add_timestamps") and words["words"]:
                await self._socket.send({"type": "timestamps", "word_timestamps": words, **common})
            begin = end
            self._position = before + end

    async def _later(self) -> None:
        await wait(self._delay)
        self._kept = None
        self._begin()

    def _begin(self) -> None:
        if self._kept is not None:
            self._kept.cancel()
            self._kept = None
        if self._text:
            self._tasks.put_nowait(self._text)
        self._text = ""

    def _end(self) -> None:
        self.ending = True
        self._tasks.put_nowait(None)


def _common(name: str) -> dict[str, Any]:
    return {"status_code": 206, "context_id": name}


__all__ = ["SpeakOptions", "speak_contexts"]
