"""OpenAI's realtime transcription, over a websocket."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from ._call import Call
from ._exchange import Json, Message, fields_of
from ._openai_chat import cut
from ._openai_transcription import LIVE_MODELS, NotTaken, TranscriptionSession
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment, Said

_LEAST = 0.1
"""Seconds of audio that can be committed."""

_TRANSCRIPTION = "conversation.item.input_audio_transcription"


async def transcribe_live(call: Call, heard: HeardOnce, latency: float) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        hearing = _Hearing(call, heard)
        outbox = Outbox(call, socket, latency)
        await socket.send(hearing.created())
        async for message in socket:
            await outbox.put(hearing.take(message))


class _Hearing:
    """What one connection has heard."""

    def __init__(self, call: Call, heard: HeardOnce) -> None:
        self._heard = heard
        self._of_a_model = "model" in call.exchange.query
        self._session = TranscriptionSession(f"sess_fake{call.exchange.number}")
        self._listening: Listening | None = None
        self._silence: float | None = None
        self._events = 0
        self._items = 0
        self._item = self._next_item()
        self._previous: str | None = None
        self._buffered = 0.0
        self._said: list[tuple[Said, str]] = []

    def created(self) -> Json:
        """Return what is sent first."""
        session = {"type": "realtime", "model": "any"} if self._of_a_model else self._session.json()
        return self._event("session.created", session=session)

    def take(self, message: Message) -> Iterator[Json]:
        """Answer an event of the client."""
        fields = fields_of(message)
        try:
            match fields.get("type"):
                case "session.update":
                    yield self._update(fields_of(fields.get("session", {})))
                case "input_audio_buffer.append":
                    yield from self._append(fields.get("audio"))
                case "input_audio_buffer.commit":
                    yield from self._commit()
                case "input_audio_buffer.clear":
                    self._buffered, self._said = 0.0, []
                    yield self._event("input_audio_buffer.cleared")
                case kind:
                    raise NotTaken(f"Invalid value: '{kind}'.", "type")
        except NotTaken as error:
            yield self._refusal(error, fields.get("event_id"))

    def _update(self, session: Mapping[str, Any]) -> Json:
        if self._of_a_model:
            raise NotTaken(
                "Passing a transcription session update event to a realtime session is not allowed."
            )
        self._session.update(session)
        if self._listening is not None and self._session.silence != self._silence:
            raise ValueError("this fake takes turn detection before the first audio only")
        return self._event("session.updated", session=self._session.json())

    def _append(self, audio: object) -> Iterator[Json]:
        try:
            data = b64decode(str(audio), validate=True)
        except ValueError:
            raise NotTaken("Invalid audio: it is no base64.", "audio") from None
        if self._listening is None:
            self._silence = self._session.silence
            quiets = [] if self._silence is None else [self._silence]
            self._listening = Listening(self._heard, quiets, self._session.encoding)
        seconds = len(data) / self._session.bytes_a_second
        self._buffered += seconds
        for moment in self._listening.advance(seconds, data):
            yield from self._at(moment)

    def _at(self, moment: Moment) -> Iterator[Json]:
        said = moment.said
        match moment.kind:
            case "raw" if moment.raw is not None:
                yield moment.raw
            case "start" if self._silence is not None:
                began = max(0.0, said.at - self._session.padding)
                yield self._event(
                    "input_audio_buffer.speech_started",
                    audio_start_ms=round(began * 1000),
                    item_id=self._item,
                )
            case "word":
                word = said.words[moment.count - 1].text
                self._said.append((said, word))
                if self._session.model in LIVE_MODELS:
                    yield self._delta(word if len(self._said) == 1 else f" {word}")
            case "quiet":
                yield self._event(
                    "input_audio_buffer.speech_stopped",
                    audio_end_ms=round(moment.at * 1000),
                    item_id=self._item,
                )
                yield from self._commit()
            case _:
                pass

    def _commit(self) -> Iterator[Json]:
        if self._buffered < _LEAST:
            raise NotTaken(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms "
                f"of audio, but buffer only has {self._buffered * 1000:.2f}ms of audio.",
                code="input_audio_buffer_commit_empty",
            )
        seconds, said, item = self._buffered, self._said, self._item
        self._buffered, self._said = 0.0, []
        text = " ".join(word for _, word in said)
        yield self._event(
            "input_audio_buffer.committed", item_id=item, previous_item_id=self._previous
        )
        for kind in ("conversation.item.added", "conversation.item.done"):
            yield self._event(kind, previous_item_id=self._previous, item=_item(item))
        if self._session.model:
            if self._session.model not in LIVE_MODELS:
                for token in cut(text):
                    yield self._delta(token)
            yield self._completed(text, [one for one, _ in said], seconds)
        self._previous, self._item = item, self._next_item()

    def _completed(self, text: str, said: list[Said], seconds: float) -> Json:
        told: dict[str, Any] = {}
        if self._session.model == "gpt-transcribe":
            told["languages"] = [{"code": code} for code in sorted({one.language for one in said})]
        return self._event(
            f"{_TRANSCRIPTION}.completed",
            item_id=self._item,
            content_index=0,
            transcript=text,
            usage={"type": "duration", "seconds": round(seconds, 3)},
            **told,
        )

    def _delta(self, text: str) -> Json:
        return self._event(
            f"{_TRANSCRIPTION}.delta", item_id=self._item, content_index=0, delta=text
        )

    def _refusal(self, why: NotTaken, event_id: object) -> Json:
        error = {
            "type": "invalid_request_error",
            "code": why.code,
            "message": str(why),
            "param": why.param,
            "event_id": event_id,
        }
        return self._event("error", error=error)

    def _event(self, kind: str, **fields: object) -> Json:
        self._events += 1
        return {"type": kind, "event_id": f"event_fake{self._events}", **fields}

    def _next_item(self) -> str:
        self._items += 1
        return f"item_fake{self._items}"


def _item(item_id: str) -> Json:
    return {
        "id": item_id,
        "type": "message",
        "object": "realtime.item",
        "status": "completed",
        "role": "user",
        "content": [{"type": "input_audio", "transcript": None}],
    }


__all__ = ["transcribe_live"]
