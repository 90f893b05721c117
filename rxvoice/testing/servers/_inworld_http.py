"""Inworld's ``POST /tts/v1/voice:stream``: one JSON object a line."""

from ._call import Call
from ._inworld_shapes import wrong_config
from ._inworld_speech import chunks
from ._voice import ToneVoice

_MOST_CHARACTERS = 2_000


async def generate(call: Call, voice: ToneVoice) -> None:
    """Answer one request with lines of audio, as it is made."""
    body = call.exchange.json
    text = body.get("text")
    wrong = wrong_config(body)
    if not isinstance(text, str) or not text.strip():
        wrong = "text is required."
    elif len(text) > _MOST_CHARACTERS:
        wrong = f"text must have at most {_MOST_CHARACTERS} characters."
    if wrong is not None:
        await call.refuse(400, wrong)
        return
    async with call.stream("lines", "application/json") as answer:
        async for chunk in chunks(str(text), voice, body):
            await answer.send({"result": chunk})


__all__ = ["generate"]
