"""Deepgram's ``/v2/speak`` websocket, whose speech comes in turns.

It follows the vendor's "Flux TTS" pages and the types of its SDK 7.17, as of September 2026. They
do not say what becomes of turns that wait when the one before them is interrupted; here they stay.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from ._call import Call
from ._clock import wait
from ._deepgram_ids import MODEL_UUID, request_id
from ._deepgram_spoken_turn import SpokenTurn
from ._exchange import Exchange, Json, fields_of
from ._socket import Socket
from ._voice import ToneVoice, encoded

_RATES = {
    "linear16": (24_000, 8_000, 16_000, 32_000, 44_100, 48_000),
    "mulaw": (8_000, 16_000),
    "alaw": (8_000, 16_000),
}
"""Samples a second that each encoding may have, the usual first."""


async def flux_speak(call: Call, voice: ToneVoice) -> None:
    """Serve one websocket: a sentence is spoken once it is whole, the rest when it is flushed."""
    async with call.socket() as socket:
        session = _Session(call, socket, voice)
        await socket.send(session.connected())
        async for message in socket:
            match message:
                case {"type": "Speak", "text": str(text)}:
                    session.add(text)
                case {"type": "Flush"}:
                    await session.flush()
                case {"type": "Interrupt"}:
                    await session.interrupt(message.get("playback_offset"))
                case {"type": "Close"}:
                    await session.close()
                    return
                case _:
                    told = {"code": "MESSAGE-0000", "description": "The message is not known."}
                    await socket.send({"type": "Error", **told})
                    await socket.close(1008, "MESSAGE-0000")
                    return


class _Session:
    def __init__(self, call: Call, socket: Socket, voice: ToneVoice) -> None:
        self._call = call
        self._socket = socket
        self._voice = voice
        self._encoding, self._rate = _format(call.exchange.query)
        self._turns: list[SpokenTurn] = []
        self._count = 0
        self._seconds = 0.0
        self._characters = 0
        self._task: asyncio.Task[None] | None = None

    def connected(self) -> Json:
        """Return what is sent first."""
        return {
            "type": "Connected",
            "request_id": request_id(self._call.exchange.number),
            "model_name": self._call.exchange.query["model"],
            "model_version": "2026-01-01.0",
            "model_uuids": [MODEL_UUID],
        }

    def add(self, text: str) -> None:
        """Take more text for the turn that is not flushed; it may wait for others."""
        if not self._turns or self._turns[-1].flushed:
            self._count += 1
            self._turns.append(SpokenTurn(f"dg_sp_{self._count:012x}"))
        turn = self._turns[-1]
        turn.text += text
        turn.pending = (turn.pending + text).lstrip()
        turn.grown.set()
        self._characters += len(text)
        self._go_on()

    async def flush(self) -> None:
        """End the last turn."""
        if not self._turns or self._turns[-1].flushed:
            await self._warn("NO_ACTIVE_SPEECH")
            return
        turn = self._turns[-1]
        turn.flushed = True
        turn.grown.set()
        await self._socket.send({"type": "Flushed", "speech_id": turn.name})

    async def interrupt(self, offset: Any) -> None:
        """Cut off the turn that is being spoken."""
        if not self._seconds:
            await self._warn("NO_AUDIO_GENERATED")
            return
        if not self._turns:
            await self._warn("NO_ACTIVE_SPEECH")
            return
        turn = self._turns.pop(0)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        told: dict[str, Any] = {"audio_played_ms": round(self._seconds * 1000)}
        if isinstance(value := fields_of(offset).get("value"), int):
            heard = max(0.0, value / 1000 - (self._seconds - turn.seconds))
            spoken = turn.said[: round(heard / self._voice.character)]
            rest = turn.text[len(spoken) :]
            told = {"audio_played_ms": value, "text_spoken": spoken, "text_remaining": rest}
        told["metadata"] = turn.metadata()
        await self._socket.send({"type": "SpeechInterrupted", **told})
        self._go_on()

    async def close(self) -> None:
        """Speak what there is, and tell what it was in all."""
        if self._turns and not self._turns[-1].flushed:
            await self.flush()
        if self._task is not None:
            await asyncio.wait([self._task])
        await self._socket.send(
            {
                "type": "SessionMetadata",
                "total_audio_duration_ms": round(self._seconds * 1000),
                "total_input_character_count": self._characters,
                "total_billable_character_count": self._characters,
            }
        )

    async def _warn(self, code: str) -> None:
        await self._socket.send({"type": "Warning", "code": code, "description": "As it says."})

    def _go_on(self) -> None:
        if self._turns and (self._task is None or self._task.done()):
            self._task = self._call.spawn(self._speak())

    async def _speak(self) -> None:
        while self._turns:
            turn = self._turns[0]
            while (text := turn.next()) is not None or not turn.flushed:
                if text is None:
                    turn.grown.clear()
                    await turn.grown.wait()
                    continue
                if not turn.started:
                    turn.started = True
                    await self._socket.send({"type": "SpeechStarted", "speech_id": turn.name})
                for pause, piece in self._voice.timed(text, self._rate):
                    await wait(pause)
                    turn.seconds += piece.duration
                    turn.said += piece.text
                    self._seconds += piece.duration
                    await self._socket.send(encoded(piece.samples, self._encoding))
            self._turns.pop(0)
            await self._socket.send({"type": "SpeechMetadata", **turn.metadata()})


def _format(query: Mapping[str, Any]) -> tuple[str, int]:
    """The encoding and the samples a second."""
    encoding = str(query.get("encoding", "linear16"))
    return encoding, int(query.get("sample_rate", _RATES[encoding][0]))


def wrong_flux_speak(exchange: Exchange) -> str | None:
    """What is wrong with a request for turns of speech."""
    if not exchange.query.get("model", "").startswith("flux-"):
        return "Bad Request: a flux model is required."
    encoding = exchange.query.get("encoding", "linear16")
    rates = _RATES.get(encoding, ())
    rate = exchange.query.get("sample_rate", str(next(iter(rates), "")))
    if not rates or rate not in map(str, rates):
        return f"Unsupported audio format: {encoding} with a sample_rate of {rate}."
    return None


__all__ = ["flux_speak", "wrong_flux_speak"]
