"""ElevenLabs' ``stream-input`` websocket: one text, as it is written."""

import asyncio

from ._call import Call
from ._elevenlabs_text import SpokenText
from ._exchange import fields_of
from ._voice import ToneVoice


async def speak_stream(call: Call, voice: ToneVoice) -> None:
    """Serve one websocket; the empty text ends it."""
    patience = float(call.exchange.query.get("inactivity_timeout", 20))
    async with call.socket() as socket:
        spoken = SpokenText(call, socket, voice, {})
        while True:
            try:
                async with asyncio.timeout(patience):
                    message = await socket.receive()
            except TimeoutError:
                text = f"No new text came within {patience:g} seconds. The stream ended."
                error = {"message": text, "error": "input_timeout_exceeded", "code": 1008}
                await socket.send(error)
                await socket.close(1008, "input_timeout_exceeded")
                return
            if message is None:
                return
            fields = fields_of(message)
            text = str(fields.get("text", ""))
            if text == "":
                spoken.flush()
                await spoken.finished()
                await socket.send({"audio": None, "isFinal": True})
                return
            now = bool(fields.get("flush") or fields.get("try_trigger_generation"))
            spoken.add(text, flush=now)


__all__ = ["speak_stream"]
