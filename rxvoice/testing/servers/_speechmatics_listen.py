"""Speechmatics' realtime websocket."""

from collections.abc import Iterator
from typing import Any

from rxvoice.items import Word

from ._call import Call
from ._exchange import Json, Message, fields_of
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment, Said
from ._socket import Socket
from ._speechmatics_config import CODES, WIDTHS, wrong_change, wrong_start
from ._speechmatics_shapes import ended, started, transcript, translation

_NEAR = 1e-9
"""Seconds by which sums of durations may be off."""


async def listen(call: Call, heard: HeardOnce, latency: float) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        start = await socket.receive()
        if start is None:
            return
        if wrong := wrong_start(start):
            await _fail(socket, *wrong)
            return
        session = _Session(fields_of(start), heard)
        outbox = Outbox(call, socket, latency)
        for message in started(call.exchange.number):
            await socket.send(message)
        async for message in socket:
            if wrong := session.wrong(message):
                await outbox.drained()
                await _fail(socket, *wrong)
                return
            if isinstance(message, bytes):
                await socket.send(session.added())
            await outbox.put(session.take(message))
            if session.complete:
                await outbox.drained()
                return


async def _fail(socket: Socket, kind: str, reason: str) -> None:
    """Tell what is wrong, and close."""
    code = CODES.get(kind, 1003)
    await socket.send({"message": "Error", "type": kind, "reason": reason, "code": code})
    await socket.close(code, kind)


class _Session:
    """What one connection has heard, and is not final.

    Attributes:
        complete: Whether the stream is at its end.
    """

    def __init__(self, start: Json, heard: HeardOnce) -> None:
        self.complete = False
        form, config = start["audio_format"], start["transcription_config"]
        self._language = config["language"]
        self._rate = form["sample_rate"] * WIDTHS[form["encoding"]]
        self._partials = config.get("enable_partials", False)
        self._delay = float(config.get("max_delay", 4.0))
        self._labels = config.get("diarization") == "speaker"
        self._goals = start.get("translation_config", {}).get("target_languages", ())
        pause = config.get("conversation_config", {}).get("end_of_utterance_silence_trigger", 0.0)
        encoding = "mulaw" if form["encoding"] == "mulaw" else "linear16"
        self._listening = Listening(heard, [pause] if pause else [], encoding)
        self._words: list[tuple[Said, Word]] = []
        self._spoken = False
        self._chunks = 0

    def wrong(self, message: Message) -> tuple[str, str] | None:
        """Return what is wrong with a message: the error's type and reason."""
        if isinstance(message, bytes):
            return None
        match message:
            case {"message": "EndOfStream", "last_seq_no": int(last)}:
                if last == self._chunks:
                    return None
                return "protocol_error", f"last_seq_no is not {self._chunks}"
            case {"message": "ForceEndOfUtterance"}:
                return None
            case {"message": "SetRecognitionConfig", "transcription_config": {**config}}:
                return wrong_change(config, self._language)
            case {"message": "StartRecognition"}:
                return "protocol_error", "Recognition has started already"
            case _:
                return "invalid_message", "The message received was not understood"

    def added(self) -> Json:
        """Return what acknowledges audio."""
        self._chunks += 1
        return {"message": "AudioAdded", "seq_no": self._chunks}

    def take(self, message: Message) -> Iterator[Json]:
        """Answer a message."""
        if isinstance(message, bytes):
            for moment in self._listening.advance(len(message) / self._rate, message):
                yield from self._at(moment)
            yield from self._overdue()
            return
        match message:
            case {"message": "EndOfStream"}:
                yield from self._final(len(self._words))
                yield {"message": "EndOfTranscript"}
                self.complete = True
            case {"message": "ForceEndOfUtterance"}:
                yield from self._end(self._listening.position, forced=True)
            case {"message": "SetRecognitionConfig", "transcription_config": {**config}}:
                self._delay = float(config.get("max_delay", self._delay))
                self._partials = config.get("enable_partials", self._partials)
            case _:
                pass

    def _at(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "raw" and moment.raw is not None:
            yield moment.raw
        elif moment.kind == "word":
            self._words.append((moment.said, moment.said.words[moment.count - 1]))
            self._spoken = True
            yield from self._partial()
        elif moment.kind == "quiet" and self._spoken:
            yield from self._end(moment.at)

    def _partial(self) -> Iterator[Json]:
        if self._partials:
            yield transcript("AddPartialTranscript", self._words, labels=self._labels)

    def _overdue(self) -> Iterator[Json]:
        """Words that have waited for so long that they are final now."""
        until = self._listening.position - self._delay + _NEAR
        count = sum(word.end <= until for _, word in self._words)
        if count:
            yield from self._final(count)
            yield from self._partial()

    def _final(self, count: int, **fields: Any) -> Iterator[Json]:
        """The first words, for good."""
        words, self._words = self._words[:count], self._words[count:]
        if words or fields:
            message = transcript("AddTranscript", words, labels=self._labels)
            yield {**message, **fields}
        for language in self._goals if words else ():
            yield translation(language, words, labels=self._labels)

    def _end(self, at: float, **fields: Any) -> Iterator[Json]:
        yield from self._final(len(self._words), **fields)
        yield {**ended(at), **fields}
        self._spoken = False


__all__ = ["listen"]
