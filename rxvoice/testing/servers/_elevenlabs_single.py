"""ElevenLabs' ``stream-input`` websocket: one text, as it is written."""

import asyncio

from ._call import Call
from ._elevenlabs_text import Opening, SpokenText, violated
from ._exchange import fields_of
from ._voice import ToneVoice


async def speak_stream(call: Call, voice: ToneVoice, opening: Opening) -> None:
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
                await violated(socket, "input_timeout_exceeded", text)
                return
            if message is None:
                return
            fields = fields_of(message)
            if not await opening.admits(socket, fields):
                return
            text = str(fields.get("text", ""))
            if text == "":
                spoken.flush()
                await spoken.finished()
                await socket.send({"audio": None, "isFinal": True})
                return
            now = bool(fields.get("flush") or fields.get("try_trigger_generation"))
            spoken.add(text, flush=now)


__all__ = ["speak_stream"]
