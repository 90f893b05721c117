"""One session of Gladia's, over as many websockets as it takes."""

import asyncio
from base64 import b64decode
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from ._call import Call
from ._clock import now, wait
from ._exchange import Json, Message
from ._gladia_shapes import stamped, translated, utterance
from ._said import HeardOnce, Listening, Moment
from ._socket import Socket

MOMENT = "2026-01-01T00:00:00.000Z"
"""When everything happens."""

_MOST = 1_048_576
"""Bytes of a message."""


async def follow(call: Call, session: "Session") -> None:
    """Serve one websocket of a session."""
    async with call.socket() as socket:
        if session.ended:
            await socket.close(4403, "Session has ended")
            return
        call.spawn(session.deliver(socket))
        for message in session.greet():
            await socket.send(message)
        async for message in socket:
            audio = _audio(message)
            if audio is None:
                if message == {"type": "stop_recording"}:
                    await session.stop(socket)
                else:
                    await socket.close(4400, "Invalid message")
                return
            if len(audio) > _MOST:
                await socket.close(1009, "Message too big")
                return
            acknowledgement = session.hear(audio)
            if session.tells("acknowledgments"):
                await socket.send(acknowledgement)


def _audio(message: Message) -> bytes | None:
    """The audio of a message; None, when it has none."""
    if isinstance(message, bytes):
        return message
    match message:
        case {"type": "audio_chunk", "data": {"chunk": str(chunk)}}:
            try:
                return b64decode(chunk, validate=True)
            except ValueError:
                return None
        case _:
            return None


class Session:
    """What one session has heard, and has yet to tell.

    Args:
        name: Its id.
        config: Its options.
        heard: What is in its audio.
        latency: Seconds between audio and what is recognised in it.

    Attributes:
        ended: Whether its recording was stopped.
    """

    def __init__(
        self, name: str, config: Mapping[str, Any], heard: HeardOnce, latency: float
    ) -> None:
        self.ended = False
        self._name = name
        self._latency = latency
        self._told: Mapping[str, Any] = config.get("messages_config", {})
        encoding = {"wav/ulaw": "mulaw", "wav/alaw": "alaw"}.get(config.get("encoding", ""))
        self._rate = config.get("sample_rate", 16_000) * (1 if encoding else 2)
        work: Mapping[str, Any] = config.get("realtime_processing", {})
        translation: Mapping[str, Any] = work.get("translation_config", {})
        self._languages = translation.get("target_languages", ()) if work.get("translation") else ()
        pause = config.get("endpointing", 0.05)
        self._listening = Listening(heard, [pause], encoding or "linear16")
        self._moment: Moment | None = None
        self._utterances = 0
        self._received = 0
        self._began = False
        self._due: deque[tuple[float, Json]] = deque()
        self._more = asyncio.Event()

    def tells(self, kind: str) -> bool:
        """Return whether messages of a kind are told."""
        usual = kind not in ("partial_transcripts", "lifecycle_events")
        return bool(self._told.get(f"receive_{kind}", usual))

    def greet(self) -> Iterator[Json]:
        """Return what a session's first websocket tells first."""
        if not self._began and self.tells("lifecycle_events"):
            yield self._message("start_session")
            yield self._message("start_recording")
        self._began = True

    def hear(self, audio: bytes) -> Json:
        """Hear a chunk of audio; returns what acknowledges it."""
        begin, end = self._received, self._received + len(audio)
        self._received = end
        for moment in self._listening.advance(len(audio) / self._rate, audio):
            self._put(self._at(moment))
        times = [round(begin / self._rate, 6), round(end / self._rate, 6)]
        data = {"byte_range": [begin, end], "time_range": times}
        return self._message("audio_chunk", data, acknowledged=True, error=None)

    async def stop(self, socket: Socket) -> None:
        """End the recording: tell all that is left."""
        length = round(self._listening.position, 6)
        data = {"recording_duration": length, "recording_left_to_process": 0}
        if self.tells("acknowledgments"):
            self._put([self._message("stop_recording", data, acknowledged=True, error=None)])
        self._put(self._end())
        if self.tells("lifecycle_events"):
            recorded = self._message("end_recording", {"recording_duration": length})
            self._put([recorded, self._message("end_session")])
        self.ended = True
        while self._due:
            due, message = self._due.popleft()
            await wait(due - now())
            await socket.send(message)

    async def deliver(self, socket: Socket) -> None:
        """Tell on a websocket what is recognised, when it is due."""
        while not self.ended:
            if not self._due:
                self._more.clear()
                await self._more.wait()
            elif (left := self._due[0][0] - now()) > 0.0:
                await wait(left)
            else:
                await socket.send(self._due.popleft()[1])

    def _put(self, messages: "Iterator[Json] | list[Json]") -> None:
        for message in messages:
            self._due.append((now() + self._latency, message))
            self._more.set()

    def _at(self, moment: Moment) -> Iterator[Json]:
        match moment.kind:
            case "raw" if moment.raw is not None:
                yield moment.raw
            case "start" if self.tells("speech_events"):
                yield self._message("speech_start", {"time": moment.at, "channel": 0})
            case "word":
                self._moment = moment
                if self.tells("partial_transcripts"):
                    yield self._transcript(moment, final=False)
            case "quiet":
                yield from self._end()
            case _:
                pass

    def _end(self) -> Iterator[Json]:
        """What is told when an utterance has ended."""
        moment, self._moment = self._moment, None
        if moment is None:
            return
        if self.tells("speech_events"):
            yield self._message("speech_end", {"time": moment.at, "channel": 0})
        if self.tells("final_transcripts"):
            yield self._transcript(moment, final=True)
        if self.tells("realtime_processing_events"):
            for language in self._languages:
                data = translated(moment, self._id, language)
                yield self._message("translation", data, error=None)
        self._utterances += 1

    def _transcript(self, moment: Moment, *, final: bool) -> Json:
        data = {"id": self._id, "is_final": final, "utterance": utterance(moment)}
        return self._message("transcript", data)

    @property
    def _id(self) -> str:
        return f"00_{self._utterances:08}"

    def _message(self, kind: str, data: Json | None = None, **fields: Any) -> Json:
        return stamped(kind, self._name, MOMENT, data, fields)


__all__ = ["MOMENT", "Session", "follow"]
