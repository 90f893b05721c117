"""Rime's ``/ws3`` websocket: text in; audio, and the times of words, in JSON."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from rxvoice.items import Word

from ._call import Call
from ._clock import wait
from ._socket import Socket
from ._voice import Speech, ToneVoice, encoded

MOST_CHARACTERS = 1_000
"""Of one request."""

SWITCHES = (
    "noTextNormalization",
    "pauseBetweenBrackets",
    "phonemizeBetweenBrackets",
    "reduceLatency",
    "saveOovs",
)
"""Options that are true or false."""

_FORMATS = {"pcm": "pcm", "l16": "pcm", "mulaw": "mulaw", "pcmu": "mulaw"}
_TIMED = ("", "en", "eng", "es", "spa")
"""Languages with times of words; no language is one of them."""

_ENDS = ".?!"


async def speak(call: Call, voice: ToneVoice) -> None:
    """Serve one websocket."""
    async with call.socket() as socket:
        speaker = _Speaker(call, socket, voice)
        async for message in socket:
            match message:
                case {"text": str(text)} if len(text) <= MOST_CHARACTERS:
                    speaker.add(text, message.get("contextId"))
                case {"text": str()}:
                    await socket.send({"type": "error", "message": "text is too long"})
                case {"operation": "flush"}:
                    speaker.flush()
                case {"operation": "clear"}:
                    speaker.clear()
                case {"operation": "eos"}:
                    await speaker.finish()
                    return
                case _:
                    await socket.send({"type": "error", "message": "malformed message"})


def wrong_query(query: Mapping[str, Any]) -> str | None:
    """What is wrong with a connection's options."""
    if not query.get("speaker"):
        return "speaker is required"
    if str(query.get("audioFormat", "wav")) not in _FORMATS:
        return "this fake speaks pcm and mulaw"
    if query.get("segment", "never") not in ("never", "bySentence", "immediate"):
        return "segment must be never, bySentence or immediate"
    for name in SWITCHES:
        if query.get(name, "false") not in ("true", "false"):
            return f"{name} must be true or false"
    return None


class _Speaker:
    """Speaks one text after the other."""

    def __init__(self, call: Call, socket: Socket, voice: ToneVoice) -> None:
        query = call.exchange.query
        self._socket = socket
        self._voice = voice
        self._encoding = _FORMATS[query["audioFormat"]]
        self._model = query.get("modelId", "mistv3")
        usual = 22_050 if self._model == "mistv2" else 24_000
        self._rate = int(query.get("samplingRate", usual))
        self._segment = query.get("segment", "bySentence")
        self._timed = query.get("lang", "") in _TIMED
        self._context: object = None
        self._buffer = ""
        self._flushed = ""
        self._ending = False
        self._told = asyncio.Event()
        self._task = call.spawn(self._run())

    def add(self, text: str, context: object) -> None:
        """Take more text; a context that it names goes for all that follows."""
        self._context = self._context if context is None else context
        self._buffer += text
        self._told.set()

    def flush(self) -> None:
        """Let all text be spoken."""
        self._flushed, self._buffer = self._flushed + self._buffer, ""
        self._told.set()

    def clear(self) -> None:
        """Forget the text that was not flushed."""
        self._buffer = ""

    async def finish(self) -> None:
        """Speak what is left."""
        self.flush()
        self._ending = True
        await self._task

    async def _run(self) -> None:
        while True:
            text = self._take()
            if text.strip():
                context = self._context
                await self._say(text, context)
                if self._segment == "never" or not (self._buffer or self._flushed):
                    await self._socket.send({"type": "done", "contextId": context})
            elif self._ending:
                return
            else:
                self._told.clear()
                await self._told.wait()

    def _take(self) -> str:
        """Take what is to be spoken now."""
        end = 0
        if self._segment == "immediate":
            end = len(self._buffer)
        elif self._segment == "bySentence":
            end = max(map(self._buffer.rfind, _ENDS)) + 1
        text = self._flushed + self._buffer[:end]
        self._flushed, self._buffer = "", self._buffer[end:]
        return text

    async def _say(self, text: str, context: object) -> None:
        pieces = list(self._voice.timed(text, self._rate))
        held = b""
        for index, (pause, piece) in enumerate(pieces):
            await wait(pause)
            if self._timed and index == 0:
                speech = self._voice.speak(text, self._rate)
                await self._socket.send(self._timestamps(speech, context))
            data = held + encoded(piece.samples, self._encoding)
            end = len(data)
            if self._encoding == "pcm" and index < len(pieces) - 1:
                end -= 1 + end % 2  # an odd number of bytes
            data, held = data[:end], data[end:]
            await self._socket.send(
                {"type": "chunk", "data": b64encode(data).decode(), "contextId": context}
            )

    def _timestamps(self, speech: Speech, context: object) -> dict[str, object]:
        words = list(_marked(speech.words) if self._model == "mistv2" else speech.words)
        times = {
            "words": [word.text for word in words],
            "start": [word.pts for word in words],
            "end": [word.end for word in words],
        }
        return {"type": "timestamps", "word_timestamps": times, "contextId": context}


def _marked(words: tuple[Word, ...]) -> Iterator[Word]:
    """Tell marks apart from the words before them."""
    for word in words:
        text = word.text.rstrip(",.!?;:")
        marks = word.text[len(text) :]
        end = word.end - (word.end - word.pts) * len(marks) / len(word.text)
        if text:
            yield Word(text, word.pts, end)
        if marks:
            yield Word(marks, end, word.end)


__all__ = ["MOST_CHARACTERS", "SWITCHES", "speak", "wrong_query"]
